//! The reference registers: `look_up.rs` and `works.rs` read them, `staging.rs`, `swap.rs` and `change.rs` fill them.

mod change;
pub(crate) mod look_up;
#[cfg(test)]
mod plan_tests;
mod row;
mod staging;
mod swap;
mod table;
pub(crate) mod works;

pub(crate) use look_up::numbers_of;

use async_trait::async_trait;
use domain::register::{Change, Import, ImportId, Register};
use domain::{AuditEntry, Error};
use jiff::Timestamp;
use rusqlite::{Connection, Row};
use store::{
    DeclaredWorks, Employers, Employments, Enterprises, ImportForm, Mandates, Persons,
    PostedWorkers, Registers, Staging,
};

use crate::failure::Failure;
use crate::{SqliteStore, audit};

#[async_trait]
impl Registers for SqliteStore {
    fn persons(&self) -> &dyn Persons {
        self
    }

    fn enterprises(&self) -> &dyn Enterprises {
        self
    }

    fn mandates(&self) -> &dyn Mandates {
        self
    }

    fn employers(&self) -> &dyn Employers {
        self
    }

    fn employments(&self) -> &dyn Employments {
        self
    }

    fn posted_workers(&self) -> &dyn PostedWorkers {
        self
    }

    fn declared_works(&self) -> &dyn DeclaredWorks {
        self
    }

    async fn version(&self) -> Result<u64, Error> {
        self.look_up(version).await
    }

    async fn begin(&self, register: Register, form: ImportForm) -> Result<Box<dyn Staging>, Error> {
        Ok(Box::new(staging::Staged::begin(&self.folder, register, form)?))
    }

    async fn change_audited(
        &self,
        change: Change,
        entry: Option<AuditEntry>,
    ) -> Result<Option<Import>, Error> {
        let _lock = staging::lock(&self.folder, change.register)?;
        swap::tidy_up(&self.folder, change.register)?;
        let weight = change.rows.len() + change.removed.len();
        self.transact(weight, move |connection| {
            let import = change::change(connection, &change)?;
            if let Some(entry) = &entry {
                audit::append(connection, &entry.clone().imported(import.as_ref()))?;
            }
            Ok(import)
        })
        .await
    }

    async fn imports(&self, most: u32) -> Result<Vec<Import>, Error> {
        self.look_up(move |connection| imports(connection, most)).await
    }
}

/// A number that is another one after every change of any register.
pub(crate) fn version(connection: &Connection) -> Result<u64, Failure> {
    let mut statement = connection.prepare_cached("SELECT sum(swaps) FROM register")?;
    let swaps: i64 = statement.query_row((), |row| row.get(0))?;
    Ok(swaps.unsigned_abs())
}

/// The generation that is looked at.
pub(crate) fn generation(connection: &Connection, register: Register) -> Result<i64, Failure> {
    let mut statement =
        connection.prepare_cached("SELECT generation FROM register WHERE number = ?")?;
    Ok(statement.query_row((register.number(),), |row| row.get(0))?)
}

fn imports(connection: &Connection, most: u32) -> Result<Vec<Import>, Failure> {
    let mut statement = connection.prepare_cached(
        "SELECT id, register, source, at, added, removed FROM register_import \
         WHERE swapped = 1 ORDER BY id DESC LIMIT ?",
    )?;
    let mut rows = statement.query((most,))?;
    let mut imports = Vec::new();
    while let Some(row) = rows.next()? {
        imports.push(import(row)?);
    }
    Ok(imports)
}

fn import(row: &Row<'_>) -> Result<Import, Failure> {
    let id: i64 = row.get(0)?;
    let unreadable = |field| Failure::Unreadable { id, field };
    let source: Box<str> = row.get(2)?;
    let count = |column| row.get(column).map(i64::unsigned_abs);
    Ok(Import {
        id: ImportId(id),
        register: Register::from_number(row.get(1)?).ok_or(unreadable("register of an import"))?,
        source: source.into(),
        at: Timestamp::from_millisecond(row.get(3)?)
            .map_err(|_| unreadable("moment of an import"))?,
        added: count(4)?,
        removed: count(5)?,
    })
}
