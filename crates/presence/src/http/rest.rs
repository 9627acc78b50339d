//! The REST door's addresses.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::{Extension, Request, State};
use axum::response::Response;
use bytes::Bytes;
use domain::ClientId;
use http::header::{ACCEPT_LANGUAGE, AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, IF_NONE_MATCH};
use http::{HeaderName, HeaderValue, StatusCode};
use rest::api::{Answer, Call, Transport};
use rest::oauth::SERVICE_PATH;
use soap::TransportFault;
use tokio::sync::OwnedSemaphorePermit;

use super::Service;
use super::body::BodyError;
use super::call::{InFlight, Received, broken_off, last_on_connection, receive};
use super::encoding::{self, Encoding};
use super::events;
use super::quota::Turns;
use super::to_the_end::{Panicked, ToTheEnd};
use crate::server::Peer;
use crate::telemetry::{EndedCall, Outcome};

/// One call. Once its body is in, it is worked on to its end whether or not the caller stays.
pub(super) async fn call(
    State(service): State<Arc<Service>>,
    Extension(peer): Extension<Peer>,
    request: Request,
) -> Response {
    let version = request.version();
    let gzip = encoding::prefers_gzip(request.headers());
    let language = request.headers().get(ACCEPT_LANGUAGE).and_then(|it| it.to_str().ok());
    let language = language.map(str::to_owned);
    let turns = service.quotas.begin(peer.address.ip());
    let received = receive(&service, request).await;
    let ending = Ending::new(Arc::clone(&service), peer.clone(), gzip, Instant::now());
    let refused = |transport| service.api.refused(transport, language.as_deref());
    let received = match received {
        Ok(received) => received,
        Err(BodyError::Truncated) => return broken_off(),
        Err(refusal) => {
            peer.leaves_body_unread();
            let answer = refused(transport(refusal, service.max_body));
            return last_on_connection(ending.end(answer, 0), version);
        }
    };
    let turns = match turns {
        Ok(turns) => turns,
        Err(fault) => return ending.end(refused(limit(fault)), received.body.len()),
    };
    let Ok(permit) = Arc::clone(&service.calls).try_acquire_owned() else {
        let size = received.body.len();
        return ending.end(refused(Transport::Overloaded), size);
    };
    let work = ToTheEnd::new(work(ending.clone(), received, turns, permit));
    work.await.unwrap_or_else(|Panicked| ending.end(refused(Transport::Internal), 0))
}

async fn work(
    ending: Ending,
    received: Received,
    turns: Turns,
    permit: OwnedSemaphorePermit,
) -> Response {
    let service = Arc::clone(&ending.service);
    let _in_flight = InFlight::begin(&service);
    let Received { head, encoding, body, mut place } = received;
    let size = body.len();
    let header = |name: HeaderName| head.headers.get(name).and_then(|value| value.to_str().ok());
    let unpacked = match encoding {
        Encoding::Identity => Ok(body),
        Encoding::Gzip => encoding::unpack(&body, service.max_body, &mut place).map(Bytes::from),
    };
    let answer = match unpacked {
        Ok(body) => {
            let authorization: Vec<_> =
                head.headers.get_all(AUTHORIZATION).iter().map(HeaderValue::as_bytes).collect();
            let name = HeaderName::from_static("idempotency-key");
            let idempotency_keys: Vec<_> =
                head.headers.get_all(name).iter().map(HeaderValue::as_bytes).collect();
            let behalf = HeaderName::from_static("presence-on-behalf-of");
            let on_behalf_of = events::all(&head.headers, &behalf);
            let call = Call {
                method: head.method.as_str(),
                path: head.uri.path().strip_prefix(SERVICE_PATH).unwrap_or_default(),
                query: head.uri.query().unwrap_or_default(),
                authorization: &authorization,
                on_behalf_of: &on_behalf_of,
                content_type: header(CONTENT_TYPE),
                accept_language: header(ACCEPT_LANGUAGE),
                if_none_match: header(IF_NONE_MATCH),
                idempotency_keys: &idempotency_keys,
                trace_id: header(HeaderName::from_static("belgov-trace-id")),
                body: &body,
                turns: &turns,
            };
            service.api.call(&service.oauth, call).await
        }
        Err(refusal) => {
            service.api.refused(transport(refusal, service.max_body), header(ACCEPT_LANGUAGE))
        }
    };
    drop((place, turns, permit));
    ending.end(answer, size)
}

/// The limit of a caller, as the REST door says it.
pub(super) fn limit(fault: TransportFault) -> Transport {
    match fault {
        TransportFault::TooManyCallsAtOnce { calls } => Transport::TooManyAtOnce(calls),
        TransportFault::TooManyCallsASecond { calls } => Transport::TooManyASecond(calls),
        _ => Transport::Overloaded,
    }
}

fn transport(refusal: BodyError, max_body: usize) -> Transport {
    match refusal {
        BodyError::TooLarge => Transport::TooLarge(max_body as u64),
        BodyError::TooSlow => Transport::TooSlow,
        BodyError::NoRoom => Transport::NoRoom,
        BodyError::BadGzip | BodyError::Truncated => Transport::BadGzip,
        BodyError::UnknownEncoding => Transport::UnknownEncoding,
    }
}

/// What is known of a call when it ends.
#[derive(Clone)]
pub(super) struct Ending {
    service: Arc<Service>,
    peer: Peer,
    gzip: bool,
    started: Instant,
}

impl Ending {
    /// Of a call that began then.
    pub(super) fn new(service: Arc<Service>, peer: Peer, gzip: bool, started: Instant) -> Self {
        Self { service, peer, gzip, started }
    }

    /// Counts and logs the call, and makes the answer a response.
    pub(super) fn end(&self, answer: Answer, size: usize) -> Response {
        let Answer {
            status,
            headers,
            body,
            operation,
            items,
            refused,
            problem,
            ticket,
            client,
            detail,
        } = answer;
        let duration = self.started.elapsed();
        let outcome = problem.map_or(Outcome::Answered, Outcome::Fault);
        self.service.metrics.count(&EndedCall { operation, items, refused, outcome, duration });
        let packed = self.gzip && encoding::is_worth_packing(body.len());
        let body = if packed { encoding::pack(&body) } else { body };
        tracing::info!(
            target: "presence::call",
            ticket,
            endpoint = "rest",
            operation,
            client = client.as_ref().map(ClientId::as_str),
            items,
            refused,
            fault = problem,
            detail,
            status,
            ms = (duration.as_secs_f64() * 1e6).round() / 1e3,
            bytes_in = size,
            bytes_out = body.len(),
            peer = %self.peer.address,
        );
        let mut response = Response::new(body.into());
        *response.status_mut() =
            StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        for (name, value) in headers {
            // Packed, it is another representation of the same (RFC 9110, section 8.8.3.3).
            let value = if packed && name == "etag" { format!("W/{value}") } else { value };
            if let Ok(value) = HeaderValue::from_str(&value) {
                response.headers_mut().insert(HeaderName::from_static(name), value);
            }
        }
        if packed {
            response.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        response
    }
}
