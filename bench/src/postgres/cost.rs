//! What a registration costs until it is checked: processor time, bytes on disk, bytes of the log.

use std::time::{Duration, Instant};

use super::cluster::{Cluster, Database};
use crate::Outcome;
use crate::figures::number;
use crate::folder::Fresh;
use crate::load::{Extent, Load};
use crate::options::Options;
use crate::population::{CALL, Population};
use crate::proc::{Meter, Processes, Spent};
use crate::server::Server;
use crate::throughput::open_day;

const CONNECTIONS: usize = 16;
/// Calls of each connection.
const CALLS: usize = 100;
const CALLS_QUICK: usize = 2;
/// Longer than any checks take.
const PATIENCE: Duration = Duration::from_mins(2);

/// What lies on the disk, by what it belongs to; each with a query for its bytes.
const PARTS: [(&str, &str); 7] = [
    ("rows", "SELECT sum(pg_relation_size(relid)) FROM pg_partition_tree('registration')"),
    (
        "indexes of them",
        "SELECT sum(pg_indexes_size(relid)) FROM pg_partition_tree('registration')",
    ),
    (
        "history with its key",
        "SELECT sum(pg_total_relation_size(relid)) FROM pg_partition_tree('history')",
    ),
    (
        "steps with their indexes",
        "SELECT sum(pg_total_relation_size(relid)) FROM pg_partition_tree('step')",
    ),
    (
        "audit with its key",
        "SELECT sum(pg_total_relation_size(relid)) FROM pg_partition_tree('audit')",
    ),
    (
        "queue of checks, which is used again",
        "SELECT sum(pg_total_relation_size(relid)) + pg_total_relation_size('check_lease') FROM pg_partition_tree('check_range')",
    ),
    ("all of the database", "SELECT pg_database_size(current_database())"),
];
const LOG: &str = "SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')";
const WAITING: &str = "SELECT count(*) FROM check_range";

/// What a registration took, from its call until it was checked.
pub(crate) struct Cost {
    pub(crate) registrations: usize,
    /// What was spent in all until everything was checked.
    pub(crate) spent: Spent,
    /// Bytes of the log in all: until everything was answered, and until it was checked.
    pub(crate) log: [i64; 2],
    /// Bytes of each part in all: once answered and checked, and after the database's own tidying.
    pub(crate) parts: Vec<(&'static str, [i64; 2])>,
}

/// Registers calls of [`CALL`] and waits until everything is checked.
pub(crate) fn measure(
    options: &Options,
    folder: &Fresh,
    cluster: &Cluster,
    population: &Population,
) -> Outcome<Cost> {
    let calls = if options.quick { CALLS_QUICK } else { CALLS };
    let database = cluster.database();
    let fresh = Fresh::named(folder.path(), "node")?;
    let server = Server::start_over(&options.program, fresh.path(), &database.url)?;
    let load = Load {
        population,
        day: &open_day()?.to_string(),
        call: CALL,
        connections: CONNECTIONS,
        warm_up: Duration::ZERO,
        extent: Extent::Calls(calls),
        seed: 1,
    };
    let empty = sizes(&database)?;
    let before = database.number(LOG)?;
    let servers = vec![server.process()];
    let meter = Meter::of(Processes { servers, database: Some(cluster.process()) })?;
    load.run_on(&[&server], Some(cluster.process()))?;
    let answered = database.number(LOG)? - before;
    let start = Instant::now();
    while database.number(WAITING)? > 0 {
        if start.elapsed() > PATIENCE {
            return Err("what was registered is not checked".into());
        }
    }
    let spent = meter.stop()?;
    let checked = database.number(LOG)? - before;
    let full = sizes(&database)?;
    server.stop()?;
    database.run("VACUUM");
    let tidied = sizes(&database)?;
    let parts = PARTS.iter().enumerate();
    let parts = parts
        .map(|(nth, (name, _))| (*name, [full[nth], tidied[nth]].map(|size| size - empty[nth])));
    // Each connection begins with a call of its own that is counted.
    let registrations = CALL * CONNECTIONS * (calls + 1);
    Ok(Cost { registrations, spent, log: [answered, checked], parts: parts.collect() })
}

fn sizes(database: &Database<'_>) -> Outcome<Vec<i64>> {
    PARTS.iter().map(|(_, query)| database.number(query)).collect()
}

impl Cost {
    /// So many bytes or microseconds for each registration.
    pub(crate) fn each(&self, bytes: i64) -> f64 {
        number(usize::try_from(bytes).unwrap_or_default()) / number(self.registrations)
    }

    /// Microseconds of a time for each registration.
    pub(crate) fn micros(&self, time: Duration) -> f64 {
        time.as_secs_f64() * 1e6 / number(self.registrations)
    }
}
