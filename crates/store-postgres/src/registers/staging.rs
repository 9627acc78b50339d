//! Imports and changes of a register.

use async_trait::async_trait;
use domain::register::{Change, Import, ImportId, Key, Register, Row};
use domain::{AuditEntry, Error};
use jiff::Timestamp;
use store::layout;
use store::{ImportForm, Staging};
use tokio_postgres::types::{ToSql, Type};

use super::table::tables;
use crate::audit;
use crate::database::Database;
use crate::failure::Failure;
use crate::import::{self, Form, Gathered, LOCK, Swap, lock};

/// The import under way.
pub(super) struct Staged {
    register: Register,
    form: Form,
    gathered: Gathered,
}

impl Staged {
    pub(super) async fn begin(
        database: &Database,
        register: Register,
        form: ImportForm,
    ) -> Result<Self, Failure> {
        let form = match form {
            ImportForm::Whole => Form::Whole,
            ImportForm::Update => Form::Update,
        };
        let lock = i32::from(register.number());
        Ok(Self {
            register,
            form,
            gathered: Gathered::begin(database, lock, tables(register)).await?,
        })
    }

    async fn gather(&mut self, rows: &[Row]) -> Result<(), Failure> {
        if rows.iter().any(|row| row.register() != self.register) {
            return Err(Failure::OtherRegister);
        }
        self.gathered.put(rows.iter().flat_map(layout::values)).await
    }

    async fn gather_keys(&mut self, keys: &[Key]) -> Result<(), Failure> {
        self.gathered.remove(keys.iter().map(layout::key)).await
    }

    async fn swap_in(
        self,
        source: &str,
        at: Timestamp,
        entry: Option<AuditEntry>,
        progress: &(dyn Fn(u64, u64) + Send + Sync),
    ) -> Result<Option<Import>, Failure> {
        let swap = self.gathered.compare(self.form).await?;
        let (added, removed) = swap.counts();
        if added + removed > 0 {
            swap.write(progress).await?;
        }
        self.gathered.throw_away().await?;
        let (id, register) = (ImportId(self.gathered.id()), self.register);
        let import = Import { id, register, source: source.into(), at, added, removed };
        let import = (added + removed > 0).then_some(import);
        if let Some(entry) = entry {
            audit::append_on(swap.connection(), &entry.imported(import.as_ref())).await?;
        }
        if let Some(import) = &import {
            show(&swap, import).await?;
        }
        self.gathered.end().await?;
        Ok(import)
    }
}

/// Makes a small change at once.
pub(super) async fn change(
    database: &Database,
    change: &Change,
    entry: Option<AuditEntry>,
) -> Result<Option<Import>, Failure> {
    let mut staged = Staged::begin(database, change.register, ImportForm::Update).await?;
    staged.gather_keys(&change.removed).await?;
    staged.gather(&change.rows).await?;
    staged.swap_in(&change.source, change.at, entry, &|_, _| ()).await
}

/// Writes the import down and raises the version: the last there is to do before the commit, since whoever relies on the
/// version until a commit of its own is waited for, and the next ones wait.
async fn show(swap: &Swap<'_>, import: &Import) -> Result<(), Failure> {
    let connection = swap.connection();
    let number = i16::from(import.register.number());
    let parameters: [(&(dyn ToSql + Sync), Type); 6] = [
        (&import.id.0, Type::INT8),
        (&number, Type::INT2),
        (&&*import.source, Type::TEXT),
        (&import.at.as_millisecond(), Type::INT8),
        (&import.added.cast_signed(), Type::INT8),
        (&import.removed.cast_signed(), Type::INT8),
    ];
    let note = "INSERT INTO register_import (id, register, source, at, added, removed) \
                VALUES ($1, $2, $3, $4, $5, $6)";
    connection.execute_typed(note, &parameters).await?;
    connection.execute_typed(LOCK, &import::of(&lock::VERSION)).await?;
    let raise = "UPDATE register SET swaps = swaps + 1 WHERE number = $1";
    connection.execute_typed(raise, &[(&number, Type::INT2)]).await?;
    Ok(())
}

#[async_trait]
impl Staging for Staged {
    async fn put(&mut self, rows: Vec<Row>) -> Result<(), Error> {
        Ok(self.gather(&rows).await?)
    }

    async fn remove(&mut self, keys: Vec<Key>) -> Result<(), Error> {
        Ok(self.gather_keys(&keys).await?)
    }

    async fn swap(
        self: Box<Self>,
        source: &str,
        at: Timestamp,
        entry: Option<AuditEntry>,
        progress: &(dyn Fn(u64, u64) + Send + Sync),
    ) -> Result<Option<Import>, Error> {
        Ok(self.swap_in(source, at, entry, progress).await?)
    }
}
