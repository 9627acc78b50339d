//! What becomes slower when much is stored.

use std::time::Duration;

use domain::{Clock as _, belgian_day};
use fastrand::Rng;
use tokio_postgres::NoTls;

use super::cluster::{Cluster, Database, runtime};
use super::rows::{Rows, day_number, unnest};
use crate::bare::VALIDATED;
use crate::clock::RealTime;
use crate::figures::{median, milliseconds, quieter_half};
use crate::folder::Fresh;
use crate::growth::Grown;
use crate::load::{Extent, Load};
use crate::options::Options;
use crate::population::{CALL, Population};
use crate::proc::{Meter, Processes};
use crate::query::{Archive, Query};
use crate::server::Server;
use crate::throughput::open_day;
use crate::together::together;
use crate::{Outcome, consult};

const CONNECTIONS: usize = 16;
/// Rows of a statement that fills.
const CHUNK: usize = 5000;
/// Statements that fill at the same time.
const FILLING: usize = 2;
/// Ids of a block, as the program takes them.
const BLOCK: i64 = 10_000;

/// What was measured over so many stored registrations.
pub(crate) struct Stored {
    pub(crate) count: u32,
    /// Bytes of the database before the first round.
    pub(crate) size: u64,
    pub(crate) rounds: Vec<Grown>,
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

/// Fills a database for each count, then measures them in turn, round by round.
pub(crate) fn measure(
    options: &Options,
    folder: &Fresh,
    cluster: &Cluster,
    population: &Population,
) -> Outcome<Vec<Stored>> {
    let today = belgian_day(RealTime.now());
    let mut all = Vec::new();
    for count in options.extent.stored {
        let database = cluster.database();
        let archive = Archive::new(*count, today);
        fill(&database, &archive, population)?;
        let size = database.number("SELECT pg_database_size(current_database())")?;
        let size = size.unsigned_abs();
        all.push((database, archive, Stored { count: *count, size, rounds: Vec::new() }));
    }
    for round in 0..options.extent.rounds {
        for (database, archive, stored) in &mut all {
            let fresh = Fresh::named(folder.path(), "node")?;
            let server = Server::start_over(&options.program, fresh.path(), &database.url)?;
            let rng = Rng::with_seed(round as u64);
            stored.rounds.push(of_round(options, server, cluster, archive, population, rng)?);
            // What the round leaves to be checked is not the next one's.
            database.run("TRUNCATE check_range, check_lease");
        }
    }
    Ok(all.into_iter().map(|(_, _, stored)| stored).collect())
}

fn of_round(
    options: &Options,
    server: Server,
    cluster: &Cluster,
    archive: &Archive,
    population: &Population,
    mut rng: Rng,
) -> Outcome<Grown> {
    let extent = &options.extent;
    let database = Some(cluster.process());
    let meter = Meter::of(Processes { servers: vec![server.process()], database })?;
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
        extent: Extent::Time(extent.time),
        seed: rng.u64(..1000),
    };
    let load = load.run_on(&[&server], database)?;
    let (start, disturbance) = (server.start, meter.stop()?.disturbance());
    Ok(Grown { start, work, person, employer, get, load, memory: server.stop()?, disturbance })
}

/// Fills a database with the past, which was checked in its time.
pub(crate) fn fill(
    database: &Database<'_>,
    archive: &Archive,
    population: &Population,
) -> Outcome<()> {
    database.reach_back(archive.first())?;
    runtime()?.block_on(async {
        let parts = (0..FILLING).map(|part| fill_part(database, archive, population, part));
        together(parts).await
    })?;
    let (first, last) = (day_number(archive.first()), i64::from(archive.count()));
    let daily = archive.daily();
    database.run(&format!(
        "SET synchronous_commit = off; \
         INSERT INTO id_block SELECT first, {first} + first / {daily} \
         FROM generate_series(1, {last}, {BLOCK}) AS first; \
         SELECT setval('id_block_start', {next}); \
         INSERT INTO history (registration, place, day, employer, at, status, remarks, cause) \
         SELECT id, 1, day, employer, validated, status, remarks, 1 FROM registration",
        next = last / BLOCK * BLOCK + BLOCK + 1,
    ));
    database.run("VACUUM ANALYZE");
    database.run("CHECKPOINT");
    Ok(())
}

/// Every so manyth chunk.
async fn fill_part(
    database: &Database<'_>,
    archive: &Archive,
    population: &Population,
    part: usize,
) -> Outcome<()> {
    let (client, connection) = tokio_postgres::connect(&database.url, NoTls).await?;
    tokio::spawn(connection);
    client.batch_execute("SET synchronous_commit = off").await?;
    let statement = unnest(&client).await?;
    let mut all = archive.all(population).zip(1_i64..).peekable();
    let mut chunk = 0;
    while all.peek().is_some() {
        let mine = chunk % FILLING == part;
        let mut rows = Rows::default();
        for (past, id) in all.by_ref().take(CHUNK) {
            if mine {
                // From six in the morning on, one each 200 ms or so.
                let midnight = i64::from(day_number(past.day)) * 86_400_000;
                let created = midnight + 5 * 3_600_000 + id % 100_000 * 200;
                rows.put_past(id, &past, created, VALIDATED);
            }
        }
        if mine {
            rows.unnest(&client, &statement).await?;
        }
        chunk += 1;
    }
    Ok(())
}
