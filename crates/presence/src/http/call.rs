use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::{Extension, Request, State};
use axum::response::Response;
use bytes::Bytes;
use domain::{ClientId, Fingerprint};
use http::header::{
    ACCEPT_ENCODING, CONNECTION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER, VARY,
};
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Version};
use soap::{Answer, Endpoint, TransportFault};
use tokio::sync::OwnedSemaphorePermit;

use super::Service;
use super::body::{self, BodyError, Place};
use super::encoding::{self, Encoding};
use super::quota::Turns;
use super::to_the_end::{Panicked, ToTheEnd};
use crate::server::{Peer, Shown};
use crate::telemetry::{EndedCall, Outcome};

/// A request whose body has come in.
pub(super) struct Received {
    pub(super) head: Parts,
    pub(super) encoding: Encoding,
    pub(super) body: Bytes,
    pub(super) place: Place,
}

/// `POST` on the service's address: one call.
///
/// Once its body is in, a call is worked on to its end whether or not the caller stays, and a panic in it is a fault
/// of its own.
pub(super) async fn call(
    State(service): State<Arc<Service>>,
    Extension(endpoint): Extension<Endpoint>,
    Extension(peer): Extension<Peer>,
    request: Request,
) -> Response {
    let version = request.version();
    let gzip = encoding::prefers_gzip(request.headers());
    let received = receive(&service, request).await;
    let started = Instant::now();
    let service_too = Arc::clone(&service);
    let ending = Ending { service: service_too, endpoint, peer: peer.clone(), gzip, started };
    let received = match received {
        Ok(received) => received,
        Err(BodyError::Truncated) => return broken_off(),
        Err(refusal) => {
            peer.leaves_body_unread();
            let answer = service.door.fault(fault(&service, refusal));
            let mut response = ending.end(answer, 0);
            if refusal == BodyError::UnknownEncoding {
                // RFC 9110, section 15.5.16: the status of HTTP, and what would have been right.
                *response.status_mut() = StatusCode::UNSUPPORTED_MEDIA_TYPE;
                let known = HeaderValue::from_static("gzip, identity");
                response.headers_mut().insert(ACCEPT_ENCODING, known);
            }
            return last_on_connection(response, version);
        }
    };
    let turns = match service.quotas.begin(peer.address.ip()) {
        Ok(turns) => turns,
        Err(refusal) => return ending.end(service.door.fault(refusal), received.body.len()),
    };
    let Ok(permit) = Arc::clone(&service.calls).try_acquire_owned() else {
        let size = received.body.len();
        return ending.end(service.door.fault(TransportFault::Overloaded), size);
    };
    let work = ToTheEnd::new(work(ending.clone(), received, turns, permit));
    work.await
        .unwrap_or_else(|Panicked| ending.end(service.door.fault(TransportFault::Internal), 0))
}

pub(super) async fn receive(service: &Service, request: Request) -> Result<Received, BodyError> {
    let (head, body) = request.into_parts();
    let encoding = encoding::of_request(&head.headers).ok_or(BodyError::UnknownEncoding)?;
    let mut place = service.room.place();
    let length = told_length(&head.headers);
    let body = body::read(body, length, service.max_body, service.body_timeout, &mut place).await?;
    Ok(Received { head, encoding, body, place })
}

fn told_length(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
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
    let unpacked = match encoding {
        Encoding::Identity => Ok(body),
        Encoding::Gzip => encoding::unpack(&body, service.max_body, &mut place).map(Bytes::from),
    };
    let answer = match unpacked {
        Ok(body) => {
            let header = |name| head.headers.get(name).and_then(|value| value.to_str().ok());
            let call = soap::Call {
                endpoint: ending.endpoint,
                content_type: header("content-type"),
                soap_action: header("soapaction"),
                body: &body,
                shown: ending.peer.shown.as_deref().map(Shown::for_door),
                turns: &turns,
            };
            service.door.call(call).await
        }
        Err(refusal) => service.door.fault(fault(&service, refusal)),
    };
    drop((place, turns, permit));
    ending.end(answer, size)
}

