//! The register of clients.

mod read;
mod write;

use std::sync::Arc;

use async_trait::async_trait;
use domain::{AuditEntry, CertificateHandle, Client, ClientId, Error};
use store::{ClientConflict, Clients, Presented};
use tokio_postgres::types::{ToSql, Type};

use crate::PostgresStore;
use crate::clients::write::Writing;

#[async_trait]
impl Clients for PostgresStore {
    async fn add_audited(
        &self,
        client: Client,
        entry: Option<AuditEntry>,
    ) -> Result<Result<(), ClientConflict>, Error> {
        self.write_client(&client, Writing::New, entry.as_ref()).await
    }

    async fn change_audited(
        &self,
        client: Client,
        entry: Option<AuditEntry>,
    ) -> Result<Result<(), ClientConflict>, Error> {
        self.write_client(&client, Writing::InPlace, entry.as_ref()).await
    }

    async fn client(&self, id: ClientId) -> Result<Option<Client>, Error> {
        let found = self.read_clients("id = $1", &[(&id.as_str(), Type::TEXT)]).await?;
        Ok(found.into_iter().next())
    }

    async fn by_certificate(&self, certificate: Presented) -> Result<Option<Client>, Error> {
        let fingerprint = &certificate.fingerprint.0[..];
        let parameters: [(&(dyn ToSql + Sync), Type); 3] = [
            (&fingerprint, Type::BYTEA),
            (&&*certificate.subject, Type::TEXT),
            (&&*certificate.issuer, Type::TEXT),
        ];
        let found = self.read_clients(read::OWNER, &parameters).await?;
        Ok(found.into_iter().next())
    }

    async fn kept_certificates(
        &self,
        handle: CertificateHandle,
        limit: u32,
    ) -> Result<Vec<Arc<[u8]>>, Error> {
        let (handle, limit) = (&handle.0[..], i64::from(limit));
        let found = self.database.repeat_always("certificates that are kept", || async {
            let parameters: [(&(dyn ToSql + Sync), Type); 2] =
                [(&handle, Type::BYTEA), (&limit, Type::INT8)];
            let connection = self.database.connection().await?;
            let rows = connection.query_typed(read::BY_HANDLE, &parameters).await?;
            rows.iter().map(|row| Ok(row.try_get::<_, &[u8]>(0)?.into())).collect()
        });
        Ok(found.await?)
    }

    async fn list(&self, after: Option<ClientId>, limit: u32) -> Result<Vec<Client>, Error> {
        let after = after.as_ref().map_or("", ClientId::as_str);
        let parameters: [(&(dyn ToSql + Sync), Type); 2] =
            [(&after, Type::TEXT), (&i64::from(limit), Type::INT8)];
        self.read_clients("id > $1 ORDER BY id LIMIT $2", &parameters).await
    }

    async fn version(&self) -> Result<u64, Error> {
        let version = self.database.repeat_always("version of the clients", || async {
            let connection = self.database.connection().await?;
            let sql = "SELECT version FROM client_version";
            let version: i64 = connection.query_typed_one(sql, &[]).await?.try_get(0)?;
            Ok(version.cast_unsigned())
        });
        Ok(version.await?)
    }
}

impl PostgresStore {
    /// The clients for which `condition` holds: one statement, so that all parts of a record are of one moment.
    async fn read_clients(
        &self,
        condition: &str,
        parameters: &[(&(dyn ToSql + Sync), Type)],
    ) -> Result<Vec<Client>, Error> {
        let sql = format!("{} WHERE {condition}", read::SELECT);
        let found = self.database.repeat_always("read clients", || async {
            let connection = self.database.connection().await?;
            let rows = connection.query_typed(&sql, parameters).await?;
            rows.iter().map(read::client).collect()
        });
        Ok(found.await?)
    }

    async fn write_client(
        &self,
        client: &Client,
        writing: Writing,
        entry: Option<&AuditEntry>,
    ) -> Result<Result<(), ClientConflict>, Error> {
        let written = self.database.repeat("write a client", || async {
            write::client(&mut self.database.connection().await?, client, writing, entry).await
        });
        Ok(written.await?)
    }
}
