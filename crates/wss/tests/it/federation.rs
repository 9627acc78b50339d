//! A token service, and the assertions that it issues.

use jiff::SignedDuration;
use wss::saml::{AssertionDraft, Attribute, IssuerKey, Issuers, NameIdentifier, issue, unsigned};
use wss::sign::{KeyReference, Outgoing, SigningKey};
use wss::{Certificate, Policy};

use crate::pki::{SERVICE, Wish, signing};
use crate::scene::{CONTENT, Service, caller, caller_key, now, outgoing};

/// The name of the token service.
pub(crate) const ISSUER: &str = "urn:example:sts";
/// The name of the service that its assertions are for.
pub(crate) const AUDIENCE: &str = "urn:example:service";
/// The id of the assertion.
pub(crate) const ID: &str = "_1";

pub(crate) fn issuer_certificate() -> Certificate {
    Wish { subject: "Token service", serial: 3, ..Wish::default() }.self_signed(&SERVICE)
}

/// The key of the token service.
pub(crate) fn issuer_key() -> SigningKey {
    signing(&SERVICE, issuer_certificate())
}

/// Trusts the token service.
pub(crate) fn issuers() -> Issuers {
    Issuers {
        name: ISSUER.to_owned(),
        keys: vec![IssuerKey::new(issuer_certificate())],
        audiences: vec!["urn:example:other".to_owned(), AUDIENCE.to_owned()],
    }
}

/// A service that takes assertions.
pub(crate) fn service(policy: Policy) -> Service {
    Service { issuers: issuers(), ..Service::new(policy) }
}

/// What an assertion says.
pub(crate) struct Said {
    pub(crate) subject: NameIdentifier,
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) holder: Option<Certificate>,
    pub(crate) audiences: Vec<&'static str>,
    pub(crate) issuer: &'static str,
    /// Seconds from now.
    pub(crate) from: i64,
    /// Seconds from now.
    pub(crate) until: i64,
}

impl Default for Said {
    fn default() -> Self {
        Self {
            subject: NameIdentifier {
                format: Some("urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified".to_owned()),
                qualifier: None,
                value: "Caller & Co".to_owned(),
            },
            attributes: vec![Attribute {
                name: "urn:be:smals:expeditor:number".to_owned(),
                namespace: "urn:example:attributes".to_owned(),
                values: vec!["123456".to_owned()],
            }],
            holder: Some(caller()),
            audiences: vec![AUDIENCE],
            issuer: ISSUER,
            from: 0,
            until: 1800,
        }
    }
}

impl Said {
    /// Somebody whom the sender vouches for.
    pub(crate) fn vouched() -> Self {
        Self { holder: None, ..Self::default() }
    }

    fn draft<T>(&self, then: impl FnOnce(&AssertionDraft<'_>) -> T) -> T {
        then(&AssertionDraft {
            id: ID,
            issuer: self.issuer,
            issued_at: now(),
            not_before: now() + SignedDuration::from_secs(self.from),
            not_on_or_after: now() + SignedDuration::from_secs(self.until),
            audiences: &self.audiences,
            subject: &self.subject,
            holder: self.holder.as_ref(),
            attributes: &self.attributes,
        })
    }

    pub(crate) fn issued(&self, by: &SigningKey) -> String {
        self.draft(|draft| issue(draft, by).expect("signs"))
    }

    pub(crate) fn unsigned(&self) -> String {
        self.draft(unsigned)
    }
}

/// A message of who holds the key that the assertion names.
pub(crate) fn held(assertion: &str, key: &SigningKey) -> String {
    let reference = KeyReference::Assertion { id: ID, xml: assertion };
    Outgoing { reference, ..outgoing(CONTENT) }.sign(key).expect("signs").0
}

/// A message of who vouches for the subject of the assertion.
pub(crate) fn vouching(assertion: &str, key: &SigningKey) -> String {
    let vouched = Some((ID, assertion));
    Outgoing { vouched, ..outgoing(CONTENT) }.sign(key).expect("signs").0
}

/// A valid message with a holder-of-key assertion.
pub(crate) fn valid() -> String {
    held(&Said::default().issued(&issuer_key()), &caller_key())
}
