//! The load: over SOAP, over REST with keys, and somebody who reads.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use fastrand::Rng;
use jiff::civil::Date;
use testkit::power::{Strace, Trace};

use super::answers::Answers;
use crate::key_kills;
use crate::kill::caller::{self, Call, Event, Line};
use crate::kill::{PATIENCE, message, today};
use crate::server::Server;

/// Connections over SOAP, and over REST.
const SOAP: usize = 6;
const REST: usize = 2;
/// The works where calls over REST register lie behind those over SOAP.
const REST_WORKS: u32 = 100;

/// How a life of the program ends.
#[derive(Clone, Copy, Debug)]
pub(super) enum Ending {
    Killed,
    Stopped,
}

/// What was called in one life of the program, by each connection, in order.
pub(super) struct Life {
    work: u32,
    day: Date,
    soap: Vec<Vec<Call>>,
    rest: Vec<Vec<key_kills::Call>>,
}

/// What the callers of one life know at a moment.
pub(super) struct Known {
    pub(super) work: u32,
    pub(super) day: Date,
    pub(super) soap: Vec<Call>,
    pub(super) rest_work: u32,
    pub(super) rest: Vec<key_kills::Call>,
}

/// One life on the folder of the trace; it ends when so many calls were answered.
pub(super) fn live(
    strace: Strace,
    trace: Trace,
    work: u32,
    calls: usize,
    ending: Ending,
    rng: &mut Rng,
) -> (Trace, Life) {
    let data = data(trace.root());
    let (mut command, recording) = strace.record(env!("CARGO_BIN_EXE_presence"), trace);
    command.args(["serve", "--open", "--listen", "127.0.0.1:0", "--inner-listen", "127.0.0.1:0"]);
    command.args(["--log", "info,presence::call=off", "--data"]).arg(data);
    // strace has to be found, and the program should not know how these tests are run.
    let path = std::env::var_os("PATH").unwrap_or_default();
    command.env_clear().env("PATH", path).stdin(Stdio::null());
    let server = Server::run(&mut command).0;
    let day = today(&server);
    let life = load(server, work, day, calls, ending, rng);
    (recording.finish(), life)
}

/// Where the program keeps its data: it makes this folder itself.
pub(super) fn data(root: &Path) -> std::path::PathBuf {
    root.join("data")
}

fn load(server: Server, work: u32, day: Date, calls: usize, ending: Ending, rng: &mut Rng) -> Life {
    let (sender, events) = channel();
    let address = server.address;
    thread::scope(|scope| {
        let name = |kind: &str, place: usize| format!("{kind}-{work}-{place}");
        let soap: Vec<_> = (0..SOAP)
            .map(|place| {
                let (sender, rng, name) = (sender.clone(), rng.fork(), name("soap", place));
                scope.spawn(move || caller::load(address, work, &name, rng, &sender))
            })
            .collect();
        let rest: Vec<_> = (0..REST)
            .map(|place| {
                let (sender, rng, name) = (sender.clone(), rng.fork(), name("rest", place));
                let work = REST_WORKS + work;
                scope.spawn(move || key_kills::load(address, work, &name, rng, &sender))
            })
            .collect();
        scope.spawn(move || read(address, work, day));
        await_answers(&events, calls);
        match ending {
            Ending::Killed => drop(server),
            Ending::Stopped => server.stop(),
        }
        let joined = |caller: thread::ScopedJoinHandle<'_, Vec<Call>>| caller.join();
        let soap = soap.into_iter().map(|caller| joined(caller).expect("a caller")).collect();
        let rest = rest.into_iter().map(|caller| caller.join().expect("a caller")).collect();
        Life { work, day, soap, rest }
    })
}

fn await_answers(events: &Receiver<Event>, calls: usize) {
    let mut left = calls;
    while left > 0 {
        if let Event::Answered = events.recv_timeout(PATIENCE).expect("the load goes on") {
            left -= 1;
        }
    }
}

/// Searches without end: each time, the database has to follow the journal first.
fn read(address: SocketAddr, work: u32, day: Date) {
    let Ok(mut line) = Line::open(address) else { return };
    while line.call(&message::search(work, day, 0), usize::MAX, |_| {}).is_ok() {}
}

impl Life {
    /// What its callers know if power is lost at a moment: on each connection, one call is cut off at most, and none was
    /// sent after that.
    pub(super) fn until(&self, answers: &Answers, moment: usize) -> Known {
        let mut soap = Vec::new();
        for connection in &self.soap {
            for call in connection {
                let call = answers.known(call, moment);
                let over = matches!(
                    call,
                    Call::Register { ids: None, .. } | Call::Cancel { answered: false, .. }
                );
                soap.push(call);
                if over {
                    break;
                }
            }
        }
        let mut rest = Vec::new();
        for connection in &self.rest {
            for call in connection {
                let answer = call.answer.as_ref().filter(|body| answers.was_begun(body, moment));
                let over = answer.is_none();
                rest.push(key_kills::Call {
                    request: call.request.clone(),
                    items: call.items,
                    answer: answer.cloned(),
                });
                if over {
                    break;
                }
            }
        }
        Known { work: self.work, day: self.day, soap, rest_work: REST_WORKS + self.work, rest }
    }
}
