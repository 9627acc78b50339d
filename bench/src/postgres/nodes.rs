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

/// What was seen while two nodes registered.
pub(crate) struct Seen {
    pub(crate) round: Round,
    /// How often it was looked.
    pub(crate) looks: usize,
    /// What connections were seen at, and how often.
    pub(crate) states: BTreeMap<(String, String), usize>,
}

impl Seen {
    /// How often a connection was seen to wait so.
    pub(crate) fn waits(&self, kind: &str) -> usize {
        self.states.iter().filter(|((of, _), _)| of == kind).map(|(_, count)| count).sum()
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
    let start = |folder: &Fresh| Server::start_over(&options.program, folder.path(), &database.url);
    let nodes = [start(&first)?, start(&second)?];
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
    let (looks, states) = seen.map_err(|_| "who looked panicked")??;
    for node in nodes {
        node.stop()?;
    }
    Ok(Seen { round: round?, looks, states })
}

type States = BTreeMap<(String, String), usize>;

fn look(url: &str, over: &AtomicBool) -> Outcome<(usize, States)> {
    let (mut looks, mut states) = (0, States::new());
    runtime()?.block_on(async {
        let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
        tokio::spawn(connection);
        let statement = client.prepare(LOOK).await?;
        while !over.load(Ordering::Relaxed) {
            for row in client.query(&statement, &[]).await? {
                *states.entry((row.try_get(0)?, row.try_get(1)?)).or_default() += 1;
            }
            looks += 1;
            tokio::time::sleep(PAUSE).await;
        }
        Ok((looks, states))
    })
}
