//! What messages call a certificate by, as digests: keys under which certificates can be kept, so that one that a message
//! only refers to is found in a step. Two certificates can share one; what a reference means exactly is told when it is held
//! against the certificate.

use crate::Certificate;
use crate::algorithm::sha256;

/// All handles of a certificate.
pub(crate) fn of(certificate: &Certificate) -> Vec<[u8; 32]> {
    vec![
        thumbprint(certificate.sha1()),
        issuer_serial(&certificate.issuer().essence(), without_zeros(certificate.serial())),
        subject_key_identifier(certificate.key_identifier()),
    ]
}

/// By its SHA-1 digest.
pub(crate) fn thumbprint(digest: &[u8]) -> [u8; 32] {
    sha256(&[b"thumbprint ", digest])
}

/// By the essence of its issuer's name, and its serial number without leading zeros.
pub(crate) fn issuer_serial(issuer: &str, serial: &[u8]) -> [u8; 32] {
    sha256(&[b"issuer ", issuer.as_bytes(), b" serial ", serial])
}

/// By its subject key identifier.
pub(crate) fn subject_key_identifier(identifier: &[u8]) -> [u8; 32] {
    sha256(&[b"subject key identifier ", identifier])
}

pub(crate) fn without_zeros(bytes: &[u8]) -> &[u8] {
    &bytes[bytes.iter().take_while(|byte| **byte == 0).count()..]
}
