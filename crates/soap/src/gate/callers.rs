use std::sync::Arc;

use async_trait::async_trait;
use domain::{Caller, Error};
use jiff::Timestamp;
use wss::saml::{Assertion, Issuers};
use wss::sign::SigningKey;
use wss::{Certificate, Refusal, Trust};

/// Who is known here. The gate asks it for every message that is signed.
#[async_trait]
pub trait Callers: Send + Sync {
    /// The authorities and revocation lists of this moment. It leaves it to [`Callers::caller`] whether to take a
    /// certificate without a chain.
    async fn trust(&self) -> Result<Arc<Trust>, Error>;

    /// The name and the keys of the token service; the audiences do not matter.
    async fn issuers(&self) -> Result<Arc<Issuers>, Error>;

    /// The key that the token service signs with at this moment.
    async fn signing_key(&self) -> Result<Arc<SigningKey>, Error>;

    /// The certificates that are kept under a [handle](wss::Certificate::handles), for messages that refer to theirs and do
    /// not carry it; a few at most, the most likely one first. That one is kept lets nobody in.
    async fn kept(&self, handle: &[u8; 32]) -> Result<Vec<Certificate>, Error>;

    /// The caller who has proved this of itself.
    async fn caller(&self, proof: Proof<'_>) -> Result<Result<Caller, Denial>, Error>;

    /// Is this the first message with this key? It is remembered until the moment, by all nodes.
    async fn is_first(&self, key: &[u8; 32], until: Timestamp) -> Result<bool, Error>;
}

/// A certificate that a caller has shown when the connection was made, and proved to have the key of.
#[derive(Clone, Copy, Debug)]
pub struct Shown<'a> {
    /// The certificate.
    pub certificate: &'a Certificate,
    /// What was sent along with it, between it and its authority.
    pub path: &'a [Certificate],
}

/// What a caller has proved by its signature.
#[derive(Clone, Copy, Debug)]
pub struct Proof<'a> {
    /// The certificate of the key that signed.
    pub certificate: &'a Certificate,
    /// Why no chain leads from it to a trusted authority. Such a certificate must be registered itself.
    pub unchained: Option<&'a Refusal>,
    /// What was said beside.
    pub said: Said<'a>,
}

/// What the signer says of whom it calls for.
#[derive(Clone, Copy, Debug)]
pub enum Said<'a> {
    /// Nothing.
    Nothing,
    /// It wants a token for this sender: the value of its claim.
    Claimed(&'a str),
    /// What an assertion of our token service says.
    Issued(&'a Assertion),
    /// What it vouches for itself.
    Vouched(&'a Assertion),
}

/// Why somebody who signed well is not let in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Denial {
    /// The certificate is not registered itself, and no chain of trust leads to it.
    Unchained(Refusal),
    /// Nobody here has this certificate, or it is revoked. The text is for the log, and says how to mend it.
    Unknown(String),
    /// The caller is known, and may not do this. The text is for the log, and says how to mend it.
    NotAllowed(String),
}

/// The attribute in which an assertion names the sender, and the claim that asks for it.
pub const SENDER: &str = "urn:be:smals:expeditor:number";
/// The namespace of the attribute.
pub const SENDER_NAMESPACE: &str = "urn:be:smals:expeditor";
