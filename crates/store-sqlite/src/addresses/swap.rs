//! Brings what an import has gathered into the store: a generation beside the one that is looked at, in short
//! transactions, then one row for the swap, then the old generation goes, in short transactions again.

use std::time::Duration;

use domain::AuditEntry;
use domain::place::{AddressesOfRegion, Region, name_key};
use jiff::Timestamp;
use rusqlite::fallible_streaming_iterator::FallibleStreamingIterator as _;
use rusqlite::types::ToSqlOutput;
use rusqlite::{Connection, Row, Transaction, TransactionBehavior};

use super::generations;
use super::staging::Staging;
use crate::failure::Failure;
use crate::{FILE_NAME, audit, connection};

/// Rows of a transaction: some milliseconds of work.
const ROWS: u64 = 2000;
/// Between two transactions others get their turn: a writer that waits asks again within that time.
const PAUSE: Duration = Duration::from_millis(2);
/// After so many transactions the log is copied into the file.
const CHECKPOINT: u64 = 64;
/// Page cache for pages that are written once, in their order.
const CACHE_KIB: u32 = 8 * 1024;

/// Tells how much of how much is done; answers whether anybody listens.
type Progress<'a> = &'a dyn Fn(u64, u64) -> bool;

pub(super) fn swap(
    staging: &Staging,
    at: Timestamp,
    entry: Option<AuditEntry>,
    progress: Progress<'_>,
) -> Result<Vec<AddressesOfRegion>, Failure> {
    let main = connection::writer(&staging.folder.join(FILE_NAME), CACHE_KIB)?;
    // Only the last commit has to be on disk before it is believed; it takes those before with it.
    main.pragma_update(None, "synchronous", "NORMAL")?;
    let mut writer = Writer { main: &main, transactions: 0 };
    writer.take_away_left_over()?;
    let changed = changed(&main, staging)?;
    let total = 2 * changed.iter().map(|region| region.count).sum::<u64>();
    let mut steps = Steps { done: 0, total, progress };
    let mut counts = Vec::new();
    for region in &changed {
        counts.push(writer.bring(&staging.gathered, region, &mut steps)?);
    }
    let answer = |(region, count): (&Changed, &u64)| AddressesOfRegion {
        region: region.region,
        addresses: *count,
        at,
    };
    let answer: Vec<_> = changed.iter().zip(&counts).map(answer).collect();
    main.pragma_update(None, "synchronous", "FULL")?;
    let transaction = Transaction::new_unchecked(&main, TransactionBehavior::Immediate)?;
    for (region, count) in changed.iter().zip(&counts) {
        transaction.execute(
            "INSERT INTO address_region (region, generation, addresses, digest, at) \
             VALUES (?, ?, ?, ?, ?) ON CONFLICT (region) DO UPDATE SET \
             generation = excluded.generation, addresses = excluded.addresses, \
             digest = excluded.digest, at = excluded.at",
            (
                region.region.number(),
                region.generation,
                i64::try_from(*count).unwrap_or(i64::MAX),
                region.digest.to_be_bytes(),
                at.as_millisecond(),
            ),
        )?;
    }
    if let Some(entry) = entry {
        audit::append(&transaction, &entry.imported_addresses(&answer))?;
    }
    transaction.commit()?;
    main.pragma_update(None, "synchronous", "NORMAL")?;
    writer.take_away_left_over()?;
    Ok(answer)
}

/// A region whose addresses differ from those in the store.
struct Changed {
    region: Region,
    digest: u128,
    count: u64,
    generation: i64,
}

fn changed(main: &Connection, staging: &Staging) -> Result<Vec<Changed>, Failure> {
    let newest: i64 =
        main.query_row("SELECT coalesce(max(generation), 0) FROM address_region", (), |row| {
            row.get(0)
        })?;
    let mut stored =
        main.prepare("SELECT 1 FROM address_region WHERE region = ? AND digest = ?")?;
    let mut changed = Vec::new();
    for ((region, (digest, count)), generation) in staging.regions.iter().zip(newest + 1..) {
        if !stored.exists((region.number(), digest.to_be_bytes()))? {
            changed.push(Changed { region: *region, digest: *digest, count: *count, generation });
        }
    }
    Ok(changed)
}

struct Steps<'a> {
    done: u64,
    total: u64,
    progress: Progress<'a>,
}

impl Steps<'_> {
    fn step(&mut self, rows: u64) -> Result<(), Failure> {
        self.done += rows;
        if (self.progress)(self.done, self.total) { Ok(()) } else { Err(Failure::Closed) }
    }
}

/// The part of an import's file that goes into a table: read in the order in which it is stored there, so that every
/// page is written once.
const STREETS: (&str, &str) = (
    "SELECT street, post_code, municipality_nl, municipality_fr, municipality_de, nl, fr, de \
     FROM street WHERE region = ? ORDER BY street",
    "INSERT OR IGNORE INTO address_street (generation, street, post_code, municipality_nl, \
     municipality_fr, municipality_de, nl, fr, de) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
);
const ADDRESSES: (&str, &str) = (
    "SELECT street, house, id, house_number, box_number, longitude, latitude FROM address \
     WHERE region = ? ORDER BY street, house, id",
    "INSERT OR IGNORE INTO address (generation, street, house, id, house_number, box_number, \
     longitude, latitude) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
);
const CELLS: (&str, &str) = (
    "SELECT cell, longitude, latitude, street, house, id FROM address WHERE region = ? \
     ORDER BY cell, longitude, latitude, street, house, id",
    "INSERT OR IGNORE INTO address_cell (generation, cell, longitude, latitude, street, house, \
     id) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
);

