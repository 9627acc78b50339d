//! The disk is full, under load: whoever is told that it was not stored may come again, and finds nothing twice; what was
//! acknowledged stays; and the service goes on by itself when there is room.
//!
//! The system refuses to write beyond a place in a file (`prlimit --fsize`), as a full disk would, so that frames and pages are
//! written in part, too. `PRESENCE_FULL_ROUNDS` (4) and `PRESENCE_FULL_SEED` (1) choose the campaign.

use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;

use fastrand::Rng;
use jiff::civil::Date;
use serde_json::json;

use crate::kill::caller::Call;
use crate::kill::ledger::{self, Figures};
use crate::kill::message::{self, register};
use crate::kill::{number, today};
use crate::reply::Reply;
use crate::rest;
use crate::server::{self, Server, post};
use crate::soap::XML;

const CALLERS: usize = 4;
/// A caller whose calls were refused so often has seen enough.
const REFUSALS: usize = 3;
/// Far more calls than find room.
const MOST_CALLS: usize = 20_000;

/// A service on the embedded store that gets an error, not a signal, where it may not write.
fn start(folder: &Path) -> Server {
    let mut command = Command::new("/bin/sh");
    command.args(["-c", "trap '' XFSZ; exec \"$@\"", "sh", env!("CARGO_BIN_EXE_presence")]);
    command.args(["serve", "--open", "--listen", "127.0.0.1:0", "--inner-listen", "127.0.0.1:0"]);
    command.args(["--log", "warn,presence::serve=info", "--data"]).arg(folder);
    command.env_clear().stdin(Stdio::null());
    Server::run(&mut command).0
}

/// Lets the program write no file beyond so many bytes; `None` for as many as it likes.
fn limit(server: &Server, bytes: Option<u64>) {
    let bytes = bytes.map_or("unlimited".to_owned(), |bytes| bytes.to_string());
    let id = server.id().to_string();
    let words = ["--pid", &id, &format!("--fsize={bytes}:")];
    let set = Command::new("prlimit").args(words).status().expect("prlimit runs");
    assert!(set.success(), "the limit is set");
}

/// What came of a call that registers.
enum Outcome {
    Stored(Vec<u64>),
    /// With a fault that lets its caller come again.
    Refused,
}

fn call(address: SocketAddr, work: u32, references: &[String]) -> Outcome {
    let reply = server::send(address, &post(&[XML], &register(work, references)));
    if reply.status == 200 {
        let shown = message::registrations(&reply.text());
        return Outcome::Stored(shown.into_iter().map(|one| one.id).collect());
    }
    assert_refused(&reply);
    Outcome::Refused
}

fn assert_refused(reply: &Reply) {
    assert_eq!((reply.status, reply.fault().as_deref()), (500, Some("SOA-02002")));
    assert!(reply.header("retry-after").is_some(), "when to come again");
}

/// What one caller was answered.
#[derive(Default)]
struct Answers {
    stored: Vec<Call>,
    refused: Vec<String>,
}

/// Registers until it was refused often enough.
fn load(address: SocketAddr, work: u32, name: &str, mut rng: Rng) -> Answers {
    let mut answers = Answers::default();
    let mut refusals = 0;
    for place in 0..MOST_CALLS {
        let count = *rng.choice(&[1, 1, 5, 50]).expect("not empty");
        let references: Vec<_> = (0..count).map(|one| format!("{name}-{place}-{one}")).collect();
        match call(address, work, &references) {
            Outcome::Stored(ids) => {
                answers.stored.push(Call::Register { references, ids: Some(ids) });
            }
            Outcome::Refused => {
                answers.refused.extend(references);
                refusals += 1;
            }
        }
        if refusals == REFUSALS {
            return answers;
        }
    }
    panic!("there was room for {MOST_CALLS} calls");
}

/// All callers at once, on a disk that is full beyond `bytes` of a file.
fn fill(server: &Server, work: u32, bytes: u64, rng: &mut Rng) -> Answers {
    limit(server, Some(bytes));
    let address = server.address;
    thread::scope(|scope| {
        let callers: Vec<_> = (0..CALLERS)
            .map(|place| {
                let (name, rng) = (format!("{work}-{place}"), rng.fork());
                scope.spawn(move || load(address, work, &name, rng))
            })
            .collect();
        let mut all = Answers::default();
        for caller in callers {
            let Answers { stored, refused } = caller.join().expect("a caller");
            all.stored.extend(stored);
            all.refused.extend(refused);
        }
        all
    })
}

/// What was acknowledged is there once, what was refused is not.
fn compare(server: &Server, work: u32, day: Date, answers: &Answers) -> Figures {
    let found = ledger::search(server.address, work, day);
    for refused in &answers.refused {
        let there = found.iter().find(|one| one.reference == *refused);
        assert_eq!(there, None, "it was refused");
    }
    ledger::compare(&answers.stored, &found)
}

#[test]
fn on_a_full_disk_calls_are_refused_and_nothing_is_lost_or_doubled() {
    let rounds = u32::try_from(number("PRESENCE_FULL_ROUNDS", 4)).expect("fits");
    let seed = number("PRESENCE_FULL_SEED", 1);
    let mut rng = Rng::with_seed(seed);
    let folder = tempfile::tempdir().expect("a folder");
    let mut server = start(folder.path());
    let day = today(&server);
    let (mut figures, mut refused) = (Figures::default(), 0);
    for round in 1..=rounds {
        let bytes = rng.u64(..1 << 20);
        let answers = fill(&server, round, bytes, &mut rng);
        if round % 2 == 0 {
            limit(&server, None);
        } else {
            drop(server);
            server = start(folder.path());
        }
        figures += compare(&server, round, day, &answers);
        refused += answers.refused.len();
        let again = call(server.address, round, &["again".to_owned()]);
        assert!(matches!(again, Outcome::Stored(_)), "there is room");
    }
    server.stop();
    println!(
        "seed {seed}: {rounds} times full; {} answered calls with {} registrations, all kept; {refused} registrations \
         refused, none there",
        figures.answered, figures.registered
    );
    assert!(figures.registered > 0 && refused > 0, "there was load");
}

#[test]
fn on_a_full_disk_every_door_says_to_come_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = start(folder.path());
    let day = today(&server);
    limit(&server, Some(0));
    assert_refused(&server.post(&[XML], &register(0, &["refused".to_owned()])));
    // Whoever asks leaves a record first.
    assert_refused(&server.post(&[XML], &message::search(0, day, 0)));
    let reply = rest::post(&server, "registerInBulk", "", &rest::days(1));
    assert_eq!(reply.status, 503, "{}", reply.text());
    assert!(reply.header("retry-after").is_some(), "when to come again");
    let problem: serde_json::Value = serde_json::from_str(&reply.text()).expect("JSON");
    assert_eq!(problem["status"], json!(503), "{problem}");
    limit(&server, None);
    assert!(
        matches!(call(server.address, 0, &["again".to_owned()]), Outcome::Stored(_)),
        "there is room"
    );
    let found = ledger::search(server.address, 0, day);
    let references: Vec<_> = found.iter().map(|one| one.reference.as_str()).collect();
    assert_eq!(references, ["first", "again"]);
    server.stop();
}
