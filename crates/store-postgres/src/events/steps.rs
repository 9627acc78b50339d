use std::collections::HashMap;

use deadpool_postgres::{Client, Transaction};
use domain::{HistoryEntry, Registration, RegistrationId, Step, StepPosition, StepSelection};
use tokio_postgres::Row;
use tokio_postgres::types::{ToSql, Type};

use crate::citus::{self, Layout};
use crate::failure::Failure;
use crate::row::{self, HISTORY_COLUMNS};
use crate::sql::Sql;
use crate::{lookup, window};

/// Every transaction below this number has ended: none of its steps may still come. Asked by itself, before the steps, so
/// that these are seen as they are after that.
///
/// Only transactions of this database count, and no imports of registers, which take long and tell of no step. Their numbers come in 32 bits; those that began after `max` was read tell of
/// nothing below it.
const ENDED: &str = "SELECT b.base + x.max - coalesce((SELECT max(x.max - r.xid & 4294967295) FROM ( \
     SELECT backend_xid::text::bigint AS xid FROM pg_stat_activity \
     WHERE datname = current_database() AND backend_xid IS NOT NULL AND application_name <> 'presence import' \
     UNION ALL SELECT transaction::text::bigint FROM pg_prepared_xacts WHERE database = current_database()) r \
     WHERE (x.max - r.xid & 4294967295) < 2147483648), 0) \
     FROM step_base b, (SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS max) x";

pub(super) const LAST: &str = "SELECT entry, first + count - 1 FROM step WHERE entry < $1 ORDER BY entry DESC, first DESC LIMIT 1";

/// The position of the last step.
pub(super) async fn last(connection: &Client) -> Result<StepPosition, Failure> {
    let ended = ended(connection).await?;
    let last = connection.query_typed_opt(LAST, &[(&ended, Type::INT8)]).await?;
    let Some(row) = last else { return Ok(StepPosition::START) };
    Ok(StepPosition { entry: row.try_get(0)?, within: count(row.try_get(1)?) })
}

async fn ended(connection: &Client) -> Result<i64, Failure> {
    Ok(connection.query_typed_one(ENDED, &[]).await?.try_get(0)?)
}

/// A step of one registration, as its row tells it.
struct Told {
    position: StepPosition,
    registration: i64,
    /// Its place in the history; 0 is the one before the history.
    place: i32,
}

/// The steps after a position.
pub(super) async fn read(
    connection: &mut Client,
    layout: Layout,
    selection: &StepSelection,
    after: StepPosition,
    limit: u32,
) -> Result<Vec<Step>, Failure> {
    let ended = ended(connection).await?;
    let mut sql = Sql::default();
    let text = statement(&mut sql, selection, after, ended, limit);
    let rows = connection.query_typed(&text, &sql.borrowed()).await?;
    let mut told = Vec::new();
    for row in &rows {
        unfold(row, after, &mut told)?;
    }
    told.truncate(limit as usize);
    with_registrations(connection, layout, &told).await
}

/// The statement that reads the rows, each of which tells of at least one step after the position.
pub(super) fn statement(
    sql: &mut Sql,
    selection: &StepSelection,
    after: StepPosition,
    ended: i64,
    limit: u32,
) -> String {
    let entry = sql.give(after.entry, Type::INT8);
    let within = sql.give(i64::from(after.within) + 1, Type::INT8);
    let ended = sql.give(ended, Type::INT8);
    let most = sql.give(i64::from(limit), Type::INT8);
    let sender = match selection {
        StepSelection::Everything => String::new(),
        StepSelection::SentBy(client) => {
            format!("sender = {} AND ", sql.give(client.as_str().to_owned(), Type::TEXT))
        }
    };
    format!(
        "SELECT entry, first, registration, count, place FROM step WHERE {sender}entry >= {entry} AND entry < {ended} \
         AND (entry > {entry} OR first + count > {within}) ORDER BY entry, first LIMIT {most}"
    )
}

fn unfold(row: &Row, after: StepPosition, told: &mut Vec<Told>) -> Result<(), Failure> {
    let (entry, first): (i64, i32) = (row.try_get(0)?, row.try_get(1)?);
    let (registration, length): (i64, i32) = (row.try_get(2)?, row.try_get(3)?);
    let place = row.try_get(4)?;
    for nth in 0..length {
        let position = StepPosition { entry, within: count(first + nth) };
        if position > after {
            told.push(Told { position, registration: registration + i64::from(nth), place });
        }
    }
    Ok(())
}

