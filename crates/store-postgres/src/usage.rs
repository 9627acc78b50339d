use async_trait::async_trait;
use domain::Error;
use jiff::Timestamp;
use store::{CallerUse, MOST_TOLD, ReplayKey, ToldUse, Usage, told_since};
use tokio_postgres::Row;
use tokio_postgres::types::{ToSql, Type};

use crate::PostgresStore;
use crate::failure::Failure;

/// Tells, forgets a few that are over (others' and not those that another node is about to forget, so that no node waits for
/// one), and answers what others told: one way to the database and back.
const EXCHANGE: &str = "WITH told AS (INSERT INTO caller_use (node, caller, calls, owed, running, at) \
     SELECT $1, caller, calls, owed, running, $6 FROM unnest($2, $3, $4, $5) AS own (caller, calls, owed, running) \
     ON CONFLICT (node, caller) DO UPDATE SET calls = excluded.calls, owed = excluded.owed, \
     running = excluded.running, at = excluded.at), \
     over AS (DELETE FROM caller_use WHERE (node, caller) IN (SELECT node, caller FROM caller_use \
     WHERE at < $7 AND node <> $1 AND cardinality($2) > 0 ORDER BY at LIMIT 4 FOR UPDATE SKIP LOCKED)) \
     SELECT node, at, caller, calls, owed, running FROM caller_use WHERE at >= $7 AND node <> $1 \
     ORDER BY at DESC LIMIT $8";

#[async_trait]
impl Usage for PostgresStore {
    async fn exchange(
        &self,
        node: u64,
        uses: Vec<CallerUse>,
        now: Timestamp,
    ) -> Result<Vec<ToldUse>, Error> {
        let own = Columns::of(&uses);
        let (since, now) = (told_since(now), now.as_millisecond());
        let (node, most) = (node.cast_signed(), i64::from(MOST_TOLD));
        // Not repeated while the database is away: what is told later is newer.
        let exchange = async {
            let parameters: [(&(dyn ToSql + Sync), Type); 8] = [
                (&node, Type::INT8),
                (&own.caller, Type::BYTEA_ARRAY),
                (&own.calls, Type::INT8_ARRAY),
                (&own.owed, Type::INT8_ARRAY),
                (&own.running, Type::INT8_ARRAY),
                (&now, Type::INT8),
                (&since, Type::INT8),
                (&most, Type::INT8),
            ];
            let connection = self.database.connection().await?;
            let rows = connection.query_typed(EXCHANGE, &parameters).await?;
            rows.iter().map(read).collect::<Result<Vec<_>, Failure>>()
        };
        Ok(exchange.await?)
    }
}

/// What is told, an array for each column.
#[derive(Default)]
struct Columns<'u> {
    caller: Vec<&'u [u8]>,
    calls: Vec<i64>,
    owed: Vec<i64>,
    running: Vec<i64>,
}

impl<'u> Columns<'u> {
    fn of(uses: &'u [CallerUse]) -> Self {
        let mut columns = Self::default();
        for one in uses {
            columns.caller.push(one.caller.bytes());
            columns.calls.push(one.calls.cast_signed());
            columns.owed.push(one.owed.into());
            columns.running.push(one.running.into());
        }
        columns
    }
}

fn read(row: &Row) -> Result<ToldUse, Failure> {
    let few = |column| {
        Ok::<_, Failure>(u32::try_from(row.try_get::<_, i64>(column)?).unwrap_or(u32::MAX))
    };
    let caller = row.try_get::<_, &[u8]>(2)?;
    Ok(ToldUse {
        node: row.try_get::<_, i64>(0)?.cast_unsigned(),
        at: Timestamp::from_millisecond(row.try_get(1)?).unwrap_or(Timestamp::MIN),
        of: CallerUse {
            caller: ReplayKey::of_bytes(caller.try_into().unwrap_or_default()),
            calls: row.try_get::<_, i64>(3)?.cast_unsigned(),
            owed: few(4)?,
            running: few(5)?,
        },
    })
}
