//! The bare limit: a program that does nothing but put the same rows into the same tables, as durably.

use std::path::Path;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use domain::register::Change;
use domain::{Channel, Clock as _, EnterpriseNumber, sample};
use fastrand::Rng;
use jiff::civil::{Date, date};
use rusqlite::{Connection, Statement};
use store::Store as _;
use store_sqlite::{FILE_NAME, Options as StoreOptions, SqliteStore};

use crate::Outcome;
use crate::clock::RealTime;
use crate::figures::number;
use crate::population::{Call, Population};
use crate::proc::{Meter, Spent};

/// The row of a registration as the program stores it.
const INSERT: &str = "INSERT INTO registration (id, day, works, company, inss, limosa, reference, sector, created, \
                      channel, sender_id, sender_company, sender_type, status, remarks, validated) \
                      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

/// A step of a registration's history as the program stores it.
const INSERT_STEP: &str = "INSERT INTO history (registration, place, at, status, remarks, cause) \
                           VALUES (?, 1, ?, ?, 0, ?)";

/// The sector of everything.
pub(crate) const CONSTRUCTION: i16 = 1;
/// Status.
pub(crate) const REGISTERED: i16 = 3;
pub(crate) const VALIDATED: i16 = 4;
const CHECK: i64 = 1;

/// Who sends everything: its id.
pub(crate) const SENDER_ID: &str = "00012345";
/// The type of user that it is.
pub(crate) const SENDER_TYPE: &str = "EXPEDITOR";
/// The number of its enterprise.
pub(crate) static SENDER_COMPANY: LazyLock<EnterpriseNumber> =
    LazyLock::new(|| sample::enterprise_number(999_999));

/// How the rows come: calls of so many, so many calls gathered in a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shape {
    pub(crate) call: usize,
    pub(crate) gathered: usize,
}

/// What the store itself makes of a new folder, so that the tables are the same; with the register of works.
pub(crate) fn create(folder: &Path, population: &Population) -> Outcome<()> {
    let store = SqliteStore::open(folder, StoreOptions::default())?;
    let works = population.register_of_works();
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let change = Change::put_works(works, "bench", RealTime.now());
    Ok(runtime.block_on(store.registers().change(change)).map(drop)?)
}

/// What the bare program did in one round.
pub(crate) struct BareRound {
    /// Rows a second, with every commit on the disk.
    pub(crate) rows: f64,
    pub(crate) spent: Spent,
}

/// Measures one round.
pub(crate) fn measure(
    folder: &Path,
    population: &Population,
    shape: Shape,
    (warm_up, time): (Duration, Duration),
    (day, seed): (Date, u64),
) -> Outcome<BareRound> {
    create(folder, population)?;
    let connection = Connection::open(folder.join(FILE_NAME))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "wal_autocheckpoint", 20_000)?;
    connection.pragma_update(None, "cache_size", -32 * 1024)?;
    let mut rows = Rows { insert: connection.prepare(INSERT)?, next: 1, day: day_number(day) };
    let mut rng = Rng::with_seed(seed);
    let mut commit = || -> Outcome<()> {
        connection.execute_batch("BEGIN IMMEDIATE")?;
        for _ in 0..shape.gathered {
            rows.put(&population.call(shape.call, &mut rng))?;
        }
        Ok(connection.execute_batch("COMMIT")?)
    };
    repeat(warm_up, &mut commit)?;
    let meter = Meter::start(None)?;
    let commits = repeat(time, &mut commit)?;
    let spent = meter.stop()?;
    let rows = f64::from(commits) * number(shape.call * shape.gathered);
    Ok(BareRound { rows: rows / spent.wall.as_secs_f64(), spent })
}

fn repeat(time: Duration, commit: &mut impl FnMut() -> Outcome<()>) -> Outcome<u32> {
    let start = Instant::now();
    let mut commits = 0;
    while start.elapsed() < time {
        commit()?;
        commits += 1;
    }
    Ok(commits)
}

struct Rows<'c> {
    insert: Statement<'c>,
    next: i64,
    day: i64,
}

impl Rows<'_> {
    fn put(&mut self, call: &Call<'_>) -> rusqlite::Result<()> {
        for worker in call.workers {
            let insert = &mut self.insert;
            insert.raw_bind_parameter(1, self.next)?;
            insert.raw_bind_parameter(2, self.day)?;
            insert.raw_bind_parameter(3, call.works.as_str())?;
            insert.raw_bind_parameter(4, call.employer.number)?;
            insert.raw_bind_parameter(5, worker.number)?;
            insert.raw_bind_parameter(6, None::<i64>)?;
            insert.raw_bind_parameter(7, "REF-00000001")?;
            bind_rest(insert, self.day * 86_400_000, REGISTERED, None)?;
            insert.raw_execute()?;
            self.next += 1;
        }
        Ok(())
    }
}

