//! Power is lost while a store is written to whose journal and log are so small that they begin anew all the time: what
//! was acknowledged is there when it is opened again.
//!
//! The same of the whole program, with the journal and the log that it has, is in `crates/presence/tests/it/power.rs`.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use domain::{RegistrationId, Who, sample};
use fastrand::Rng;
use store::{Registrations as _, Store as _};
use store_sqlite::backup::verify;
use store_sqlite::{FILE_NAME, Options, SqliteStore};
use testkit::power::{Disk, Fate, Op, Step, Strace, Trace};

use crate::backup::register;

/// The test below, which runs itself in the process that is watched.
const TEST: &str =
    "power::what_was_acknowledged_survives_the_loss_of_power_with_a_journal_that_begins_anew";
/// Tells that process where its folder is, and what its choices are.
const FOLDER: &str = "PRESENCE_POWER_FOLDER";
const LIFE: &str = "PRESENCE_POWER_LIFE";
/// The process writes down here what the store has acknowledged.
const ACKNOWLEDGED: &str = "acknowledged";
/// So many processes use the folder, one after another.
const LIVES: u64 = 3;
/// So many callers are there at once, and so many calls does each make in a life.
const CALLERS: usize = 3;
const CALLS: usize = 40;
const MOMENTS: usize = 60;

fn open(folder: &Path) -> SqliteStore {
    let options = Options { journal_bytes: 24 * 1024, checkpoint_pages: 60, ..Options::default() };
    SqliteStore::open(&folder.join("data"), options).expect("opened")
}

/// What the store answered to have stored: ids in a row, of the first persons of the samples.
#[derive(Clone, Copy, Debug)]
struct Stored {
    first: i64,
    count: i64,
}

impl Stored {
    /// Writes it down with one call of the system.
    fn note(self, mut file: &File) {
        let line = format!("{} {}\n", self.first, self.count);
        file.write_all(line.as_bytes()).expect("written");
    }

    fn read(line: &[u8]) -> Option<Self> {
        let (first, count) = std::str::from_utf8(line).ok()?.trim_end().split_once(' ')?;
        Some(Self { first: first.parse().ok()?, count: count.parse().ok()? })
    }
}

/// One caller: it registers, and reads in between, so that the database follows the journal at any time.
async fn call(store: &SqliteStore, file: &File, mut rng: Rng) {
    for _ in 0..CALLS {
        let count = *rng.choice(&[1, 1, 5, 30]).expect("not empty");
        let stored = register(store, count).await;
        Stored { first: stored[0].id.number(), count: i64::from(count) }.note(file);
        match rng.u8(..8) {
            0..=3 => _ = store.dossier(stored[0].id).await.expect("read").expect("there"),
            4 => store.check().await.expect("written"),
            _ => {}
        }
    }
}

/// What the process does that is watched.
async fn one_life(folder: &Path) {
    let mut rng = Rng::with_seed(number(LIFE, 1));
    let mut options = OpenOptions::new();
    let file = options.create(true).append(true).open(folder.join(ACKNOWLEDGED)).expect("opened");
    let store = open(folder);
    let callers = [rng.fork(), rng.fork(), rng.fork()].map(|rng| call(&store, &file, rng));
    let [one, two, three] = callers;
    tokio::join!(one, two, three);
    if rng.bool() {
        std::process::abort();
    }
}

/// Lets processes use a store in `folder`, one after another.
fn lives(strace: Strace, folder: &Path, seed: u64) -> Trace {
    let mut trace = Trace::of(folder);
    for life in 0..LIVES {
        let own = std::env::current_exe().expect("this program");
        let (mut command, recording) = strace.record(own, trace);
        command.args(["--exact", TEST, "--nocapture"]);
        command.env(FOLDER, folder.canonicalize().expect("there"));
        command.env(LIFE, (seed * LIVES + life).to_string()).stdin(Stdio::null());
        let output = command.output().expect("strace runs");
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!text.contains("panicked"), "{text}");
        trace = recording.finish();
    }
    trace
}

/// What was acknowledged, with the step at which it was.
fn acknowledged(trace: &Trace) -> Vec<(usize, Stored)> {
    let steps = trace.steps().iter().enumerate();
    let stored = steps.filter_map(|(place, step)| match step {
        Step::Begin { op: Op::Write { to, bytes, .. }, .. } if to.path.ends_with(ACKNOWLEDGED) => {
            Some((place, Stored::read(bytes).expect("a line")))
        }
        _ => None,
    });
    stored.collect()
}

/// Opens the store and looks for all of it; `told` says how power was lost.
async fn all_are_there(folder: &Path, known: impl Iterator<Item = Stored>, told: &str) {
    let store = open(folder);
    for Stored { first, count } in known {
        for place in 0..count {
            let id = RegistrationId::new(first + place).expect("an id");
            let found = store.dossier(id).await.expect("read");
            let found = found.unwrap_or_else(|| panic!("{id} is lost: {told}")).registration;
            let inss = sample::inss(u32::try_from(place).expect("few"));
            let who = Who::Worker { inss, company: sample::enterprise_number(1) };
            assert_eq!(found.submission.who, who, "{id}: {told}");
        }
    }
    register(&store, 1).await;
    drop(store);
    let sound = verify(&folder.join("data").join(FILE_NAME));
    sound.unwrap_or_else(|error| panic!("{error}: {told}"));
}

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| text.parse().expect("a number"))
}

/// Takes the power away at so many moments of one store's lives.
async fn lose_power(strace: Strace, seed: u64) {
    let folder = tempfile::tempdir().expect("a folder");
    let trace = lives(strace, folder.path(), seed);
    let acknowledged = acknowledged(&trace);
    assert_eq!(acknowledged.len(), CALLERS * CALLS * usize::try_from(LIVES).expect("few"));
    let mut rng = Rng::with_seed(seed);
    let mut moments: Vec<_> = (0..MOMENTS)
        .map(|place| match place % 2 {
            // At once after something was acknowledged: the most that may be asked.
            0 => rng.choice(&acknowledged).expect("not empty").0 + 1,
            _ => rng.usize(..=trace.steps().len()),
        })
        .collect();
    moments.sort_unstable();
    let mut disk = Disk::new(&trace);
    for moment in moments {
        disk.go_to(moment);
        let mut fate = Fate::of_seed(rng.u64(..));
        let image = tempfile::tempdir().expect("a folder");
        disk.lose_power(&mut fate, image.path());
        let steps = trace.steps().len();
        let told = format!("seed {seed}, power lost at step {moment} of {steps}, {fate:?}");
        let known = acknowledged.iter().filter(|(step, _)| *step < moment);
        all_are_there(image.path(), known.map(|(_, stored)| *stored), &told).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_survives_the_loss_of_power_with_a_journal_that_begins_anew() {
    if let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) {
        return one_life(&folder).await;
    }
    let Some(strace) = Strace::or_skip() else { return };
    let first = number("PRESENCE_POWER_STORE_SEED", 1);
    for seed in first..first + number("PRESENCE_POWER_STORE_ROUNDS", 1) {
        lose_power(strace, seed).await;
    }
}