fn count(number: i32) -> u32 {
    number.unsigned_abs()
}

/// What happened, with the registrations that it happened to. Those whose retention has just ended are left out.
async fn with_registrations(
    connection: &mut Client,
    layout: Layout,
    told: &[Told],
) -> Result<Vec<Step>, Failure> {
    let transaction = connection.transaction().await?;
    let mut ids: Vec<i64> = told.iter().map(|told| told.registration).collect();
    ids.sort_unstable();
    ids.dedup();
    let later: Vec<&Told> = told.iter().filter(|told| told.place > 0).collect();
    let mut entries = HashMap::new();
    if layout.is_distributed() {
        entries = distributed_entries(&transaction, &later).await?;
    }
    let found = lookup::registrations(&transaction, layout, &ids).await?;
    let found: HashMap<i64, Registration> =
        found.into_iter().map(|registration| (registration.id.number(), registration)).collect();
    let days = found.values().map(|registration| row::day_number(registration.submission.day));
    if let (Layout::Whole, Some(first), Some(last)) = (layout, days.clone().min(), days.max()) {
        entries = entries_between(&transaction, &later, (first, last)).await?;
    }
    transaction.commit().await?;
    let step = |told: &Told| {
        let registration = found.get(&told.registration)?.clone();
        let entry = match told.place {
            0 => registration.first_entry(),
            place => entries.get(&(told.registration, place))?.clone(),
        };
        let version = count(told.place) + 1;
        Some(Step { position: told.position, version, registration, entry })
    };
    Ok(told.iter().filter_map(step).collect())
}

/// Before the registrations, which are then at least as new; all of them, as far as they are kept. The coordinator tells of a
/// step a little before the node of its employer has it.
async fn distributed_entries(
    transaction: &Transaction<'_>,
    later: &[&Told],
) -> Result<HashMap<(i64, i32), HistoryEntry>, Failure> {
    let ids = later.iter().map(|told| told.registration);
    let (Some(first), Some(last)) = (ids.clone().min(), ids.max()) else {
        return Ok(HashMap::new());
    };
    let Some(days) = window::days(transaction, first, last).await? else {
        return Ok(HashMap::new());
    };
    let entries = entries_between(transaction, later, days).await?;
    if later.iter().all(|told| entries.contains_key(&(told.registration, told.place))) {
        return Ok(entries);
    }
    citus::settled(transaction).await?;
    entries_between(transaction, later, days).await
}

async fn entries_between(
    transaction: &Transaction<'_>,
    later: &[&Told],
    (first, last): (i32, i32),
) -> Result<HashMap<(i64, i32), HistoryEntry>, Failure> {
    if later.is_empty() {
        return Ok(HashMap::new());
    }
    let ids: Vec<i64> = later.iter().map(|told| told.registration).collect();
    let places: Vec<i32> = later.iter().map(|told| told.place).collect();
    let parameters: [(&(dyn ToSql + Sync), Type); 4] = [
        (&ids, Type::INT8_ARRAY),
        (&places, Type::INT4_ARRAY),
        (&first, Type::INT4),
        (&last, Type::INT4),
    ];
    history(&transaction.query_typed(&entries_of(), &parameters).await?)
}

/// Perhaps more entries than those asked for: every one of these places of any of these registrations.
pub(super) fn entries_of() -> String {
    format!(
        "SELECT {HISTORY_COLUMNS}, registration, place FROM history \
         WHERE registration = ANY($1) AND place = ANY($2) AND day BETWEEN $3 AND $4"
    )
}

fn history(rows: &[Row]) -> Result<HashMap<(i64, i32), HistoryEntry>, Failure> {
    let entry = |row: &Row| {
        let id: i64 = row.try_get(10)?;
        let unreadable = Failure::Unreadable { id, field: "id of a history entry" };
        let entry = row::history_entry(row, RegistrationId::new(id).ok_or(unreadable)?)?;
        Ok(((id, row.try_get(11)?), entry))
    };
    rows.iter().map(entry).collect()
}
