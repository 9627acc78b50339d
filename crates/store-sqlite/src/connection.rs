use std::cell::Cell;
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

/// How long a statement waits for another process that writes to the same file.
pub(crate) const BUSY: Duration = Duration::from_secs(10);
/// How often a writer that waits asks again. Imports pause some milliseconds between two transactions; SQLite's own way,
/// to ask less and less often, would miss these pauses and make callers wait.
const ASK_AGAIN: Duration = Duration::from_micros(500);

thread_local! {
    /// How long a writer on this thread waits.
    static PATIENCE: Cell<Duration> = const { Cell::new(BUSY) };
}

/// The connection that writes. Checkpoints are not its work, unless the others fall behind.
pub(crate) fn writer(file: &Path, cache_kib: u32) -> rusqlite::Result<Connection> {
    let mut connection = Connection::open(file)?;
    connection.busy_handler(Some(ask_again))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "wal_autocheckpoint", 0)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "cache_size", -i64::from(cache_kib))?;
    Ok(connection)
}

/// Waits for another process, to take its turn as soon as there is one; `asked` counts from 0.
fn ask_again(asked: i32) -> bool {
    std::thread::park_timeout(ASK_AGAIN);
    let waited = ASK_AGAIN.saturating_mul(asked.unsigned_abs());
    waited < PATIENCE.get()
}

/// Does something with a writer that waits no longer than `patience`.
pub(crate) fn with_patience<T>(patience: Duration, run: impl FnOnce() -> T) -> T {
    let before = PATIENCE.replace(patience);
    let done = run();
    PATIENCE.set(before);
    done
}

/// A connection that only copies what was committed from the log into the file.
pub(crate) fn checkpointer(file: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open(file)?;
    connection.busy_timeout(BUSY)?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "wal_autocheckpoint", 0)?;
    connection.pragma_update(None, "cache_size", -256)?;
    Ok(connection)
}

/// A connection that cannot write.
pub(crate) fn reader(file: &Path, cache_kib: u32) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(file, flags)?;
    connection.busy_timeout(BUSY)?;
    connection.pragma_update(None, "query_only", true)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "cache_size", -i64::from(cache_kib))?;
    Ok(connection)
}

/// A connection for the shortest of reads, on threads that must not wait: it answers at once or fails.
pub(crate) fn at_once(file: &Path) -> rusqlite::Result<Connection> {
    let connection = reader(file, 256)?;
    connection.busy_timeout(Duration::ZERO)?;
    Ok(connection)
}
