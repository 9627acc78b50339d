//! Gives everything that the database holds to another store, while nobody writes to it.

mod statements;
mod steps;

use std::path::{Path, PathBuf};

use domain::{Error, ErrorKind};
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, ToSql};
use store::transfer::{Give, Row, TABLES, Table, Value};

use crate::failure::{Failure, opening};
use crate::schema;
use crate::{FILE_NAME, connection, settle};

/// Page cache of each connection, in KiB.
const CACHE_KIB: u32 = 32 * 1024;

/// The database of a folder, kept from being written to as long as this lives.
pub struct Source {
    file: PathBuf,
    /// In a transaction that would write: nobody else can meanwhile.
    hold: Connection,
}

impl Source {
    /// Holds the database of `folder`. Errors: another program writes to it, or it has another schema than this program
    /// makes.
    pub fn hold(folder: &Path) -> Result<Self, Error> {
        let file = folder.join(FILE_NAME);
        let open = || -> rusqlite::Result<Connection> {
            let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_WRITE;
            let hold = Connection::open_with_flags(&file, flags)?;
            hold.busy_timeout(connection::BUSY)?;
            Ok(hold)
        };
        let hold = open().map_err(Failure::from)?;
        let found = schema::version(&hold).map_err(opening)?;
        if found != schema::newest() {
            let text = format!(
                "the data has schema version {found}, this program moves version {}: start the service once",
                schema::newest()
            );
            return Err(Error::caused_by(ErrorKind::StoreRefused, text));
        }
        settle::settle(folder, &hold)?;
        hold.execute_batch("BEGIN IMMEDIATE").map_err(Failure::from)?;
        Ok(Self { file, hold })
    }

    /// What tells this content from any that is older or younger: all that is ever stored moves one of these on.
    pub fn state(&self) -> Result<String, Error> {
        let read = || -> rusqlite::Result<String> {
            let number = |sql: &str| self.hold.query_row(sql, (), |row| row.get::<_, i64>(0));
            let parts = [
                number("PRAGMA user_version")?,
                number("SELECT next FROM id_block")?,
                number("SELECT coalesce(max(number), 0) FROM step")?,
                number("SELECT coalesce(max(sequence), 0) FROM audit")?,
                number("SELECT coalesce(sum(swaps), 0) FROM register")?,
                number("SELECT coalesce(max(at), 0) FROM address_region")?,
                number("SELECT version FROM client_version")?,
                number("SELECT token FROM check_state")?,
            ];
            Ok(parts.map(|part| part.to_string()).join("."))
        };
        Ok(read().map_err(Failure::from)?)
    }

    /// One that gives, beside others.
    pub fn lane(&self) -> Result<Lane, Error> {
        let connection = connection::reader(&self.file, CACHE_KIB).map_err(Failure::from)?;
        connection.set_prepared_statement_cache_capacity(TABLES.len() * 3);
        Ok(Lane { connection })
    }
}

/// Gives rows, on a connection of its own.
pub struct Lane {
    connection: Connection,
}

impl Give for Lane {
    fn rows(
        &mut self,
        table: &'static Table,
        mark: &[Value],
        most: usize,
    ) -> Result<Vec<Row>, Error> {
        let rows = match table.name {
            "step" => steps::rows(&self.connection, mark, most),
            name if name.starts_with("address") && name != "address_region" => {
                of_regions(&self.connection, table, mark, most)
            }
            _ => {
                let sql = statements::rows(table, mark.is_empty());
                read(&self.connection, &sql, mark, most, table.columns.len())
            }
        };
        Ok(rows?)
    }

    fn count(&mut self, table: &'static Table) -> Result<u64, Error> {
        let sql = statements::count(table);
        let count: i64 =
            self.connection.query_row(&sql, (), |row| row.get(0)).map_err(Failure::from)?;
        Ok(count.max(0).unsigned_abs())
    }
}

/// Addresses lie by generation, and each region has one of its own: region by region, in the order of the key.
fn of_regions(
    connection: &Connection,
    table: &'static Table,
    mark: &[Value],
    most: usize,
) -> Result<Vec<Row>, Failure> {
    let from = match mark.first() {
        Some(Value::Whole(region)) => *region,
        _ => 0,
    };
    let mut regions = connection
        .prepare_cached("SELECT region FROM address_region WHERE region >= ? ORDER BY region")?;
    let regions: Vec<i64> =
        regions.query_map((from,), |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    for region in regions {
        let first = region != from || mark.is_empty();
        let sql = statements::of_region(table, first);
        let mut given = vec![Value::Whole(region)];
        if !first {
            given.extend_from_slice(&mark[1..]);
        }
        let rows = read(connection, &sql, &given, most, table.columns.len())?;
        if !rows.is_empty() {
            return Ok(rows);
        }
    }
    Ok(Vec::new())
}

fn read(
    connection: &Connection,
    sql: &str,
    given: &[Value],
    most: usize,
    columns: usize,
) -> Result<Vec<Row>, Failure> {
    let mut statement = connection.prepare_cached(sql)?;
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let given = given.iter().map(Given).collect::<Vec<_>>();
    let parameters: Vec<&dyn ToSql> =
        given.iter().map(|value| value as &dyn ToSql).chain([&most as &dyn ToSql]).collect();
    let mut rows = statement.query(&parameters[..])?;
    let mut read = Vec::new();
    while let Some(row) = rows.next()? {
        let values = (0..columns).map(|column| value(row.get_ref(column)?));
        read.push(Row(values.collect::<Result<_, Failure>>()?));
    }
    Ok(read)
}

fn value(value: ValueRef<'_>) -> Result<Value, Failure> {
    Ok(match value {
        ValueRef::Null => Value::Nothing,
        ValueRef::Integer(number) => Value::Whole(number),
        ValueRef::Real(number) => Value::Real(number),
        ValueRef::Text(text) => {
            let text = std::str::from_utf8(text).map_err(rusqlite::Error::from)?;
            Value::Text(text.to_owned())
        }
        ValueRef::Blob(bytes) => Value::Bytes(bytes.to_owned()),
    })
}

/// A value as a parameter.
struct Given<'v>(&'v Value);

impl ToSql for Given<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self.0 {
            Value::Nothing => ValueRef::Null,
            Value::Whole(number) => ValueRef::Integer(*number),
            Value::Real(number) => ValueRef::Real(*number),
            Value::Text(text) => ValueRef::Text(text.as_bytes()),
            Value::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}
