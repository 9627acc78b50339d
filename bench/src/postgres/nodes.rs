//! Two nodes on one database: do they ever wait for each other?

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use tokio_postgres::NoTls;

use super::cluster::{Cluster, runtime};
use crate::Outcome;
use crate::folder::Fresh;
use crate::load::{Extent, Load, Round};
use crate::options::Options;
use crate::population::{CALL, Population};
use crate::server::Server;
use crate::throughput::open_day;

const CONNECTIONS: usize = 16;
/// Between two looks.
const PAUSE: Duration = Duration::from_millis(2);
/// So much longer than a round of the load it is looked at.
const LONGER: u32 = 6;

/// What each connection of the nodes is doing.
const LOOK: &str = "SELECT coalesce(wait_event_type, 'runs'), coalesce(wait_event, '') FROM pg_stat_activity \
                    WHERE datname = current_database() AND pid <> pg_backend_pid() AND state = 'active' \
                    AND backend_type = 'client backend'";

const OTHER: &str = "the other node";

/// Who holds the lock that a connection waits for: another of its own node, or one of the other; and on
/// what it lies, or what is asked where that is no table.
const HELD: &str = "SELECT CASE WHEN a.application_name = b.application_name THEN 'its own node' ELSE 'the other node' END, \
                    w.locktype, coalesce(regexp_replace(c.relname, '_\\d{4}_\\d\\d(_\\d)?', ''), left(a.query, 80)) \
                    FROM pg_locks w JOIN pg_locks h ON h.granted AND h.locktype = w.locktype \
                    AND h.relation IS NOT DISTINCT FROM w.relation \
                    AND h.transactionid IS NOT DISTINCT FROM w.transactionid AND h.database IS NOT DISTINCT FROM w.database \
                    JOIN pg_stat_activity a ON a.pid = w.pid JOIN pg_stat_activity b ON b.pid = h.pid \
                    LEFT JOIN pg_class c ON c.oid = w.relation WHERE NOT w.granted AND a.application_name LIKE 'node %' \
                    AND b.application_name LIKE 'node %'";

/// What was seen while two nodes registered.
pub(crate) struct Seen {
    pub(crate) round: Round,
    /// How often it was looked.
    pub(crate) looks: usize,
    /// What connections were seen at, and how often.
    pub(crate) states: BTreeMap<(String, String), usize>,
    /// Who held what was waited for, what kind of lock it was and on what, and how often.
    pub(crate) held: BTreeMap<(String, String, String), usize>,
}

impl Seen {
    /// How often a connection was seen to wait for a lock that one of the other node held.
    pub(crate) fn waits_for_the_other(&self) -> usize {
        self.held.iter().filter(|((by, ..), _)| by == OTHER).map(|(_, count)| count).sum()
    }

    /// How often a connection was seen at work.
    pub(crate) fn all(&self) -> usize {
        self.states.values().sum()
    }
}

/// Lets two nodes register at the same time, and looks again and again at what their connections do.
pub(crate) fn measure(
    options: &Options,
    folder: &Fresh,
    cluster: &Cluster,
    population: &Population,
) -> Outcome<Seen> {
    let database = cluster.database();
    let folders = ["node-1", "node-2"].map(|name| Fresh::named(folder.path(), name));
    let [first, second] = folders;
    let (first, second) = (first?, second?);
    let start = |folder: &Fresh, number: u32| {
        let url = format!("{} application_name='node {number}'", database.url);
        Server::start_over(&options.program, folder.path(), &url)
    };
    let nodes = [start(&first, 1)?, start(&second, 2)?];
    let load = Load {
        population,
        day: &open_day()?.to_string(),
        call: CALL,
        connections: CONNECTIONS,
        warm_up: options.extent.warm_up,
        extent: Extent::Time(options.extent.time * LONGER),
        seed: 2,
    };
    let over = AtomicBool::new(false);
    let (round, seen) = thread::scope(|scope| {
        let looking = scope.spawn(|| look(&database.url, &over));
        let round = load.run_on(&[&nodes[0], &nodes[1]], Some(cluster.process()));
        over.store(true, Ordering::Relaxed);
        (round, looking.join())
    });
    let Looked { looks, states, held } = seen.map_err(|_| "who looked panicked")??;
    for node in nodes {
        node.stop()?;
    }
    Ok(Seen { round: round?, looks, states, held })
}

#[derive(Default)]
struct Looked {
    looks: usize,
    states: BTreeMap<(String, String), usize>,
    held: BTreeMap<(String, String, String), usize>,
}

fn look(url: &str, over: &AtomicBool) -> Outcome<Looked> {
    let mut looked = Looked::default();
    runtime()?.block_on(async {
        let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
        tokio::spawn(connection);
        let (look, held) = (client.prepare(LOOK).await?, client.prepare(HELD).await?);
        while !over.load(Ordering::Relaxed) {
            for row in client.query(&look, &[]).await? {
                *looked.states.entry((row.try_get(0)?, row.try_get(1)?)).or_default() += 1;
            }
            for row in client.query(&held, &[]).await? {
                let held = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
                *looked.held.entry(held).or_default() += 1;
            }
            looked.looks += 1;
            tokio::time::sleep(PAUSE).await;
        }
        Ok(looked)
    })
}
