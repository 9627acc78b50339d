//! An import of a register: gathered in a file of its own, so that nothing of it touches the store before the swap.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use domain::register::{Import, Key, Register, Row};
use domain::{AuditEntry, Error, ErrorKind};
use jiff::Timestamp;
use rusqlite::Connection;
use rusqlite::types::Value;
use store::{ImportForm, Staging};
use tokio::sync::oneshot;

use super::table::{Table, tables};
use super::{row, swap};
use crate::failure::Failure;

/// The file needs to outlive no crash: it is thrown away then. The store, which is attached later, keeps its own ways.
const SETTINGS: &str = "PRAGMA main.journal_mode = OFF; PRAGMA main.synchronous = OFF; \
                        PRAGMA main.locking_mode = EXCLUSIVE; PRAGMA main.cache_size = -32768;";

/// The import under way.
pub(super) struct Staged {
    pub(super) folder: PathBuf,
    pub(super) register: Register,
    pub(super) form: ImportForm,
    pub(super) gathered: Connection,
    /// Held until it is dropped.
    _lock: File,
}

/// Takes the lock of a register's imports; the system gives it back when the process ends, however it ends.
pub(super) fn lock(folder: &Path, register: Register) -> Result<File, Error> {
    let refused = |error| Error::caused_by(ErrorKind::StoreRefused, error);
    let lock = File::create(folder.join(format!("{}.lock", register.name()))).map_err(refused)?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(Error::new(ErrorKind::RegisterBusy)),
        Err(TryLockError::Error(error)) => Err(refused(error)),
    }
}

impl Staged {
    pub(super) fn begin(
        folder: &Path,
        register: Register,
        form: ImportForm,
    ) -> Result<Self, Error> {
        let lock = lock(folder, register)?;
        let file = file(folder, register);
        // What a killed process left is of no use to anybody.
        if file.exists() {
            std::fs::remove_file(&file)
                .map_err(|error| Error::caused_by(ErrorKind::StoreRefused, error))?;
        }
        let gathered = Connection::open(&file).map_err(Failure::from)?;
        create(&gathered, register).map_err(Failure::from)?;
        Ok(Self { folder: folder.to_owned(), register, form, gathered, _lock: lock })
    }

    fn gather(&mut self, rows: &[Row]) -> Result<(), Failure> {
        let tables = tables(self.register);
        let transaction = self.gathered.transaction()?;
        for row in rows {
            if row.register() != self.register {
                return Err(Failure::OtherRegister);
            }
            for (table, values) in row::values(row) {
                insert(&transaction, "new", &tables[table], &values)?;
            }
        }
        Ok(transaction.commit()?)
    }

    fn gather_keys(&mut self, keys: &[Key]) -> Result<(), Failure> {
        let transaction = self.gathered.transaction()?;
        for key in keys {
            let values = row::key(key);
            for table in tables(self.register) {
                if values.len() != table.key {
                    return Err(Failure::OtherRegister);
                }
                insert(&transaction, "gone", table, &values)?;
            }
        }
        Ok(transaction.commit()?)
    }
}

fn file(folder: &Path, register: Register) -> PathBuf {
    folder.join(format!("{}.import", register.name()))
}

pub(super) fn create(gathered: &Connection, register: Register) -> rusqlite::Result<()> {
    gathered.execute_batch(SETTINGS)?;
    for table in tables(register) {
        let (name, columns) = (table.name, table.list());
        let key = table.columns[..table.key].join(", ");
        gathered.execute_batch(&format!(
            "CREATE TABLE new_{name} ({columns}, PRIMARY KEY ({columns})) WITHOUT ROWID;
             CREATE TABLE gone_{name} ({key}, PRIMARY KEY ({key})) WITHOUT ROWID;
             CREATE TABLE born_{name} ({columns}, PRIMARY KEY ({columns})) WITHOUT ROWID;
             CREATE TABLE dead_{name} ({columns}, PRIMARY KEY ({columns})) WITHOUT ROWID;"
        ))?;
    }
    Ok(())
}

fn insert(
    gathered: &Connection,
    kind: &str,
    table: &Table,
    values: &[Value],
) -> rusqlite::Result<()> {
    let parameters = vec!["?"; values.len()].join(", ");
    let sql = format!("INSERT OR IGNORE INTO {kind}_{} VALUES ({parameters})", table.name);
    gathered.prepare_cached(&sql)?.execute(rusqlite::params_from_iter(values)).map(drop)
}

impl Drop for Staged {
    fn drop(&mut self) {
        // The next import takes it away, if this one cannot.
        _ = std::fs::remove_file(file(&self.folder, self.register));
    }
}

#[async_trait]
impl Staging for Staged {
    async fn put(&mut self, rows: Vec<Row>) -> Result<(), Error> {
        Ok(self.gather(&rows)?)
    }

    async fn remove(&mut self, keys: Vec<Key>) -> Result<(), Error> {
        Ok(self.gather_keys(&keys)?)
    }

    /// On a thread of its own, which also ends when nobody waits for it any more.
    async fn swap(
        self: Box<Self>,
        source: &str,
        at: Timestamp,
        entry: Option<AuditEntry>,
        progress: &(dyn Fn(u64, u64) + Send + Sync),
    ) -> Result<Option<Import>, Error> {
        let (steps, mut told) = tokio::sync::mpsc::unbounded_channel();
        let (reply, answer) = oneshot::channel();
        let source = source.to_owned();
        let run = move || {
            let outcome =
                swap::swap(&self, &source, at, entry, &|done, of| steps.send((done, of)).is_ok());
            // The lock is free again when the answer comes.
            drop(self);
            // Whoever has gone away meanwhile does not hear it.
            _ = reply.send(outcome);
        };
        std::thread::Builder::new()
            .name("register".into())
            .spawn(run)
            .map_err(|error| Error::caused_by(ErrorKind::StoreUnavailable, error))?;
        while let Some((done, of)) = told.recv().await {
            progress(done, of);
        }
        Ok(answer.await.unwrap_or(Err(Failure::Panicked))?)
    }
}
