//! The administrator's interface for works, on the operator's address: `/admin/works`. What is written here is checked
//! like a line of an import.

use std::sync::Arc;

use app::import::{Flaw, read_work, work_to_json};
use app::{WorkAdmin, WorkError};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Extension, Path, RawQuery, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use domain::WorksReference;
use domain::register::Import;
use http::header::{ALLOW, CONTENT_TYPE, LOCATION};
use http::{HeaderMap, Method, StatusCode};
use jiff::civil::Date;
use serde_json::{Value, json};

use super::Service;
use crate::qr::{self, Qr};
use crate::server::Peer;

/// The longest body: a work with thousands of contracts.
const LONGEST: usize = 4 * 1024 * 1024;
/// Works of an answer that does not ask for another number.
const MOST: u32 = 100;
const JSON: &str = "application/json";
const PROBLEM: &str = "application/problem+json";
const PATH: &str = "/admin/works";

type Here = State<Arc<Service>>;
type From = Extension<Peer>;

/// The addresses.
pub(super) fn router() -> Router<Arc<Service>> {
    let allow = |methods: &'static str| {
        move |method: Method| async move {
            let detail = format!("{method} means nothing here; allowed: {methods}");
            let mut answer = problem(StatusCode::METHOD_NOT_ALLOWED, &detail, &[]);
            answer.headers_mut().insert(ALLOW, http::HeaderValue::from_static(methods));
            answer
        }
    };
    Router::new()
        .route(PATH, get(list).post(add).fallback(allow("GET, HEAD, POST")))
        .route("/admin/works/{reference}", get(show).put(put).fallback(allow("GET, HEAD, PUT")))
        .route("/admin/works/{reference}/close", post(close).fallback(allow("POST")))
        .route("/admin/works/{reference}/qr.svg", get(svg).fallback(allow("GET, HEAD")))
        .route("/admin/works/{reference}/qr.png", get(png).fallback(allow("GET, HEAD")))
}

/// Nobody says who they are at the operator's address; the audit knows from where they came.
fn admin<'s>(service: &'s Service, peer: &Peer) -> WorkAdmin<'s> {
    service.app.work_admin("administrator", &format!("administrator at {}", peer.address.ip()))
}

async fn list(State(service): Here, Extension(peer): From, RawQuery(query): RawQuery) -> Response {
    let (mut after, mut most) = (None, MOST);
    for pair in query.as_deref().unwrap_or_default().split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let read = match name {
            "after" => WorksReference::parse(value).map(|reference| after = Some(reference)),
            "most" => value.parse().ok().filter(|most| *most > 0).map(|number| most = number),
            _ => None,
        };
        if read.is_none() {
            let detail = "the query may have after=REFERENCE and most=NUMBER";
            return problem(StatusCode::BAD_REQUEST, detail, &[]);
        }
    }
    match admin(&service, &peer).works(after, most).await {
        Ok(works) => {
            let works: Vec<_> = works.iter().map(work_to_json).collect();
            answer(StatusCode::OK, &json!({ "works": works }))
        }
        Err(error) => failed(&error),
    }
}

async fn show(
    State(service): Here,
    Extension(peer): From,
    Path(reference): Path<String>,
) -> Response {
    let Some(reference) = WorksReference::parse(&reference) else { return no_reference() };
    match admin(&service, &peer).work(reference).await {
        Ok(work) => answer(StatusCode::OK, &work_to_json(&work)),
        Err(error) => failed(&error),
    }
}

async fn add(
    State(service): Here,
    Extension(peer): From,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let work = match json_of(&headers, body).await.and_then(|value| checked(&value)) {
        Ok(work) => work,
        Err(refusal) => return *refusal,
    };
    let value = work_to_json(&work);
    let location = format!("{PATH}/{}", work.reference);
    match admin(&service, &peer).add(work).await {
        Ok(_) => ([(LOCATION, location)], answer(StatusCode::CREATED, &value)).into_response(),
        Err(error) => failed(&error),
    }
}

async fn put(
    State(service): Here,
    Extension(peer): From,
    Path(reference): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let work = match json_of(&headers, body).await.and_then(|value| checked(&value)) {
        Ok(work) => work,
        Err(refusal) => return *refusal,
    };
    if work.reference.as_str() != reference {
        let flaw = Flaw::new("reference", "is another one than that of the address");
        return problem(StatusCode::UNPROCESSABLE_ENTITY, UNFIT, &[flaw]);
    }
    changed(admin(&service, &peer).change(work).await)
}

