use async_trait::async_trait;
use domain::{Error, Sector, Work, WorksReference};
use rusqlite::{Connection, OptionalExtension};
use store::Works;

use crate::SqliteStore;
use crate::failure::Failure;

/// How many works are looked up without changing threads.
const FEW: usize = 8;

#[async_trait]
impl Works for SqliteStore {
    async fn sectors(&self, works: Vec<WorksReference>) -> Result<Vec<Option<Sector>>, Error> {
        if let Some(sectors) = self.sectors_here(&works) {
            return Ok(sectors);
        }
        self.look_up(move |connection| sectors(connection, &works)).await
    }

    async fn put_works(&self, works: Vec<Work>) -> Result<(), Error> {
        self.transact(works.len(), move |connection| put(connection, &works)).await
    }
}

impl SqliteStore {
    /// The sectors of a few works, read on the caller's own thread: every registration asks for them, and to wake
    /// another thread and wait for it costs far more than the reading. `None` when that would mean to wait.
    fn sectors_here(&self, works: &[WorksReference]) -> Option<Vec<Option<Sector>>> {
        if works.len() > FEW {
            return None;
        }
        let connection = self.here.as_ref()?.try_lock().ok()?;
        sectors(&connection, works).ok()
    }
}

/// The statement that reads the sector of a work.
pub(crate) const SECTOR: &str = "SELECT sector FROM work WHERE reference = ?";

fn sectors(
    connection: &Connection,
    works: &[WorksReference],
) -> Result<Vec<Option<Sector>>, Failure> {
    let mut statement = connection.prepare_cached(SECTOR)?;
    works
        .iter()
        .map(|works| {
            let number: Option<i64> =
                statement.query_row((works.as_str(),), |row| row.get(0)).optional()?;
            Ok(number.and_then(Sector::from_number))
        })
        .collect()
}

fn put(connection: &Connection, works: &[Work]) -> Result<(), Failure> {
    let mut statement = connection.prepare_cached(
        "INSERT INTO work (reference, sector) VALUES (?, ?) \
         ON CONFLICT (reference) DO UPDATE SET sector = excluded.sector",
    )?;
    for work in works {
        statement.execute((work.reference.as_str(), work.sector.number()))?;
    }
    Ok(())
}
