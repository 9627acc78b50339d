//! Very many registrations that wait, while others come in.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use domain::{Clock as _, belgian_day};
use rusqlite::Connection;
use store_sqlite::FILE_NAME;

use super::callers;
use super::sample::Sample;
use crate::Outcome;
use crate::bare::{Waiting, append};
use crate::clock::RealTime;
use crate::figures::number;
use crate::proc::{Meter, Spent};
use crate::server::Server;

/// How often it is looked how far the worker is.
const LOOK: Duration = Duration::from_millis(20);

/// What was measured.
pub(super) struct Backlog {
    waiting: u32,
    pub(super) spent: Spent,
    /// The times of the calls that came beside.
    pub(super) beside: Vec<Duration>,
}

impl Backlog {
    /// Registrations checked a second, those that came in meanwhile included.
    pub(super) fn rate(&self) -> f64 {
        self.checked() / self.spent.wall.as_secs_f64()
    }

    /// The same for a second of the server's processor time.
    pub(super) fn cpu_rate(&self) -> f64 {
        self.checked() / self.spent.server.as_secs_f64()
    }

    fn checked(&self) -> f64 {
        f64::from(self.waiting) + number(self.beside.len()) * f64::from(callers::CALL)
    }
}

/// Fills the registers, lets registrations wait, and starts the program.
pub(super) fn measure(
    program: &Path,
    folder: &Path,
    sample: &Sample,
    waiting: u32,
) -> Outcome<Backlog> {
    sample.import(program, folder)?;
    // The imports' changes concern nobody yet; they are looked at before anything is measured.
    let server = Server::start(program, folder)?;
    let connection = Connection::open(folder.join(FILE_NAME))?;
    let changes = "SELECT NOT EXISTS (SELECT 1 FROM register_change)";
    wait_until(&connection, changes)?;
    server.stop()?;
    append(folder, registrations(sample, waiting))?;
    let server = Server::start(program, folder)?;
    let meter = Meter::start(Some(server.process()))?;
    let over = AtomicBool::new(false);
    let (beside, spent) = thread::scope(|scope| -> Outcome<_> {
        let callers = scope.spawn(|| callers::run(server.address, sample, callers::CALL, &over));
        let done = wait_until(
            &connection,
            "SELECT next > (SELECT max(id) FROM registration) AND NOT EXISTS (SELECT 1 FROM check_lease) \
             FROM check_state",
        );
        let spent = meter.stop();
        over.store(true, Ordering::Relaxed);
        done?;
        let beside = callers.join().map_err(|_| "the callers panicked")??;
        Ok((beside, spent?))
    })?;
    server.stop()?;
    let failed: u32 =
        connection.query_row("SELECT count(*) FROM registration WHERE status <> 4", (), |row| {
            row.get(0)
        })?;
    if u64::from(failed) > beside.len() as u64 * u64::from(callers::CALL) {
        return Err(format!("{failed} registrations of the sample were not validated").into());
    }
    Ok(Backlog { waiting, spent, beside })
}

#[expect(clippy::disallowed_methods, reason = "nothing tells another process how far a worker is")]
pub(super) fn wait_until(connection: &Connection, condition: &str) -> Outcome<()> {
    let mut statement = connection.prepare(condition)?;
    while !statement.query_row((), |row| row.get::<_, bool>(0))? {
        thread::sleep(LOOK);
    }
    Ok(())
}

/// Every worker at each of the works of the employer, today and on the days before, as often as it takes.
fn registrations(sample: &Sample, count: u32) -> impl Iterator<Item = Waiting<'_>> {
    let today = belgian_day(RealTime.now());
    let days = (0..28).map(move |days| today - jiff::ToSpan::days(i64::from(days)));
    days.flat_map(move |day| {
        (0..8).flat_map(move |place| {
            sample.workers.iter().filter_map(move |worker| {
                let works = sample.works(worker).get(place)?;
                Some(Waiting {
                    day,
                    employer: worker.employer,
                    works: works.as_str(),
                    inss: worker.inss,
                })
            })
        })
    })
    .take(count as usize)
}
