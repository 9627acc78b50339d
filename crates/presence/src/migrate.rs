//! Moves everything from the embedded store to PostgreSQL, in pieces, and holds what has come against what was given.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use domain::Error;
use store::transfer::{Digest, Give as _, Progress, Row, TABLES, Table, Take};
use store::{AuditBreach, AuditCheck};
use store_postgres::PostgresStore;
use store_sqlite::transfer::{Lane, Source};
use thiserror::Error as ThisError;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::command::audit::Records;

/// How many rows are moved at a time.
const PIECE: usize = 10_000;
/// How many pieces wait to be taken.
const WAITING: usize = 2;
/// The table that has to be there before others: what is counted goes on behind it.
const FIRST: &str = "number";
/// The tables that are as large as all others together: each has a lane of its own.
const LARGE: [&str; 2] = ["registration", "history"];

/// Why not everything was moved.
#[derive(Debug, ThisError)]
pub(crate) enum MigrateError {
    /// One of the stores.
    #[error("{}", super::command::chain(.0))]
    Store(#[from] Error),
    /// What has come is not what was given.
    #[error(
        "{table}: {held} rows are there, of {given} that were given, or they differ; begin anew with an empty database"
    )]
    Differs { table: &'static str, held: u64, given: u64 },
    /// The chains of the audit.
    #[error("the audit is not whole there: {0}")]
    Audit(#[from] AuditBreach),
    /// A thread.
    #[error("a thread panicked")]
    Panicked,
}

/// What became of it.
pub(crate) struct Moved {
    /// How many rows are there.
    pub(crate) rows: u64,
    /// How many rows each table has there.
    pub(crate) tables: Vec<(&'static str, u64)>,
    /// Is everything there, and found to be right?
    pub(crate) complete: bool,
}

/// What is shown of it.
pub(crate) trait Watch: Send + Sync {
    /// So many rows are there, of so many.
    fn moved(&self, done: u64, total: u64);
    /// So many rows were read again, of so many.
    fn checked(&self, done: u64, total: u64);
}

/// How much may still be moved in this call.
#[derive(Clone)]
struct Allowance(Arc<AtomicU64>);

impl Allowance {
    /// Takes up to `wanted`.
    fn take(&self, wanted: usize) -> usize {
        let wanted = wanted as u64;
        let left = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
            Some(left.saturating_sub(wanted))
        });
        usize::try_from(left.unwrap_or(0).min(wanted)).unwrap_or(0)
    }

    /// Gives back what was not used.
    fn give_back(&self, count: usize) {
        self.0.fetch_add(count as u64, Ordering::Relaxed);
    }
}

/// Moves what is not there yet, `most` rows at most; when all is there, checks it.
pub(crate) async fn migrate(
    source: &Source,
    target: &Arc<PostgresStore>,
    most: Option<u64>,
    watch: &Arc<dyn Watch>,
) -> Result<Moved, MigrateError> {
    let there = target.begin(&source.state()?).await?;
    let allowance = Allowance(Arc::new(AtomicU64::new(most.unwrap_or(u64::MAX >> 1))));
    let total = total(source)?;
    let done = Arc::new(AtomicU64::new(there.iter().map(|progress| progress.rows).sum()));
    let work = |tables: Vec<&'static Table>| {
        let progress = |table: &Table| there.iter().find(|one| one.table == table.name).cloned();
        tables
            .into_iter()
            .map(|table| (table, progress(table).unwrap_or_else(|| Progress::none(table))))
            .collect::<Vec<_>>()
    };
    let (first, others): (Vec<_>, Vec<_>) = TABLES.iter().partition(|table| table.name == FIRST);
    let (large, small): (Vec<_>, Vec<_>) =
        others.into_iter().partition(|table| LARGE.contains(&table.name));
    let mut lanes: Vec<Vec<&'static Table>> = large.into_iter().map(|table| vec![table]).collect();
    lanes.push(small);
    let mover = Mover {
        target: Arc::clone(target),
        allowance,
        done: Arc::clone(&done),
        total,
        watch: Arc::clone(watch),
    };
    let mut ends = mover.clone().run(source.lane()?, work(first)).await?;
    let mut running = JoinSet::new();
    for tables in lanes {
        running.spawn(mover.clone().run(source.lane()?, work(tables)));
    }
    while let Some(ended) = running.join_next().await {
        ends.extend(ended.map_err(|_| MigrateError::Panicked)??);
    }
    let complete = ends.iter().all(|(_, progress)| progress.complete);
    if complete {
        check(target, &ends, watch).await?;
        target.finish().await?;
    }
    Ok(Moved {
        rows: done.load(Ordering::Relaxed),
        tables: ends.iter().map(|(table, progress)| (table.name, progress.rows)).collect(),
        complete,
    })
}

