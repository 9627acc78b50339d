//! The one thread that writes. It takes what waits, and answers when that is on disk: calls that come together share a
//! flush, in the journal where it fits, else in one transaction of the database.

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use rusqlite::Connection;
use store::Counters;

use crate::checkpoint::Checkpoints;
use crate::failure::Failure;
use crate::ids::Ids;
use crate::job::Job;
use crate::upkeep::{Behind, Upkeep};
use crate::write::Statements;

/// So many registrations are taken together at most: more would make the first callers wait for the last.
const MOST_ROWS: usize = 16_384;
/// When so many calls or so many registrations lie in the journal, the database follows, whatever else waits: what more
/// there is, the fewer pages it writes for each, but the longer callers wait for it to come back.
const CALLS_BEHIND: usize = 512;
const ROWS_BEHIND: usize = 6_144;
/// The database follows when nothing has come for so long.
const IDLE: Duration = Duration::from_millis(2);
/// When the database could not follow, it is tried again so often.
const RETRY: Duration = Duration::from_millis(100);

/// Writes until every sender of jobs is gone.
pub(crate) fn run(
    connection: &Connection,
    jobs: &Receiver<Job>,
    checkpoints: &mut Checkpoints,
    counters: &Arc<Counters>,
    upkeep: Upkeep,
) -> rusqlite::Result<()> {
    let statements = Statements::prepare(connection)?;
    let mut writer =
        Writer { connection, statements, ids: Ids::default(), counters, upkeep, failed: false };
    loop {
        let wait = match (writer.upkeep.is_behind(), writer.failed) {
            (false, _) => None,
            (true, false) => Some(IDLE),
            (true, true) => Some(RETRY),
        };
        let next = match wait {
            None => jobs.recv().map_err(|_| RecvTimeoutError::Disconnected),
            Some(wait) => jobs.recv_timeout(wait),
        };
        match next {
            Ok(first) => writer.serve(first, jobs),
            Err(RecvTimeoutError::Timeout) => writer.catch_up(Durable::Later),
            Err(RecvTimeoutError::Disconnected) => break,
        }
        checkpoints.after_commit(connection);
    }
    if writer.upkeep.is_in_use() {
        writer.catch_up(Durable::Now);
    }
    Ok(())
}

/// When what a transaction writes is on disk.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Durable {
    /// When it ends.
    Now,
    /// Some time later: the journal holds it until then.
    Later,
}

struct Writer<'c> {
    connection: &'c Connection,
    statements: Statements<'c>,
    ids: Ids,
    counters: &'c Counters,
    upkeep: Upkeep,
    /// Whether the last transaction failed.
    failed: bool,
}

/// A job with the ids that its last attempt was given.
struct Attempt {
    job: Job,
    ids: Range<i64>,
}

impl From<Job> for Attempt {
    fn from(job: Job) -> Self {
        Self { job, ids: 0..0 }
    }
}

