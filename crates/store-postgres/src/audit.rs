//! The audit: one row a record, in chains of hashes (`migrations/0002_audit.sql` says why several).

use async_trait::async_trait;
use deadpool_postgres::Transaction;
use domain::{AuditEntry, Error};
use store::{Audit, AuditHash, AuditHead, AuditPlace, AuditRecord, audit_body};
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{GenericClient, Row};

use crate::PostgresStore;
use crate::failure::Failure;

const RECORDS: &str = "SELECT chain, sequence, hash, body FROM audit WHERE chain = $1 AND sequence > $2 \
                       ORDER BY sequence LIMIT $3";

/// From chain to chain by the key. What is asked is the records themselves: who changed them may have changed more.
const HEADS: &str = "WITH RECURSIVE found AS ((SELECT chain FROM audit ORDER BY chain LIMIT 1) \
                     UNION ALL SELECT (SELECT min(a.chain) FROM audit a WHERE a.chain > found.chain) FROM found \
                     WHERE found.chain IS NOT NULL) \
                     SELECT head.* FROM found, LATERAL (SELECT chain, sequence, hash FROM audit a \
                     WHERE a.chain = found.chain ORDER BY sequence DESC LIMIT 1) head ORDER BY chain";

/// Appends a record, inside the transaction of what it tells.
pub(crate) async fn append(
    transaction: &Transaction<'_>,
    entry: &AuditEntry,
) -> Result<(), Failure> {
    append_on(&**transaction, entry).await
}

/// The same, on a connection whose transaction is begun and ended elsewhere.
pub(crate) async fn append_on(
    connection: &impl GenericClient,
    entry: &AuditEntry,
) -> Result<(), Failure> {
    let bodies = vec![audit_body(entry)];
    let append = "SELECT append_audit($1)";
    connection.execute_typed(append, &[(&bodies, Type::TEXT_ARRAY)]).await?;
    Ok(())
}

#[async_trait]
impl Audit for PostgresStore {
    async fn append(&self, entry: AuditEntry) -> Result<(), Error> {
        let bodies = vec![audit_body(&entry)];
        let appended = self.database.repeat("append to the audit", || async {
            let connection = self.database.connection().await?;
            let append = "SELECT append_audit($1)";
            connection.execute_typed(append, &[(&bodies, Type::TEXT_ARRAY)]).await?;
            Ok(())
        });
        appended.await?;
        self.counters.committed(1, 1);
        Ok(())
    }

    async fn records(&self, after: AuditPlace, limit: u32) -> Result<Vec<AuditRecord>, Error> {
        let (chain, sequence) = (i64::from(after.chain), after.sequence.cast_signed());
        let records = self.database.repeat_always("records of the audit", || async {
            let connection = self.database.connection().await?;
            let parameters: [(&(dyn ToSql + Sync), Type); 3] =
                [(&chain, Type::INT8), (&sequence, Type::INT8), (&i64::from(limit), Type::INT8)];
            connection.query_typed(RECORDS, &parameters).await?.iter().map(record).collect()
        });
        Ok(records.await?)
    }

    async fn heads(&self) -> Result<Vec<AuditHead>, Error> {
        let heads = self.database.repeat_always("heads of the audit", || async {
            let connection = self.database.connection().await?;
            connection.query_typed(HEADS, &[]).await?.iter().map(head).collect()
        });
        Ok(heads.await?)
    }
}

fn record(row: &Row) -> Result<AuditRecord, Failure> {
    let AuditHead { place, hash } = head(row)?;
    Ok(AuditRecord { place, hash, body: row.try_get(3)? })
}

fn head(row: &Row) -> Result<AuditHead, Failure> {
    let sequence: i64 = row.try_get(1)?;
    let unreadable = |field| Failure::Unreadable { id: sequence, field };
    let chain = u32::try_from(row.try_get::<_, i32>(0)?).map_err(|_| unreadable("chain"))?;
    let hash = row.try_get::<_, &[u8]>(2)?.try_into().map_err(|_| unreadable("hash"))?;
    let place = AuditPlace { chain, sequence: sequence.cast_unsigned() };
    Ok(AuditHead { place, hash: AuditHash(hash) })
}

#[cfg(test)]
mod tests {
    use testkit::PostgresServer;

    use crate::database::Database;
    use crate::{Options, schema};

    /// A schema before [`crate::schema`] gave chains tables of their own, with a chain, one that is about to begin, and a
    /// record; what is appended after the step goes to new chains, and the old one is whole.
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn chains_from_before_they_had_tables_of_their_own_are_kept_and_ended() {
        let Some(server) = PostgresServer::start_or_skip() else { return };
        let database =
            Database::new(&server.new_database(), &Options::default()).expect("an address");
        schema::migrate_to(&database, 18).await.expect("the schema of before");
        let connection = database.connection().await.expect("connected");
        let append = |body: &str| format!("SELECT append_audit(ARRAY['{body}'])");
        let before = format!("{}; INSERT INTO audit_chain DEFAULT VALUES", append("before"));
        connection.batch_execute(&before).await.expect("appended");
        schema::migrate(&database).await.expect("the schema of now");
        let connection = database.connection().await.expect("connected");
        connection.batch_execute(&append("after")).await.expect("appended");
        let found =
            "SELECT chain, sequence, body, tableoid::regclass::text FROM audit ORDER BY 1, 2";
        let rows = connection.query_typed(found, &[]).await.expect("read");
        let rows: Vec<(i32, i64, String, String)> =
            rows.iter().map(|row| (row.get(0), row.get(1), row.get(2), row.get(3))).collect();
        let row = |chain, body: &str, table: &str| (chain, 1, body.to_owned(), table.to_owned());
        assert_eq!(rows, [row(1, "before", "audit_before"), row(3, "after", "audit_3")]);
        for table in ["audit", "audit_before", "audit_3"] {
            let change = format!("UPDATE {table} SET body = ''");
            connection.batch_execute(&change).await.expect_err("nothing is ever changed");
        }
    }
}
