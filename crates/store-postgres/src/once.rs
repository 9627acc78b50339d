//! What calls came to that are done once.

use deadpool_postgres::Transaction;
use jiff::Timestamp;
use store::{Kept, KeptItem, Once, ReplayKey};
use tokio_postgres::GenericClient;
use tokio_postgres::types::{ToSql, Type};

use crate::failure::Failure;

pub(crate) const KEPT: &str = "SELECT request, items FROM kept_call WHERE key = $1 AND until > $2";

/// Those that another call is about to forget are left to it. More than one goes, so that the store shrinks again after a
/// rush.
pub(crate) const FORGET: &str = "DELETE FROM kept_call WHERE key = ANY(ARRAY(SELECT key FROM kept_call \
     WHERE until <= $1 ORDER BY until LIMIT 4 FOR UPDATE SKIP LOCKED))";

/// An outcome under the same key that is there still is over, or it would have been told.
const KEEP: &str = "INSERT INTO kept_call (key, request, items, until) VALUES ($1, $2, $3, $4) \
     ON CONFLICT (key) DO UPDATE SET request = excluded.request, items = excluded.items, until = excluded.until";

/// The outcome that is kept under a key and not over.
pub(crate) async fn kept(
    client: &impl GenericClient,
    key: ReplayKey,
    now: Timestamp,
) -> Result<Option<Kept>, Failure> {
    let key = &key.bytes()[..];
    let now = now.as_millisecond();
    let parameters: [(&(dyn ToSql + Sync), Type); 2] = [(&key, Type::BYTEA), (&now, Type::INT8)];
    let Some(row) = client.query_typed_opt(KEPT, &parameters).await? else { return Ok(None) };
    let request = row.try_get::<_, &[u8]>(0)?.try_into();
    let request = ReplayKey::of_bytes(request.map_err(|_| Failure::UnreadableOutcome)?);
    let items = KeptItem::from_stored(row.try_get(1)?).ok_or(Failure::UnreadableOutcome)?;
    Ok(Some(Kept { request, items }))
}

/// Holds the key of a call until the transaction ends, so that another with the same key waits for what becomes of this
/// one; answers the outcome of an earlier one.
pub(crate) async fn before(
    transaction: &Transaction<'_>,
    once: Option<&Once>,
) -> Result<Option<Kept>, Failure> {
    let Some(once) = once else { return Ok(None) };
    let (first, _) = once.key.bytes().split_first_chunk().expect("a key has 32 bytes");
    let lock = i64::from_be_bytes(*first);
    let hold = "SELECT pg_advisory_xact_lock($1)";
    transaction.query_typed(hold, &[(&lock, Type::INT8)]).await?;
    kept(&**transaction, once.key, once.now).await
}

/// Keeps an outcome, inside the transaction of what it tells.
pub(crate) async fn keep(
    transaction: &Transaction<'_>,
    once: &Once,
    items: &[KeptItem],
) -> Result<(), Failure> {
    let now = once.now.as_millisecond();
    transaction.execute_typed(FORGET, &[(&now, Type::INT8)]).await?;
    let (key, request) = (&once.key.bytes()[..], &once.request.bytes()[..]);
    let (items, until) = (KeptItem::to_stored(items), once.until.as_millisecond());
    let parameters: [(&(dyn ToSql + Sync), Type); 4] =
        [(&key, Type::BYTEA), (&request, Type::BYTEA), (&items, Type::TEXT), (&until, Type::INT8)];
    transaction.execute_typed(KEEP, &parameters).await?;
    Ok(())
}