fn total(source: &Source) -> Result<u64, Error> {
    let mut lane = source.lane()?;
    TABLES.iter().map(|table| lane.count(table)).sum()
}

/// Moves tables, one after the other.
#[derive(Clone)]
struct Mover {
    target: Arc<PostgresStore>,
    allowance: Allowance,
    done: Arc<AtomicU64>,
    total: u64,
    watch: Arc<dyn Watch>,
}

type Piece = (Vec<Row>, Progress);

impl Mover {
    async fn run(
        self,
        mut lane: Lane,
        work: Vec<(&'static Table, Progress)>,
    ) -> Result<Vec<(&'static Table, Progress)>, MigrateError> {
        let mut ends = Vec::new();
        for (table, progress) in work {
            let (back, end) = self.table(lane, table, progress).await?;
            lane = back;
            ends.push((table, end));
        }
        Ok(ends)
    }

    /// Reads on a thread of its own while the piece before is being taken.
    async fn table(
        &self,
        mut lane: Lane,
        table: &'static Table,
        progress: Progress,
    ) -> Result<(Lane, Progress), MigrateError> {
        let (send, mut pieces) = mpsc::channel::<Piece>(WAITING);
        let (allowance, mut end) = (self.allowance.clone(), progress.clone());
        let giver = tokio::task::spawn_blocking(move || {
            let given = give(&mut lane, table, progress, &allowance, &send);
            given.map(|()| lane)
        });
        while let Some((rows, progress)) = pieces.recv().await {
            let count = rows.len() as u64;
            self.target.take(table, rows, &progress).await?;
            let done = self.done.fetch_add(count, Ordering::Relaxed) + count;
            self.watch.moved(done, self.total);
            end = progress;
        }
        let lane = giver.await.map_err(|_| MigrateError::Panicked)??;
        Ok((lane, end))
    }
}

/// Gives pieces until there are no more, or no more are allowed, or nobody takes them.
fn give(
    lane: &mut Lane,
    table: &'static Table,
    mut progress: Progress,
    allowance: &Allowance,
    send: &mpsc::Sender<Piece>,
) -> Result<(), Error> {
    while !progress.complete {
        let most = allowance.take(PIECE);
        if most == 0 {
            return Ok(());
        }
        let rows = lane.rows(table, &progress.mark.0, most)?;
        allowance.give_back(most.saturating_sub(rows.len()));
        progress = progress.with(table, &rows);
        if send.blocking_send((rows, progress.clone())).is_err() {
            return Ok(());
        }
    }
    Ok(())
}

/// Reads everything that has come once more.
async fn check(
    target: &Arc<PostgresStore>,
    ends: &[(&'static Table, Progress)],
    watch: &Arc<dyn Watch>,
) -> Result<(), MigrateError> {
    let total = ends.iter().map(|(_, progress)| progress.rows).sum();
    let mut reading = JoinSet::new();
    let mut rest: Vec<_> = ends.iter().filter(|(table, _)| table.name != FIRST).cloned().collect();
    rest.sort_by_key(|(_, progress)| progress.rows);
    let mut done = 0;
    while !rest.is_empty() || !reading.is_empty() {
        while reading.len() < 3
            && let Some((table, given)) = rest.pop()
        {
            let target = Arc::clone(target);
            reading.spawn(async move { (table, given, target.held(table).await) });
        }
        let Some(read) = reading.join_next().await else { break };
        let (table, given, held) = read.map_err(|_| MigrateError::Panicked)?;
        let (rows, digest): (u64, Digest) = held?;
        if (rows, digest) != (given.rows, given.digest) {
            return Err(MigrateError::Differs { table: table.name, held: rows, given: given.rows });
        }
        done += rows;
        watch.checked(done, total);
    }
    let mut chain = AuditCheck::new(Vec::new());
    let mut records = Records::after(target.as_ref(), &[]).await?;
    while let Some(record) = records.next().await? {
        chain.next(&record)?;
    }
    chain.end()?;
    Ok(())
}