impl Writer<'_> {
    /// Does `first` and all that waits behind it.
    fn serve(&mut self, first: Job, jobs: &Receiver<Job>) {
        let (mut quick, mut others): (Vec<Attempt>, Vec<Attempt>) = (Vec::new(), Vec::new());
        let (mut rows, mut next) = (0, Some(first));
        while let Some(job) = next {
            rows += job.weight();
            let lane = if job.fits_journal() { &mut quick } else { &mut others };
            lane.push(job.into());
            next = if rows < MOST_ROWS { jobs.try_recv().ok() } else { None };
        }
        if let Err(left) = self.note(quick) {
            others.extend(left);
        }
        if others.is_empty() {
            let Behind { calls, rows } = self.upkeep.behind();
            if calls >= CALLS_BEHIND || rows >= ROWS_BEHIND {
                self.catch_up(Durable::Later);
            }
        } else {
            self.commit_together(others);
        }
    }

    /// Writes jobs into the journal and answers them; answers those that it cannot take.
    fn note(&mut self, mut attempts: Vec<Attempt>) -> Result<(), Vec<Attempt>> {
        if attempts.is_empty() {
            return Ok(());
        }
        if let Err(failure) = self.give_for_journal(&mut attempts) {
            tracing::warn!(error = %failure, "the journal cannot be used now");
            return Err(attempts);
        }
        let parts = attempts.iter_mut().map(|attempt| (&mut attempt.job, attempt.ids.clone()));
        let Some(frame) = self.upkeep.frame_of(parts) else { return Err(attempts) };
        if !self.upkeep.has_room(&frame)
            && let Err(failure) = self.begin_anew()
        {
            tracing::warn!(error = %failure, "the journal is full");
            return Err(attempts);
        }
        let rows = attempts.iter().map(|attempt| attempt.job.weight()).sum();
        if !self.upkeep.append(frame, Behind { calls: attempts.len(), rows }) {
            return Err(attempts);
        }
        self.counters.committed(attempts.len(), rows);
        answer_all(attempts);
        Ok(())
    }

    /// Makes the journal ready and gives jobs the ids that they need, from a block that is on disk.
    fn give_for_journal(&mut self, attempts: &mut [Attempt]) -> Result<(), Failure> {
        if self.upkeep.is_broken() {
            self.begin_anew()?;
        } else if self.failed {
            // What cannot follow should not become more.
            self.in_transaction(Durable::Later, |_| Ok(()))?;
        }
        self.upkeep.own(self.connection, &mut self.statements)?;
        if !self.upkeep.is_in_use() {
            self.in_transaction(Durable::Now, |writer| {
                writer.upkeep.new_salt(&mut writer.statements)
            })?;
            self.upkeep.begin(&self.statements)?;
        }
        let count = attempts.iter().map(|attempt| attempt.job.ids()).sum();
        if !self.ids.has(count, &mut self.statements)? {
            self.in_transaction(Durable::Now, |writer| {
                writer.ids.renew(count, &mut writer.statements)
            })?;
        }
        for attempt in attempts {
            attempt.ids = self.ids.take(attempt.job.ids());
        }
        Ok(())
    }

    /// Begins the journal anew, when the database has all of it on disk.
    ///
    /// It may have followed already, by transactions that were not flushed. One more that wrote nothing would not be flushed
    /// either, and a loss of power would then take what the journal has overwritten.
    fn begin_anew(&mut self) -> Result<(), Failure> {
        self.in_transaction(Durable::Now, |writer| Ok(writer.statements.applied_again()?))?;
        self.upkeep.begin_anew();
        Ok(())
    }

    /// Lets the database follow.
    fn catch_up(&mut self, durable: Durable) {
        if let Err(error) = self.in_transaction(durable, |_| Ok(())) {
            tracing::error!(%error, "the database could not follow the journal: it is tried again");
        }
    }

    /// Writes jobs in one transaction.
    fn commit_together(&mut self, mut attempts: Vec<Attempt>) {
        let writes = attempts.iter().any(|attempt| attempt.job.writes());
        let durable = if writes { Durable::Now } else { Durable::Later };
        let outcome = self.in_transaction(durable, |writer| {
            attempts.iter_mut().try_for_each(|attempt| writer.apply(attempt))
        });
        match outcome {
            Ok(()) if writes => {
                let rows = attempts.iter().map(|attempt| attempt.job.weight()).sum();
                self.counters.committed(attempts.len(), rows);
                answer_all(attempts);
            }
            Ok(()) => answer_all(attempts),
            Err(failure) => self.one_by_one(attempts, &failure),
        }
    }

    /// One job spoilt the commit that several shared: each gets a transaction of its own, so that only the one that
    /// cannot be done fails.
    fn one_by_one(&mut self, attempts: Vec<Attempt>, shared: &Failure) {
        tracing::warn!(error = %shared, jobs = attempts.len(), "a commit failed");
        let alone = attempts.len() == 1;
        for mut attempt in attempts {
            let outcome = if alone {
                Err(shared.clone())
            } else {
                self.in_transaction(Durable::Now, |writer| writer.apply(&mut attempt))
            };
            match &outcome {
                Ok(()) => self.counters.committed(1, attempt.job.weight()),
                Err(error) => tracing::error!(%error, "a write failed"),
            }
            attempt.job.answer(attempt.ids, outcome);
        }
    }

    /// A rule that panics must not take the writer, and with it everyone's service, down.
    fn apply(&mut self, attempt: &mut Attempt) -> Result<(), Failure> {
        attempt.ids = self.ids.give(attempt.job.ids(), &mut self.statements)?;
        let ids = attempt.ids.clone();
        catch_unwind(AssertUnwindSafe(|| attempt.job.apply(ids, &mut self.statements)))
            .unwrap_or(Err(Failure::Panicked))
    }

    /// Lets the database follow the journal, and does some work, in one transaction.
    fn in_transaction(
        &mut self,
        durable: Durable,
        work: impl FnOnce(&mut Self) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        self.upkeep.own_or_follow(self.connection, &mut self.statements)?;
        self.upkeep.set_synchronous(self.connection, durable == Durable::Now)?;
        self.execute("BEGIN IMMEDIATE")?;
        let outcome = self
            .upkeep
            .apply(&mut self.statements)
            .and_then(|()| work(self))
            .and_then(|()| Ok(self.statements.tell_the_rest()?))
            .and_then(|()| Ok(self.execute("COMMIT")?));
        self.statements.forget();
        self.failed = outcome.is_err();
        if outcome.is_ok() {
            self.upkeep.caught_up();
        } else {
            self.ids.forget();
            if !self.connection.is_autocommit() {
                self.execute("ROLLBACK")?;
            }
        }
        outcome
    }

    fn execute(&self, sql: &str) -> rusqlite::Result<()> {
        self.connection.prepare_cached(sql)?.execute(()).map(drop)
    }
}

fn answer_all(attempts: Vec<Attempt>) {
    for Attempt { job, ids } in attempts {
        job.answer(ids, Ok(()));
    }
}