/// Sector, creation, channel, sender, status and validation.
fn bind_rest(
    insert: &mut Statement<'_>,
    created: i64,
    status: i16,
    validated: Option<i64>,
) -> rusqlite::Result<()> {
    insert.raw_bind_parameter(8, CONSTRUCTION)?;
    insert.raw_bind_parameter(9, created)?;
    insert.raw_bind_parameter(10, Channel::WebService.number())?;
    insert.raw_bind_parameter(11, SENDER_ID)?;
    insert.raw_bind_parameter(12, SENDER_COMPANY.number().cast_signed())?;
    insert.raw_bind_parameter(13, SENDER_TYPE)?;
    insert.raw_bind_parameter(14, status)?;
    insert.raw_bind_parameter(15, 0)?;
    insert.raw_bind_parameter(16, validated)
}

/// A registration of the past, which was checked long ago.
pub(crate) struct Past<'p> {
    pub(crate) day: Date,
    pub(crate) employer: i64,
    pub(crate) works: &'p str,
    pub(crate) inss: i64,
}

/// Fills a new folder with registrations, which get the ids from 1 on; quickly, and flushed only at the end.
pub(crate) fn fill<'p>(
    folder: &Path,
    population: &Population,
    past: impl Iterator<Item = Past<'p>>,
) -> Outcome<()> {
    create(folder, population)?;
    let file = folder.join(FILE_NAME);
    let connection = Connection::open(&file)?;
    connection.pragma_update(None, "journal_mode", "OFF")?;
    connection.pragma_update(None, "synchronous", "OFF")?;
    connection.pragma_update(None, "cache_size", -512 * 1024)?;
    connection.execute_batch("BEGIN IMMEDIATE")?;
    let mut insert = connection.prepare(INSERT)?;
    let mut insert_step = connection.prepare(INSERT_STEP)?;
    let mut next: i64 = 1;
    for registration in past {
        let day = day_number(registration.day);
        // From six in the morning on, one each 200 ms or so.
        let created = day * 86_400_000 + 5 * 3_600_000 + next % 100_000 * 200;
        let checked = created + 60_000;
        insert.raw_bind_parameter(1, next)?;
        insert.raw_bind_parameter(2, day)?;
        insert.raw_bind_parameter(3, registration.works)?;
        insert.raw_bind_parameter(4, registration.employer)?;
        insert.raw_bind_parameter(5, registration.inss)?;
        insert.raw_bind_parameter(6, None::<i64>)?;
        insert.raw_bind_parameter(7, "REF-00000001")?;
        bind_rest(&mut insert, created, VALIDATED, Some(checked))?;
        insert.raw_execute()?;
        insert_step.execute((next, checked, VALIDATED, CHECK))?;
        next += 1;
    }
    connection.execute("UPDATE id_block SET next = ?", (next,))?;
    // All of them were checked in their time.
    connection.execute("UPDATE check_state SET next = ?", (next,))?;
    // And so was what the works of the register concern, which would be checked again otherwise.
    connection.execute("DELETE FROM register_change", ())?;
    connection.execute_batch("COMMIT")?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    std::fs::File::open(file)?.sync_all()?;
    Ok(())
}

/// A registration that waits to be checked.
pub(crate) struct Waiting<'p> {
    pub(crate) day: Date,
    pub(crate) employer: i64,
    pub(crate) works: &'p str,
    pub(crate) inss: i64,
}

/// Appends registrations that wait to data that have none yet, quickly.
pub(crate) fn append<'p>(folder: &Path, waiting: impl Iterator<Item = Waiting<'p>>) -> Outcome<()> {
    let connection = Connection::open(folder.join(FILE_NAME))?;
    connection.execute_batch("BEGIN IMMEDIATE")?;
    let mut insert = connection.prepare(INSERT)?;
    let first: i64 = connection.query_row("SELECT next FROM id_block", (), |row| row.get(0))?;
    let mut next = first;
    for registration in waiting {
        let day = day_number(registration.day);
        insert.raw_bind_parameter(1, next)?;
        insert.raw_bind_parameter(2, day)?;
        insert.raw_bind_parameter(3, registration.works)?;
        insert.raw_bind_parameter(4, registration.employer)?;
        insert.raw_bind_parameter(5, registration.inss)?;
        insert.raw_bind_parameter(6, None::<i64>)?;
        insert.raw_bind_parameter(7, "REF-00000001")?;
        bind_rest(&mut insert, day * 86_400_000, REGISTERED, None)?;
        insert.raw_execute()?;
        next += 1;
    }
    connection.execute("UPDATE id_block SET next = ?", (next,))?;
    connection.execute_batch("COMMIT; PRAGMA wal_checkpoint(TRUNCATE)")?;
    Ok(())
}

fn day_number(day: Date) -> i64 {
    day.duration_since(date(1970, 1, 1)).as_hours() / 24
}