fn fault(service: &Service, refusal: BodyError) -> TransportFault {
    match refusal {
        BodyError::TooLarge => TransportFault::BodyTooLarge { limit: service.max_body as u64 },
        BodyError::TooSlow => TransportFault::BodyTooSlow { seconds: whole(service.body_timeout) },
        BodyError::NoRoom => TransportFault::NoRoom,
        BodyError::BadGzip | BodyError::Truncated => TransportFault::BadGzip,
        BodyError::UnknownEncoding => TransportFault::UnsupportedEncoding,
    }
}

/// Seconds, rounded up: a fault should not say that nothing was waited for.
fn whole(time: Duration) -> u64 {
    time.as_secs() + u64::from(time.subsec_nanos() > 0)
}

/// Nobody is left to read this; the connection ends with it.
pub(super) fn broken_off() -> Response {
    tracing::debug!("a caller went away before the end of its request");
    let mut response = Response::default();
    *response.status_mut() = StatusCode::BAD_REQUEST;
    last_on_connection(response, Version::HTTP_11)
}

pub(super) fn last_on_connection(mut response: Response, version: Version) -> Response {
    if version < Version::HTTP_2 {
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

/// What is known of a call when it ends.
#[derive(Clone)]
struct Ending {
    service: Arc<Service>,
    endpoint: Endpoint,
    peer: Peer,
    gzip: bool,
    started: Instant,
}

impl Ending {
    /// Counts and logs the call, and makes the answer a response.
    fn end(&self, answer: Answer, size: usize) -> Response {
        let Answer { status, body, retry_after, outcome } = answer;
        let duration = self.started.elapsed();
        let ended = EndedCall {
            operation: outcome.operation,
            items: outcome.items,
            refused: outcome.refused,
            outcome: outcome.fault.map_or(Outcome::Answered, Outcome::Fault),
            duration,
        };
        self.service.metrics.count(&ended);
        let packed = self.gzip && encoding::is_worth_packing(body.len());
        let body = if packed { encoding::pack(&body) } else { body };
        tracing::info!(
            target: "presence::call",
            ticket = outcome.ticket,
            endpoint = self.endpoint.name(),
            operation = outcome.operation,
            client = outcome.client.as_ref().map(ClientId::as_str),
            items = outcome.items,
            refused = outcome.refused,
            fault = outcome.fault,
            detail = outcome.detail,
            status,
            ms = (duration.as_secs_f64() * 1e6).round() / 1e3,
            bytes_in = size,
            bytes_out = body.len(),
            peer = %self.peer.address,
            certificate = self.peer.shown.as_ref().map(|shown| tracing::field::display(fingerprint(shown))),
        );
        let mut response = Response::new(body.into());
        *response.status_mut() =
            StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/xml; charset=utf-8"));
        headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
        // A caller whose items were refused has no fault to find the ticket in.
        if let Ok(ticket) = HeaderValue::from_str(&outcome.ticket) {
            headers.insert(HeaderName::from_static("belgov-trace-id"), ticket);
        }
        if packed {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        if let Some(seconds) = retry_after {
            headers.insert(RETRY_AFTER, seconds.into());
        }
        response
    }
}

/// How the register of clients and the log name a certificate.
fn fingerprint(shown: &Shown) -> Fingerprint {
    Fingerprint(*shown.certificate.sha256())
}

/// Counts a call as under way, however it ends.
pub(super) struct InFlight(Arc<Service>);

impl InFlight {
    pub(super) fn begin(service: &Arc<Service>) -> Self {
        service.metrics.in_flight.inc();
        Self(Arc::clone(service))
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.metrics.in_flight.dec();
    }
}

#[cfg(test)]
#[path = "call_tests.rs"]
mod tests;
