//! Durable registrations a second over HTTP, beside the bare limit.

use std::path::Path;

use domain::{Clock as _, belgian_day};
use jiff::civil::Date;

use crate::bare::{self, BareRound, Shape};
use crate::clock::RealTime;
use crate::figures::{median, number, quieter_half};
use crate::folder::Fresh;
use crate::load::{Extent, Load, Round};
use crate::options::Options;
use crate::population::{CALL, Population};
use crate::server::Server;
use crate::{Outcome, flush};

/// The shapes of the bare limit.
pub(crate) const SHAPES: [Shape; 3] = [
    Shape { call: CALL, gathered: 32 },
    Shape { call: CALL, gathered: 1 },
    Shape { call: 1, gathered: 1 },
];
const CONNECTIONS: [usize; 4] = [1, 8, 16, 32];

/// What was measured.
pub(crate) struct Throughput {
    /// The time of a flush of the disk, in seconds.
    pub(crate) flush: f64,
    /// Rows a second of each of [`SHAPES`].
    pub(crate) bare: Vec<(Shape, f64)>,
    /// The program's.
    pub(crate) served: Vec<Served>,
}

/// All rounds of one kind of load.
pub(crate) struct Served {
    pub(crate) call: usize,
    pub(crate) connections: usize,
    pub(crate) rounds: Vec<Round>,
    /// The most memory that the program had, in bytes.
    pub(crate) memory: u64,
}

impl Served {
    /// The rounds that count.
    pub(crate) fn quiet(&self) -> Vec<&Round> {
        quieter_half(&self.rounds, |round| round.spent.disturbance())
    }

    /// The median of what `of` tells of the rounds that count.
    pub(crate) fn median(&self, of: impl Fn(&Round) -> f64) -> f64 {
        median(self.quiet().into_iter().map(of))
    }

    /// Registrations a second.
    pub(crate) fn registrations(&self) -> f64 {
        self.median(|round| round.calls) * number(self.call)
    }
}

/// Tomorrow, which stays open for registrations when a run goes over midnight.
pub(crate) fn open_day() -> Outcome<Date> {
    Ok(belgian_day(RealTime.now()).tomorrow()?)
}

/// Measures all of it, round by round, so that what disturbs for a while disturbs all alike.
pub(crate) fn measure(
    options: &Options,
    folder: &Path,
    population: &Population,
) -> Outcome<Throughput> {
    let mut bare = SHAPES.map(|shape| (shape, Vec::new()));
    let mut kinds: Vec<Served> = [CALL, 1]
        .into_iter()
        .flat_map(|call| CONNECTIONS.map(|connections| (call, connections)))
        .map(|(call, connections)| Served { call, connections, rounds: Vec::new(), memory: 0 })
        .collect();
    let day = open_day()?;
    let mut flushes = Vec::new();
    for round in 0..options.extent.rounds {
        let seed = round as u64;
        flushes.push(flush::measure(folder, options.extent.flushes)?);
        for (shape, rounds) in &mut bare {
            let fresh = Fresh::named(folder, "bare")?;
            let times = (options.extent.warm_up, options.extent.time);
            rounds.push(bare::measure(fresh.path(), population, *shape, times, (day, seed))?);
        }
        for kind in &mut kinds {
            let fresh = Fresh::named(folder, "served")?;
            bare::create(fresh.path(), population)?;
            let server = Server::start(&options.program, fresh.path())?;
            let load = Load {
                population,
                day: &day.to_string(),
                call: kind.call,
                connections: kind.connections,
                warm_up: options.extent.warm_up,
                extent: Extent::Time(options.extent.time),
                seed,
            };
            kind.rounds.push(load.run(&server)?);
            kind.memory = kind.memory.max(server.stop()?);
        }
    }
    let quiet = quieter_half(&flushes, |round| round.spent.disturbance());
    let flush = median(quiet.into_iter().map(|round| round.median.as_secs_f64()));
    let bare = bare.map(|(shape, rounds)| (shape, rate(&rounds))).into();
    Ok(Throughput { flush, bare, served: kinds })
}

/// Rows a second in the rounds that count.
fn rate(rounds: &[BareRound]) -> f64 {
    let quiet = quieter_half(rounds, |round| round.spent.disturbance());
    median(quiet.into_iter().map(|round| round.rows))
}
