use jiff::Timestamp;

use crate::{Certificate, PublicKey};

/// Whose assertions are taken, and what they must say.
#[derive(Clone, Default, Debug)]
pub struct Issuers {
    /// The name of the token service, as `Issuer` of its assertions.
    pub name: String,
    /// Its keys. While a key is changed, the old and the new one are both taken.
    pub keys: Vec<IssuerKey>,
    /// The names of this service: an assertion that is restricted to audiences must name one of them.
    pub audiences: Vec<String>,
}

/// A key of the token service, and when its signatures are taken.
#[derive(Clone, Debug)]
pub struct IssuerKey {
    /// The key's certificate.
    pub certificate: Certificate,
    /// Not before this moment.
    pub from: Option<Timestamp>,
    /// Not after this moment: when it was replaced, plus the longest validity of an assertion.
    pub until: Option<Timestamp>,
}

impl IssuerKey {
    /// A key for as long as its certificate is valid.
    pub fn new(certificate: Certificate) -> Self {
        Self { certificate, from: None, until: None }
    }

    fn is_current(&self, now: Timestamp) -> bool {
        let (from, until) = (self.from, self.until);
        from.is_none_or(|from| from <= now)
            && until.is_none_or(|until| now <= until)
            && self.certificate.check_validity(now, "issuer's").is_ok()
    }
}

impl Issuers {
    pub(crate) fn current(&self, now: Timestamp) -> impl Iterator<Item = &PublicKey> {
        self.keys.iter().filter(move |key| key.is_current(now)).map(|key| key.certificate.key())
    }
}
