use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::Instant;

/// How long a connection may stay in each of its phases.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Patience {
    /// Reading a request's line and headers.
    pub(crate) header: Duration,
    /// Waiting for the peer to take what is written.
    pub(crate) write: Duration,
    /// Without any request.
    pub(crate) idle: Duration,
}

/// What a connection is waiting for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// What comes before the first request: a balancer's header, the handshake of TLS.
    Handshake,
    /// The rest of a request's line and headers.
    Header,
    /// The peer to take an answer.
    Write,
    /// A request.
    Idle,
    /// The service itself, or the body, which has a time limit of its own.
    Serving,
}

impl Phase {
    /// Its name in logs and metrics.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Handshake => "handshake",
            Self::Header => "header",
            Self::Write => "write",
            Self::Idle => "idle",
            Self::Serving => "serving",
        }
    }
}

/// What happens on a connection, told by its byte stream and its requests.
///
/// The HTTP library limits the time of headers only together with the time between requests, and not at all before
/// the first byte; hence this watch of our own. Moments are milliseconds since the connection was accepted, plus one;
/// zero is "not now".
#[derive(Debug)]
pub(super) struct Activity {
    accepted: Instant,
    /// Since when bytes of a header have been coming in.
    header: AtomicU64,
    /// Since when the peer has taken nothing of what is to be written.
    blocked: AtomicU64,
    /// When the last request ended.
    rested: AtomicU64,
    requests: AtomicU32,
    unread: AtomicBool,
}

impl Activity {
    pub(super) fn new(accepted: Instant) -> Self {
        Self {
            accepted,
            header: AtomicU64::new(0),
            blocked: AtomicU64::new(0),
            rested: AtomicU64::new(1),
            requests: AtomicU32::new(0),
            unread: AtomicBool::new(false),
        }
    }

    /// Bytes were read.
    pub(super) fn read(&self) {
        if self.requests.load(Ordering::Relaxed) == 0 && self.header.load(Ordering::Relaxed) == 0 {
            self.header.store(self.now(), Ordering::Relaxed);
        }
    }

    /// Bytes were written, or there are none to write.
    pub(super) fn wrote(&self) {
        self.blocked.store(0, Ordering::Relaxed);
    }

    /// The peer takes nothing.
    pub(super) fn blocked(&self) {
        if self.blocked.load(Ordering::Relaxed) == 0 {
            self.blocked.store(self.now(), Ordering::Relaxed);
        }
    }

    /// A request's headers are complete.
    pub(super) fn begin(&self) {
        self.header.store(0, Ordering::Relaxed);
        self.requests.fetch_add(1, Ordering::Relaxed);
    }

    /// A request was answered, or given up.
    pub(super) fn end(&self) {
        self.rest();
        self.requests.fetch_sub(1, Ordering::Relaxed);
    }

    /// The time without a request begins, or begins again.
    pub(super) fn rest(&self) {
        self.rested.store(self.now(), Ordering::Relaxed);
    }

    /// A request was answered before its body was read to the end.
    pub(super) fn leave_unread(&self) {
        self.unread.store(true, Ordering::Relaxed);
    }

    /// Was one?
    pub(super) fn has_unread(&self) -> bool {
        self.unread.load(Ordering::Relaxed)
    }

    /// What the connection waits for, and until when it may; no moment where it is the service's turn.
    ///
    /// The bytes of an HTTP/2 connection between requests are mostly not those of a header, so there only the idle
    /// time counts.
    pub(super) fn deadline(&self, patience: Patience, http2: bool) -> (Phase, Option<Instant>) {
        let since = |moment: &AtomicU64| match moment.load(Ordering::Relaxed) {
            0 => None,
            moment => Some(self.accepted + Duration::from_millis(moment - 1)),
        };
        if let Some(blocked) = since(&self.blocked) {
            return (Phase::Write, Some(blocked + patience.write));
        }
        if self.requests.load(Ordering::Relaxed) > 0 {
            return (Phase::Serving, None);
        }
        match since(&self.header) {
            Some(header) if !http2 => (Phase::Header, Some(header + patience.header)),
            _ => (Phase::Idle, since(&self.rested).map(|rested| rested + patience.idle)),
        }
    }

    fn now(&self) -> u64 {
        u64::try_from(self.accepted.elapsed().as_millis()).map_or(u64::MAX, |moment| moment + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Patience = Patience {
        header: Duration::from_secs(1),
        write: Duration::from_secs(2),
        idle: Duration::from_secs(3),
    };

    #[tokio::test(start_paused = true)]
    async fn each_phase_has_a_deadline_of_its_own() {
        let start = Instant::now();
        let activity = Activity::new(start);
        let second = Duration::from_secs(1);
        let deadline = || activity.deadline(PATIENCE, false);
        assert_eq!(deadline(), (Phase::Idle, Some(start + 3 * second)));
        tokio::time::advance(second).await;
        activity.read();
        assert_eq!(deadline(), (Phase::Header, Some(start + 2 * second)));
        tokio::time::advance(second / 2).await;
        activity.read();
        assert_eq!(deadline(), (Phase::Header, Some(start + 2 * second)), "from the first byte on");
        activity.begin();
        activity.read();
        assert_eq!(deadline(), (Phase::Serving, None));
        activity.blocked();
        activity.end();
        let written = start + second + second / 2;
        assert_eq!(deadline(), (Phase::Write, Some(written + 2 * second)));
        activity.wrote();
        assert_eq!(deadline(), (Phase::Idle, Some(written + 3 * second)));
    }

    #[tokio::test(start_paused = true)]
    async fn bytes_between_requests_of_http2_are_no_header() {
        let start = Instant::now();
        let activity = Activity::new(start);
        activity.read();
        assert_eq!(activity.deadline(PATIENCE, true).0, Phase::Idle);
    }
}
