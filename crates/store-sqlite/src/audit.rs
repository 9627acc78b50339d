//! The audit: one row a record, chained by hashes.

use async_trait::async_trait;
use domain::{AuditEntry, Error};
use rusqlite::{Connection, OptionalExtension, Row};
use store::{Audit, AuditHash, AuditHead, AuditRecord, audit_body};

use crate::SqliteStore;
use crate::failure::Failure;

/// The statements that read the audit; one step in its key each.
pub(crate) const HEAD: &str = "SELECT sequence, hash FROM audit ORDER BY sequence DESC LIMIT 1";
pub(crate) const RECORDS: &str =
    "SELECT sequence, body, hash FROM audit WHERE sequence > ? ORDER BY sequence LIMIT ?";

#[async_trait]
impl Audit for SqliteStore {
    async fn append(&self, entry: AuditEntry) -> Result<(), Error> {
        self.transact(1, move |connection| append(connection, &entry)).await
    }

    async fn records(&self, after: u64, limit: u32) -> Result<Vec<AuditRecord>, Error> {
        self.look_up(move |connection| {
            let mut statement = connection.prepare_cached(RECORDS)?;
            let records = statement.query_map((after.cast_signed(), limit), record)?;
            Ok(records.collect::<rusqlite::Result<_>>()?)
        })
        .await
    }

    async fn head(&self) -> Result<Option<AuditHead>, Error> {
        self.look_up(|connection| Ok(head(connection)?)).await
    }
}

/// Appends a record, inside the transaction of what it tells. The record before is read anew each time: another process
/// may have written it.
pub(crate) fn append(connection: &Connection, entry: &AuditEntry) -> Result<(), Failure> {
    let beginning = AuditHead { sequence: 0, hash: AuditHash::BEGINNING };
    let before = head(connection)?.unwrap_or(beginning);
    let (sequence, body) = (before.sequence + 1, audit_body(entry));
    let hash = before.hash.next(sequence, &body);
    connection
        .prepare_cached("INSERT INTO audit (sequence, body, hash) VALUES (?, ?, ?)")?
        .execute((sequence.cast_signed(), body, &hash.0[..]))?;
    Ok(())
}

fn head(connection: &Connection) -> rusqlite::Result<Option<AuditHead>> {
    let mut statement = connection.prepare_cached(HEAD)?;
    statement
        .query_row((), |row| {
            let sequence: i64 = row.get(0)?;
            Ok(AuditHead { sequence: sequence.cast_unsigned(), hash: AuditHash(row.get(1)?) })
        })
        .optional()
}

fn record(row: &Row<'_>) -> rusqlite::Result<AuditRecord> {
    let sequence: i64 = row.get(0)?;
    Ok(AuditRecord {
        sequence: sequence.cast_unsigned(),
        body: row.get(1)?,
        hash: AuditHash(row.get(2)?),
    })
}
