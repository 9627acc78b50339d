use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use rustls_pki_types::CertificateDer;
use x509_parser::extensions::ParsedExtension;
use x509_parser::prelude::{FromDer as _, X509Certificate};

use crate::algorithm::{DigestAlgorithm, sha256};
use crate::refusal::hexadecimal;
use crate::{DistinguishedName, PublicKey, Refusal, handle};

/// No certificate that is meant honestly is larger, in bytes.
pub(crate) const LARGEST: usize = 16 * 1024;

/// An X.509 certificate, read. Cheap to clone.
///
/// That it could be read says nothing about whether it may be trusted.
#[derive(Clone)]
pub struct Certificate(Arc<Parts>);

struct Parts {
    der: CertificateDer<'static>,
    key: PublicKey,
    subject: DistinguishedName,
    issuer: DistinguishedName,
    serial: Vec<u8>,
    subject_key_identifier: Option<Vec<u8>>,
    /// What takes its place without the extension: the SHA-1 digest of the key's bits (RFC 5280, 4.2.1.2).
    key_sha1: [u8; 20],
    sha1: [u8; 20],
    sha256: [u8; 32],
    not_before: Timestamp,
    not_after: Timestamp,
    may_sign: bool,
}

impl Certificate {
    /// Reads a certificate.
    pub fn from_der(der: &[u8]) -> Result<Self, Refusal> {
        let malformed = |what| Refusal::MalformedCertificate { what };
        if der.len() > LARGEST {
            return Err(Refusal::TooLarge {
                element: "the certificate".to_owned(),
                limit: LARGEST,
            });
        }
        let (rest, parsed) =
            X509Certificate::from_der(der).map_err(|_| malformed("it is not X.509 in DER"))?;
        if !rest.is_empty() {
            return Err(malformed("something stands after it"));
        }
        let time = |seconds| {
            Timestamp::from_second(seconds).map_err(|_| malformed("its validity is out of range"))
        };
        let usage = parsed.key_usage().map_err(|_| malformed("its key usage cannot be read"))?;
        Ok(Self(Arc::new(Parts {
            key: PublicKey::of_certificate(parsed.public_key())?,
            subject: DistinguishedName::of(parsed.subject()),
            issuer: DistinguishedName::of(parsed.issuer()),
            serial: parsed.raw_serial().to_vec(),
            subject_key_identifier: subject_key_identifier(&parsed),
            key_sha1: sha1(&parsed.public_key().subject_public_key.data),
            sha1: sha1(der),
            sha256: sha256(&[der]),
            not_before: time(parsed.validity().not_before.timestamp())?,
            not_after: time(parsed.validity().not_after.timestamp())?,
            may_sign: usage
                .is_none_or(|it| it.value.digital_signature() || it.value.non_repudiation()),
            der: CertificateDer::from(der.to_vec()),
        })))
    }

    /// The certificate itself.
    pub fn der(&self) -> &[u8] {
        &self.0.der
    }

    pub(crate) fn certificate_der(&self) -> &CertificateDer<'static> {
        &self.0.der
    }

    /// The key that it is for.
    pub fn key(&self) -> &PublicKey {
        &self.0.key
    }

    /// Whose it is. Can name a person: keep it out of logs.
    pub fn subject(&self) -> &DistinguishedName {
        &self.0.subject
    }

    /// Who issued it.
    pub fn issuer(&self) -> &DistinguishedName {
        &self.0.issuer
    }

    /// Its serial number, big-endian, as in the certificate.
    pub fn serial(&self) -> &[u8] {
        &self.0.serial
    }

    /// The identifier of its key, if it has that extension.
    pub fn subject_key_identifier(&self) -> Option<&[u8]> {
        self.0.subject_key_identifier.as_deref()
    }

    /// The identifier of its key: that of the extension or, where there is none, what WSS4J makes of the key instead.
    pub(crate) fn key_identifier(&self) -> &[u8] {
        self.subject_key_identifier().unwrap_or(&self.0.key_sha1)
    }

    /// Its SHA-1 digest, by which WS-Security 1.1 refers to it.
    pub fn sha1(&self) -> &[u8; 20] {
        &self.0.sha1
    }

    /// Its SHA-256 digest, which tells it from every other.
    pub fn sha256(&self) -> &[u8; 32] {
        &self.0.sha256
    }

    /// [`Certificate::sha256`] in hexadecimal digits.
    pub fn fingerprint(&self) -> String {
        hexadecimal(&self.0.sha256)
    }

    /// What a message that does not carry it may call it by, as digests: keep it under each of them, and look it up by the one
    /// that [`Refusal::TokenUnavailable`] names. Several certificates can have one in common.
    pub fn handles(&self) -> Vec<[u8; 32]> {
        handle::of(self)
    }

    /// The first moment of its validity.
    pub fn not_before(&self) -> Timestamp {
        self.0.not_before
    }

    /// The last moment of its validity.
    pub fn not_after(&self) -> Timestamp {
        self.0.not_after
    }

    /// Does its key usage, if it has that extension, include signing?
    pub fn may_sign(&self) -> bool {
        self.0.may_sign
    }

    /// Is `now` in its validity? `whose` it is stands in the refusal.
    pub(crate) fn check_validity(
        &self,
        now: Timestamp,
        whose: &'static str,
    ) -> Result<(), Refusal> {
        if now < self.0.not_before {
            return Err(Refusal::CertificateNotYetValid { not_before: self.0.not_before, whose });
        }
        if now > self.0.not_after {
            return Err(Refusal::CertificateExpired { not_after: self.0.not_after, whose });
        }
        Ok(())
    }
}

fn sha1(bytes: &[u8]) -> [u8; 20] {
    let mut digest = [0; 20];
    digest.copy_from_slice(DigestAlgorithm::Sha1.digest(bytes).as_ref());
    digest
}

fn subject_key_identifier(parsed: &X509Certificate<'_>) -> Option<Vec<u8>> {
    parsed.extensions().iter().find_map(|extension| match extension.parsed_extension() {
        ParsedExtension::SubjectKeyIdentifier(identifier) => Some(identifier.0.to_vec()),
        _ => None,
    })
}

impl PartialEq for Certificate {
    fn eq(&self, other: &Self) -> bool {
        self.0.der == other.0.der
    }
}

impl Eq for Certificate {}

/// Without the subject, which can name a person.
impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Certificate({})", self.fingerprint())
    }
}

/// Divides a path (a SEQUENCE of certificates, the signer's last) into its certificates.
pub(crate) fn of_path(der: &[u8]) -> Result<Vec<Certificate>, Refusal> {
    use x509_parser::asn1_rs::{Any, FromDer as _, Tag};

    let malformed = Refusal::MalformedCertificate { what: "it is no path of certificates in DER" };
    let (rest, path) = Any::from_der(der).map_err(|_| malformed.clone())?;
    if !rest.is_empty() || path.tag() != Tag::Sequence {
        return Err(malformed);
    }
    let mut certificates = Vec::new();
    let mut rest = path.data;
    while !rest.is_empty() {
        let (after, _) = Any::from_der(rest).map_err(|_| malformed.clone())?;
        certificates.push(Certificate::from_der(&rest[..rest.len() - after.len()])?);
        rest = after;
        if certificates.len() > MOST {
            return Err(Refusal::MalformedCertificate { what: "its path is too long" });
        }
    }
    Ok(certificates)
}

/// Certificates in a path.
const MOST: usize = 8;
