//! Storing registrations: several lanes, each with one statement under way that stores all that waited for it.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use domain::{AuditEntry, Error, NewRegistration, Registration, RegistrationId};
use jiff::civil::Date;
use store::{Counters, Once, Written, audit_body};
use tokio::sync::{Mutex, mpsc, oneshot};

use crate::batch::Batch;
use crate::citus::Layout;
use crate::database::Database;
use crate::failure::Failure;
use crate::ids::Ids;
use crate::seat::Seat;
use crate::{audit, once, partition, window};

/// A statement is closed when it holds so many registrations: more would make the first callers wait for the last.
const MOST_ROWS: usize = 4096;

/// One call that waits.
pub(crate) struct Call {
    pub(crate) new: Vec<NewRegistration>,
    pub(crate) entry: Option<AuditEntry>,
    pub(crate) reply: oneshot::Sender<Result<Vec<Registration>, Error>>,
}

/// Stores registrations.
pub(crate) struct Register {
    database: Database,
    layout: Layout,
    counters: Arc<Counters>,
    pub(crate) seat: Seat,
    /// For calls that take no lane.
    ids: Ids,
    /// The months that are known to have their partitions.
    months: Mutex<BTreeSet<Date>>,
}

impl Register {
    pub(crate) fn new(database: Database, layout: Layout, counters: Arc<Counters>) -> Self {
        let (seat, ids, months) = (Seat::default(), Ids::default(), Mutex::default());
        Self { database, layout, counters, seat, ids, months }
    }

    /// Stores calls in one transaction and answers the ids of each. The ids are given out before, so the statement
    /// may be repeated even when its connection was lost in the middle: that it is then refused, because what it
    /// stores is there already, is how it tells that it was committed after all.
    async fn store(&self, lane: &Ids, calls: &[Call]) -> Result<Vec<Vec<i64>>, Failure> {
        let mut ids = Vec::with_capacity(calls.len());
        for Call { new, .. } in calls {
            ids.push(self.ids_for(lane, new).await?);
        }
        let rows =
            calls.iter().zip(&ids).flat_map(|(call, ids)| ids.iter().copied().zip(&call.new));
        let bodies = calls.iter().zip(&ids).filter_map(|(call, ids)| body(call, ids)).collect();
        let batch = Batch::of(rows, bodies);
        self.ensure_partitions(calls.iter().flat_map(|call| &call.new)).await?;
        let open = AtomicBool::new(false);
        self.database
            .repeat_always("register", || async {
                let connection = self.database.connection().await?;
                match batch.insert(&**connection).await {
                    Err(failure) if failure.leaves_it_open() => {
                        open.store(true, Ordering::Relaxed);
                        Err(failure)
                    }
                    Err(failure) if failure.is_there_already() && open.load(Ordering::Relaxed) => {
                        Ok(())
                    }
                    other => other,
                }
            })
            .await
            .map_err(|failure| {
                let open = open.load(Ordering::Relaxed);
                if open { Failure::Unknown(Arc::new(failure)) } else { failure }
            })?;
        self.counters.committed(calls.len(), ids.iter().map(Vec::len).sum());
        Ok(ids)
    }

    /// Stores a call that is done once, in a transaction of its own.
    pub(crate) async fn store_once(
        &self,
        new: Vec<NewRegistration>,
        entry: Option<AuditEntry>,
        once: &Once,
    ) -> Result<Written<Vec<Registration>>, Failure> {
        let ids = self.ids_for(&self.ids, &new).await?;
        let registrations = registration_ids(&ids);
        let items = once.registered(&registrations, &new);
        let entry = entry.map(|entry| AuditEntry { registrations, ..entry });
        let batch = Batch::of(ids.iter().copied().zip(&new), Vec::new());
        self.ensure_partitions(&new).await?;
        let before = self
            .database
            .repeat_always("register once", || async {
                let mut connection = self.database.connection().await?;
                let transaction = connection.transaction().await?;
                if let Some(kept) = once::before(&transaction, Some(once)).await? {
                    // Nobody else has these ids: an earlier try of this same call has done it after all.
                    let own = !new.is_empty() && kept.items == items;
                    return Ok((!own).then_some(kept));
                }
                batch.insert(&*transaction).await?;
                if let Some(entry) = &entry {
                    audit::append(&transaction, entry).await?;
                }
                once::keep(&transaction, once, &items).await?;
                transaction.commit().await?;
                Ok(None)
            })
            .await?;
        if let Some(kept) = before {
            return Ok(Written::Before(kept));
        }
        self.counters.committed(1, new.len());
        Ok(Written::Now(stored(ids, new)))
    }

