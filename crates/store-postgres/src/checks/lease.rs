use std::collections::HashMap;

use deadpool_postgres::{Client, Transaction};
use domain::register::{ImportId, Register};
use domain::{Cause, RegistrationId};
use store::{Lease, Unfit};
use tokio_postgres::Row;
use tokio_postgres::types::{ToSql, Type};

use super::aside;
use crate::citus::Layout;
use crate::failure::Failure;
use crate::lookup;
use crate::seat::{self, SEATS};

const WAITS: &str = "SELECT EXISTS (SELECT FROM recheck WHERE lease = 0) \
                     OR EXISTS (SELECT FROM check_range WHERE lease = 0) \
                     OR EXISTS (SELECT FROM check_lease WHERE expires <= $1)";

/// What another is about to take is left to it: nobody waits.
const EXPIRED: &str = "DELETE FROM check_lease WHERE token = (SELECT token FROM check_lease WHERE expires <= $1 \
                       ORDER BY token LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING token";
const AGAIN: &str = "WITH taken AS MATERIALIZED (SELECT registration FROM recheck WHERE lease = 0 \
                     ORDER BY registration LIMIT $2 FOR UPDATE SKIP LOCKED) \
                     UPDATE recheck r SET lease = $1 FROM taken WHERE r.registration = taken.registration";
/// In the order of the ids, from one on; those before it come in a second step.
const NEW: [&str; 2] = [
    "SELECT first, last FROM check_range WHERE lease = 0 AND first >= $2 ORDER BY first LIMIT $1 FOR UPDATE SKIP LOCKED",
    "SELECT first, last FROM check_range WHERE lease = 0 AND first < $2 ORDER BY first LIMIT $1 FOR UPDATE SKIP LOCKED",
];

/// Every so many leases begin with what a node has stored that is gone: one that has no end of its own would leave that for
/// ever. Another that is there writes to those tables itself, and checks what it stores.
const FAIR: i64 = 8;
const GONE: &str = "SELECT FROM seat WHERE number = $1 AND used < now() - interval '1 minute'";

/// Takes what waits. `own`: the first id of this node's [`seat`]; what it checks of its own lies where nobody else writes.
pub(super) async fn lease(
    connection: &mut Client,
    layout: Layout,
    most: u32,
    own: i64,
    (now, until): (i64, i64),
) -> Result<Option<Lease>, Failure> {
    let waits = connection.query_typed_one(WAITS, &[(&now, Type::INT8)]).await?;
    if !waits.try_get::<_, bool>(0)? {
        return Ok(None);
    }
    let transaction = connection.transaction().await?;
    let token = transaction.query_typed_one("SELECT nextval('check_token')", &[]).await?;
    let token: i64 = token.try_get(0)?;
    let any = take_over(&transaction, token, now).await?
        || take_waiting(&transaction, token, most, begin(&transaction, token, own).await?).await?;
    if !any {
        return Ok(None);
    }
    let held: [(&(dyn ToSql + Sync), Type); 2] = [(&token, Type::INT8), (&until, Type::INT8)];
    let keep = "INSERT INTO check_lease (token, expires) VALUES ($1, $2)";
    transaction.execute_typed(keep, &held).await?;
    let lease = leased(&transaction, layout, token).await?;
    transaction.commit().await?;
    Ok(Some(lease))
}

/// From which id on new registrations are taken.
async fn begin(transaction: &Transaction<'_>, token: i64, own: i64) -> Result<i64, Failure> {
    if token % FAIR != 0 {
        return Ok(own);
    }
    let other = token / FAIR % SEATS;
    let gone = transaction.query_typed_opt(GONE, &[(&other, Type::INT8)]).await?;
    Ok(if gone.is_some() { other * seat::IDS } else { own })
}

/// Takes what somebody had who is gone, or will find that it has lost it.
async fn take_over(transaction: &Transaction<'_>, token: i64, now: i64) -> Result<bool, Failure> {
    let Some(row) = transaction.query_typed_opt(EXPIRED, &[(&now, Type::INT8)]).await? else {
        return Ok(false);
    };
    let old: i64 = row.try_get(0)?;
    for table in ["check_range", "recheck"] {
        let sql = format!("UPDATE {table} SET lease = $1 WHERE lease = $2");
        let tokens: [(&(dyn ToSql + Sync), Type); 2] = [(&token, Type::INT8), (&old, Type::INT8)];
        transaction.execute_typed(&sql, &tokens).await?;
    }
    Ok(true)
}

