//! The bare limit: a program that does nothing but put the same rows into the same tables, as durably, over as many
//! connections.

use std::cell::Cell;
use std::time::{Duration, Instant};

use fastrand::Rng;
use jiff::civil::Date;
use tokio_postgres::{Client, NoTls, Statement};

use super::cluster::{Cluster, Database, runtime};
use super::rows::{Rows, copy, unnest};
use crate::Outcome;
use crate::figures::number;
use crate::population::Population;
use crate::proc::{Meter, Processes, Spent};
use crate::together::together;

/// How the rows come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum By {
    /// `INSERT … SELECT FROM unnest(…)`, prepared.
    Unnest,
    /// `COPY … FROM STDIN`, binary.
    Copy,
}

/// What the bare program does in a round.
#[derive(Clone, Copy)]
pub(crate) struct Bare<'a> {
    pub(crate) population: &'a Population,
    pub(crate) by: By,
    /// Rows in a commit.
    pub(crate) call: usize,
    pub(crate) connections: usize,
    pub(crate) day: Date,
    pub(crate) seed: u64,
    pub(crate) warm_up: Duration,
    pub(crate) time: Duration,
}

/// What it did.
pub(crate) struct BareRound {
    /// Rows a second, with every commit on the disk.
    pub(crate) rows: f64,
    pub(crate) spent: Spent,
}

impl Bare<'_> {
    /// Measures one round.
    pub(crate) fn run(&self, cluster: &Cluster, database: &Database<'_>) -> Outcome<BareRound> {
        runtime()?.block_on(async {
            let next = Cell::new(1);
            let writers =
                (0..self.connections).map(|place| self.writer(place, &database.url, &next));
            let writers = together(writers).await?;
            let writers = together(writers.into_iter().map(|one| one.run(self.warm_up))).await?;
            let before: usize = writers.iter().map(|writer| writer.commits).sum();
            let database = Some(cluster.process());
            let meter = Meter::of(Processes { servers: Vec::new(), database })?;
            let writers = together(writers.into_iter().map(|one| one.run(self.time))).await?;
            let spent = meter.stop()?;
            let commits = writers.iter().map(|writer| writer.commits).sum::<usize>() - before;
            Ok(BareRound { rows: number(commits * self.call) / spent.wall.as_secs_f64(), spent })
        })
    }

    async fn writer<'a>(
        &'a self,
        place: usize,
        url: &str,
        next: &'a Cell<i64>,
    ) -> Outcome<Writer<'a>> {
        let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
        tokio::spawn(connection);
        let statement = match self.by {
            By::Unnest => unnest(&client).await?,
            By::Copy => copy(&client).await?,
        };
        let rng = Rng::with_seed(self.seed.wrapping_mul(1_000_003) + place as u64);
        Ok(Writer { bare: self, client, statement, rng, next, commits: 0 })
    }
}

struct Writer<'a> {
    bare: &'a Bare<'a>,
    client: Client,
    statement: Statement,
    rng: Rng,
    /// The next id, of all writers together.
    next: &'a Cell<i64>,
    commits: usize,
}

impl Writer<'_> {
    async fn run(mut self, time: Duration) -> Outcome<Self> {
        let start = Instant::now();
        while start.elapsed() < time {
            self.commit().await?;
        }
        Ok(self)
    }

    async fn commit(&mut self) -> Outcome<()> {
        let call = self.bare.population.call(self.bare.call, &mut self.rng);
        let first = self.next.get();
        self.next.set(first + i64::try_from(self.bare.call)?);
        let rows = Rows::of_call(&call, first, self.bare.day);
        match self.bare.by {
            By::Unnest => rows.unnest(&self.client, &self.statement).await?,
            By::Copy => rows.copy(&self.client, &self.statement).await?,
        }
        self.commits += 1;
        Ok(())
    }
}
