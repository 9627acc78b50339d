//! The register of clients.

mod read;
mod write;

use std::sync::Arc;

use async_trait::async_trait;
use domain::{AuditEntry, CertificateHandle, Client, ClientId, Error};
use rusqlite::Connection;
use store::{ClientConflict, Clients, Presented};

use crate::failure::Failure;
use crate::{SqliteStore, audit};

#[cfg(test)]
pub(crate) use read::{BY_FINGERPRINT, BY_HANDLE, BY_ID, BY_SUBJECT, LIST};

#[async_trait]
impl Clients for SqliteStore {
    async fn add_audited(
        &self,
        client: Client,
        entry: Option<AuditEntry>,
    ) -> Result<Result<(), ClientConflict>, Error> {
        let write = move |connection: &Connection| {
            audited(connection, write::add(connection, &client)?, entry.as_ref())
        };
        self.transact(1, write).await
    }

    async fn change_audited(
        &self,
        client: Client,
        entry: Option<AuditEntry>,
    ) -> Result<Result<(), ClientConflict>, Error> {
        let write = move |connection: &Connection| {
            audited(connection, write::change(connection, &client)?, entry.as_ref())
        };
        self.transact(1, write).await
    }

    async fn client(&self, id: ClientId) -> Result<Option<Client>, Error> {
        self.look_up(move |connection| read::client(connection, id.as_str())).await
    }

    async fn by_certificate(&self, certificate: Presented) -> Result<Option<Client>, Error> {
        self.look_up(move |connection| read::by_certificate(connection, &certificate)).await
    }

    async fn kept_certificates(
        &self,
        handle: CertificateHandle,
        limit: u32,
    ) -> Result<Vec<Arc<[u8]>>, Error> {
        self.look_up(move |connection| read::kept_certificates(connection, handle, limit)).await
    }

    async fn list(&self, after: Option<ClientId>, limit: u32) -> Result<Vec<Client>, Error> {
        self.look_up(move |connection| read::list(connection, after.as_ref(), limit)).await
    }

    async fn version(&self) -> Result<u64, Error> {
        self.look_up(read::version).await
    }
}

/// Writes down what was done, unless it was refused.
fn audited(
    connection: &Connection,
    written: Result<(), ClientConflict>,
    entry: Option<&AuditEntry>,
) -> Result<Result<(), ClientConflict>, Failure> {
    if let (Ok(()), Some(entry)) = (&written, entry) {
        audit::append(connection, entry)?;
    }
    Ok(written)
}
