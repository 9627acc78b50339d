use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{Semaphore, watch};

use super::activity::Patience;
use super::connection::{self, Shared};
use super::entrance::Entrance;
use super::stream::Traffic;
use crate::ticket::ticket;

/// How many connections the system may hold for us until we accept them.
const BACKLOG: u32 = 4096;
/// How long to wait when the system has no more sockets for us.
const BREATH: Duration = Duration::from_millis(50);

/// What is counted of a listener's connections.
#[derive(Clone, Debug, Default)]
pub(crate) struct ConnectionCounts {
    /// Connections that are open.
    pub(crate) open: Gauge,
    /// Connections that were accepted.
    pub(crate) accepted: Counter,
    /// Connections that were closed at once, since too many were open.
    pub(crate) refused: Counter,
    /// Connections that were cut off, by what they had kept us waiting for.
    pub(crate) cut: Family<[(&'static str, &'static str); 1], Counter>,
    /// Their bytes.
    pub(crate) traffic: Traffic,
}

/// A bound address, and how its connections are served.
pub(crate) struct Listener {
    socket: TcpListener,
    address: SocketAddr,
}

/// The bounds of a listener.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    /// How many connections may be open at once.
    pub(crate) connections: u32,
    /// How long a peer may keep us waiting.
    pub(crate) patience: Patience,
}

impl Listener {
    /// Binds the address; port 0 takes a free one.
    pub(crate) fn bind(address: SocketAddr) -> io::Result<Self> {
        let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
        // A restart must not wait for the connections of the run before.
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        let socket = socket.listen(BACKLOG)?;
        let address = socket.local_addr()?;
        Ok(Self { socket, address })
    }

    /// The address, with its real port.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until `stop` turns true, then until the last request that was accepted is answered.
    pub(crate) async fn serve(
        self,
        router: Router,
        entrance: Entrance,
        bounds: Bounds,
        counts: ConnectionCounts,
        mut stop: watch::Receiver<bool>,
    ) {
        let room = Arc::new(Semaphore::new(bounds.connections as usize));
        let shared = Shared {
            router,
            protocol: connection::protocol(bounds.patience),
            patience: bounds.patience,
            traffic: counts.traffic.clone(),
            entrance,
            stop: stop.clone(),
        };
        loop {
            let accepted = tokio::select! {
                biased;
                _ = stop.wait_for(|stop| *stop) => break,
                accepted = self.socket.accept() => accepted,
            };
            match accepted {
                Ok((socket, peer)) => admit(socket, peer, &room, &shared, &counts),
                Err(error) => pause(&error).await,
            }
        }
        drop(self.socket);
        // Only those that have ended have given their place back.
        drop(room.acquire_many(bounds.connections).await);
    }
}

fn admit(
    socket: TcpStream,
    peer: SocketAddr,
    room: &Arc<Semaphore>,
    shared: &Shared,
    counts: &ConnectionCounts,
) {
    let Ok(place) = Arc::clone(room).try_acquire_owned() else {
        counts.refused.inc();
        let detail =
            "as many connections as max_connections allows are open; allow more, or fewer a caller";
        tracing::info!(ticket = ticket(), %peer, detail, "a connection was not let in");
        return;
    };
    // Without it an answer in two parts may wait for the peer's acknowledgement. A socket that refuses is closed
    // already, which the first read will tell.
    _ = socket.set_nodelay(true);
    counts.accepted.inc();
    let open = Open::count(&counts.open);
    let (shared, counts) = (shared.clone(), counts.clone());
    tokio::spawn(async move {
        let _kept_to_the_end = (open, place);
        if let Some(phase) = connection::serve(socket, peer, shared).await {
            counts.cut.get_or_create(&[("phase", phase.name())]).inc();
            tracing::debug!(%peer, phase = phase.name(), "connection cut off");
        }
    });
}

/// Counts a connection as open, however it ends.
struct Open(Gauge);

impl Open {
    fn count(gauge: &Gauge) -> Self {
        gauge.inc();
        Self(gauge.clone())
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.dec();
    }
}

/// A connection that failed before it was accepted is none of our business; where sockets or memory ran out, the
/// connections that end will bring some back.
async fn pause(error: &io::Error) {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    if !matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset) {
        tracing::error!(%error, "no connection can be accepted");
        tokio::time::sleep(BREATH).await;
    }
}
