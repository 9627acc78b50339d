//! The stream of events: answers that have no end of their own.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::extract::{Extension, Request, State};
use axum::response::Response;
use bytes::Bytes;
use domain::StepPosition;
use http::header::{ACCEPT_LANGUAGE, AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE};
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use hyper::body::Frame;
use rest::api::{Answer, Call, Subscription};
use soap::Turns as _;
use tokio::sync::{mpsc, watch};
use tokio::time::sleep;

use super::Service;
use super::quota::Turns;
use super::rest::{Ending, call, limit};
use crate::server::Peer;

/// How often it is looked what is new, as long as somebody listens.
const LOOK: Duration = Duration::from_millis(500);
/// After so long without an event, something is sent to show that the stream is alive.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// How many pieces wait for a slow reader. A connection that takes nothing for `body_timeout` is closed.
const WAITING: usize = 4;

/// What is new, for all streams.
pub(crate) type News = watch::Sender<StepPosition>;

/// `GET` on the stream.
pub(super) async fn stream(
    State(service): State<Arc<Service>>,
    Extension(peer): Extension<Peer>,
    request: Request,
) -> Response {
    if request.method() != Method::GET {
        return call(State(service), Extension(peer), request).await;
    }
    let ending = Ending::new(Arc::clone(&service), peer.clone(), false, Instant::now());
    let (head, _) = request.into_parts();
    let language = head.headers.get(ACCEPT_LANGUAGE).and_then(|it| it.to_str().ok());
    let refused = |transport| ending.end(service.api.refused(transport, language), 0);
    let turn = service.streams.begin(peer.address.ip());
    let turn = match turn {
        Ok(turn) => turn,
        Err(fault) => return refused(limit(fault)),
    };
    let subscription = match begin(&service, &head, language).await {
        Err(answer) => return ending.end(*answer, 0),
        Ok(subscription) => subscription,
    };
    if let Err(fault) = turn.take(subscription.caller()) {
        return refused(limit(fault));
    }
    let ticket = subscription.ticket().to_owned();
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("text/event-stream")),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (HeaderName::from_static("belgov-trace-id"), value(&ticket)),
        // Balancers that gather answers before they pass them on are asked not to.
        (HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no")),
    ];
    tracing::info!(target: "presence::call", ticket, endpoint = "rest", operation = "streamEvents", status = 200, peer = %peer.address, "begins");
    let (sender, pieces) = mpsc::channel(WAITING);
    tokio::spawn(tell(service, subscription, turn, sender));
    let mut response = Response::new(Body::new(Pieces(pieces)));
    response.headers_mut().extend(headers);
    response
}

fn value(ticket: &str) -> HeaderValue {
    HeaderValue::from_str(ticket).expect("a ticket is visible ASCII")
}

async fn begin(
    service: &Service,
    head: &Parts,
    accept_language: Option<&str>,
) -> Result<Subscription, Box<Answer>> {
    let authorization = all(&head.headers, &AUTHORIZATION);
    let on_behalf_of = all(&head.headers, &HeaderName::from_static("presence-on-behalf-of"));
    let last = all(&head.headers, &HeaderName::from_static("last-event-id"));
    let call = Call {
        method: "GET",
        path: "/events",
        query: head.uri.query().unwrap_or_default(),
        authorization: &authorization,
        on_behalf_of: &on_behalf_of,
        content_type: None,
        accept_language,
        if_none_match: None,
        idempotency_keys: &[],
        trace_id: None,
        body: b"",
        turns: &(),
    };
    service.listeners.listen(&service.oauth, call, &last).await
}

pub(super) fn all<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Vec<&'h [u8]> {
    headers.get_all(name).iter().map(HeaderValue::as_bytes).collect()
}

/// Tells one listener until it goes, may not listen any more, or the service stops.
async fn tell(
    service: Arc<Service>,
    mut subscription: Subscription,
    turn: Turns,
    sender: mpsc::Sender<Bytes>,
) {
    let mut news = service.news.subscribe();
    let mut stop = service.stop.clone();
    loop {
        news.borrow_and_update();
        let heard = service.listeners.hear(&service.oauth, &mut subscription).await;
        let Some(text) = heard else { break };
        if !text.is_empty() {
            let sent = tokio::select! {
                sent = sender.send(text.into()) => sent.is_ok(),
                _ = stop.wait_for(|stop| *stop) => false,
            };
            if !sent {
                break;
            }
        }
        if subscription.has_more() {
            continue;
        }
        let beat = tokio::select! {
            changed = news.changed() => {
                if changed.is_err() { break }
                false
            }
            () = sleep(HEARTBEAT) => true,
            () = sender.closed() => break,
            _ = stop.wait_for(|stop| *stop) => break,
        };
        // A reader that has not taken what there is needs no sign of life.
        if beat {
            _ = sender.try_send(subscription.heartbeat().into());
        }
    }
    tracing::info!(target: "presence::call", ticket = subscription.ticket(), operation = "streamEvents", "ends");
    drop(turn);
}

/// Looks what is new as long as somebody listens, and says so.
pub(crate) async fn look(service: Arc<Service>) {
    let mut stop = service.stop.clone();
    loop {
        match service.listeners.feed().look(service.news.receiver_count() > 0).await {
            Ok(last) => {
                service.news.send_if_modified(|before| std::mem::replace(before, last) != last);
            }
            Err(error) => tracing::error!(%error, "it cannot be seen what there is to tell"),
        }
        tokio::select! {
            () = sleep(LOOK) => {}
            _ = stop.wait_for(|stop| *stop) => return,
        }
    }
}

/// A body of pieces that come in time.
struct Pieces(mpsc::Receiver<Bytes>);

impl hyper::body::Body for Pieces {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        self.0.poll_recv(context).map(|piece| piece.map(|piece| Ok(Frame::data(piece))))
    }
}
