//! What calls came to that are done once.

use domain::RegistrationId;
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension};
use store::{Kept, KeptItem, Once, ReplayKey};

use crate::failure::Failure;

/// How many outcomes that are over each new one sweeps away: more than one, so that the store shrinks again after a rush.
const SWEEP: i64 = 4;

pub(crate) const KEPT: &str = "SELECT request, items FROM kept_call WHERE key = ? AND until > ?";
pub(crate) const OVER: &str = "SELECT key FROM kept_call WHERE until <= ? ORDER BY until LIMIT ?";

/// The outcome that is kept under a key and not over.
pub(crate) fn kept(
    connection: &Connection,
    key: ReplayKey,
    now: Timestamp,
) -> Result<Option<Kept>, Failure> {
    let row: Option<([u8; 32], String)> = connection
        .prepare_cached(KEPT)?
        .query_row((&key.bytes()[..], now.as_millisecond()), |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((request, items)) = row else { return Ok(None) };
    let items = KeptItem::from_stored(&items).ok_or(Failure::UnreadableOutcome)?;
    Ok(Some(Kept { request: ReplayKey::of_bytes(request), items }))
}

/// The outcome that is kept under the key of a call, before it is done.
pub(crate) fn before(
    connection: &Connection,
    once: Option<&Once>,
) -> Result<Option<Kept>, Failure> {
    once.map(|once| kept(connection, once.key, once.now)).transpose().map(Option::flatten)
}

/// Keeps an outcome, inside the transaction of what it tells.
pub(crate) fn keep(
    connection: &Connection,
    once: &Once,
    items: &[KeptItem],
) -> Result<(), Failure> {
    let over: Vec<[u8; 32]> = connection
        .prepare_cached(OVER)?
        .query_map((once.now.as_millisecond(), SWEEP), |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    let mut forget = connection.prepare_cached("DELETE FROM kept_call WHERE key = ?")?;
    for key in over {
        forget.execute((&key[..],))?;
    }
    // An outcome under the same key that is there still is over, or it would have been told.
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO kept_call (key, request, items, until) VALUES (?, ?, ?, ?)",
        )?
        .execute((
            &once.key.bytes()[..],
            &once.request.bytes()[..],
            KeptItem::to_stored(items),
            once.until.as_millisecond(),
        ))?;
    Ok(())
}

/// The ids of a range.
pub(crate) fn ids(range: std::ops::Range<i64>) -> Vec<RegistrationId> {
    range.filter_map(RegistrationId::new).collect()
}
