//! What most tests have in common: a caller, a service that trusts the caller's authority, and a moment.

use jiff::{SignedDuration, Timestamp};
use wss::saml::Issuers;
use wss::sign::{Outgoing, SigningKey};
use wss::{Certificate, Context, Freshness, Policy, Refusal, Trust, Verified, verify};

use crate::pki::{AUTHORITY, CALLER, Wish, authority, signing};

/// The moment at which all happens.
pub(crate) const NOW: &str = "2026-11-25T08:00:00Z";
/// What the caller says.
pub(crate) const CONTENT: &str = "<p:Hello xmlns:p=\"urn:example\">a &lt; b</p:Hello>";

pub(crate) fn now() -> Timestamp {
    NOW.parse().expect("is a moment")
}

/// A message made now, valid for five minutes.
pub(crate) fn outgoing(content: &str) -> Outgoing<'_> {
    Outgoing::new(content, now(), now() + SignedDuration::from_mins(5))
}

/// The caller's certificate, issued by the authority.
pub(crate) fn caller() -> Certificate {
    Wish::default().issued(&CALLER, &authority(), &AUTHORITY)
}

/// The caller's key with it.
pub(crate) fn caller_key() -> SigningKey {
    signing(&CALLER, caller())
}

/// Trusts the authority.
pub(crate) fn trust() -> Trust {
    let mut trust = Trust::new();
    trust.add_authority(authority().self_signed(&AUTHORITY)).expect("is an authority");
    trust
}

/// The service as it sees a message.
pub(crate) struct Service {
    pub(crate) policy: Policy,
    pub(crate) trust: Trust,
    pub(crate) issuers: Issuers,
    pub(crate) now: Timestamp,
}

impl Service {
    /// One that trusts the authority.
    pub(crate) fn new(policy: Policy) -> Self {
        Self { policy, trust: trust(), issuers: Issuers::default(), now: now() }
    }

    pub(crate) fn verify(&self, message: &str) -> Result<Verified, Refusal> {
        self.verify_with(message, &[])
    }

    /// The same for who keeps these certificates.
    pub(crate) fn verify_with(
        &self,
        message: &str,
        kept: &[Certificate],
    ) -> Result<Verified, Refusal> {
        let context = Context {
            policy: self.policy,
            trust: &self.trust,
            issuers: &self.issuers,
            kept,
            freshness: Freshness::default(),
            actor: None,
            now: self.now,
        };
        verify(message, &context)
    }
}
