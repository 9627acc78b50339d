use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;

use crate::register::Period;
use crate::{ClientId, EnterpriseNumber, Profile};

/// Who may call: a record of the register of clients.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    /// Its id.
    pub id: ClientId,
    /// What people call it.
    pub name: String,
    /// The enterprise that it is.
    pub company: Option<EnterpriseNumber>,
    /// What answers show as `SenderUserType`.
    pub user_type: Arc<str>,
    /// What it may do.
    pub role: Role,
    /// The certificates by which it is known.
    pub certificates: Vec<CertificateRule>,
    /// Certificates that are kept whole, for messages that refer to them and do not carry them. They let nobody in.
    pub kept: Vec<KeptCertificate>,
    /// The public keys that check its tokens.
    pub keys: Vec<TokenKey>,
    /// The scopes that it may ask tokens for.
    pub scopes: Vec<Arc<str>>,
    /// When it was added.
    pub added: Timestamp,
    /// Since when it is refused.
    pub revoked: Option<Timestamp>,
}

/// What a client may do (`docs/permissions.md` has the table).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Role {
    /// An enterprise that registers for itself, and for others on works where it is builder or contractor.
    Employer,
    /// A software house or social secretariat that acts for employers.
    Mandatary(Vec<Mandate>),
    /// One that vouches for each enterprise on whose behalf it calls.
    Intermediary,
    /// An administration that reads what its profile says.
    Consulting(Profile),
    /// An inspection service: it reads everything.
    Inspector,
    /// Who runs the service.
    Administrator,
}

impl Role {
    /// The names of all roles, as commands and stores have them.
    pub const NAMES: [&'static str; 6] =
        ["employer", "mandatary", "intermediary", "consulting", "inspector", "administrator"];

    /// Its name.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Employer => "employer",
            Self::Mandatary(_) => "mandatary",
            Self::Intermediary => "intermediary",
            Self::Consulting(_) => "consulting",
            Self::Inspector => "inspector",
            Self::Administrator => "administrator",
        }
    }

    /// Does the role mean nothing without an enterprise?
    pub fn needs_company(&self) -> bool {
        matches!(self, Self::Employer | Self::Mandatary(_) | Self::Intermediary)
    }
}

/// An employer's mandate: someone acts for it on these days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mandate {
    /// The employer.
    pub employer: EnterpriseNumber,
    /// When.
    pub period: Period,
}

/// How a certificate is known.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CertificateRule {
    /// This one certificate, by the SHA-256 of its DER form.
    Fingerprint(Fingerprint),
    /// Every certificate that this authority issues to this subject; both as RFC 4514 writes them.
    Issued {
        /// The name of the authority.
        issuer: Box<str>,
        /// The name of the subject.
        subject: Box<str>,
    },
}

impl fmt::Display for CertificateRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fingerprint(fingerprint) => write!(f, "SHA-256 {fingerprint}"),
            Self::Issued { issuer, subject } => write!(f, "{subject}, issued by {issuer}"),
        }
    }
}

/// The SHA-256 of a certificate's DER form.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint(pub [u8; 32]);

impl Fingerprint {
    /// Reads 64 hexadecimal digits; colons and blanks between them do not count.
    pub fn parse(text: &str) -> Option<Self> {
        let digits: Vec<u8> = text
            .bytes()
            .filter(|byte| !matches!(byte, b':' | b' '))
            .map(|byte| char::from(byte).to_digit(16).and_then(|digit| digit.try_into().ok()))
            .collect::<Option<_>>()?;
        let bytes = digits.as_chunks::<2>();
        let whole: Vec<u8> = bytes.0.iter().map(|[high, low]| high << 4 | low).collect();
        let fingerprint = whole.try_into().ok()?;
        bytes.1.is_empty().then_some(Self(fingerprint))
    }
}

impl fmt::Display for Fingerprint {
    /// 64 hexadecimal digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A certificate that is kept whole, so that a message may refer to it instead of carrying it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptCertificate {
    der: Arc<[u8]>,
    handles: Vec<CertificateHandle>,
}

impl KeptCertificate {
    /// A certificate in its DER form, and all that a message may call it by.
    pub fn new(der: Arc<[u8]>, mut handles: Vec<CertificateHandle>) -> Self {
        handles.sort_unstable();
        handles.dedup();
        Self { der, handles }
    }

    /// Its DER form.
    pub fn der(&self) -> &Arc<[u8]> {
        &self.der
    }

    /// What a message may call it by, each once, in ascending order.
    pub fn handles(&self) -> &[CertificateHandle] {
        &self.handles
    }
}

/// What a message may call a certificate by, such as its issuer and serial number, as a digest of whoever reads
/// certificates. Several certificates can have one in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CertificateHandle(pub [u8; 32]);

/// A public key that checks a client's tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenKey {
    /// The name by which a token asks for it (`kid`).
    pub id: Option<Arc<str>>,
    /// The key: `SubjectPublicKeyInfo` in PEM, or one JWK in JSON.
    pub text: Arc<str>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn handles_of_a_kept_certificate_stand_once_and_in_order() {
        let handles = [3, 1, 3, 2].map(|byte| CertificateHandle([byte; 32]));
        let kept = KeptCertificate::new(Arc::from(*b"DER"), handles.into());
        assert_eq!(kept.handles(), [1, 2, 3].map(|byte| CertificateHandle([byte; 32])));
    }

    #[test]
    fn fingerprints_are_read_as_tools_write_them() {
        let plain = "00ff".repeat(16);
        let fingerprint = Fingerprint::parse(&plain).expect("64 digits");
        assert_eq!(fingerprint.to_string(), plain);
        let colons = "00:FF:".repeat(16);
        assert_eq!(Fingerprint::parse(colons.trim_end_matches(':')), Some(fingerprint));
        for text in ["", &plain[1..], &format!("{plain}0"), &plain.replace('f', "g")] {
            assert_eq!(Fingerprint::parse(text), None, "{text}");
        }
    }
}
