use domain::ClientId;
use serde_json::{Value, json};

use super::assertion::{Expected, Proven, prove};
use super::server::OAuth;
use super::{Scopes, TokenError, form};

const GRANT: &str = "client_credentials";
const ASSERTION: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const FORM: &str = "application/x-www-form-urlencoded";

/// What came in at the token endpoint.
#[derive(Clone, Copy, Debug)]
pub struct TokenRequest<'a> {
    /// The header `Content-Type`.
    pub content_type: Option<&'a str>,
    /// Was there a header `Authorization`?
    pub has_authorization: bool,
    /// The body.
    pub body: &'a [u8],
}

/// A token that is given.
#[derive(Debug)]
pub struct Granted {
    /// To whom.
    pub client: ClientId,
    /// The token response.
    pub response: Value,
}

impl OAuth {
    /// The token endpoint (RFC 6749, section 3.2): a token response, or an error of the standard.
    pub async fn token(&self, request: TokenRequest<'_>) -> Result<Granted, TokenError> {
        let media = request.content_type.and_then(|text| text.split(';').next());
        if !media.is_some_and(|media| media.trim().eq_ignore_ascii_case(FORM)) {
            let text = "the body has to be a form, application/x-www-form-urlencoded";
            return Err(TokenError::InvalidRequest(text));
        }
        let text = "the form is not well formed, or has a parameter more than once";
        let form = form::read(request.body).ok_or(TokenError::InvalidRequest(text))?;
        let get = |name: &str| form.get(name).map(String::as_str);
        match get("grant_type") {
            Some(GRANT) => {}
            Some(_) => return Err(TokenError::UnsupportedGrantType),
            None => return Err(TokenError::InvalidRequest("grant_type is missing")),
        }
        if request.has_authorization || get("client_secret").is_some() {
            let text = "clients prove who they are by private_key_jwt, and by nothing beside it";
            return Err(TokenError::client(text));
        }
        if get("client_assertion_type") != Some(ASSERTION) {
            let text = format!("client_assertion_type has to be {ASSERTION}");
            return Err(TokenError::client(text));
        }
        let Some(assertion) = get("client_assertion") else {
            return Err(TokenError::client("client_assertion is missing"));
        };
        let expected = Expected {
            audiences: &[&self.token_url(), self.issuer()],
            client_id: get("client_id"),
            now: self.now(),
            open: self.is_open(),
        };
        let proven = prove(self.app(), assertion, &expected).await?;
        self.give(&proven, get("scope"))
    }

    fn give(&self, proven: &Proven, asked: Option<&str>) -> Result<Granted, TokenError> {
        let (id, has) = match proven {
            Proven::Client(client) => {
                (&client.id, Scopes::of(client.scopes.iter().map(|scope| &**scope)))
            }
            Proven::Stranger(id) => (id, Scopes::all()),
        };
        if has.is_empty() {
            return Err(TokenError::UnauthorizedClient(id.clone()));
        }
        let scopes = match asked.map(Scopes::parse) {
            None => has,
            Some(Some(asked)) if asked.is_empty() => has,
            Some(Some(asked)) if has.cover(&asked) => asked,
            Some(_) => {
                return Err(TokenError::InvalidScope { client: id.clone(), has });
            }
        };
        let lifetime = self.lifetime();
        let token = self.sign(id, &scopes)?;
        let response = json!({
            "access_token": token,
            "token_type": "Bearer",
            "expires_in": lifetime,
            "scope": scopes.to_string(),
        });
        Ok(Granted { client: id.clone(), response })
    }
}
