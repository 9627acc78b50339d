//! A load for a profiler to look at: of the program over PostgreSQL, and of the bare program.

use std::io::{Write as _, stdout};
use std::time::Duration;

use domain::{Clock as _, belgian_day};

use super::bare::{Bare, By};
use super::cluster::Cluster;
use super::growth;
use crate::Outcome;
use crate::clock::RealTime;
use crate::figures::number;
use crate::folder::Fresh;
use crate::load::{Extent, Load};
use crate::options::Options;
use crate::population::Population;
use crate::profile::Profile;
use crate::query::Archive;
use crate::server::Server;
use crate::throughput::open_day;

const TIME: Duration = Duration::from_secs(10);

/// Keeps first the bare program and then the program busy, and says which processes are at work.
pub(crate) fn run(
    options: &Options,
    folder: &Fresh,
    population: &Population,
    profile: Profile,
) -> Outcome<()> {
    let Profile { call, connections, calls, stored } = profile;
    let cluster = Cluster::start(population, &options.settings)?;
    let mut out = stdout();
    writeln!(out, "database's first process {}", cluster.process())?;
    let (warm_up, day) = (options.extent.warm_up, open_day()?);
    let time = if calls.is_some() { TIME / 5 } else { TIME };
    let database = cluster.database();
    let bare = Bare { population, by: By::Unnest, call, connections, day, seed: 1, warm_up, time };
    let round = bare.run(&cluster, &database)?;
    let micros = |time: Duration, rows: f64| time.as_secs_f64() * 1e6 / rows;
    let rows = round.rows * round.spent.wall.as_secs_f64();
    let (of_database, own) = (micros(round.spent.database, rows), micros(round.spent.own, rows));
    writeln!(
        out,
        "bare: {:.0} rows/s, {of_database:.1} µs of the database and {own:.1} of the program each",
        round.rows
    )?;
    drop(database);
    let database = cluster.database();
    if stored > 0 {
        let archive = Archive::new(stored, belgian_day(RealTime.now()));
        growth::fill(&database, &archive, population)?;
    }
    let fresh = Fresh::named(folder.path(), "node")?;
    let server = Server::start_over(&options.program, fresh.path(), &database.url)?;
    writeln!(out, "program's process {}", server.process())?;
    let extent = match calls {
        Some(calls) => Extent::Calls(calls.div_ceil(connections)),
        None => Extent::Time(TIME),
    };
    let day = day.to_string();
    let load = Load { population, day: &day, call, connections, warm_up, extent, seed: 1 };
    let round = load.run_on(&[&server], Some(cluster.process()))?;
    let left = database.number("SELECT coalesce(sum(last - first + 1), 0) FROM check_range")?;
    let each = |time: Duration| micros(time, number(call));
    writeln!(
        out,
        "program: {:.0} registrations/s, {:.1} µs of the program and {:.1} of the database each, others {:.2} cores, \
         median {:?}, 99 of 100 within {:?}, {left} wait to be checked",
        round.calls * number(call),
        each(round.server),
        each(round.database),
        round.spent.disturbance(),
        round.median,
        round.p99
    )?;
    server.stop()?;
    Ok(())
}
