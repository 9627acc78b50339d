use domain::{ClientId, Error};

use super::Scopes;

/// Why no token is given (RFC 6749, section 5.2). Descriptions are for the developer of the client; none tells a stranger
/// what is known of a client.
#[derive(Debug)]
pub enum TokenError {
    /// The request is not as the standard says.
    InvalidRequest(&'static str),
    /// The client did not prove who it is.
    InvalidClient {
        /// What it is told.
        told: String,
        /// What only the log says, where that is more: which check failed, and how to mend it.
        why: Option<String>,
    },
    /// The client has no scope at all.
    UnauthorizedClient(ClientId),
    /// Another grant than `client_credentials`.
    UnsupportedGrantType,
    /// A scope that is not known, or that the client does not have.
    InvalidScope {
        /// Who asked.
        client: ClientId,
        /// What it has.
        has: Scopes,
    },
    /// The service itself cannot at this moment.
    Unavailable(Error),
}

impl TokenError {
    pub(super) fn client(told: impl Into<String>) -> Self {
        Self::InvalidClient { told: told.into(), why: None }
    }

    /// Which check failed and how to mend it, for the log alone.
    pub fn why(&self) -> String {
        match self {
            Self::InvalidClient { why: Some(why), .. } => why.clone(),
            Self::UnauthorizedClient(id) => format!(
                "client {id} has no scope; give it some with `presence client change {id} --scope`"
            ),
            Self::InvalidScope { client: id, has } => format!(
                "client {id} asks for a scope that is not known or that it does not have; it has {has}, and more \
                 with `presence client change {id} --scope`"
            ),
            Self::Unavailable(error) => error.for_log(),
            told => told.description(),
        }
    }

    /// The code of the standard.
    pub fn code(&self) -> &'static str {
        match self {
            Self::InvalidRequest(_) => "invalid_request",
            Self::InvalidClient { .. } => "invalid_client",
            Self::UnauthorizedClient(_) => "unauthorized_client",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::InvalidScope { .. } => "invalid_scope",
            // Not of the token endpoint by the standard, which has none for this; the status says the rest.
            Self::Unavailable(_) => "temporarily_unavailable",
        }
    }

    /// The status of HTTP.
    pub fn status(&self) -> u16 {
        match self {
            Self::InvalidClient { .. } => 401,
            Self::Unavailable(_) => 503,
            _ => 400,
        }
    }

    /// What is wrong, in the characters that the standard allows.
    pub fn description(&self) -> String {
        let text = match self {
            Self::InvalidRequest(text) => (*text).to_owned(),
            Self::InvalidClient { told: text, .. } => text.clone(),
            Self::UnauthorizedClient(_) => {
                "the client has no scope; the operator gives scopes".to_owned()
            }
            Self::InvalidScope { has, .. } => format!("the client may ask for: {has}"),
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
