use std::sync::Arc;

use async_trait::async_trait;
use domain::{Caller, Error};
use jiff::Timestamp;
use wss::saml::{Assertion, Issuers};
use wss::{Certificate, Trust};

/// Who is known here. The gate asks it for every message that is signed.
#[async_trait]
pub trait Callers: Send + Sync {
    /// The authorities that are trusted at this moment, and the certificates that are registered.
    async fn trust(&self) -> Result<Arc<Trust>, Error>;

    /// The keys of the token service, and the names of this service in its assertions.
    async fn issuers(&self) -> Result<Arc<Issuers>, Error>;

    /// The caller who has proved this of itself.
    async fn caller(&self, proof: Proof<'_>) -> Result<Result<Caller, Denial>, Error>;

    /// Is this the first message with this key? It is remembered until the moment, by all nodes.
    async fn is_first(&self, key: &[u8; 32], until: Timestamp) -> Result<bool, Error>;
}

/// What a caller has proved by its signature.
#[derive(Clone, Copy, Debug)]
pub enum Proof<'a> {
    /// That it holds the key of a trusted certificate.
    Certificate(&'a Certificate),
    /// That it holds the key of which an assertion of our token service speaks.
    HolderOfKey {
        /// The key's certificate.
        certificate: &'a Certificate,
        /// The assertion.
        assertion: &'a Assertion,
    },
    /// That it holds the key of a trusted certificate, and vouches for somebody.
    Vouched {
        /// The certificate of who vouches.
        intermediary: &'a Certificate,
        /// What is vouched for.
        assertion: &'a Assertion,
    },
}

/// Why somebody who signed well is not let in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Denial {
    /// Nobody here has this certificate, or it is revoked. The text is for the log, and says how to mend it.
    Unknown(String),
    /// The caller is known, and may not do this. The text is for the log, and says how to mend it.
    NotAllowed(String),
}
