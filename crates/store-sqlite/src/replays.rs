use async_trait::async_trait;
use domain::Error;
use jiff::Timestamp;
use rusqlite::Connection;
use store::{ReplayKey, Replays};

use crate::SqliteStore;
use crate::failure::Failure;

/// How many keys that are over each new one sweeps away: more than one, so that the store shrinks again after a rush.
const SWEEP: i64 = 4;

#[async_trait]
impl Replays for SqliteStore {
    async fn first_time(
        &self,
        key: ReplayKey,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<bool, Error> {
        self.transact(1, move |connection| first_time(connection, &key, until, now)).await
    }
}

/// The statement that finds keys that are over, oldest first.
pub(crate) const OVER: &str = "SELECT key FROM replay WHERE until <= ? ORDER BY until LIMIT ?";

fn first_time(
    connection: &Connection,
    key: &ReplayKey,
    until: Timestamp,
    now: Timestamp,
) -> Result<bool, Failure> {
    let over: Vec<[u8; 32]> = connection
        .prepare_cached(OVER)?
        .query_map((now.as_millisecond(), SWEEP), |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    let mut forget = connection.prepare_cached("DELETE FROM replay WHERE key = ?")?;
    for key in over {
        forget.execute((&key[..],))?;
    }
    let mut remember = connection
        .prepare_cached("INSERT INTO replay (key, until) VALUES (?, ?) ON CONFLICT DO NOTHING")?;
    Ok(remember.execute((&key.bytes()[..], until.as_millisecond()))? == 1)
}
