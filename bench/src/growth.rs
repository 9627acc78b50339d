//! What becomes slower when much is stored.

use std::path::Path;
use std::time::Duration;

use domain::{Clock as _, belgian_day};
use fastrand::Rng;

use crate::clock::RealTime;
use crate::figures::{median, milliseconds, quieter_half};
use crate::folder::Fresh;
use crate::load::{Extent as LoadExtent, Load, Round};
use crate::options::{Extent, Options};
use crate::population::{CALL, Population};
use crate::proc::Meter;
use crate::query::{Archive, Query};
use crate::server::Server;
use crate::throughput::open_day;
use crate::{Outcome, bare, consult};

const CONNECTIONS: usize = 16;

/// What was measured over so many stored registrations.
pub(crate) struct Stored {
    /// Registrations before the first round.
    pub(crate) count: u32,
    /// Bytes of the database then.
    pub(crate) size: u64,
    pub(crate) rounds: Vec<Grown>,
}

/// One round.
pub(crate) struct Grown {
    pub(crate) start: Duration,
    pub(crate) work: Duration,
    pub(crate) person: Duration,
    pub(crate) employer: Duration,
    pub(crate) get: Duration,
    /// Calls of [`CALL`] over 16 connections.
    pub(crate) load: Round,
    /// The most memory that the program had, in bytes.
    pub(crate) memory: u64,
    /// How many cores other programs kept busy during the round.
    pub(crate) disturbance: f64,
}

impl Stored {
    /// The median of what `of` tells of the rounds that count.
    pub(crate) fn median(&self, of: impl Fn(&Grown) -> f64) -> f64 {
        let quiet = quieter_half(&self.rounds, |round| round.disturbance);
        median(quiet.into_iter().map(of))
    }

    /// The median of a time, in milliseconds.
    pub(crate) fn time(&self, of: impl Fn(&Grown) -> Duration) -> f64 {
        self.median(|round| milliseconds(of(round)))
    }
}

/// Fills a folder for each count, then measures them in turn, round by round.
pub(crate) fn measure(
    options: &Options,
    folder: &Path,
    population: &Population,
) -> Outcome<Vec<Stored>> {
    let today = belgian_day(RealTime.now());
    let mut all = Vec::new();
    for count in options.extent.stored {
        let fresh = Fresh::named(folder, &format!("stored-{count}"))?;
        let archive = Archive::new(*count, today);
        bare::fill(fresh.path(), population, archive.all(population))?;
        let size = fresh.path().join(store_sqlite::FILE_NAME).metadata()?.len();
        let stored = Stored { count: archive.count(), size, rounds: Vec::new() };
        all.push((fresh, archive, stored));
    }
    for round in 0..options.extent.rounds {
        for (fresh, archive, stored) in &mut all {
            let server = Server::start(&options.program, fresh.path())?;
            let grown = measure_round(server, archive, population, &options.extent, round as u64)?;
            stored.rounds.push(grown);
        }
    }
    Ok(all.into_iter().map(|(_, _, stored)| stored).collect())
}

fn measure_round(
    server: Server,
    archive: &Archive,
    population: &Population,
    extent: &Extent,
    seed: u64,
) -> Outcome<Grown> {
    let mut rng = Rng::with_seed(seed);
    let meter = Meter::start(Some(server.process()))?;
    let mut time = |question: &dyn Fn(&mut Rng) -> Query| {
        consult::measure(server.address, extent.queries, || question(&mut rng))
    };
    let work = time(&|rng| archive.work_on_a_day(population, rng))?;
    let person = time(&|rng| archive.person_on_31_days(population, rng))?;
    let employer = time(&|rng| archive.employer_on_a_day(population, rng))?;
    let get = time(&|rng| archive.get(rng))?;
    let load = Load {
        population,
        day: &open_day()?.to_string(),
        call: CALL,
        connections: CONNECTIONS,
        warm_up: extent.warm_up,
        extent: LoadExtent::Time(extent.time),
        seed,
    };
    let load = load.run(&server)?;
    let (start, disturbance) = (server.start, meter.stop()?.disturbance());
    Ok(Grown { start, work, person, employer, get, load, memory: server.stop()?, disturbance })
}
