//! A caller who does no harm, and who must be served whatever the others do.

use std::io::Write as _;
use std::net::{SocketAddr, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::reply::Reply;
use crate::server::post;
use crate::soap::{XML, register};

/// How long one answer may take before it is a failure: far more than it takes.
const PATIENCE: Duration = Duration::from_mins(1);

pub(super) struct Witness {
    /// How long each call took, as it ended.
    calls: Receiver<Duration>,
    thread: JoinHandle<()>,
}

impl Witness {
    /// Begins to call, a connection a call.
    pub(super) fn start(address: SocketAddr) -> Self {
        let (sender, calls) = channel();
        let thread = thread::spawn(move || {
            let request = post(&[XML], &register(3));
            loop {
                let start = Instant::now();
                let mut stream = TcpStream::connect(address).expect("connected");
                stream.set_read_timeout(Some(PATIENCE)).expect("a time");
                stream.write_all(&request).expect("sent");
                let reply = Reply::read(&mut stream);
                assert_eq!(reply.status, 200, "{}", reply.text());
                assert_eq!(reply.text().matches("SUCCESSFULLY REGISTERED").count(), 3);
                // Nobody listens any more: the test is over.
                if sender.send(start.elapsed()).is_err() {
                    return;
                }
            }
        });
        Self { calls, thread }
    }

    /// Attacks until a call that began after the attack's begin has been answered; at least once.
    pub(super) fn is_served_during(&self, mut attack: impl FnMut()) {
        while self.calls.try_recv().is_ok() {}
        let mut answered = 0;
        let end = Instant::now() + PATIENCE;
        // The first answer may be to a call from before.
        while answered < 2 {
            attack();
            answered += self.calls.try_iter().count();
            assert!(Instant::now() < end, "nobody was served during the attack");
            assert!(!self.thread.is_finished(), "the caller was not served");
        }
    }

    /// The longest of the next calls.
    pub(super) fn longest_of(&self, calls: usize) -> Duration {
        while self.calls.try_recv().is_ok() {}
        let next = || self.calls.recv_timeout(PATIENCE).expect("the caller is served");
        (0..calls).map(|_| next()).max().expect("some calls")
    }

    /// Stops calling; panics if a call was not served.
    pub(super) fn end(self) {
        drop(self.calls);
        self.thread.join().expect("every call was served");
    }
}
