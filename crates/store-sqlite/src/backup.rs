//! Copies of the database, made beside a process that serves, and held against what they should be.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::time::{Duration, Instant};

use domain::RegistrationId;
use rusqlite::Connection;
use rusqlite::backup::{Backup, StepResult};
use store::{AuditBreach, AuditCheck, AuditHead};
use thiserror::Error;

use crate::schema::{self, SchemaError};
use crate::{FILE_NAME, audit, connection, settle};

/// How many pages of 4 KiB are copied at a time.
const STEP: i32 = 256;
/// What was copied goes to the disk so often (in steps), so that nothing piles up of which the flushes of a process that
/// serves beside it would have to wait.
const FLUSH: u32 = 16;
/// How much of the copy is kept in memory, in KiB.
const CACHE_KIB: u32 = 4096;
/// So many flaws of a damaged file are told.
const FLAWS: usize = 5;

/// Why a copy could not be made, or is not what it should be.
#[derive(Debug, Error)]
pub enum BackupError {
    /// A file.
    #[error(transparent)]
    File(#[from] io::Error),
    /// The database cannot be read or written.
    #[error("the database cannot be read or written: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// What was acknowledged cannot be put into the database.
    #[error("the database lacks what was acknowledged: {0}")]
    Behind(String),
    /// It is of another program, or of another version of this one.
    #[error("{0}")]
    Schema(String),
    /// What it is made of is broken.
    #[error("the database is damaged: {0}")]
    Damaged(String),
    /// The audit is not whole.
    #[error("the audit is not whole: {0}")]
    Audit(#[from] AuditBreach),
    /// The copy holds something else than the original.
    #[error("the copy differs from the original: {0}")]
    Differs(String),
    /// There are not so many ids.
    #[error("ids would end: {0} cannot be left out")]
    OutOfIds(u64),
}

impl From<SchemaError> for BackupError {
    fn from(error: SchemaError) -> Self {
        match error {
            SchemaError::Sqlite(error) => Self::Sqlite(error),
            other => Self::Schema(other.to_string()),
        }
    }
}

/// What a database holds: enough to see whether another one is the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contents {
    /// The version of its schema.
    pub schema: u32,
    /// How many rows each table has.
    pub rows: BTreeMap<String, u64>,
    /// The end of the audit; `None` where nothing was written down.
    pub audit: Option<AuditHead>,
}

/// How a copy is made.
pub struct Copying<'p> {
    /// At most so many bytes a second; `None` for as many as there can be.
    pub rate: Option<u64>,
    /// Is told how many pages are copied, and of how many.
    pub progress: &'p mut dyn FnMut(u64, u64),
}

/// Copies the database in `folder` to the file `target`, which must not be there yet, as it stands at one moment: all that
/// was acknowledged before the call is in it. Others read and write meanwhile, and wait for nothing.
///
/// The copy is on disk when this answers. It is one file, which only its owner can read.
pub fn copy(folder: &Path, target: &Path, how: &mut Copying<'_>) -> Result<Contents, BackupError> {
    let source = connection::reader(&folder.join(FILE_NAME), CACHE_KIB)?;
    if schema::version(&source)? == schema::newest() {
        settle::settle(folder, &source).map_err(|error| BackupError::Behind(error.to_string()))?;
    }
    // One transaction holds the moment: without it, a copy would begin anew after every commit of another process.
    let moment = source.unchecked_transaction()?;
    let schema = schema::version(&moment)?;
    if schema == 0 {
        return Err(BackupError::Schema("the database is empty".to_owned()));
    }
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(target)?;
    let mut copy = Connection::open(target)?;
    copy.pragma_update(None, "journal_mode", "OFF")?;
    copy.pragma_update(None, "synchronous", "OFF")?;
    copy.pragma_update(None, "cache_size", -i64::from(CACHE_KIB))?;
    copy_pages(&moment, &mut copy, &file, how)?;
    // It needs no log of its own; whoever serves from it makes one.
    copy.pragma_update(None, "journal_mode", "DELETE")?;
    copy.close().map_err(|(_, error)| error)?;
    file.sync_all()?;
    contents(&moment, schema)
}

fn copy_pages(
    source: &Connection,
    copy: &mut Connection,
    file: &File,
    how: &mut Copying<'_>,
) -> Result<(), BackupError> {
    let page: u64 =
        source.pragma_query_value(None, "page_size", |row| row.get::<_, i64>(0))?.unsigned_abs();
    let begun = Instant::now();
    let backup = Backup::new(source, copy)?;
    for step in 1_u32.. {
        let state = backup.step(STEP)?;
        let at = backup.progress();
        let (left, all) = (at.remaining.unsigned_abs(), at.pagecount.unsigned_abs());
        let done = u64::from(all - left);
        (how.progress)(done, all.into());
        match state {
            StepResult::Done => return Ok(()),
            StepResult::More => {}
            // Nobody else uses the copy, and readers do not wait for writers.
            _ => return Err(BackupError::Damaged("another program uses the copy".to_owned())),
        }
        if step % FLUSH == 0 {
            file.sync_data()?;
        }
        if let Some(rate) = how.rate {
            keep_to(rate, done * page, begun);
        }
    }
    Ok(())
}

