use domain::Error;

/// Why no token is given (RFC 6749, section 5.2). Descriptions are for the developer of the client; none tells a stranger
/// what is known of a client.
#[derive(Debug)]
pub enum TokenError {
    /// The request is not as the standard says.
    InvalidRequest(&'static str),
    /// The client did not prove who it is.
    InvalidClient(String),
    /// The client has no scope at all.
    UnauthorizedClient(&'static str),
    /// Another grant than `client_credentials`.
    UnsupportedGrantType,
    /// A scope that is not known, or that the client does not have.
    InvalidScope(String),
    /// The service itself cannot at this moment.
    Unavailable(Error),
}

impl TokenError {
    /// The code of the standard.
    pub fn code(&self) -> &'static str {
        match self {
            Self::InvalidRequest(_) => "invalid_request",
            Self::InvalidClient(_) => "invalid_client",
            Self::UnauthorizedClient(_) => "unauthorized_client",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::InvalidScope(_) => "invalid_scope",
            // Not of the token endpoint by the standard, which has none for this; the status says the rest.
            Self::Unavailable(_) => "temporarily_unavailable",
        }
    }

    /// The status of HTTP.
    pub fn status(&self) -> u16 {
        match self {
            Self::InvalidClient(_) => 401,
            Self::Unavailable(_) => 503,
            _ => 400,
        }
    }

    /// What is wrong, in the characters that the standard allows.
    pub fn description(&self) -> String {
        let text = match self {
            Self::InvalidRequest(text) | Self::UnauthorizedClient(text) => (*text).to_owned(),
            Self::InvalidClient(text) | Self::InvalidScope(text) => text.clone(),
            Self::UnsupportedGrantType => "the grant_type here is client_credentials".to_owned(),
            Self::Unavailable(_) => "no token can be given at this moment; try again".to_owned(),
        };
        let allowed = |c: char| match c {
            '"' | '\\' => '\'',
            ' '..='~' => c,
            _ => '?',
        };
        text.chars().map(allowed).collect()
    }
}

impl From<Error> for TokenError {
    fn from(error: Error) -> Self {
        Self::Unavailable(error)
    }
}
