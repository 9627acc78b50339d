//! For those who read a folder beside the process that serves it, or after it: the database first has to hold what was
//! acknowledged.

use std::path::Path;
use std::time::Duration;

use rusqlite::Connection;

use crate::failure::Failure;
use crate::journal::{self, JournalFile};
use crate::write::Statements;
use crate::{FILE_NAME, connection, upkeep};

/// How often the database is asked, and how many times.
const ASK_AGAIN: Duration = Duration::from_millis(1);
const PATIENCE: u32 = 10_000;
/// The page cache for what a crash has left, in KiB.
const CACHE_KIB: u32 = 4096;

/// Waits until the database in `folder` holds all that was acknowledged before the call; where no process is left to put
/// it there, does so. `database` has the schema of this program.
pub(crate) fn settle(folder: &Path, database: &Connection) -> Result<(), Failure> {
    if !folder.join(journal::FILE_NAME).exists() {
        return Ok(());
    }
    let file = JournalFile::open(folder)?;
    let applied = || -> rusqlite::Result<i64> {
        database.query_row("SELECT applied FROM journal", (), |row| row.get(0))
    };
    let acknowledged = file.acknowledged()?;
    for _ in 0..PATIENCE {
        if file.lock() {
            if file.is_ahead_of(applied()?)? {
                let writer = connection::writer(&folder.join(FILE_NAME), CACHE_KIB)?;
                upkeep::recover(&file, &writer, &mut Statements::prepare(&writer)?)?;
            }
            return Ok(());
        }
        if acknowledged <= applied()? {
            return Ok(());
        }
        std::thread::park_timeout(ASK_AGAIN);
    }
    Err(Failure::Unsettled)
}
