//! The reference registers: `look_up.rs`, `persons.rs` and `works.rs` read them, `staging.rs` fills them.

mod ask;
mod look_up;
mod persons;
#[cfg(test)]
mod plan_tests;
mod row;
mod staging;
mod table;
mod works;

use async_trait::async_trait;
use deadpool_postgres::Transaction;
use domain::register::{Change, Import, ImportId, Register};
use domain::{AuditEntry, Error};
use jiff::Timestamp;
use store::{
    DeclaredWorks, Employers, Employments, Enterprises, ImportForm, Mandates, Persons,
    PostedWorkers, Registers, Staging,
};
use tokio_postgres::Row;
use tokio_postgres::types::Type;

use crate::PostgresStore;
use crate::failure::Failure;
use crate::import::{self, LOCK_SHARED, lock};

pub(crate) use persons::numbers_of;

/// A number that is another one after every change of any register.
const VERSION: &str = "SELECT sum(swaps)::bigint FROM register";

/// The version of the registers, kept as it is until the transaction ends. The transaction has to be one that reads what
/// is committed when a statement begins: it may wait here for a change, which it then sees.
pub(crate) async fn hold_version(transaction: &Transaction<'_>) -> Result<u64, Failure> {
    transaction.execute_typed(LOCK_SHARED, &import::of(&lock::VERSION)).await?;
    let version: i64 = transaction.query_typed_one(VERSION, &[]).await?.try_get(0)?;
    Ok(version.cast_unsigned())
}

#[async_trait]
impl Registers for PostgresStore {
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
        let version = self.database.repeat_always("version of the registers", || async {
            let connection = self.database.connection().await?;
            let version: i64 = connection.query_typed_one(VERSION, &[]).await?.try_get(0)?;
            Ok(version.cast_unsigned())
        });
        Ok(version.await?)
    }

    async fn begin(&self, register: Register, form: ImportForm) -> Result<Box<dyn Staging>, Error> {
        let begun = self.database.repeat_always("begin an import", || {
            staging::Staged::begin(&self.database, register, form)
        });
        Ok(Box::new(begun.await?))
    }

    async fn change_audited(
        &self,
        change: Change,
        entry: Option<AuditEntry>,
    ) -> Result<Option<Import>, Error> {
        let changed = self.database.repeat("change a register", || {
            staging::change(&self.database, &change, entry.clone())
        });
        Ok(changed.await?)
    }

    async fn imports(&self, most: u32) -> Result<Vec<Import>, Error> {
        let sql = "SELECT id, register, source, at, added, removed FROM register_import \
                   ORDER BY id DESC LIMIT $1";
        let most = i64::from(most);
        let imports = self.database.repeat_always("imports", || async {
            let connection = self.database.connection().await?;
            let rows = connection.query_typed(sql, &[(&most, Type::INT8)]).await?;
            rows.iter().map(import).collect()
        });
        Ok(imports.await?)
    }
}

fn import(row: &Row) -> Result<Import, Failure> {
    let id: i64 = row.try_get(0)?;
    let unreadable = |field| Failure::Unreadable { id, field };
    let number: i16 = row.try_get(1)?;
    let count = |column| row.try_get(column).map(i64::cast_unsigned);
    Ok(Import {
        id: ImportId(id),
        register: Register::from_number(number.into())
            .ok_or(unreadable("register of an import"))?,
        source: row.try_get::<_, &str>(2)?.into(),
        at: Timestamp::from_millisecond(row.try_get(3)?)
            .map_err(|_| unreadable("moment of an import"))?,
        added: count(4)?,
        removed: count(5)?,
    })
}