async fn close(
    State(service): Here,
    Extension(peer): From,
    Path(reference): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let Some(reference) = WorksReference::parse(&reference) else { return no_reference() };
    let value = match json_of(&headers, body).await {
        Ok(value) => value,
        Err(refusal) => return *refusal,
    };
    let until = match &value["until"] {
        Value::Null => Ok(None),
        Value::String(text) => text.parse::<Date>().map(Some).map_err(drop),
        _ => Err(()),
    };
    let Ok(until) = until else {
        let flaw = Flaw::new("until", "is no date: yyyy-mm-dd");
        return problem(StatusCode::UNPROCESSABLE_ENTITY, UNFIT, &[flaw]);
    };
    changed(admin(&service, &peer).close(reference, until).await)
}

async fn svg(service: Here, peer: From, reference: Path<String>) -> Response {
    match code(service, peer, reference).await {
        Ok(qr) => ([(CONTENT_TYPE, "image/svg+xml")], qr.svg()).into_response(),
        Err(refusal) => *refusal,
    }
}

async fn png(service: Here, peer: From, reference: Path<String>) -> Response {
    match code(service, peer, reference).await.map(|qr| qr.png()) {
        Ok(Ok(png)) => ([(CONTENT_TYPE, "image/png")], png).into_response(),
        Ok(Err(_)) => problem(StatusCode::INTERNAL_SERVER_ERROR, "the picture failed", &[]),
        Err(refusal) => *refusal,
    }
}

/// The code of a work, for a service that knows its own address.
async fn code(
    State(service): Here,
    Extension(peer): From,
    Path(reference): Path<String>,
) -> Result<Qr, Box<Response>> {
    let reference = WorksReference::parse(&reference).ok_or_else(|| Box::new(no_reference()))?;
    let Some(url) = &service.public_url else {
        let detail = "the code leads to the service: set public_url to its address";
        return Err(Box::new(problem(StatusCode::CONFLICT, detail, &[])));
    };
    let work =
        admin(&service, &peer).work(reference).await.map_err(|error| Box::new(failed(&error)))?;
    Qr::new(&qr::address(url, work.reference)).ok_or_else(|| {
        Box::new(problem(StatusCode::CONFLICT, "public_url is too long for a code", &[]))
    })
}

/// Only JSON is taken, so that no form of a page elsewhere gets in.
async fn json_of(headers: &HeaderMap, body: Body) -> Result<Value, Box<Response>> {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if !kind.eq_ignore_ascii_case(JSON) {
        let detail = "the body is to be application/json";
        return Err(Box::new(problem(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail, &[])));
    }
    let Ok(bytes) = to_bytes(body, LONGEST).await else {
        let detail = format!("the body is longer than {LONGEST} bytes, or was cut off");
        return Err(Box::new(problem(StatusCode::PAYLOAD_TOO_LARGE, &detail, &[])));
    };
    if bytes.is_empty() {
        return Ok(Value::Null);
    }
    serde_json::from_slice(&bytes).map_err(|error| {
        let detail = format!("is no JSON: line {}, column {}", error.line(), error.column());
        Box::new(problem(StatusCode::BAD_REQUEST, &detail, &[]))
    })
}

const UNFIT: &str = "this is no work";

fn checked(value: &Value) -> Result<domain::Work, Box<Response>> {
    read_work(value)
        .map_err(|flaws| Box::new(problem(StatusCode::UNPROCESSABLE_ENTITY, UNFIT, &flaws)))
}

fn changed(done: Result<Option<Import>, WorkError>) -> Response {
    match done {
        Ok(import) => answer(StatusCode::OK, &json!({ "changed": import.is_some() })),
        Err(error) => failed(&error),
    }
}

fn no_reference() -> Response {
    let detail = "a reference has 13 digits and capitals without I and O";
    problem(StatusCode::NOT_FOUND, detail, &[])
}

fn failed(error: &WorkError) -> Response {
    let status = match error {
        WorkError::Exists(_) => StatusCode::CONFLICT,
        WorkError::Unknown(_) => StatusCode::NOT_FOUND,
        WorkError::EndsBeforeItBegins { .. } => StatusCode::UNPROCESSABLE_ENTITY,
        WorkError::Store(cause) => {
            tracing::error!(error = cause as &dyn std::error::Error, "works could not be kept");
            StatusCode::SERVICE_UNAVAILABLE
        }
    };
    problem(status, &error.to_string(), &[])
}

fn answer(status: StatusCode, value: &Value) -> Response {
    (status, [(CONTENT_TYPE, JSON)], value.to_string()).into_response()
}

/// RFC 9457, with every flaw and its place.
fn problem(status: StatusCode, detail: &str, flaws: &[Flaw]) -> Response {
    let mut value = json!({
        "type": "about:blank",
        "title": status.canonical_reason(),
        "status": status.as_u16(),
        "detail": detail,
    });
    if !flaws.is_empty() {
        let flaws = flaws.iter().map(|flaw| json!({ "path": flaw.column, "reason": flaw.reason }));
        value["flaws"] = flaws.collect();
    }
    (status, [(CONTENT_TYPE, PROBLEM)], value.to_string()).into_response()
}