/// Half of what waits again, so that neither kind waits for the other to come to an end; the rest new ones.
async fn take_waiting(
    transaction: &Transaction<'_>,
    token: i64,
    most: u32,
    begin: i64,
) -> Result<bool, Failure> {
    let half = i64::from(most.div_ceil(2));
    let parameters: [(&(dyn ToSql + Sync), Type); 2] = [(&token, Type::INT8), (&half, Type::INT8)];
    let again = transaction.execute_typed(AGAIN, &parameters).await?;
    let rest = i64::from(most) - i64::try_from(again).unwrap_or(i64::MAX);
    let mut whole = Vec::new();
    let mut left = rest;
    for new in NEW {
        left = take_ranges(transaction, new, begin, left, &mut whole).await?;
    }
    let parameters: [(&(dyn ToSql + Sync), Type); 2] =
        [(&token, Type::INT8), (&whole, Type::INT8_ARRAY)];
    let take = "UPDATE check_range SET lease = $1 WHERE first = ANY($2)";
    let new = transaction.execute_typed(take, &parameters).await?;
    Ok(again + new > 0)
}

/// Ranges of no more than `most` registrations together, the last one divided where it has more; answers how many more may
/// be taken.
async fn take_ranges(
    transaction: &Transaction<'_>,
    new: &str,
    begin: i64,
    most: i64,
    taken: &mut Vec<i64>,
) -> Result<i64, Failure> {
    let mut left = most;
    if left == 0 {
        return Ok(0);
    }
    let parameters: [(&(dyn ToSql + Sync), Type); 2] = [(&most, Type::INT8), (&begin, Type::INT8)];
    for row in transaction.query_typed(new, &parameters).await? {
        let (first, last): (i64, i64) = (row.try_get(0)?, row.try_get(1)?);
        if left == 0 {
            break;
        }
        taken.push(first);
        if last - first < left {
            left -= last - first + 1;
        } else {
            split(transaction, first, first + left).await?;
            left = 0;
        }
    }
    Ok(left)
}

/// Divides a range: the second part begins at `next`.
async fn split(transaction: &Transaction<'_>, first: i64, next: i64) -> Result<(), Failure> {
    let parameters: [(&(dyn ToSql + Sync), Type); 2] = [(&first, Type::INT8), (&next, Type::INT8)];
    let rest =
        "INSERT INTO check_range (first, last) SELECT $2, last FROM check_range WHERE first = $1";
    transaction.execute_typed(rest, &parameters).await?;
    let cut = "UPDATE check_range SET last = $2 - 1 WHERE first = $1";
    transaction.execute_typed(cut, &parameters).await?;
    Ok(())
}

/// New ones first, each kind in the order of the ids; beside them what cannot be read, which is no reason to leave the
/// others. What is no longer kept is passed over.
async fn leased(
    transaction: &Transaction<'_>,
    layout: Layout,
    token: i64,
) -> Result<Lease, Failure> {
    let new = "SELECT id FROM check_range, generate_series(first, last) AS id WHERE lease = $1 ORDER BY id";
    let new = transaction.query_typed(new, &[(&token, Type::INT8)]).await?;
    let again =
        "SELECT registration, register, import FROM recheck WHERE lease = $1 ORDER BY registration";
    let again = transaction.query_typed(again, &[(&token, Type::INT8)]).await?;
    let new = new.iter().map(|row| Ok((row.try_get(0)?, Ok(Cause::Check))));
    let again = again.iter().map(|row| Ok((row.try_get(0)?, cause(row))));
    let waiting: Vec<(i64, _)> = new.chain(again).collect::<Result<_, Failure>>()?;
    let ids: Vec<i64> = waiting.iter().map(|(id, _)| *id).collect();
    let mut found: HashMap<_, _> =
        lookup::each(transaction, layout, &ids).await?.into_iter().collect();
    let (mut registrations, mut unfit) = (Vec::new(), Vec::new());
    for (id, cause) in waiting {
        let Some(registration) = found.remove(&id) else { continue };
        match registration.and_then(|registration| Ok((registration, cause?))) {
            Ok(one) => registrations.push(one),
            Err(failure) => unfit.push(Unfit { id, why: failure.to_string().into() }),
        }
    }
    Ok(Lease { id: token.cast_unsigned(), registrations, unfit })
}

/// Why a registration waits again.
fn cause(row: &Row) -> Result<Cause, Failure> {
    let unreadable = Failure::Unreadable { id: row.try_get(0)?, field: "cause of a check" };
    let import: i64 = row.try_get(2)?;
    Ok(match row.try_get::<_, Option<i16>>(1)? {
        Some(number) => {
            let register = Register::from_number(number.into()).ok_or(unreadable)?;
            Cause::RegisterChange { register, import: ImportId(import) }
        }
        None if import == aside::NEW => Cause::Check,
        None => Cause::EarlierCancelled { id: RegistrationId::new(import).ok_or(unreadable)? },
    })
}
