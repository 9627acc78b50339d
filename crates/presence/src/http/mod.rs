//! What is said over connections: the addresses of the service and of the operator, and what every request has in
//! common. What a call means is the door's business.

mod body;
mod call;
mod contract;
mod encoding;
mod events;
mod health;
mod oauth;
mod quota;
mod rest;
mod to_the_end;
mod work_page;
mod works;

use std::sync::Arc;
use std::time::Duration;

use ::rest::api::{Api, Listeners};
use ::rest::oauth::{KEYS_PATH, METADATA_PATH, OAuth, SERVICE_PATH, TOKEN_PATH};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};
use axum::{Extension, Router};
use http::header::{ALLOW, CONTENT_TYPE};
use http::{Method, StatusCode, Uri};
use soap::Endpoint;
use tokio::sync::{Semaphore, watch};

use crate::telemetry::Metrics;

pub(crate) use body::Room;
pub(crate) use events::look;
pub(crate) use quota::{Allowance, Quotas};

const TEXT: &str = "text/plain; charset=utf-8";
const OPENMETRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Everything that requests need.
pub(crate) struct Service {
    /// The SOAP door.
    pub(crate) door: soap::Door,
    /// The REST door.
    pub(crate) api: Api,
    /// What lets callers listen to events.
    pub(crate) listeners: Listeners,
    /// Says to streams that there is something new.
    pub(crate) news: events::News,
    /// How many streams each caller may have.
    pub(crate) streams: Arc<Quotas>,
    /// Gives access tokens and checks them.
    pub(crate) oauth: OAuth,
    /// The service itself, for its health.
    pub(crate) app: Arc<app::App>,
    /// The scheme of the address, where callers reach it as it is.
    pub(crate) scheme: &'static str,
    /// The address that callers know.
    pub(crate) public_url: Option<String>,
    /// The largest body, packed or not.
    pub(crate) max_body: usize,
    /// How long a body may take.
    pub(crate) body_timeout: Duration,
    /// The memory of all bodies.
    pub(crate) room: Room,
    /// What each caller may do.
    pub(crate) quotas: Arc<Quotas>,
    /// Places for calls.
    pub(crate) calls: Arc<Semaphore>,
    /// What is counted.
    pub(crate) metrics: Metrics,
    /// Turns true when the service stops.
    pub(crate) stop: watch::Receiver<bool>,
}

/// The callers' addresses.
pub(crate) fn outer(service: Arc<Service>) -> Router {
    let doors = Endpoint::ALL.into_iter().fold(Router::new(), |router, endpoint| {
        let door = get(contract::contract).post(call::call).fallback(not_allowed_at_door);
        router.route(endpoint.path(), door.layer(Extension(endpoint)))
    });
    doors
        .route(SERVICE_PATH, any(rest::call))
        .route(&format!("{SERVICE_PATH}/events"), any(events::stream))
        .route(&format!("{SERVICE_PATH}/{{*path}}"), any(rest::call))
        .route(TOKEN_PATH, post(oauth::token).fallback(oauth::token_not_allowed))
        .route(METADATA_PATH, get(oauth::metadata).fallback(not_allowed))
        .route(KEYS_PATH, get(oauth::keys).fallback(not_allowed))
        .route("/health", get(health::health).fallback(not_allowed))
        .route(work_page::PATH, get(work_page::page).fallback(not_allowed))
        .fallback(not_found)
        .with_state(service)
}

/// The operator's addresses.
pub(crate) fn inner(service: Arc<Service>) -> Router {
    Router::new()
        .route("/metrics", get(metrics).fallback(not_allowed))
        .route("/health", get(health::health).fallback(not_allowed))
        .merge(works::router())
        .fallback(not_found_inside)
        .with_state(service)
}

async fn metrics(State(service): State<Arc<Service>>) -> Response {
    ([(CONTENT_TYPE, OPENMETRICS)], service.metrics.page()).into_response()
}

async fn not_allowed_at_door(method: Method) -> Response {
    not_allowed_but("GET, HEAD, POST", &method)
}

async fn not_allowed(method: Method) -> Response {
    not_allowed_but("GET, HEAD", &method)
}

fn not_allowed_but(allowed: &'static str, method: &Method) -> Response {
    let text = format!("{method} means nothing here; allowed: {allowed}\n");
    let headers = [(ALLOW, allowed), (CONTENT_TYPE, TEXT)];
    (StatusCode::METHOD_NOT_ALLOWED, headers, text).into_response()
}

async fn not_found(uri: Uri) -> Response {
    let path = uri.path().trim_end_matches('/');
    let near = Endpoint::ALL.into_iter().any(|it| it.path().eq_ignore_ascii_case(path));
    let hint = if near { "Mind capitals and the end of the path. " } else { "" };
    let mut text = format!(
        "There is nothing at this address. {hint}The service is here, each with its contract at ?wsdl:\n"
    );
    for endpoint in Endpoint::ALL {
        text.extend(["  ", endpoint.path(), "\n"]);
    }
    (StatusCode::NOT_FOUND, [(CONTENT_TYPE, TEXT)], text).into_response()
}

async fn not_found_inside() -> Response {
    let text = "There is nothing at this address; there are /metrics, /health and /admin/works\n";
    (StatusCode::NOT_FOUND, [(CONTENT_TYPE, TEXT)], text).into_response()
}
