//! The page behind the QR code of a work: which work it is, and how to register for it. It asks nobody who they are, tells
//! nothing of anybody, and needs no script.

mod html;
mod words;

use std::sync::{Arc, LazyLock};

use axum::extract::{Extension, Path, State};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use domain::WorksReference;
use http::header::{
    ACCEPT_LANGUAGE, CACHE_CONTROL, CONTENT_LANGUAGE, CONTENT_SECURITY_POLICY, CONTENT_TYPE,
    REFERRER_POLICY, RETRY_AFTER, VARY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use rest::api::Language;
use ring::digest::{SHA256, digest};

use self::words::Words;
use super::Service;
use crate::server::Peer;

/// Below this the references stand; a QR code leads here.
pub(super) const PATH: &str = "/register/{reference}";
const HTML: &str = "text/html; charset=utf-8";
/// A work that is changed shows so within this time.
const FOR_A_MINUTE: &str = "public, max-age=60";
/// What a browser may load and do for the page: nothing, but for the style in it.
static POLICY: LazyLock<HeaderValue> = LazyLock::new(|| {
    let style = BASE64_STANDARD.encode(digest(&SHA256, html::STYLE.as_bytes()));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{style}'; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'none'"
    );
    HeaderValue::try_from(policy).expect("made of printable ASCII")
});

/// `GET` of the page.
pub(super) async fn page(
    State(service): State<Arc<Service>>,
    Extension(peer): Extension<Peer>,
    Path(reference): Path<String>,
    headers: HeaderMap,
) -> Response {
    let language = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    let words = Words::of(Language::preferred(language));
    // It asks the store like any call, so it counts as one.
    let turn = service.quotas.begin(peer.address.ip());
    if turn.is_err() {
        return busy(StatusCode::TOO_MANY_REQUESTS, words);
    }
    let Ok(_permit) = Arc::clone(&service.calls).try_acquire_owned() else {
        return busy(StatusCode::SERVICE_UNAVAILABLE, words);
    };
    let Some(reference) = WorksReference::parse(&reference) else { return unknown(words) };
    match service.app.work_to_register_at(reference).await {
        Ok(Some(work)) => {
            let url = service.public_url.as_deref().unwrap_or_default();
            answer(StatusCode::OK, words, &html::work(words, &work, url.trim_end_matches('/')))
        }
        Ok(None) => unknown(words),
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "a work could not be read");
            busy(StatusCode::SERVICE_UNAVAILABLE, words)
        }
    }
}

fn busy(status: StatusCode, words: &'static Words) -> Response {
    let mut response = answer(status, words, &html::message(words, words.busy));
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("5"));
    response
}

fn unknown(words: &'static Words) -> Response {
    answer(StatusCode::NOT_FOUND, words, &html::message(words, words.unknown))
}

fn answer(status: StatusCode, words: &'static Words, page: &str) -> Response {
    let mut response = (status, page.to_owned()).into_response();
    let good = status == StatusCode::OK;
    let headers: [(HeaderName, &'static str); 9] = [
        (CONTENT_TYPE, HTML),
        (CONTENT_LANGUAGE, words.language),
        (VARY, "accept-language"),
        (CACHE_CONTROL, if good { FOR_A_MINUTE } else { "no-store" }),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (X_FRAME_OPTIONS, "DENY"),
        (REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("permissions-policy"), "geolocation=(), camera=(), microphone=()"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    ];
    for (name, value) in headers {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response.headers_mut().insert(CONTENT_SECURITY_POLICY, POLICY.clone());
    response
}
