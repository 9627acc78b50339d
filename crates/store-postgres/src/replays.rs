use async_trait::async_trait;
use domain::Error;
use jiff::Timestamp;
use store::{ReplayKey, Replays};
use tokio_postgres::types::{ToSql, Type};

use crate::PostgresStore;

/// Remembers the key, if nobody did before, and forgets a few that are over: more than one, so that the store shrinks
/// again after a rush. Those that another call is about to forget are left to it. The key itself, if it is over, is new.
const FIRST_TIME: &str = "WITH over AS (DELETE FROM replay WHERE key = ANY(ARRAY(SELECT key FROM replay \
                          WHERE until <= $3 AND key <> $1 ORDER BY until LIMIT 4 FOR UPDATE SKIP LOCKED))) \
                          INSERT INTO replay (key, until) VALUES ($1, $2) \
                          ON CONFLICT (key) DO UPDATE SET until = excluded.until WHERE replay.until <= $3";

#[async_trait]
impl Replays for PostgresStore {
    async fn first_time(
        &self,
        key: ReplayKey,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let key = &key.bytes()[..];
        let (until, now) = (until.as_millisecond(), now.as_millisecond());
        // Not repeated when the connection is lost: then nobody knows whether the key was remembered, and a caller who
        // is refused can make a new one.
        let first = self.database.repeat("remember a key", || async {
            let parameters: [(&(dyn ToSql + Sync), Type); 3] =
                [(&key, Type::BYTEA), (&until, Type::INT8), (&now, Type::INT8)];
            let connection = self.database.connection().await?;
            Ok(connection.execute_typed(FIRST_TIME, &parameters).await? == 1)
        });
        Ok(first.await?)
    }
}
