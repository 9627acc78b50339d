use std::sync::Arc;

use app::App;
use domain::{Caller, ClientId, Clock, Error, ErrorKind};
use jiff::Timestamp;
use serde_json::json;

use super::external::Trusted;
use super::{KeySource, SERVICE_PATH, Scopes, TOKEN_PATH, TokenError};

/// How the authorisation server is set up.
pub struct OAuthSettings {
    /// The address that callers know, without a slash at its end: what tokens name as their issuer.
    pub issuer: String,
    /// How many seconds an access token lives.
    pub lifetime: i64,
    /// As whom callers without a token call, where the service runs open.
    pub open: Option<Caller>,
    /// Gives ids for tokens that nobody can guess.
    pub ids: Box<dyn Fn() -> String + Send + Sync>,
}

/// The authorisation server, and what checks its tokens.
pub struct OAuth {
    app: Arc<App>,
    clock: Arc<dyn Clock>,
    keys: Arc<dyn KeySource>,
    settings: OAuthSettings,
    pub(super) trusted: Option<Trusted>,
}

impl OAuth {
    /// A server that gives tokens to the clients of `app`.
    pub fn new(
        app: Arc<App>,
        clock: Arc<dyn Clock>,
        keys: Arc<dyn KeySource>,
        settings: OAuthSettings,
    ) -> Self {
        Self { app, clock, keys, settings, trusted: None }
    }

    /// What tokens name as their issuer.
    pub fn issuer(&self) -> &str {
        &self.settings.issuer
    }

    /// The address of the token endpoint.
    pub fn token_url(&self) -> String {
        format!("{}{TOKEN_PATH}", self.settings.issuer)
    }

    /// What access tokens name as their audience.
    pub(super) fn audience(&self) -> String {
        format!("{}{SERVICE_PATH}", self.settings.issuer)
    }

    pub(super) fn app(&self) -> &App {
        &self.app
    }

    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(super) fn keys(&self) -> &dyn KeySource {
        self.keys.as_ref()
    }

    pub(super) fn lifetime(&self) -> i64 {
        self.settings.lifetime
    }

    pub(super) fn is_open(&self) -> bool {
        self.settings.open.is_some()
    }

    pub(super) fn open(&self) -> Option<&Caller> {
        self.settings.open.as_ref()
    }

    /// An access token (RFC 9068).
    pub(super) fn sign(&self, id: &ClientId, scopes: &Scopes) -> Result<String, TokenError> {
        let now = self.now();
        let ring = self.keys.ring();
        let refused = |error| Error::caused_by(ErrorKind::Internal, error);
        let key = ring.signer(now).map_err(refused)?;
        let seconds = now.as_second();
        Ok(key.sign(
            "at+jwt",
            &json!({
                "iss": self.issuer(),
                "sub": id.as_str(),
                "client_id": id.as_str(),
                "aud": self.audience(),
                "iat": seconds,
                "nbf": seconds,
                "exp": seconds + self.lifetime(),
                "jti": (self.settings.ids)(),
                "scope": scopes.to_string(),
            }),
        ))
    }
}
