//! A load for a profiler to look at, and to compare two builds by what does not depend on how busy the machine is.

use std::io::Write as _;
use std::path::Path;
use std::time::Duration;

use domain::{Clock as _, belgian_day};
use rusqlite::Connection;
use store_sqlite::FILE_NAME;

use crate::clock::RealTime;
use crate::load::{Extent, Load};
use crate::options::Options;
use crate::population::Population;
use crate::proc;
use crate::query::Archive;
use crate::server::Server;
use crate::throughput::open_day;
use crate::{Outcome, bare};

const TIME: Duration = Duration::from_secs(10);

/// What keeps the program busy.
#[derive(Clone, Copy)]
pub(crate) struct Profile {
    /// Registrations in a call.
    pub(crate) call: usize,
    pub(crate) connections: usize,
    /// Calls in all; without it, ten seconds.
    pub(crate) calls: Option<usize>,
    /// Registrations that are stored before.
    pub(crate) stored: u32,
}

/// Keeps the program busy, and says first which process it is.
pub(crate) fn run(
    options: &Options,
    folder: &Path,
    population: &Population,
    profile: Profile,
) -> Outcome<()> {
    let Profile { call, connections, calls, stored } = profile;
    if folder.join(FILE_NAME).exists() {
        // Filled by a run before.
    } else if stored > 0 {
        let archive = Archive::new(stored, belgian_day(RealTime.now()));
        bare::fill(folder, population, archive.all(population))?;
    } else {
        bare::create(folder, population)?;
    }
    let server = Server::start(&options.program, folder)?;
    let mut out = std::io::stdout();
    writeln!(out, "process {}", server.process())?;
    let day = open_day()?.to_string();
    let extent = match calls {
        Some(calls) => Extent::Calls(calls.div_ceil(connections)),
        None => Extent::Time(TIME),
    };
    let warm_up = options.extent.warm_up;
    let before = checked(folder)?;
    let load = Load { population, day: &day, call, connections, warm_up, extent, seed: 1 };
    let round = load.run(&server)?;
    let work = proc::work(server.process())?;
    let memory = server.stop()? >> 20;
    let (last, next) = checked(folder)?;
    writeln!(
        out,
        "{:.0} calls/s, server CPU {:?} a call, median {:?}, 99 of 100 within {:?}, {memory} MiB",
        round.calls, round.server, round.median, round.p99
    )?;
    writeln!(
        out,
        "with the warm-up: {} registered, {} checked, {} times a thread went to sleep, {} lost its core, {} writes of {} MiB",
        last - before.0,
        next - before.1,
        work.slept,
        work.ousted,
        work.writes,
        work.written >> 20
    )?;
    Ok(())
}

/// The last id, and the first that is not checked yet.
fn checked(folder: &Path) -> Outcome<(i64, i64)> {
    let connection = Connection::open(folder.join(FILE_NAME))?;
    let sql = "SELECT (SELECT coalesce(max(id), 0) FROM registration), next FROM check_state";
    Ok(connection.query_row(sql, (), |row| Ok((row.get(0)?, row.get(1)?)))?)
}
