use deadpool_postgres::Client;
use store::layout::Cell;
use tokio_postgres::types::{ToSql, Type};

use super::held::Held;
use super::rows::Rows;
use super::swap::Swap;
use super::table::Table;
use crate::database::Database;
use crate::failure::Failure;

/// Rows of a statement: some milliseconds of work and a few megabytes.
const ROWS: usize = 10_000;
/// From so many rows on, what was gathered is thrown away whole and not row by row.
const MANY: u64 = 10_000;

/// What an import brings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// Everything: what it does not bring goes.
    Whole,
    /// What stands under the keys that were given goes; what it brings comes.
    Update,
}

/// An import that gathers. Nobody sees anything of it; the next one throws away what one that was given up gathered.
pub(crate) struct Gathered {
    database: Database,
    tables: &'static [Table],
    id: i64,
    rows: u64,
    held: Held,
}

impl Gathered {
    /// Begins; [`Failure::Busy`] while another import holds the lock.
    pub(crate) async fn begin(
        database: &Database,
        lock: i32,
        tables: &'static [Table],
    ) -> Result<Self, Failure> {
        let held = Held::take(database, lock).await?;
        // Beside the transaction that holds the lock: as long as that one writes nothing, it keeps no old rows alive.
        let connection = database.connection().await?;
        throw_away_left_over(&connection, tables).await?;
        let row = connection.query_typed_one("SELECT nextval('import_number')", &[]).await?;
        Ok(Self { database: database.clone(), tables, id: row.try_get(0)?, rows: 0, held })
    }

    /// The number of the import.
    pub(crate) fn id(&self) -> i64 {
        self.id
    }

    /// Gathers rows, each with the place of its table.
    pub(crate) async fn put(
        &mut self,
        rows: impl IntoIterator<Item = (usize, Vec<Cell>)>,
    ) -> Result<(), Failure> {
        let empty = |table: &Table| Rows::new(table, table.columns.len());
        let mut gathered: Vec<Rows> = self.tables.iter().map(empty).collect();
        for (place, values) in rows {
            let (table, rows) = (&self.tables[place], &mut gathered[place]);
            rows.push(values)?;
            if rows.count() == ROWS {
                let full = std::mem::replace(rows, empty(table));
                self.write(table, &full, false).await?;
            }
        }
        for (table, rows) in self.tables.iter().zip(&gathered) {
            self.write(table, rows, false).await?;
        }
        Ok(())
    }

    /// Gathers keys under which everything goes, in all tables.
    pub(crate) async fn remove(
        &mut self,
        keys: impl IntoIterator<Item = Vec<Cell>>,
    ) -> Result<(), Failure> {
        let keys: Vec<Vec<Cell>> = keys.into_iter().collect();
        for table in self.tables {
            for some in keys.chunks(ROWS) {
                let mut rows = Rows::new(table, table.key);
                for key in some {
                    rows.push(key.clone())?;
                }
                self.write(table, &rows, true).await?;
            }
        }
        Ok(())
    }

    async fn write(&mut self, table: &Table, rows: &Rows, gone: bool) -> Result<(), Failure> {
        if rows.count() == 0 {
            return Ok(());
        }
        let given: Vec<_> = (rows.parameters().zip(table.columns).zip(3..))
            .map(|((_, (_, kind)), number)| format!("${number}::{}[]", kind.name()))
            .collect();
        let columns = table.names(given.len(), "");
        let sql = format!(
            "INSERT INTO staged_{} (import, gone, {columns}) SELECT $1, $2, {columns} FROM unnest({}) AS u ({columns})",
            table.name,
            given.join(", ")
        );
        let own: [(&(dyn ToSql + Sync), Type); 2] = [(&self.id, Type::INT8), (&gone, Type::BOOL)];
        let parameters: Vec<_> = own.into_iter().chain(rows.parameters()).collect();
        // The same row twice is one row.
        let written = self.database.repeat_always("gather rows of an import", || async {
            let connection = self.database.connection().await?;
            Ok(connection.execute_typed(&sql, &parameters).await?)
        });
        self.rows += written.await?;
        Ok(())
    }

    /// Finds what differs from what is looked at.
    pub(crate) async fn compare(&self, form: Form) -> Result<Swap<'_>, Failure> {
        Swap::compare(self.held.connection()?, self.tables, self.id, form).await
    }

    /// Commits what was written and frees the lock.
    pub(crate) async fn end(self) -> Result<(), Failure> {
        self.held.commit().await
    }

    /// Throws away what was gathered, in the transaction of the import.
    pub(crate) async fn throw_away(&self) -> Result<(), Failure> {
        let connection = self.held.connection()?;
        for table in self.tables {
            let sql = if self.rows < MANY {
                format!("DELETE FROM staged_{} WHERE import = {}", table.name, self.id)
            } else {
                format!("TRUNCATE staged_{}", table.name)
            };
            connection.execute_typed(&sql, &[]).await?;
        }
        Ok(())
    }
}

async fn throw_away_left_over(connection: &Client, tables: &[Table]) -> Result<(), Failure> {
    for table in tables {
        let left = format!("SELECT FROM staged_{} LIMIT 1", table.name);
        if connection.query_typed_opt(&left, &[]).await?.is_some() {
            connection.batch_execute(&format!("TRUNCATE staged_{}", table.name)).await?;
        }
    }
    Ok(())
}