/// Waits until so many bytes may have been written.
fn keep_to(rate: u64, bytes: u64, begun: Instant) {
    let micros = u128::from(bytes) * 1_000_000 / u128::from(rate.max(1));
    let due = begun + Duration::from_micros(u64::try_from(micros).unwrap_or(u64::MAX));
    while let Some(left) = due.checked_duration_since(Instant::now()).filter(|left| !left.is_zero())
    {
        std::thread::park_timeout(left);
    }
}

/// Reads the whole of a database that nobody uses, and answers what it holds if everything in it is as it should be: its
/// pages, its indexes, the version of its schema, the chain of its audit.
pub fn verify(file: &Path) -> Result<Contents, BackupError> {
    let connection = connection::reader(file, CACHE_KIB)?;
    let schema = schema::version(&connection)?;
    let sound = flaws(&connection, &format!("PRAGMA integrity_check({FLAWS})"))?;
    if !sound.is_empty() {
        return Err(BackupError::Damaged(sound.join("; ")));
    }
    let mut statement = connection.prepare("PRAGMA foreign_key_check")?;
    let orphans = statement.query_map((), |row| row.get::<_, String>(0))?.take(FLAWS);
    let orphans = orphans.collect::<rusqlite::Result<Vec<_>>>()?;
    if !orphans.is_empty() {
        return Err(BackupError::Damaged(format!(
            "rows without their owner in {}",
            orphans.join(", ")
        )));
    }
    follow_audit(&connection)?;
    contents(&connection, schema)
}

/// Looks through the pages of the store in `folder`, beside whoever uses it, though not as closely as [`verify`]; answers
/// what is wrong with them.
pub fn quick_check(folder: &Path) -> Result<Vec<String>, BackupError> {
    let connection = connection::reader(&folder.join(FILE_NAME), CACHE_KIB)?;
    Ok(flaws(&connection, &format!("PRAGMA quick_check({FLAWS})"))?)
}

/// The version of the schema in `folder`, and the one that this program makes of it.
pub fn schema_versions(folder: &Path) -> Result<(u32, u32), BackupError> {
    let connection = connection::reader(&folder.join(FILE_NAME), CACHE_KIB)?;
    Ok((schema::version(&connection)?, schema::newest()))
}

/// Leaves out the next `count` ids of a database that nobody uses: numbers that were given out after the copy was made are
/// then not given a second time.
pub fn leave_out_ids(file: &Path, count: u64) -> Result<(), BackupError> {
    let none = || BackupError::OutOfIds(count);
    let by = i64::try_from(count).map_err(|_| none())?;
    let connection = Connection::open(file)?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    let most = RegistrationId::MAX.checked_sub(by).ok_or_else(none)?;
    let moved =
        connection.execute("UPDATE id_block SET next = next + ?1 WHERE next <= ?2", (by, most))?;
    if moved == 0 { Err(none()) } else { Ok(()) }
}

fn flaws(connection: &Connection, sql: &str) -> rusqlite::Result<Vec<String>> {
    let mut statement = connection.prepare(sql)?;
    let lines = statement.query_map((), |row| row.get::<_, String>(0))?;
    let lines = lines.collect::<rusqlite::Result<Vec<_>>>()?;
    Ok(if lines == ["ok"] { Vec::new() } else { lines })
}

fn follow_audit(connection: &Connection) -> Result<(), BackupError> {
    let mut check = AuditCheck::new(Vec::new());
    let mut statement = connection.prepare(audit::RECORDS)?;
    let mut rows = statement.query((0, i64::MAX))?;
    while let Some(row) = rows.next()? {
        check.next(&audit::record(row)?)?;
    }
    check.end()?;
    Ok(())
}

fn contents(connection: &Connection, schema: u32) -> Result<Contents, BackupError> {
    let mut statement = connection.prepare(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
    )?;
    let tables = statement.query_map((), |row| row.get::<_, String>(0))?;
    let mut rows = BTreeMap::new();
    for table in tables {
        let table = table?;
        let sql = format!("SELECT count(*) FROM \"{table}\"");
        let count: i64 = connection.query_row(&sql, (), |row| row.get(0))?;
        rows.insert(table, count.unsigned_abs());
    }
    Ok(Contents { schema, rows, audit: audit::head(connection)? })
}

impl Contents {
    /// Holds the copy's contents against the original's.
    pub fn check(&self, original: &Self) -> Result<(), BackupError> {
        if self == original {
            return Ok(());
        }
        let rows = |contents: &Self, table: &str| contents.rows.get(table).copied().unwrap_or(0);
        let other = original.rows.keys().chain(self.rows.keys());
        let other = other.filter(|table| rows(self, table) != rows(original, table));
        let tables: Vec<_> = other
            .map(|table| {
                format!("{table}: {} rows of {}", rows(self, table), rows(original, table))
            })
            .collect();
        let text = if tables.is_empty() {
            "the schema or the audit's head".to_owned()
        } else {
            tables.join(", ")
        };
        Err(BackupError::Differs(text))
    }
}
