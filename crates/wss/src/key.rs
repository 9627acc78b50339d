use x509_parser::public_key::PublicKey as Parsed;
use x509_parser::x509::SubjectPublicKeyInfo;

use crate::Refusal;

/// The identifier of the curve P-256.
pub(crate) const P256: &str = "1.2.840.10045.3.1.7";
/// The identifier of the curve P-384.
pub(crate) const P384: &str = "1.3.132.0.34";
/// The size of a point of P-256, not compressed.
const P256_POINT: usize = 65;
/// The size of a point of P-384, not compressed.
const P384_POINT: usize = 97;

/// The public key of a signer.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum PublicKey {
    /// RSA: big-endian, without leading zeros.
    Rsa {
        /// n.
        modulus: Vec<u8>,
        /// e.
        exponent: Vec<u8>,
    },
    /// A point of the curve P-256, not compressed.
    P256(Vec<u8>),
    /// A point of the curve P-384, not compressed.
    P384(Vec<u8>),
}

impl PublicKey {
    pub(crate) fn rsa(modulus: &[u8], exponent: &[u8]) -> Result<Self, Refusal> {
        let modulus = without_zeros(modulus);
        if !(2048 / 8..=8192 / 8).contains(&modulus.len()) {
            return Err(Refusal::UnsupportedKey);
        }
        Ok(Self::Rsa { modulus: modulus.to_vec(), exponent: without_zeros(exponent).to_vec() })
    }

    /// A point of the curve with this object identifier.
    pub(crate) fn curve(curve: &str, point: &[u8]) -> Result<Self, Refusal> {
        match (curve, point.first(), point.len()) {
            (P256, Some(4), P256_POINT) => Ok(Self::P256(point.to_vec())),
            (P384, Some(4), P384_POINT) => Ok(Self::P384(point.to_vec())),
            _ => Err(Refusal::UnsupportedKey),
        }
    }

    pub(crate) fn of_certificate(info: &SubjectPublicKeyInfo<'_>) -> Result<Self, Refusal> {
        match info.parsed() {
            Ok(Parsed::RSA(key)) => Self::rsa(key.modulus, key.exponent),
            Ok(Parsed::EC(point)) => {
                let curve = info.algorithm.parameters.as_ref().and_then(|any| any.as_oid().ok());
                let curve = curve.map(|oid| oid.to_id_string()).unwrap_or_default();
                Self::curve(&curve, point.data())
            }
            _ => Err(Refusal::UnsupportedKey),
        }
    }

    /// The bytes that tell this key from every other.
    pub(crate) fn identity(&self) -> [&[u8]; 2] {
        match self {
            Self::Rsa { modulus, exponent } => [modulus, exponent],
            Self::P256(point) | Self::P384(point) => [point, &[]],
        }
    }
}

fn without_zeros(bytes: &[u8]) -> &[u8] {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    &bytes[zeros..]
}
