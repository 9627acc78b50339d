//! The program is killed under load, again and again on the same folder: what it had acknowledged is there afterwards,
//! once, and whole.
//!
//! `PRESENCE_KILL_ROUNDS` (5) and `PRESENCE_KILL_SEED` (1) choose the campaign; a campaign must not pass midnight in
//! Belgium. `docs/reliability.md` has the last long one.

pub(crate) mod caller;
pub(crate) mod ledger;
pub(crate) mod message;

use std::collections::HashSet;
use std::env;
use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use fastrand::Rng;
use jiff::civil::Date;

use crate::server::Server;
use caller::{Call, Event, Line};
use ledger::Figures;

pub(crate) const CONNECTIONS: usize = 16;
/// How long the load may stand still before it is a failure.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);
/// Calls are a line of the log each, which would be read here for nothing.
const QUIET: &[&str] = &["--log", "info,presence::call=off"];

pub(crate) fn number(name: &str, default: u64) -> u64 {
    env::var(name).map_or(default, |text| text.parse().expect("a number"))
}

/// The present day in Belgium, by the program's clock.
pub(crate) fn today(server: &Server) -> Date {
    let mut line = Line::open(server.address).expect("connected");
    let request = message::register(0, &["first".to_owned()]);
    let answer = line.call(&request, usize::MAX, |_| {}).expect("an answer");
    message::registrations(answer)[0].day.parse().expect("a day")
}

/// Waits for some answers and then for some bytes of the calls after them.
pub(crate) fn random_moment(rng: &mut Rng, events: &Receiver<Event>) {
    let mut answers = rng.usize(..150);
    let mut bytes = rng.usize(..200_000);
    while answers > 0 || bytes > 0 {
        match events.recv_timeout(PATIENCE).expect("the load goes on") {
            Event::Answered => answers = answers.saturating_sub(1),
            Event::Sent(count) if answers == 0 => bytes = bytes.saturating_sub(count),
            Event::Sent(_) => {}
        }
    }
}

/// Load on every connection, and the kill in the middle of it; answers what was called.
pub(crate) fn load_and_kill(server: Server, round: u32, rng: &mut Rng) -> Vec<Call> {
    let (sender, events) = channel();
    thread::scope(|scope| {
        let callers: Vec<_> = (0..CONNECTIONS)
            .map(|place| {
                let (sender, rng) = (sender.clone(), rng.fork());
                let address = server.address;
                let name = format!("{round}-{place}");
                scope.spawn(move || caller::load(address, round, &name, rng, &sender))
            })
            .collect();
        random_moment(rng, &events);
        // SIGKILL: nothing of the program runs any more.
        drop(server);
        callers.into_iter().flat_map(|caller| caller.join().expect("a caller")).collect()
    })
}

pub(crate) fn start(folder: &Path) -> Server {
    Server::at(folder, QUIET)
}

#[test]
fn what_was_acknowledged_survives_kills_under_load() {
    let rounds = u32::try_from(number("PRESENCE_KILL_ROUNDS", 5)).expect("fits");
    let seed = number("PRESENCE_KILL_SEED", 1);
    let mut rng = Rng::with_seed(seed);
    let folder = tempfile::tempdir().expect("a folder");
    let mut server = start(folder.path());
    let day = today(&server);
    let mut given = HashSet::new();
    let mut kept = Vec::new();
    let mut figures = Figures::default();
    for round in 1..=rounds {
        let calls = load_and_kill(server, round, &mut rng);
        server = start(folder.path());
        let found = ledger::search(server.address, round, day);
        figures += ledger::compare(&calls, &found);
        ledger::ask_for_each(server.address, &found);
        ledger::remember(&mut given, &found);
        kept.push((round, found));
    }
    // What one round left is untouched by the kills of all later ones, but for checks.
    for (round, found) in kept {
        let now = ledger::search(server.address, round, day);
        assert_eq!(ledger::without_checks(now), ledger::without_checks(found), "round {round}");
    }
    server.stop();
    println!(
        "seed {seed}: {rounds} kills; {} answered calls with {} registrations and {} cancellations, all kept; of the \
         calls that were cut off, {} were stored whole and {} not at all",
        figures.answered, figures.registered, figures.cancelled, figures.cut_kept, figures.cut_lost
    );
    assert!(figures.registered > 0 && figures.cut_kept + figures.cut_lost > 0, "there was load");
}
