//! Nodes over a database, rounds of a fault under load, and what must be there after each.

use std::collections::HashSet;
use std::process::Output;
use std::time::Duration;

use fastrand::Rng;
use jiff::civil::Date;
use tempfile::TempDir;

use super::load::{CALLERS, Load};
use crate::kill::ledger::{self, Figures};
use crate::kill::message::Shown;
use crate::kill::{number, today};
use crate::server::{Server, program};

/// How long a node tries to reach the database for a call, in seconds: not for long, where it is away, so that outages need
/// not last; and longer than a busy machine takes for anything, where it is there.
const PATIENCE: [&str; 2] = ["2", "300"];
/// Of how many registrations of a round the history is looked at, at most.
const HISTORIES: usize = 200;
/// A refusal that took longer did not come in time. A call may wait for its place, for one before it, and for itself.
const IN_TIME: Duration = Duration::from_secs(20);

/// How often each fault is made.
pub(super) fn rounds() -> u32 {
    u32::try_from(number("PRESENCE_OUTAGE_ROUNDS", 2)).expect("fits")
}

/// Nodes over a database.
pub(super) struct Scene {
    url: String,
    data: TempDir,
    /// How many nodes there are to be.
    count: usize,
    pub(super) nodes: Vec<Server>,
    pub(super) rng: Rng,
    day: Date,
    round: u32,
    /// What each round left.
    kept: Vec<(u32, Vec<Shown>)>,
    given: HashSet<u64>,
    figures: Figures,
    refused: usize,
    longest: Duration,
}

impl Scene {
    pub(super) fn over(url: &str, nodes: usize) -> Self {
        let data = tempfile::tempdir().expect("a folder");
        let rng = Rng::with_seed(number("PRESENCE_OUTAGE_SEED", 1));
        let mut scene = Self {
            url: url.to_owned(),
            data,
            count: nodes,
            nodes: Vec::new(),
            rng,
            day: Date::MIN,
            round: 0,
            kept: Vec::new(),
            given: HashSet::new(),
            figures: Figures::default(),
            refused: 0,
            longest: Duration::ZERO,
        };
        for _ in 0..nodes {
            let node = scene.start();
            scene.nodes.push(node);
        }
        scene.day = today(&scene.nodes[0]);
        scene
    }

    /// Starts a node more.
    pub(super) fn start(&self) -> Server {
        let patience = PATIENCE[usize::from(self.count > 1)];
        let flags =
            ["--database-patience", patience, "--log", "error,presence=info,presence::call=off"];
        Server::on_database(&self.url, self.data.path(), &flags)
    }

    /// Some answers and then the fault in the middle of the load, until the callers are served again; then everything must be
    /// there.
    pub(super) fn round(&mut self, fault: impl FnOnce(&mut Self, &mut Load)) {
        self.round += 1;
        let (work, day) = (self.round, self.day);
        let addresses: Vec<_> = self.nodes.iter().map(|node| node.address).collect();
        let mut load = Load::begin(&addresses, (work, day), &mut self.rng);
        load.answers(self.rng.usize(10..60));
        fault(self, &mut load);
        load.answers_of_each();
        let (calls, heard) = load.end();
        let ended = addresses.len() - self.nodes.len();
        assert_eq!(heard.gone, ended * CALLERS, "a node that runs ends no connection");
        self.refused += heard.refused;
        self.longest = self.longest.max(heard.longest);
        assert!(heard.longest < IN_TIME, "a caller waited for {:?} to be refused", heard.longest);
        let address = self.nodes[0].address;
        assert_eq!(self.nodes[0].get("/health").status, 200);
        let found = ledger::search(address, work, day);
        self.figures += ledger::compare(&calls, &found);
        // The search has shown each with its number and status; these are asked for their history, too.
        let each = found.len().div_ceil(HISTORIES);
        let some: Vec<_> = found.iter().step_by(each.max(1)).cloned().collect();
        ledger::ask_for_each(address, &some);
        ledger::remember(&mut self.given, &found);
        self.kept.push((work, found));
    }

    /// How many times a caller was told to come again.
    pub(super) fn refused(&self) -> usize {
        self.refused
    }

    /// Compares what every round had left once more, and has the whole audit verified; answers what there was.
    pub(super) fn close(self) -> String {
        let Self { url, data, nodes, day, round, kept, figures, refused, longest, .. } = self;
        for (work, found) in kept {
            let now = ledger::search(nodes[0].address, work, day);
            assert_eq!(ledger::without_checks(now), ledger::without_checks(found), "round {work}");
        }
        for node in nodes {
            node.stop();
        }
        let folder = data.path().to_str().expect("UTF-8");
        let mut verify = program(&["audit", "verify", "--data", folder]);
        let Output { status, stdout, stderr } =
            verify.env("PRESENCE_DATABASE_URL", &url).output().expect("it runs");
        let told = [stdout, stderr].concat();
        assert!(status.success(), "{}", String::from_utf8_lossy(&told));
        assert!(figures.registered > 0, "there was load");
        format!(
            "{round} rounds; {} answered calls with {} registrations and {} cancellations, all kept; of calls without an \
             answer that it was done, {} were stored whole and {} not at all; {refused} times a caller was told to come \
             again, after {:.1} s at most",
            figures.answered,
            figures.registered,
            figures.cancelled,
            figures.cut_kept,
            figures.cut_lost,
            longest.as_secs_f64(),
        )
    }
}
