//! How the database is, for whoever looks after it.

use domain::Error;
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan as _};

use crate::failure::Failure;
use crate::{PostgresStore, partition};

/// How the database is. Read without changing anything.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    /// The version of PostgreSQL.
    pub server: String,
    /// The database's own present moment.
    pub now: Timestamp,
    /// How long it took to ask, in milliseconds: so far may its moment be off.
    pub asked_ms: i64,
    /// Settings with which what was acknowledged may be lost, as `name = value`.
    pub unsafe_settings: Vec<String>,
    /// Partitions of the next months that are not there.
    pub missing: Vec<String>,
    /// Partitions of which no day is kept any more.
    pub overdue: Vec<String>,
    /// Connections to the server, and how many it allows.
    pub connections: (i64, i64),
    /// The process with the oldest transaction in this database, and for how many seconds it has been going on.
    pub oldest: Option<(i32, i64)>,
    /// How many transactions old the oldest row is that was never frozen, in millions: at 2 000 the server refuses to write.
    pub frozen_age: i64,
}

const STATE: &str = "SELECT current_setting('server_version') AS server, \
     (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now, \
     (SELECT array_agg(name || ' = ' || setting ORDER BY name) FROM pg_settings \
       WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit') AND setting = 'off') AS unsafe, \
     (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend') AS connections, \
     current_setting('max_connections')::bigint AS allowed, \
     (SELECT age(datfrozenxid)::bigint / 1000000 FROM pg_database WHERE datname = current_database()) AS age";
/// Only what a session writes or reads in one transaction; imports say what they are, and hold nothing back.
const OLDEST: &str = "SELECT pid, extract(epoch FROM clock_timestamp() - xact_start)::bigint FROM pg_stat_activity \
     WHERE datname = current_database() AND xact_start IS NOT NULL AND pid <> pg_backend_pid() \
     AND application_name <> 'presence import' AND backend_type = 'client backend' ORDER BY xact_start LIMIT 1";

impl PostgresStore {
    /// How the database is, where `today` is the present day and registrations are kept for so many days.
    pub async fn condition(&self, today: Date, retention_days: u32) -> Result<Condition, Error> {
        let first = today.checked_sub(i64::from(retention_days).days()).unwrap_or(Date::MIN);
        let read = || async { self.read_condition(today, first).await };
        Ok(self.database.repeat_always("look at the database", read).await?)
    }

    async fn read_condition(&self, today: Date, first: Date) -> Result<Condition, Failure> {
        let connection = self.database.connection().await?;
        let (missing, overdue) = partition::astray(&connection, today, first).await?;
        let oldest = connection.query_typed_opt(OLDEST, &[]).await?;
        let oldest = oldest.map(|row| Ok::<_, Failure>((row.try_get(0)?, row.try_get(1)?)));
        let begun = std::time::Instant::now();
        let row = connection.query_typed_one(STATE, &[]).await?;
        let now: i64 = row.try_get("now")?;
        Ok(Condition {
            server: row.try_get("server")?,
            now: Timestamp::from_millisecond(now).unwrap_or(Timestamp::MIN),
            asked_ms: i64::try_from(begun.elapsed().as_millis()).unwrap_or(i64::MAX),
            unsafe_settings: row.try_get::<_, Option<Vec<String>>>("unsafe")?.unwrap_or_default(),
            missing,
            overdue,
            connections: (row.try_get("connections")?, row.try_get("allowed")?),
            oldest: oldest.transpose()?,
            frozen_age: row.try_get("age")?,
        })
    }
}
