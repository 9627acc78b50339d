//! Takes everything that another store gives, in pieces, each with how much is there in one transaction.

mod copy;
mod held;
mod special;

use async_trait::async_trait;
use deadpool_postgres::{Client, Transaction};
use domain::{Error, ErrorKind};
use store::transfer::{Digest, Progress, Row, TABLES, Table, Take};
use tokio_postgres::types::Type;

use crate::PostgresStore;
use crate::failure::Failure;

/// Tables of which an empty store has no row.
const EMPTY: [&str; 6] = ["registration", "step", "audit", "client", "register_import", "webhook"];

#[async_trait]
impl Take for PostgresStore {
    async fn begin(&self, state: &str) -> Result<Vec<Progress>, Error> {
        let mut connection = self.database.connection().await?;
        let transaction = connection.transaction().await.map_err(Failure::from)?;
        let progress = begin(&transaction, state).await?;
        transaction.commit().await.map_err(Failure::from)?;
        Ok(progress)
    }

    async fn take(
        &self,
        table: &'static Table,
        rows: Vec<Row>,
        progress: &Progress,
    ) -> Result<(), Error> {
        let mut connection = self.database.connection().await?;
        special::make_partitions(&connection, self.layout, table, &rows).await?;
        let transaction = connection.transaction().await.map_err(Failure::from)?;
        let before = progress.rows - rows.len() as u64;
        go_on(&transaction, table, before, progress).await?;
        special::put(&transaction, table, rows).await?;
        transaction.commit().await.map_err(Failure::from)?;
        Ok(())
    }

    async fn held(&self, table: &'static Table) -> Result<(u64, Digest), Error> {
        let connection = self.database.connection().await?;
        Ok(held::read(&connection, table).await?)
    }

    async fn finish(&self) -> Result<(), Error> {
        let connection = self.database.connection().await?;
        Ok(finish(&connection).await?)
    }
}

fn refuse(text: impl Into<String>) -> Error {
    Error::caused_by(ErrorKind::StoreRefused, text.into())
}

/// Sees that this is the place for what comes; answers how much of it is there.
async fn begin(transaction: &Transaction<'_>, state: &str) -> Result<Vec<Progress>, Error> {
    let lock = "LOCK TABLE transfer_source IN EXCLUSIVE MODE";
    transaction.batch_execute(lock).await.map_err(Failure::from)?;
    let found = "SELECT state, finished FROM transfer_source";
    let found = transaction.query_typed_opt(found, &[]).await.map_err(Failure::from)?;
    match found {
        None => {
            empty(transaction).await?;
            let note = "INSERT INTO transfer_source (state, finished) VALUES ($1, false)";
            let parameters: [(&(dyn tokio_postgres::types::ToSql + Sync), Type); 1] =
                [(&state, Type::TEXT)];
            transaction.execute_typed(note, &parameters).await.map_err(Failure::from)?;
            Ok(TABLES.iter().map(Progress::none).collect())
        }
        Some(row) => {
            let (known, finished): (String, bool) = (row.get(0), row.get(1));
            if finished {
                return Err(refuse("everything was moved to this database already"));
            }
            if known != state {
                return Err(refuse(
                    "the data was changed since the first part of it was moved here: begin anew with an empty database",
                ));
            }
            Ok(read_progress(transaction).await?)
        }
    }
}

async fn empty(transaction: &Transaction<'_>) -> Result<(), Error> {
    for table in EMPTY {
        let some = format!("SELECT EXISTS (SELECT 1 FROM {table})");
        let row = transaction.query_typed_one(&some, &[]).await.map_err(Failure::from)?;
        if row.get(0) {
            return Err(refuse(format!(
                "the database is not empty: its table {table} has rows; name an empty one"
            )));
        }
    }
    Ok(())
}

async fn read_progress(transaction: &Transaction<'_>) -> Result<Vec<Progress>, Failure> {
    let sql = "SELECT name, mark, rows, digest, complete FROM transfer";
    let rows = transaction.query_typed(sql, &[]).await?;
    let mut all = Vec::new();
    for table in TABLES {
        let row = rows.iter().find(|row| row.get::<_, &str>(0) == table.name);
        let Some(row) = row else {
            all.push(Progress::none(table));
            continue;
        };
        let unreadable = Failure::Unreadable { id: 0, field: "progress of a transfer" };
        all.push(Progress {
            table: table.name.to_owned(),
            mark: Row::parse(row.try_get(1)?).ok_or(unreadable.clone())?,
            rows: row.try_get::<_, i64>(2)?.unsigned_abs(),
            digest: Digest::parse(row.try_get(3)?).ok_or(unreadable)?,
            complete: row.try_get(4)?,
        });
    }
    Ok(all)
}

/// Notes how much is there; nobody else may have gone on meanwhile.
async fn go_on(
    transaction: &Transaction<'_>,
    table: &Table,
    before: u64,
    progress: &Progress,
) -> Result<(), Error> {
    let note = "INSERT INTO transfer AS t (name, mark, rows, digest, complete) VALUES ($1, $2, $3, $4, $5) \
                ON CONFLICT (name) DO UPDATE SET mark = excluded.mark, rows = excluded.rows, \
                digest = excluded.digest, complete = excluded.complete WHERE t.rows = $6";
    let (mark, digest) = (progress.mark.to_text(), progress.digest.to_string());
    let (rows, before) = (progress.rows.cast_signed(), before.cast_signed());
    let parameters: [(&(dyn tokio_postgres::types::ToSql + Sync), Type); 6] = [
        (&table.name, Type::TEXT),
        (&mark, Type::TEXT),
        (&rows, Type::INT8),
        (&digest, Type::TEXT),
        (&progress.complete, Type::BOOL),
        (&before, Type::INT8),
    ];
    let noted = transaction.execute_typed(note, &parameters).await.map_err(Failure::from)?;
    if noted == 1 {
        Ok(())
    } else {
        Err(refuse("another program moves data to this database at the same time"))
    }
}

async fn finish(connection: &Client) -> Result<(), Failure> {
    for sql in [
        "SELECT setval(pg_get_serial_sequence('audit_chain', 'chain'), max(chain)) FROM audit_chain HAVING max(chain) > 0",
        "UPDATE transfer_source SET finished = true",
        "ANALYZE",
    ] {
        connection.batch_execute(sql).await?;
    }
    Ok(())
}
