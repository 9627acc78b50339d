//! The audit: one row a record, chained by hashes.

use async_trait::async_trait;
use domain::{AuditEntry, Error};
use rusqlite::{Connection, OptionalExtension, Row, Statement};
use store::{Audit, AuditHash, AuditHead, AuditPlace, AuditRecord, audit_body};

use crate::SqliteStore;
use crate::failure::Failure;
use crate::job::Job;

/// One thread writes, so one chain is enough.
const CHAIN: u32 = 1;

/// The statements that read the audit; one step in its key each.
pub(crate) const HEAD: &str = "SELECT sequence, hash FROM audit ORDER BY sequence DESC LIMIT 1";
pub(crate) const RECORDS: &str =
    "SELECT sequence, body, hash FROM audit WHERE sequence > ? ORDER BY sequence LIMIT ?";

#[async_trait]
impl Audit for SqliteStore {
    async fn append(&self, entry: AuditEntry) -> Result<(), Error> {
        self.write(|reply| Job::Audit { entry: Box::new(entry), reply }).await
    }

    async fn records(&self, after: AuditPlace, limit: u32) -> Result<Vec<AuditRecord>, Error> {
        if after.chain != CHAIN {
            return Ok(Vec::new());
        }
        self.look_back(move |connection| {
            let mut statement = connection.prepare_cached(RECORDS)?;
            let records = statement.query_map((after.sequence.cast_signed(), limit), record)?;
            Ok(records.collect::<rusqlite::Result<_>>()?)
        })
        .await
    }

    async fn heads(&self) -> Result<Vec<AuditHead>, Error> {
        self.look_back(|connection| Ok(head(connection)?.into_iter().collect())).await
    }
}

/// Appends a record, inside the transaction of what it tells.
pub(crate) fn append(connection: &Connection, entry: &AuditEntry) -> Result<(), Failure> {
    Appending::prepare(connection)?.append(&audit_body(entry))
}

/// Appends records in one transaction after the other.
pub(crate) struct Appending<'c> {
    read_head: Statement<'c>,
    insert: Statement<'c>,
    /// The newest record, as long as the transaction lasts that it was read in: between two, another process may write.
    head: Option<AuditHead>,
}

impl<'c> Appending<'c> {
    pub(crate) fn prepare(connection: &'c Connection) -> rusqlite::Result<Self> {
        let insert = "INSERT INTO audit (sequence, body, hash) VALUES (?, ?, ?)";
        let (read_head, insert) = (connection.prepare(HEAD)?, connection.prepare(insert)?);
        Ok(Self { read_head, insert, head: None })
    }

    pub(crate) fn append(&mut self, body: &str) -> Result<(), Failure> {
        let before = match self.head {
            Some(head) => head,
            None => newest(&mut self.read_head)?.unwrap_or(AuditHead::before(CHAIN)),
        };
        let place = before.place.next();
        let hash = before.hash.next(place.sequence, body);
        self.insert.execute((place.sequence.cast_signed(), body, &hash.0[..]))?;
        self.head = Some(AuditHead { place, hash });
        Ok(())
    }

    /// To be called when the transaction ends, and before anything else appends in it.
    pub(crate) fn forget_head(&mut self) {
        self.head = None;
    }
}

pub(crate) fn head(connection: &Connection) -> rusqlite::Result<Option<AuditHead>> {
    newest(&mut *connection.prepare_cached(HEAD)?)
}

fn newest(head: &mut Statement<'_>) -> rusqlite::Result<Option<AuditHead>> {
    head.query_row((), |row| Ok(AuditHead { place: place(row)?, hash: AuditHash(row.get(1)?) }))
        .optional()
}

pub(crate) fn record(row: &Row<'_>) -> rusqlite::Result<AuditRecord> {
    Ok(AuditRecord { place: place(row)?, body: row.get(1)?, hash: AuditHash(row.get(2)?) })
}

fn place(row: &Row<'_>) -> rusqlite::Result<AuditPlace> {
    let sequence: i64 = row.get(0)?;
    Ok(AuditPlace { chain: CHAIN, sequence: sequence.cast_unsigned() })
}
