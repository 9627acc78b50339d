//! Steps of registrations' lives: each is loaded and locked, a rule decides, and what it answers is kept.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use deadpool_postgres::{Client, Transaction};
use domain::{Amended, HistoryEntry, ItemErrors, Registration, RegistrationId, Status};
use store::{Beside, Once, Transition, Written};
use tokio_postgres::Row;

use crate::citus::Layout;
use crate::failure::Failure;
use crate::row::{self, COLUMNS};
use crate::step::Steps;
use crate::{audit, checks, lookup, once, seat, window};

pub(crate) type Answers = Vec<Result<Registration, ItemErrors>>;

/// The registrations of a call, as they now stand.
pub(crate) type Found = HashMap<RegistrationId, Registration>;

/// Decides on each registration as the one before left it, in one transaction.
pub(crate) async fn amend(
    connection: &mut Client,
    layout: Layout,
    ids: &[Option<RegistrationId>],
    transition: &Transition,
    beside: &Beside,
) -> Result<Written<Answers>, Failure> {
    let transaction = connection.transaction().await?;
    let Beside { entry, once } = beside;
    if let Some(kept) = once::before(&transaction, once.as_ref()).await? {
        return Ok(Written::Before(kept));
    }
    let mut found = load(&transaction, layout, ids).await?;
    let before = layout.is_distributed().then(|| found.clone());
    let decided = catch_unwind(AssertUnwindSafe(|| decide(&mut found, ids, transition)));
    let (answers, entries) = decided.map_err(|_| Failure::Panicked)?;
    if !entries.is_empty() {
        Steps::of(&found, &entries).keep(&transaction, before.as_ref()).await?;
        let cancelled: Vec<_> = cancelled(&found, &entries).collect();
        if !cancelled.is_empty() {
            checks::repetitions_wait(&transaction, layout, &cancelled).await?;
        }
    }
    if let Some(entry) = entry {
        audit::append(&transaction, &entry.clone().decided(ids, &answers)).await?;
    }
    if let Some(once) = once {
        once::keep(&transaction, once, &Once::decided(&answers)).await?;
    }
    transaction.commit().await?;
    Ok(Written::Now(answers))
}

fn decide(
    found: &mut Found,
    ids: &[Option<RegistrationId>],
    transition: &Transition,
) -> (Answers, Vec<(RegistrationId, HistoryEntry)>) {
    let (mut answers, mut entries) = (Vec::with_capacity(ids.len()), Vec::new());
    for (place, id) in ids.iter().enumerate() {
        let now = id.and_then(|id| found.get(&id));
        answers.push(transition(place, now).map(|Amended { registration, entry }| {
            entries.push((registration.id, entry));
            found.insert(registration.id, registration.clone());
            registration
        }));
    }
    (answers, entries)
}

/// Those that have just been cancelled.
fn cancelled<'f>(
    found: &'f Found,
    entries: &[(RegistrationId, HistoryEntry)],
) -> impl Iterator<Item = &'f Registration> {
    let cancelled = entries.iter().filter(|(_, entry)| entry.status == Status::Cancelled);
    cancelled.filter_map(|(id, _)| found.get(id))
}

/// One step in the key after the other, in the order of the ids.
pub(crate) fn by_ids_for_update(window: &str) -> String {
    format!(
        "SELECT {COLUMNS} FROM (SELECT unnest($1::bigint[]) AS asked ORDER BY 1) every, \
         LATERAL (SELECT * FROM registration WHERE id = asked AND {window} FOR UPDATE) one"
    )
}

/// Locks in the order of the ids, so that two calls never wait for each other in a circle. Where several servers would have to
/// lock, none does: what is written later is held against what was loaded here.
pub(crate) async fn load(
    transaction: &Transaction<'_>,
    layout: Layout,
    ids: &[Option<RegistrationId>],
) -> Result<Found, Failure> {
    let numbers: Vec<_> = ids.iter().flatten().map(|id| id.number()).collect();
    if layout.is_distributed() {
        let found = lookup::distributed(transaction, &numbers).await?;
        return read(&found);
    }
    let sql = by_ids_for_update(&window::of("$2", "$3"));
    let mut found = Found::new();
    for numbers in seat::each(&numbers) {
        found.extend(read(&transaction.query_typed(&sql, &numbers.parameters()).await?)?);
    }
    Ok(found)
}

fn read(rows: &[Row]) -> Result<Found, Failure> {
    rows.iter()
        .map(|row| row::registration(row, 0).map(|registration| (registration.id, registration)))
        .collect()
}
