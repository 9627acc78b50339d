//! Durable registrations a second over HTTP, beside the bare limit and the embedded store.

use super::bare::{Bare, BareRound, By};
use super::cluster::Cluster;
use crate::figures::{median, number, quieter_half};
use crate::folder::Fresh;
use crate::load::{Extent, Load, Round};
use crate::options::Options;
use crate::population::{CALL, Population};
use crate::server::Server;
use crate::throughput::open_day;
use crate::{Outcome, bare as embedded};

/// What the bare program does, over each number of connections.
pub(crate) const WAYS: [(By, usize); 3] = [(By::Unnest, CALL), (By::Copy, CALL), (By::Unnest, 1)];

/// What was measured.
pub(crate) struct Throughput {
    /// Each of [`WAYS`] over each number of connections.
    pub(crate) bare: Vec<Kind<(By, usize), BareRound>>,
    /// Calls of so many.
    pub(crate) served: Vec<Kind<usize, Round>>,
    pub(crate) embedded: Vec<Kind<usize, Round>>,
}

/// All rounds of one kind of load.
pub(crate) struct Kind<K, R> {
    /// Of what kind.
    pub(crate) shape: K,
    pub(crate) connections: usize,
    pub(crate) rounds: Vec<R>,
}

impl<K: Copy, R> Kind<K, R> {
    fn of_each(kinds: &[K], connections: &[usize]) -> Vec<Self> {
        let each = |shape: K| {
            let over = move |connections: &usize| Self {
                shape,
                connections: *connections,
                rounds: Vec::new(),
            };
            connections.iter().map(over)
        };
        kinds.iter().copied().flat_map(each).collect()
    }
}

impl Kind<usize, Round> {
    /// The median of what `of` tells of the rounds that count.
    pub(crate) fn median(&self, of: impl Fn(&Round) -> f64) -> f64 {
        let quiet = quieter_half(&self.rounds, |round| round.spent.disturbance());
        median(quiet.into_iter().map(of))
    }

    /// Registrations a second.
    pub(crate) fn registrations(&self) -> f64 {
        self.median(|round| round.calls) * number(self.shape)
    }
}

impl Kind<(By, usize), BareRound> {
    /// Rows a second in the rounds that count.
    pub(crate) fn rows(&self) -> f64 {
        self.median(|round| round.rows)
    }

    /// The median of what `of` tells of the rounds that count.
    pub(crate) fn median(&self, of: impl Fn(&BareRound) -> f64) -> f64 {
        let quiet = quieter_half(&self.rounds, |round| round.spent.disturbance());
        median(quiet.into_iter().map(of))
    }
}

/// Measures all of it, round by round, so that what disturbs for a while disturbs all alike.
pub(crate) fn measure(
    options: &Options,
    folder: &Fresh,
    cluster: &Cluster,
    population: &Population,
) -> Outcome<Throughput> {
    let connections = options.extent.connections;
    let mut all = Throughput {
        bare: Kind::of_each(&WAYS, connections),
        served: Kind::of_each(&[CALL, 1], connections),
        embedded: Kind::of_each(&[CALL, 1], connections),
    };
    let day = open_day()?;
    let extent = &options.extent;
    for seed in 0..extent.rounds as u64 {
        for kind in &mut all.bare {
            let (by, call) = kind.shape;
            let (warm_up, time) = (extent.warm_up, extent.time);
            let connections = kind.connections;
            let bare = Bare { population, by, call, connections, day, seed, warm_up, time };
            kind.rounds.push(bare.run(cluster, &cluster.database())?);
        }
        let day = day.to_string();
        let load = |kind: &Kind<usize, Round>| Load {
            population,
            day: &day,
            call: kind.shape,
            connections: kind.connections,
            warm_up: extent.warm_up,
            extent: Extent::Time(extent.time),
            seed,
        };
        for kind in &mut all.served {
            let database = cluster.database();
            let fresh = Fresh::named(folder.path(), "node")?;
            let server = Server::start_over(&options.program, fresh.path(), &database.url)?;
            kind.rounds.push(load(kind).run_on(&[&server], Some(cluster.process()))?);
            server.stop()?;
        }
        for kind in &mut all.embedded {
            let fresh = Fresh::named(folder.path(), "embedded")?;
            embedded::create(fresh.path(), population)?;
            let server = Server::start(&options.program, fresh.path())?;
            kind.rounds.push(load(kind).run(&server)?);
            server.stop()?;
        }
    }
    Ok(all)
}
