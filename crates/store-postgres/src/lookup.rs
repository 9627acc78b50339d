//! Short reads.

use deadpool_postgres::{Client, Transaction};
use domain::{Dossier, Registration, RegistrationId};
use tokio_postgres::types::{ToSql, Type};

use crate::failure::Failure;
use crate::row::{self, COLUMNS, HISTORY_COLUMNS};
use crate::window;

/// A registration and its history, of one moment.
pub(crate) async fn dossier(
    connection: &mut Client,
    id: RegistrationId,
) -> Result<Option<Dossier>, Failure> {
    let transaction = connection
        .build_transaction()
        .isolation_level(tokio_postgres::IsolationLevel::RepeatableRead)
        .read_only(true)
        .start()
        .await?;
    let number = id.number();
    let Some(found) = transaction.query_typed_opt(&by_id(), &[(&number, Type::INT8)]).await? else {
        return Ok(None);
    };
    let registration = row::registration(&found, 0)?;
    let day = row::day_number(registration.submission.day);
    let sql = format!(
        "SELECT {HISTORY_COLUMNS} FROM history WHERE registration = $1 AND day = $2 ORDER BY place"
    );
    let parameters: [(&(dyn ToSql + Sync), Type); 2] = [(&number, Type::INT8), (&day, Type::INT4)];
    let rows = transaction.query_typed(&sql, &parameters).await?;
    let mut history = vec![registration.first_entry()];
    for row in &rows {
        history.push(row::history_entry(row, id)?);
    }
    Ok(Some(Dossier { registration, history }))
}

/// Registrations by their ids, as far as they are there, in no order.
pub(crate) async fn registrations(
    transaction: &Transaction<'_>,
    ids: &[i64],
) -> Result<Vec<Registration>, Failure> {
    each(transaction, ids).await?.into_iter().map(|(_, registration)| registration).collect()
}

/// The same, each with its id, for who goes on without those that cannot be read.
pub(crate) async fn each(
    transaction: &Transaction<'_>,
    ids: &[i64],
) -> Result<Vec<(i64, Result<Registration, Failure>)>, Failure> {
    let (Some(first), Some(last)) = (ids.iter().min(), ids.iter().max()) else {
        return Ok(Vec::new());
    };
    let parameters: [(&(dyn ToSql + Sync), Type); 3] =
        [(&ids, Type::INT8_ARRAY), (first, Type::INT8), (last, Type::INT8)];
    let rows = transaction.query_typed(&by_ids(), &parameters).await?;
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

/// The statement that reads one registration.
pub(crate) fn by_id() -> String {
    let window = window::of("$1", "$1");
    format!("SELECT {COLUMNS} FROM registration WHERE id = $1 AND {window}")
}
