//! The one thread that writes. It takes what waits, writes it in one transaction, and answers when that is on disk: calls
//! that come together share a flush.

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::Receiver;

use rusqlite::Connection;

use crate::checkpoint::Checkpoints;
use crate::failure::Failure;
use crate::ids::Ids;
use crate::job::Job;
use crate::stats::Counters;
use crate::write::Statements;

/// A commit is closed when it holds so many registrations: more would make the first callers wait for the last.
const MOST_ROWS: usize = 16_384;

/// Writes until every sender of jobs is gone.
pub(crate) fn run(
    connection: &Connection,
    jobs: &Receiver<Job>,
    checkpoints: &mut Checkpoints,
    counters: &Arc<Counters>,
) -> rusqlite::Result<()> {
    let mut writer = Writer {
        connection,
        statements: Statements::prepare(connection)?,
        ids: Ids::default(),
        counters,
    };
    while let Ok(first) = jobs.recv() {
        writer.commit_together(first, jobs);
        checkpoints.after_commit(connection);
    }
    Ok(())
}

struct Writer<'c> {
    connection: &'c Connection,
    statements: Statements<'c>,
    ids: Ids,
    counters: &'c Counters,
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
    /// Writes `first` and all that waits behind it in one transaction.
    fn commit_together(&mut self, first: Job, jobs: &Receiver<Job>) {
        let mut attempts = vec![Attempt::from(first)];
        let outcome = self.in_transaction(|writer| {
            let mut rows = 0;
            loop {
                if let Some(attempt) = attempts.last_mut() {
                    rows += attempt.job.weight();
                    writer.apply(attempt)?;
                }
                let next = if rows < MOST_ROWS { jobs.try_recv().ok() } else { None };
                match next {
                    Some(job) => attempts.push(job.into()),
                    None => return Ok(()),
                }
            }
        });
        match outcome {
            Ok(()) => self.answer_all(attempts),
            Err(failure) => self.one_by_one(attempts, &failure),
        }
    }

    fn answer_all(&self, attempts: Vec<Attempt>) {
        let rows = attempts.iter().map(|attempt| attempt.job.weight()).sum();
        self.counters.committed(attempts.len(), rows);
        for Attempt { job, ids } in attempts {
            job.answer(ids, Ok(()));
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
                self.in_transaction(|writer| writer.apply(&mut attempt))
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

    fn in_transaction(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        self.connection.execute_batch("BEGIN IMMEDIATE")?;
        let outcome = work(self)
            .and_then(|()| Ok(self.statements.tell_the_rest()?))
            .and_then(|()| Ok(self.connection.execute_batch("COMMIT")?));
        self.statements.forget();
        if outcome.is_err() {
            self.ids.forget();
            if !self.connection.is_autocommit() {
                self.connection.execute_batch("ROLLBACK")?;
            }
        }
        outcome
    }
}
