//! Short reads.

use std::collections::HashSet;

use deadpool_postgres::{Client, Transaction};
use domain::{Dossier, Registration, RegistrationId};
use tokio_postgres::Row;
use tokio_postgres::types::{ToSql, Type};

use crate::citus::{self, Layout};
use crate::failure::Failure;
use crate::row::{self, COLUMNS, HISTORY_COLUMNS};
use crate::{seat, window};

/// A registration and its history, of one moment.
pub(crate) async fn dossier(
    connection: &mut Client,
    layout: Layout,
    id: RegistrationId,
) -> Result<Option<Dossier>, Failure> {
    let transaction = connection
        .build_transaction()
        .isolation_level(tokio_postgres::IsolationLevel::RepeatableRead)
        .read_only(true)
        .start()
        .await?;
    let number = id.number();
    let found = match layout {
        Layout::Whole => transaction.query_typed_opt(&by_id(), &[(&number, Type::INT8)]).await?,
        Layout::Distributed => distributed(&transaction, &[number]).await?.into_iter().next(),
    };
    let Some(found) = found else { return Ok(None) };
    let registration = row::registration(&found, 0)?;
    let day = row::day_number(registration.submission.day);
    let employer = row::employer(&registration.submission.who);
    let sql = format!(
        "SELECT {HISTORY_COLUMNS} FROM history WHERE registration = $1 AND day = $2 AND employer = $3 ORDER BY place"
    );
    let parameters: [(&(dyn ToSql + Sync), Type); 3] =
        [(&number, Type::INT8), (&day, Type::INT4), (&employer, Type::INT8)];
    let rows = transaction.query_typed(&sql, &parameters).await?;
    let mut history = vec![registration.first_entry()];
    for row in &rows {
        history.push(row::history_entry(row, id)?);
    }
    Ok(Some(Dossier { registration, history }))
}

/// The id of a registration, and the registration as far as it can be read.
pub(crate) type Read = (i64, Result<Registration, Failure>);

/// Registrations by their ids, as far as they are there, in no order.
pub(crate) async fn registrations(
    transaction: &Transaction<'_>,
    layout: Layout,
    ids: &[i64],
) -> Result<Vec<Registration>, Failure> {
    each(transaction, layout, ids)
        .await?
        .into_iter()
        .map(|(_, registration)| registration)
        .collect()
}

/// The same, each with its id, for who goes on without those that cannot be read.
pub(crate) async fn each(
    transaction: &Transaction<'_>,
    layout: Layout,
    ids: &[i64],
) -> Result<Vec<Read>, Failure> {
    if layout.is_distributed() {
        let mut rows = distributed(transaction, ids).await?;
        // What the coordinator told of may not have reached the node of its employer yet.
        if rows.len() < ids.iter().collect::<HashSet<_>>().len() {
            citus::settled(transaction).await?;
            rows = distributed(transaction, ids).await?;
        }
        return with_ids(&rows);
    }
    let mut read = Vec::with_capacity(ids.len());
    for ids in seat::each(ids) {
        read.extend(with_ids(&transaction.query_typed(&by_ids(), &ids.parameters()).await?)?);
    }
    Ok(read)
}

fn with_ids(rows: &[Row]) -> Result<Vec<Read>, Failure> {
    rows.iter().map(|row| Ok((row.try_get(0)?, row::registration(row, 0)))).collect()
}

/// The statement that reads several registrations, between the first and the last of their ids. A step in the key for
/// each: with `= ANY` the planner reads a month from end to end when many are asked for.
pub(crate) fn by_ids() -> String {
    let window = window::of("$2", "$3");
    format!(
        "SELECT {COLUMNS} FROM unnest($1::bigint[]) AS asked, \
         LATERAL (SELECT * FROM registration WHERE id = asked AND {window} OFFSET 0) AS one"
    )
}

/// The rows of registrations that lie on several servers: one round to all of these, since an id tells no employer.
pub(crate) async fn distributed(
    transaction: &Transaction<'_>,
    ids: &[i64],
) -> Result<Vec<Row>, Failure> {
    let (Some(first), Some(last)) = (ids.iter().min(), ids.iter().max()) else {
        return Ok(Vec::new());
    };
    let Some((from, until)) = window::days(transaction, *first, *last).await? else {
        return Ok(Vec::new());
    };
    let sql =
        format!("SELECT {COLUMNS} FROM registration WHERE id = ANY($1) AND day BETWEEN $2 AND $3");
    let parameters: [(&(dyn ToSql + Sync), Type); 3] =
        [(&ids, Type::INT8_ARRAY), (&from, Type::INT4), (&until, Type::INT4)];
    Ok(transaction.query_typed(&sql, &parameters).await?)
}

/// The statement that reads one registration.
pub(crate) fn by_id() -> String {
    let window = window::of("$1", "$1");
    format!("SELECT {COLUMNS} FROM registration WHERE id = $1 AND {window}")
}
