//! The token endpoint and what it publishes.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use http::header::{
    AUTHORIZATION, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, PRAGMA, WWW_AUTHENTICATE,
};
use http::{HeaderMap, HeaderValue, StatusCode};
use rest::oauth::{TokenError, TokenRequest};
use serde_json::{Value, json};

use super::body::{self, BodyError};
use super::{Service, not_allowed_but};

/// The largest form: an assertion and a few names.
const MAX_FORM: usize = 16 << 10;
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// `POST` on the token endpoint.
pub(super) async fn token(State(service): State<Arc<Service>>, request: Request) -> Response {
    let Ok(_permit) = Arc::clone(&service.calls).try_acquire_owned() else {
        return answer(StatusCode::SERVICE_UNAVAILABLE, &unavailable("too many calls at once"));
    };
    let (head, body) = request.into_parts();
    let header = |name| head.headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let length = header(CONTENT_LENGTH).and_then(|text| text.parse().ok());
    let mut place = service.room.place();
    let body = match body::read(body, length, MAX_FORM, service.body_timeout, &mut place).await {
        Ok(body) => body,
        Err(refusal) => return unread(refusal),
    };
    let outcome = service.oauth.token(TokenRequest {
        content_type: header(CONTENT_TYPE),
        has_authorization: head.headers.contains_key(AUTHORIZATION),
        body: &body,
    });
    match outcome.await {
        Ok(token) => {
            tracing::info!(target: "presence::token", scope = %token["scope"], "a token was given");
            answer(StatusCode::OK, &token)
        }
        Err(error) => refuse(&error),
    }
}

fn refuse(error: &TokenError) -> Response {
    match error {
        TokenError::Unavailable(cause) => tracing::error!(%cause, "no token could be given"),
        refused => {
            let (error, description) = (refused.code(), refused.description());
            tracing::info!(target: "presence::token", error, description, "no token");
        }
    }
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::BAD_REQUEST);
    let body = json!({ "error": error.code(), "error_description": error.description() });
    let mut response = answer(status, &body);
    if status == StatusCode::UNAUTHORIZED {
        // RFC 9110 asks for a challenge with every 401.
        let challenge = HeaderValue::from_static("Bearer realm=\"presenceRegistration\"");
        response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
    }
    response
}

/// The body could not be read. What is told in the form of the standard where that is possible.
fn unread(refusal: BodyError) -> Response {
    let (status, text) = match refusal {
        BodyError::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "the form is larger than 16 KiB"),
        BodyError::TooSlow => (StatusCode::REQUEST_TIMEOUT, "the form did not come in time"),
        BodyError::NoRoom => (StatusCode::SERVICE_UNAVAILABLE, "too many calls at once"),
        _ => (StatusCode::BAD_REQUEST, "the form broke off"),
    };
    answer(status, &json!({ "error": "invalid_request", "error_description": text }))
}

fn unavailable(text: &str) -> Value {
    json!({ "error": "temporarily_unavailable", "error_description": text })
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
