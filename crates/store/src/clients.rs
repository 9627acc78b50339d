use std::sync::Arc;

use async_trait::async_trait;
use domain::{
    AuditEntry, CertificateHandle, CertificateRule, Client, ClientId, Error, Fingerprint,
};
use thiserror::Error as ThisError;

/// Keeps the register of clients: who may call.
#[async_trait]
pub trait Clients: Send + Sync {
    /// Adds a client on nobody's order: see [`Clients::add_audited`].
    async fn add(&self, client: Client) -> Result<Result<(), ClientConflict>, Error> {
        self.add_audited(client, None).await
    }

    /// Adds a client; refused when the id or one of its certificates is taken. `entry` is appended to the audit in the
    /// same transaction, unless it is refused.
    async fn add_audited(
        &self,
        client: Client,
        entry: Option<AuditEntry>,
    ) -> Result<Result<(), ClientConflict>, Error>;

    /// Changes a client on nobody's order: see [`Clients::change_audited`].
    async fn change(&self, client: Client) -> Result<Result<(), ClientConflict>, Error> {
        self.change_audited(client, None).await
    }

    /// Puts `client` in the place of the one that has its id. `entry` is appended to the audit in the same transaction,
    /// unless it is refused.
    async fn change_audited(
        &self,
        client: Client,
        entry: Option<AuditEntry>,
    ) -> Result<Result<(), ClientConflict>, Error>;

    /// A client, revoked or not.
    async fn client(&self, id: ClientId) -> Result<Option<Client>, Error>;

    /// The client that a certificate belongs to, revoked or not. A rule for this one certificate comes before one for
    /// its issuer and subject.
    async fn by_certificate(&self, certificate: Presented) -> Result<Option<Client>, Error>;

    /// The certificates that are kept of clients, revoked or not, under this handle, in DER; at most `limit`.
    async fn kept_certificates(
        &self,
        handle: CertificateHandle,
        limit: u32,
    ) -> Result<Vec<Arc<[u8]>>, Error>;

    /// Clients in the order of their ids, beginning after `after`; at most `limit`.
    async fn list(&self, after: Option<ClientId>, limit: u32) -> Result<Vec<Client>, Error>;

    /// A number that every change of the register raises, whichever node makes it.
    async fn version(&self) -> Result<u64, Error>;
}

/// A certificate that was checked and is now to be matched with a client.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Presented {
    /// The SHA-256 of its DER form.
    pub fingerprint: Fingerprint,
    /// The name of its issuer, as RFC 4514 writes it.
    pub issuer: Box<str>,
    /// The name of its subject, as RFC 4514 writes it.
    pub subject: Box<str>,
}

/// Why a client is not written.
#[derive(Clone, Debug, PartialEq, Eq, ThisError)]
pub enum ClientConflict {
    /// The id is taken.
    #[error("there is a client {0} already; change it, or choose another id")]
    Exists(ClientId),
    /// No client has the id.
    #[error("there is no client {0}")]
    Unknown(ClientId),
    /// A certificate leads to one client only.
    #[error("the certificate {rule} belongs to client {by}")]
    CertificateTaken {
        /// Which.
        rule: CertificateRule,
        /// Whose it is.
        by: ClientId,
    },
}
