use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use axum::Router;
use axum::body::Body;
use http::{Request, Version};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::{Instant, Sleep, sleep_until, timeout};
use tower::ServiceExt as _;

use super::activity::{Activity, Patience, Phase};
use super::entrance::{Entered, Entrance, Transport, why};
use super::shown::Shown;
use super::stream::{Stream, Traffic};
use crate::ticket::ticket;

/// The connection that a request came by.
#[derive(Clone, Debug)]
pub(crate) struct Peer {
    /// Where it comes from, as far as is known.
    pub(crate) address: SocketAddr,
    /// The certificate that the caller showed when the connection was made.
    pub(crate) shown: Option<Arc<Shown>>,
    activity: Arc<Activity>,
}

impl Peer {
    /// The other end of a connection that is not watched.
    #[cfg(test)]
    pub(crate) fn unwatched(address: SocketAddr) -> Self {
        let activity = Arc::new(Activity::new(Instant::now()));
        Self { address, shown: None, activity }
    }

    /// Says that an answer is given before the request's body was read to its end. The connection then goes on
    /// taking bytes for a while after the answer, or the peer could lose it.
    pub(crate) fn leaves_body_unread(&self) {
        self.activity.leave_unread();
    }
}

/// What all connections of a listener share.
#[derive(Clone)]
pub(super) struct Shared {
    pub(super) router: Router,
    pub(super) protocol: auto::Builder<TokioExecutor>,
    pub(super) patience: Patience,
    pub(super) traffic: Traffic,
    pub(super) entrance: Entrance,
    /// Turns true when the service stops.
    pub(super) stop: watch::Receiver<bool>,
}

/// HTTP/1.1 and HTTP/2 as the listeners speak them.
pub(super) fn protocol(patience: Patience) -> auto::Builder<TokioExecutor> {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        // Our own watch has the time of headers and of rest apart.
        .header_read_timeout(None)
        // What a peer can make a connection hold before a request is complete; also the largest step of a body.
        .max_buf_size(128 << 10)
        // A peer that ends its side after the request still gets the answer.
        .half_close(true);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(patience.idle)
        .keep_alive_timeout(patience.header)
        .max_concurrent_streams(128)
        .max_header_list_size(16 << 10)
        .initial_stream_window_size(256 << 10)
        .initial_connection_window_size(1 << 20);
    builder
}

/// Serves one connection to its end. Answers the phase in which it was cut off, if it was.
pub(super) async fn serve(socket: TcpStream, peer: SocketAddr, shared: Shared) -> Option<Phase> {
    let mut stop = shared.stop.clone();
    let entering = timeout(shared.patience.header, shared.entrance.enter(socket, peer));
    let entered = tokio::select! {
        biased;
        entered = entering => entered,
        _ = stop.wait_for(|stop| *stop) => return None,
    };
    let Entered { transport, origin, shown } = match entered {
        Ok(Ok(entered)) => entered,
        Ok(Err(error)) => {
            let (ticket, detail) = (ticket(), why(&error));
            tracing::info!(ticket, %peer, detail, "a connection was not let in");
            return Some(Phase::Handshake);
        }
        Err(_) => {
            let detail = "it did not begin, or end its handshake, within header_timeout";
            tracing::info!(ticket = ticket(), %peer, detail, "a connection was not let in");
            return Some(Phase::Handshake);
        }
    };
    match transport {
        Transport::Plain(socket) => serve_entered(socket, origin, shown, shared).await,
        Transport::Tls(stream) => serve_entered(stream, origin, shown, shared).await,
    }
}

async fn serve_entered<S: AsyncRead + AsyncWrite + Send + Unpin + 'static>(
    socket: S,
    origin: SocketAddr,
    shown: Option<Arc<Shown>>,
    shared: Shared,
) -> Option<Phase> {
    let Shared { router, protocol, patience, traffic, entrance, mut stop } = shared;
    let activity = Arc::new(Activity::new(Instant::now()));
    let http2 = Arc::new(AtomicBool::new(false));
    let io = TokioIo::new(Stream::new(socket, Arc::clone(&activity), traffic));
    let service = service_fn(|mut request: Request<Incoming>| {
        let guard = RequestGuard::new(Arc::clone(&activity));
        if request.version() == Version::HTTP_2 {
            http2.store(true, Ordering::Relaxed);
        }
        let peer = Peer {
            address: entrance.origin.of_request(origin, request.headers()),
            shown: entrance.origin.shown(origin, request.headers(), shown.as_ref()),
            activity: Arc::clone(&activity),
        };
        request.extensions_mut().insert(peer);
        let answer = router.clone().oneshot(request.map(Body::new));
        async move {
            let answer = answer.await;
            drop(guard);
            answer
        }
    });
    let connection = protocol.serve_connection(io, service);
    tokio::pin!(connection);
    let mut watchdog = Watchdog::new(&activity, patience, &http2);
    let (mut stopping, mut cut) = (false, None);
    loop {
        tokio::select! {
            biased;
            // An error here is the peer's: it went away, or does not speak HTTP.
            _ = connection.as_mut() => return cut,
            _ = stop.wait_for(|stop| *stop), if !stopping => {
                stopping = true;
                connection.as_mut().graceful_shutdown();
            }
            phase = watchdog.expired() => {
                if cut.is_some() || phase != Phase::Idle {
                    return Some(phase);
                }
                // Between requests the end is told to the peer first (HTTP/2), which then has as long again.
                cut = Some(phase);
                activity.rest();
                connection.as_mut().graceful_shutdown();
            }
        }
    }
}

/// A request under way; its end is told however it ends.
struct RequestGuard(Arc<Activity>);

impl RequestGuard {
    fn new(activity: Arc<Activity>) -> Self {
        activity.begin();
        Self(activity)
    }
}

impl Drop for RequestGuard {
    fn drop(&mut self) {
        self.0.end();
    }
}

/// Wakes when a phase of the connection has lasted too long.
struct Watchdog<'a> {
    activity: &'a Activity,
    patience: Patience,
    http2: &'a AtomicBool,
    alarm: Pin<Box<Sleep>>,
}

impl<'a> Watchdog<'a> {
    fn new(activity: &'a Activity, patience: Patience, http2: &'a AtomicBool) -> Self {
        let alarm = Box::pin(sleep_until(Instant::now() + patience.header.min(patience.idle)));
        Self { activity, patience, http2, alarm }
    }

    async fn expired(&mut self) -> Phase {
        std::future::poll_fn(|context| self.poll(context)).await
    }

    /// The alarm is only moved to an earlier moment. One that rings too early costs less than one that is moved with
    /// every request.
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Phase> {
        loop {
            let (phase, deadline) =
                self.activity.deadline(self.patience, self.http2.load(Ordering::Relaxed));
            let Some(deadline) = deadline else { return Poll::Pending };
            if deadline <= Instant::now() {
                return Poll::Ready(phase);
            }
            if self.alarm.is_elapsed() || deadline < self.alarm.deadline() {
                self.alarm.as_mut().reset(deadline);
            }
            std::task::ready!(self.alarm.as_mut().poll(context));
        }
    }
}
