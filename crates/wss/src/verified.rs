use std::fmt;
use std::ops::Range;

use jiff::Timestamp;

use crate::saml::Assertion;
use crate::timestamp::MessageTime;
use crate::{Certificate, PublicKey, Refusal, SignatureAlgorithm};

/// What a verified message holds: only what was signed, and who signed it.
pub struct Verified {
    pub(crate) envelope: String,
    pub(crate) body: Range<usize>,
    /// Who signed it.
    pub signer: Signer,
    /// When it was made, and until when it is taken.
    pub time: MessageTime,
    /// What to keep, to refuse the same message later.
    pub replay: Replay,
    /// How it was signed.
    pub algorithm: SignatureAlgorithm,
    /// The signature's value, which an answer can confirm.
    pub signature_value: Vec<u8>,
    /// The header blocks beside the security header.
    pub headers: Vec<HeaderBlock>,
    /// Why no chain leads from the signer's certificate to a trusted authority. Refuse with it, unless this very
    /// certificate is known. Only with [`Trust::leave_unchained`](crate::Trust::leave_unchained).
    pub unchained: Option<Refusal>,
}

/// The signer of a message.
#[derive(Clone, Debug)]
pub enum Signer {
    /// The holder of a trusted certificate.
    Certificate(Certificate),
    /// The holder of the key that an assertion of a trusted issuer names.
    HolderOfKey {
        /// The assertion.
        assertion: Assertion,
        /// The key.
        key: PublicKey,
        /// The key's certificate, if the assertion has it.
        certificate: Option<Certificate>,
    },
    /// Somebody who vouches for another. Whether they may, is to be asked: [`Vouched::accept`].
    SenderVouches(Vouched),
}

/// An assertion that the signer of a message vouches for.
#[derive(Clone, Debug)]
pub struct Vouched {
    intermediary: Option<Certificate>,
    assertion: Assertion,
}

impl Vouched {
    pub(crate) fn new(intermediary: Option<Certificate>, assertion: Assertion) -> Self {
        Self { intermediary, assertion }
    }

    /// The assertion and the certificate of who vouches for it, if `is_intermediary` says that they may.
    pub fn accept(
        self,
        is_intermediary: impl FnOnce(&Certificate) -> bool,
    ) -> Result<(Certificate, Assertion), Refusal> {
        match self.intermediary {
            Some(certificate) if is_intermediary(&certificate) => Ok((certificate, self.assertion)),
            Some(certificate) => {
                Err(Refusal::UntrustedIntermediary { fingerprint: certificate.fingerprint() })
            }
            None => Err(Refusal::UntrustedIntermediary { fingerprint: "none".to_owned() }),
        }
    }

    /// The certificate of who vouches, to look up who that is.
    pub fn intermediary(&self) -> Option<&Certificate> {
        self.intermediary.as_ref()
    }
}

/// What tells a message from every other, and until when it must be kept.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Replay {
    /// A digest of the signer's key and of what was signed. Not of the signature's value, which others can change for an
    /// elliptic curve's key without making it invalid.
    pub key: [u8; 32],
    /// After this moment the message is refused as too old anyway.
    pub until: Timestamp,
}

/// A header block beside the security header.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HeaderBlock {
    /// Its namespace; empty without one.
    pub namespace: String,
    /// Its local name.
    pub name: String,
    /// It is addressed to us, and must be understood (SOAP 1.1, 4.2.3).
    pub must_understand: bool,
    /// The signature covers it.
    pub signed: bool,
}

impl Verified {
    pub(crate) const BEFORE_BODY: &str =
        "<S:Envelope xmlns:S=\"http://schemas.xmlsoap.org/soap/envelope/\">";
    pub(crate) const AFTER_BODY: &str = "</S:Envelope>";

    /// A SOAP message with the signed Body alone, in canonical form, on the line where it stood. To be read in place of
    /// what was received.
    ///
    /// A prefix that only stands in values, as in `xsi:type`, is declared in it where the signature covers its
    /// declaration: on the Body or below in an element that uses it, or named in the `PrefixList`.
    pub fn message(&self) -> &str {
        &self.envelope
    }

    /// The Body in canonical form, as it was signed.
    pub fn body(&self) -> &str {
        &self.envelope[self.body.clone()]
    }
}

/// Without the message, which can hold persons' numbers.
impl fmt::Debug for Verified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verified")
            .field("body", &self.body.len())
            .field("signer", &self.signer)
            .field("time", &self.time)
            .field("headers", &self.headers)
            .finish_non_exhaustive()
    }
}