    async fn ids_for(&self, lane: &Ids, new: &[NewRegistration]) -> Result<Vec<i64>, Failure> {
        let mut ids = Vec::with_capacity(new.len());
        for run in new.chunk_by(|one, next| window::of_block(one) == window::of_block(next)) {
            let day = window::of_block(&run[0]);
            ids.extend(lane.give(&self.database, &self.seat, run.len(), day).await?);
        }
        Ok(ids)
    }

    async fn ensure_partitions(
        &self,
        new: impl IntoIterator<Item = &NewRegistration>,
    ) -> Result<(), Failure> {
        let days = new.into_iter().map(|new| new.submission.day);
        let wanted: BTreeSet<_> = days.map(Date::first_of_month).collect();
        let mut known = self.months.lock().await;
        for month in wanted {
            if !known.contains(&month) {
                self.database
                    .repeat("make a partition", || async {
                        let connection = self.database.connection().await?;
                        partition::ensure(&connection, self.layout, month..=month).await
                    })
                    .await?;
                known.insert(month);
            }
        }
        Ok(())
    }
}

/// What the lanes share.
pub(crate) struct Lanes {
    register: Arc<Register>,
    calls: Mutex<mpsc::Receiver<Call>>,
}

impl Lanes {
    /// Starts `count` lanes. They end when nobody can send calls any more, and all that was sent is stored.
    pub(crate) fn start(register: Arc<Register>, count: usize, calls: mpsc::Receiver<Call>) {
        let lanes = Arc::new(Self { register, calls: Mutex::new(calls) });
        for _ in 0..count.max(1) {
            let lanes = Arc::clone(&lanes);
            tokio::spawn(async move {
                // Ids of its own: lanes that write next to each other in the key would wait for its pages.
                let ids = Ids::default();
                while lanes.serve_once(&ids).await.is_continue() {}
            });
        }
    }

    async fn serve_once(&self, ids: &Ids) -> ControlFlow<()> {
        let waiting = self.gather().await;
        if waiting.is_empty() {
            return ControlFlow::Break(());
        }
        match self.register.store(ids, &waiting).await {
            Ok(ids) => answer_all(waiting, ids),
            // What may still be committed is not stored a second time under other ids; and what was tried as long as callers
            // have patience would only be tried again, one call after the other.
            Err(failure)
                if waiting.len() == 1
                    || !failure.is_rolled_back()
                    || failure.is_worth_repeating() =>
            {
                refuse_all(waiting, &failure);
            }
            Err(failure) => {
                tracing::warn!(error = %failure, calls = waiting.len(), "a commit failed");
                self.one_by_one(ids, waiting).await;
            }
        }
        ControlFlow::Continue(())
    }

    /// The next call and all that waits behind it; nothing when there will be none any more.
    async fn gather(&self) -> Vec<Call> {
        let mut calls = self.calls.lock().await;
        let Some(first) = calls.recv().await else { return Vec::new() };
        let mut rows = first.new.len();
        let mut waiting = vec![first];
        while rows < MOST_ROWS {
            let Ok(next) = calls.try_recv() else { break };
            rows += next.new.len();
            waiting.push(next);
        }
        waiting
    }

    /// One call spoilt the commit that several shared: each gets one of its own, so that only the one that cannot be
    /// stored fails.
    async fn one_by_one(&self, ids: &Ids, waiting: Vec<Call>) {
        for call in waiting {
            let alone = vec![call];
            match self.register.store(ids, &alone).await {
                Ok(ids) => answer_all(alone, ids),
                Err(failure) => refuse_all(alone, &failure),
            }
        }
    }
}

/// What the audit says of a call.
fn body(call: &Call, ids: &[i64]) -> Option<String> {
    let entry = call.entry.as_ref()?;
    Some(audit_body(&AuditEntry { registrations: registration_ids(ids), ..entry.clone() }))
}

fn registration_ids(ids: &[i64]) -> Vec<RegistrationId> {
    ids.iter().copied().filter_map(RegistrationId::new).collect()
}

fn stored(ids: Vec<i64>, new: Vec<NewRegistration>) -> Vec<Registration> {
    let one =
        |(id, new): (i64, NewRegistration)| RegistrationId::new(id).map(|id| new.stored_as(id));
    ids.into_iter().zip(new).filter_map(one).collect()
}

fn answer_all(calls: Vec<Call>, ids: Vec<Vec<i64>>) {
    for (Call { new, reply, .. }, ids) in calls.into_iter().zip(ids) {
        // Whoever has gone away meanwhile does not hear it; what is committed stays.
        let _ = reply.send(Ok(stored(ids, new)));
    }
}

fn refuse_all(calls: Vec<Call>, failure: &Failure) {
    tracing::error!(error = %failure, "registrations were not stored");
    for Call { reply, .. } in calls {
        let _ = reply.send(Err(failure.clone().into()));
    }
}
