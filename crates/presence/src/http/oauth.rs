//! The token endpoint and what it publishes.

use std::sync::Arc;

use axum::extract::{Extension, Request, State};
use axum::response::{IntoResponse, Response};
use http::header::{
    AUTHORIZATION, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, PRAGMA, RETRY_AFTER,
    WWW_AUTHENTICATE,
};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use rest::oauth::{Granted, TokenError, TokenRequest};
use serde_json::{Value, json};
use soap::TransportFault;

use super::body::{self, BodyError};
use super::{Service, not_allowed_but};
use crate::server::Peer;
use crate::ticket::ticket;

/// The largest form: an assertion and a few names.
const MAX_FORM: usize = 16 << 10;
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// `POST` on the token endpoint. A client tells its operator of a refusal by the ticket in `BelGov-Trace-Id`.
pub(super) async fn token(
    State(service): State<Arc<Service>>,
    Extension(peer): Extension<Peer>,
    request: Request,
) -> Response {
    let ticket = ticket();
    let outcome = ask(&service, &peer, request).await;
    let mut response = match outcome {
        Ok(Granted { client, response }) => {
            let scope = response["scope"].as_str();
            tracing::info!(target: "presence::token", ticket, %client, scope, peer = %peer.address, "a token was given");
            answer(StatusCode::OK, &response)
        }
        Err(refused) => {
            let (error, detail) = (refused.code(), refused.why());
            tracing::info!(target: "presence::token", ticket, error, detail, peer = %peer.address, "no token");
            refused.answer()
        }
    };
    let value = HeaderValue::from_str(&ticket).expect("a ticket is visible ASCII");
    response.headers_mut().insert(HeaderName::from_static("belgov-trace-id"), value);
    response
}

/// Why no token is given.
pub(super) enum Refused {
    /// The request says so.
    Token(TokenError),
    /// Its body could not be read.
    Body(BodyError),
    /// The caller asks too often.
    Limit(TransportFault),
    /// More calls are under way than can be served.
    Overloaded,
}

pub(super) async fn ask(
    service: &Service,
    peer: &Peer,
    request: Request,
) -> Result<Granted, Refused> {
    let _turns = service.quotas.begin(peer.address.ip()).map_err(Refused::Limit)?;
    let (head, body) = request.into_parts();
    let header = |name| head.headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let length = header(CONTENT_LENGTH).and_then(|text| text.parse().ok());
    let mut place = service.room.place();
    let body = body::read(body, length, MAX_FORM, service.body_timeout, &mut place);
    let body = body.await.map_err(Refused::Body)?;
    // Only now: a form that comes slowly keeps no call from being worked on.
    let permit = Arc::clone(&service.calls).try_acquire_owned();
    let _permit = permit.map_err(|_| Refused::Overloaded)?;
    let request = TokenRequest {
        content_type: header(CONTENT_TYPE),
        has_authorization: head.headers.contains_key(AUTHORIZATION),
        body: &body,
    };
    service.oauth.token(request).await.map_err(Refused::Token)
}

impl Refused {
    fn code(&self) -> &'static str {
        match self {
            Self::Token(error) => error.code(),
            Self::Body(BodyError::NoRoom) | Self::Limit(_) | Self::Overloaded => {
                "temporarily_unavailable"
            }
            Self::Body(_) => "invalid_request",
        }
    }

    /// What the caller is told.
    fn description(&self) -> String {
        let text = match self {
            Self::Token(error) => return error.description(),
            Self::Body(BodyError::TooLarge) => "the form is larger than 16 KiB",
            Self::Body(BodyError::TooSlow) => "the form did not come in time",
            Self::Body(BodyError::NoRoom) | Self::Overloaded => "too many calls at once",
            Self::Body(_) => "the form broke off",
            Self::Limit(_) => "one caller asks too often; try again shortly",
        };
        text.to_owned()
    }

    /// What the log says: which check failed, and how to mend it.
    pub(super) fn why(&self) -> String {
        match self {
            Self::Token(error) => error.why(),
            Self::Body(BodyError::TooSlow) => {
                "the form did not come within body_timeout".to_owned()
            }
            Self::Body(BodyError::NoRoom) => {
                "the bodies of all calls together take max_buffered_bytes; allow more, or fewer calls at once".to_owned()
            }
            Self::Limit(TransportFault::TooManyCallsAtOnce { calls }) => {
                format!("the caller has more than {calls} calls under way; client_calls may allow more")
            }
            Self::Limit(_) => {
                "the caller asks more often than client_rate and client_burst allow: a token is good for several calls"
                    .to_owned()
            }
            Self::Overloaded => {
                "as many calls as max_calls allows are under way; allow more, or spread them over more nodes".to_owned()
            }
            Self::Body(_) => self.description(),
        }
    }

    fn answer(&self) -> Response {
        let status = match self {
            Self::Token(error) => {
                StatusCode::from_u16(error.status()).unwrap_or(StatusCode::BAD_REQUEST)
            }
            Self::Body(BodyError::TooLarge) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Body(BodyError::TooSlow) => StatusCode::REQUEST_TIMEOUT,
            Self::Body(BodyError::NoRoom) | Self::Overloaded => StatusCode::SERVICE_UNAVAILABLE,
            Self::Body(_) => StatusCode::BAD_REQUEST,
            Self::Limit(_) => StatusCode::TOO_MANY_REQUESTS,
        };
        let body = json!({ "error": self.code(), "error_description": self.description() });
        let mut response = answer(status, &body);
        if status == StatusCode::UNAUTHORIZED {
            // RFC 9110 asks for a challenge with every 401.
            let challenge = HeaderValue::from_static("Bearer realm=\"presenceRegistration\"");
            response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
        }
        if self.code() == "temporarily_unavailable" {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}

fn answer(status: StatusCode, body: &Value) -> Response {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, JSON);
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(PRAGMA, HeaderValue::from_static("no-cache"));
    (status, headers, body.to_string()).into_response()
}

/// The metadata of the authorisation server.
pub(super) async fn metadata(State(service): State<Arc<Service>>) -> Response {
    published(&service.oauth.metadata())
}

/// The keys that check access tokens.
pub(super) async fn keys(State(service): State<Arc<Service>>) -> Response {
    published(&service.oauth.published_keys())
}

/// A new key is published this long before it signs, and longer.
fn published(body: &Value) -> Response {
    let cache = HeaderValue::from_static("public, max-age=300");
    ([(CONTENT_TYPE, JSON), (CACHE_CONTROL, cache)], body.to_string()).into_response()
}

pub(super) async fn token_not_allowed(method: http::Method) -> Response {
    not_allowed_but("POST", &method)
}
