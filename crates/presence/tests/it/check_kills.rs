//! The program is killed again and again while it registers, cancels, checks what it registered, and registers are
//! imported beside it. Afterwards each registration has the status that the registers say, and no step twice.
//!
//! `PRESENCE_CHECK_KILL_ROUNDS` (5) and `PRESENCE_CHECK_KILL_SEED` (1) choose the campaign; it must not pass midnight in
//! Belgium. `docs/reliability.md` has the last long one.

mod verdict;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::sync::Arc;

use app::Checker;
use domain::register::{Change, Enterprise, JuridicalSituation, Period, Register, Row};
use domain::sample::{enterprise_number, inss, works_reference};
use fastrand::Rng;
use jiff::{Timestamp, ToSpan};
use serde_json::json;
use store::{Backlog, Store};
use testkit::FakeClock;

use crate::kill::ledger::{self, Figures};
use crate::kill::{load_and_kill, message, number, start, today};
use crate::server::{let_a_minute_pass, program};

/// The files of the registers: all is right with the even persons of every work, and with the odd ones in turns.
struct Files {
    folder: PathBuf,
    data: PathBuf,
}

impl Files {
    fn write(folder: &Path, rounds: u32) -> Self {
        let files = Self { folder: folder.join("files"), data: folder.join("data") };
        fs::create_dir(&files.folder).expect("made");
        let company = enterprise_number(1);
        let (mut works, mut persons) =
            (String::new(), "inss,known_from,known_until,replaced_by\n".to_owned());
        let columns = "inss,enterprise_number,worker_type,from,until,user_enterprise_number\n";
        let (mut all, mut even) = (columns.to_owned(), columns.to_owned());
        for work in 0..=rounds {
            let line = json!({
                "reference": works_reference(work).as_str(), "sector": "construction", "from": "2020-01-01",
                "until": null, "subjectToPresenceRegistration": true, "sites": [],
                "contracts": [{ "enterpriseNumber": company.to_string(), "role": "builder", "from": "2020-01-01",
                    "until": null }],
            });
            writeln!(works, "{line}").expect("a text");
            for place in 0..message::PERSONS {
                let inss = inss(message::person(work, place));
                writeln!(persons, "{},2020-01-01,,", &*inss.digits()).expect("a text");
                let line = format!("{},{company},OTH,2020-01-01,,\n", &*inss.digits());
                all.push_str(&line);
                if place % 2 == 0 {
                    even.push_str(&line);
                }
            }
        }
        let employers = format!("enterprise_number,from,until\n{company},2020-01-01,\n");
        for (name, text) in [
            ("works.jsonl", works),
            ("persons.csv", persons),
            ("employers.csv", employers),
            ("all.csv", all),
            ("even.csv", even),
        ] {
            fs::write(files.folder.join(name), text).expect("written");
        }
        files
    }

    /// Begins an import beside the program.
    fn import(&self, register: &str, name: &str) -> Child {
        let path = |path: &Path| path.to_str().expect("UTF-8").to_owned();
        let (file, data) = (path(&self.folder.join(name)), path(&self.data));
        let words = ["import", register, &file, "--data", &data];
        program(&words).stderr(Stdio::piped()).spawn().expect("it runs")
    }

    fn import_whole(&self, register: &str, name: &str) {
        done(self.import(register, name));
    }

    /// The odd persons are employed after odd rounds.
    fn employments(round: u32) -> &'static str {
        if round % 2 == 1 { "all.csv" } else { "even.csv" }
    }
}

fn done(import: Child) {
    let output = import.wait_with_output().expect("it ends");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// The company exists; its register is filled before any program runs.
#[tokio::main(flavor = "current_thread")]
async fn found_company(data: &Path) {
    let store = testkit::chosen_store(data).await;
    let enterprise = Enterprise {
        number: enterprise_number(1),
        exists: Period::ALWAYS,
        situation: JuridicalSituation::NORMAL,
    };
    let change = Change {
        register: Register::Enterprises,
        removed: Vec::new(),
        rows: vec![Row::Enterprise(enterprise)],
        source: "test".into(),
        at: Timestamp::UNIX_EPOCH,
    };
    store.registers().change(change).await.expect("changed");
}

/// Finishes what the killed programs left, as a worker does that comes when their leases are over.
async fn drain(store: &Arc<dyn Store>) {
    #[expect(clippy::disallowed_methods, reason = "the programs before had the real clock")]
    let later = Timestamp::now() + 1.minute();
    let checker = Checker::new(
        Arc::clone(store),
        Arc::new(FakeClock::at(&later.to_string())),
        app::default_policy(),
        500,
    );
    while checker.step().await.expect("a step").done > 0 {}
    assert_eq!(store.checks().backlog().await.expect("read"), Backlog::default());
}

#[test]
fn kills_of_the_worker_lose_and_double_nothing() {
    let rounds = u32::try_from(number("PRESENCE_CHECK_KILL_ROUNDS", 5)).expect("fits");
    let seed = number("PRESENCE_CHECK_KILL_SEED", 1);
    let mut rng = Rng::with_seed(seed);
    let folder = tempfile::tempdir().expect("a folder");
    let files = Files::write(folder.path(), rounds);
    found_company(&files.data);
    let mut server = start(&files.data);
    for (register, name) in
        [("works", "works.jsonl"), ("persons", "persons.csv"), ("employers", "employers.csv")]
    {
        files.import_whole(register, name);
    }
    let day = today(&server);
    let mut figures = Figures::default();
    let mut found = Vec::new();
    for round in 1..=rounds {
        let import = files.import("employments", Files::employments(round));
        let calls = load_and_kill(server, round, &mut rng);
        done(import);
        server = start(&files.data);
        let registered = ledger::search(server.address, round, day);
        figures += ledger::compare(&calls, &registered);
        found.push((round, registered));
    }
    drop(server);
    let verdicts = verdict::judge(&files.data, found, rounds % 2 == 1);
    println!(
        "seed {seed}: {rounds} kills, an import beside each; {} answered calls with {} registrations and {} \
         cancellations, all kept; {verdicts}",
        figures.answered, figures.registered, figures.cancelled
    );
    assert!(figures.registered > 0, "there was load");
}

/// Opens the data that the programs left, and finishes their work.
async fn finished(data: &Path) -> Arc<dyn Store> {
    let_a_minute_pass(data);
    let store = testkit::chosen_store(data).await;
    drain(&store).await;
    store
}
