use async_trait::async_trait;
use domain::Error;
use jiff::Timestamp;
use rusqlite::{Connection, Row};
use store::{CallerUse, MOST_TOLD, ReplayKey, ToldUse, Usage, told_since};

use crate::SqliteStore;
use crate::failure::Failure;

/// How many uses that are over each new one sweeps away: more than one, so that the store shrinks again after a rush.
const SWEEP: i64 = 4;

/// The statement that finds uses that are over, oldest first.
pub(crate) const OVER: &str =
    "SELECT node, caller FROM caller_use WHERE at < ? ORDER BY at LIMIT ?";

/// The statement that finds what others told, newest first.
pub(crate) const TOLD: &str = "SELECT node, at, caller, calls, owed, running FROM caller_use \
                               WHERE at >= ? AND node <> ? ORDER BY at DESC LIMIT ?";

const TELL: &str = "INSERT INTO caller_use (node, caller, calls, owed, running, at) VALUES (?, ?, ?, ?, ?, ?) \
                    ON CONFLICT DO UPDATE SET calls = excluded.calls, owed = excluded.owed, \
                    running = excluded.running, at = excluded.at";

#[async_trait]
impl Usage for SqliteStore {
    async fn exchange(
        &self,
        node: u64,
        uses: Vec<CallerUse>,
        now: Timestamp,
    ) -> Result<Vec<ToldUse>, Error> {
        let node = node.cast_signed();
        if !uses.is_empty() {
            let tell = move |connection: &Connection| tell(connection, node, &uses, now);
            self.transact(1, tell).await?;
        }
        self.look_up(move |connection| told(connection, node, now)).await
    }
}

fn tell(
    connection: &Connection,
    node: i64,
    uses: &[CallerUse],
    now: Timestamp,
) -> Result<(), Failure> {
    let over: Vec<(i64, [u8; 32])> = connection
        .prepare_cached(OVER)?
        .query_map((told_since(now), SWEEP), |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<_>>()?;
    let mut forget =
        connection.prepare_cached("DELETE FROM caller_use WHERE node = ? AND caller = ?")?;
    for (node, caller) in over {
        forget.execute((node, &caller[..]))?;
    }
    let mut tell = connection.prepare_cached(TELL)?;
    for one in uses {
        let (caller, calls) = (&one.caller.bytes()[..], one.calls.cast_signed());
        tell.execute((node, caller, calls, one.owed, one.running, now.as_millisecond()))?;
    }
    Ok(())
}

fn told(connection: &Connection, node: i64, now: Timestamp) -> Result<Vec<ToldUse>, Failure> {
    let mut told = connection.prepare_cached(TOLD)?;
    let rows = told.query_map((told_since(now), node, MOST_TOLD), read)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn read(row: &Row<'_>) -> rusqlite::Result<ToldUse> {
    Ok(ToldUse {
        node: row.get::<_, i64>(0)?.cast_unsigned(),
        at: Timestamp::from_millisecond(row.get(1)?).unwrap_or(Timestamp::MIN),
        of: CallerUse {
            caller: ReplayKey::of_bytes(row.get(2)?),
            calls: row.get::<_, i64>(3)?.cast_unsigned(),
            owed: row.get(4)?,
            running: row.get(5)?,
        },
    })
}
