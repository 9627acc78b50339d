//! The audit: one row a record, chained by hashes.

use async_trait::async_trait;
use domain::{AuditEntry, Error};
use rusqlite::{Connection, OptionalExtension, Row};
use store::{Audit, AuditHash, AuditHead, AuditPlace, AuditRecord, audit_body};

use crate::SqliteStore;
use crate::failure::Failure;

/// One thread writes, so one chain is enough.
const CHAIN: u32 = 1;

/// The statements that read the audit; one step in its key each.
pub(crate) const HEAD: &str = "SELECT sequence, hash FROM audit ORDER BY sequence DESC LIMIT 1";
pub(crate) const RECORDS: &str =
    "SELECT sequence, body, hash FROM audit WHERE sequence > ? ORDER BY sequence LIMIT ?";

#[async_trait]
impl Audit for SqliteStore {
    async fn append(&self, entry: AuditEntry) -> Result<(), Error> {
        self.transact(1, move |connection| append(connection, &entry)).await
    }

    async fn records(&self, after: AuditPlace, limit: u32) -> Result<Vec<AuditRecord>, Error> {
        if after.chain != CHAIN {
            return Ok(Vec::new());
        }
        self.look_up(move |connection| {
            let mut statement = connection.prepare_cached(RECORDS)?;
            let records = statement.query_map((after.sequence.cast_signed(), limit), record)?;
            Ok(records.collect::<rusqlite::Result<_>>()?)
        })
        .await
    }

    async fn heads(&self) -> Result<Vec<AuditHead>, Error> {
        self.look_up(|connection| Ok(head(connection)?.into_iter().collect())).await
    }
}

/// Appends a record, inside the transaction of what it tells. The record before is read anew each time: another process
/// may have written it.
pub(crate) fn append(connection: &Connection, entry: &AuditEntry) -> Result<(), Failure> {
    let before = head(connection)?.unwrap_or(AuditHead::before(CHAIN));
    let (sequence, body) = (before.place.next().sequence, audit_body(entry));
    let hash = before.hash.next(sequence, &body);
    connection
        .prepare_cached("INSERT INTO audit (sequence, body, hash) VALUES (?, ?, ?)")?
        .execute((sequence.cast_signed(), body, &hash.0[..]))?;
    Ok(())
}

pub(crate) fn head(connection: &Connection) -> rusqlite::Result<Option<AuditHead>> {
    let mut statement = connection.prepare_cached(HEAD)?;
    statement
        .query_row((), |row| Ok(AuditHead { place: place(row)?, hash: AuditHash(row.get(1)?) }))
        .optional()
}

pub(crate) fn record(row: &Row<'_>) -> rusqlite::Result<AuditRecord> {
    Ok(AuditRecord { place: place(row)?, body: row.get(1)?, hash: AuditHash(row.get(2)?) })
}

fn place(row: &Row<'_>) -> rusqlite::Result<AuditPlace> {
    let sequence: i64 = row.get(0)?;
    Ok(AuditPlace { chain: CHAIN, sequence: sequence.cast_unsigned() })
}