struct Writer<'c> {
    main: &'c Connection,
    transactions: u64,
}

impl Writer<'_> {
    /// Writes a region's generation; answers how many addresses it has.
    fn bring(
        &mut self,
        gathered: &Connection,
        region: &Changed,
        steps: &mut Steps<'_>,
    ) -> Result<u64, Failure> {
        self.copy(gathered, region, STREETS, |_| Ok(()))?;
        self.names(gathered, region)?;
        let addresses = self.copy(gathered, region, ADDRESSES, |rows| steps.step(rows))?;
        self.copy(gathered, region, CELLS, |rows| steps.step(rows))?;
        Ok(addresses)
    }

    /// Copies rows; answers how many were new. `step` is told how many were read.
    fn copy(
        &mut self,
        gathered: &Connection,
        region: &Changed,
        (select, insert): (&str, &str),
        mut step: impl FnMut(u64) -> Result<(), Failure>,
    ) -> Result<u64, Failure> {
        let mut select = gathered.prepare(select)?;
        let columns = select.column_count();
        let mut rows = select.query((region.region.number(),))?;
        // To come to the first row all are sorted, which takes seconds: nobody may wait for that.
        rows.advance()?;
        let mut written = 0;
        loop {
            let (read, new) = self.in_transaction(|main| {
                let mut insert = main.prepare_cached(insert)?;
                insert.raw_bind_parameter(1, region.generation)?;
                let (mut read, mut new) = (0, 0);
                while read < ROWS {
                    let Some(row) = rows.get() else { break };
                    for column in 0..columns {
                        let value = ToSqlOutput::Borrowed(row.get_ref(column)?);
                        insert.raw_bind_parameter(column + 2, value)?;
                    }
                    new += insert.raw_execute()? as u64;
                    read += 1;
                    rows.advance()?;
                }
                Ok((read, new))
            })?;
            step(read)?;
            written += new;
            if read < ROWS {
                return Ok(written);
            }
        }
    }

    /// Writes the spellings of the names of a region's streets.
    fn names(&mut self, gathered: &Connection, region: &Changed) -> Result<(), Failure> {
        let mut select = gathered
            .prepare("SELECT street, post_code, nl, fr, de FROM street WHERE region = ?")?;
        let mut rows = select.query((region.region.number(),))?;
        let mut more = true;
        while more {
            more = self.in_transaction(|main| {
                for _ in 0..ROWS {
                    let Some(row) = rows.next()? else { return Ok(false) };
                    name(main, region.generation, row)?;
                }
                Ok(true)
            })?;
        }
        Ok(())
    }

    fn in_transaction<T>(
        &mut self,
        write: impl FnOnce(&Connection) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let transaction = Transaction::new_unchecked(self.main, TransactionBehavior::Immediate)?;
        let done = write(&transaction)?;
        transaction.commit()?;
        self.transactions += 1;
        if self.transactions.is_multiple_of(CHECKPOINT) {
            self.main.query_row("PRAGMA wal_checkpoint(PASSIVE)", (), |_| Ok(()))?;
        }
        std::thread::park_timeout(PAUSE);
        Ok(done)
    }

    /// Takes away the rows of generations that are not looked at: the old ones, and those of imports that were killed.
    fn take_away_left_over(&mut self) -> Result<(), Failure> {
        let current: Vec<_> =
            generations(self.main)?.into_iter().map(|generation| generation.number).collect();
        for (table, key) in [
            ("address_cell", "cell, longitude, latitude, street, house, id"),
            ("address", "street, house, id"),
            ("address_name", "name, post_code, street"),
            ("address_street", "street"),
        ] {
            let mut after = i64::MIN;
            // Generations are stepped through by the index: there are few.
            while let Some(generation) = next_generation(self.main, table, after)? {
                after = generation;
                if !current.contains(&generation) {
                    self.take_away(table, key, generation)?;
                }
            }
        }
        Ok(())
    }

    fn take_away(&mut self, table: &str, key: &str, generation: i64) -> Result<(), Failure> {
        let delete = format!(
            "DELETE FROM {table} WHERE generation = ?1 AND ({key}) <= (SELECT {key} FROM {table} \
             WHERE generation = ?1 ORDER BY {key} LIMIT 1 OFFSET ?2)"
        );
        // The last rows, which have none at the offset.
        let rest = format!("DELETE FROM {table} WHERE generation = ?1");
        while self.in_transaction(|main| {
            Ok(main
                .prepare_cached(&delete)?
                .execute((generation, i64::try_from(ROWS - 1).unwrap_or(i64::MAX)))?
                > 0)
        })? {}
        self.in_transaction(|main| Ok(main.execute(&rest, (generation,))?)).map(drop)
    }
}

fn next_generation(main: &Connection, table: &str, after: i64) -> Result<Option<i64>, Failure> {
    let sql = format!("SELECT min(generation) FROM {table} WHERE generation > ?");
    Ok(main.prepare_cached(&sql)?.query_row((after,), |row| row.get(0))?)
}

fn name(main: &Connection, generation: i64, row: &Row<'_>) -> Result<(), Failure> {
    let mut insert = main.prepare_cached(
        "INSERT OR IGNORE INTO address_name (generation, name, post_code, street) \
         VALUES (?, ?, ?, ?)",
    )?;
    for column in 2..=4 {
        let name: Option<Box<str>> = row.get(column)?;
        if let Some(name) = name {
            let (street, post_code): (i64, i64) = (row.get(0)?, row.get(1)?);
            insert.execute((generation, name_key(&name), post_code, street))?;
        }
    }
    Ok(())
}
