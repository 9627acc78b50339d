use ring::signature::{
    ECDSA_P256_SHA256_FIXED, RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256, RsaParameters,
    RsaPublicKeyComponents, UnparsedPublicKey,
};
use rustls_pki_types::SubjectPublicKeyInfoDer;
use rustls_pki_types::pem::PemObject as _;
use serde_json::{Map, Value};
use thiserror::Error;
use x509_parser::prelude::FromDer as _;
use x509_parser::public_key::PublicKey as Parsed;
use x509_parser::x509::SubjectPublicKeyInfo;

use super::{Algorithm, base64url, strict_json};

/// The object identifier of P-256 as a named curve.
const P256: &str = "1.2.840.10045.3.1.7";
/// Sizes of RSA moduli that are taken, in bits.
const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=8192;

/// A public key that checks signatures. It knows for what algorithms it is: a token has no say in that.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PublicKey {
    material: Material,
    only: Option<Algorithm>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
enum Material {
    Rsa { n: Vec<u8>, e: Vec<u8> },
    P256 { point: Vec<u8> },
}

/// Why a key cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum KeyError {
    /// Neither of the two forms.
    #[error("it is neither a public key in PEM (\"BEGIN PUBLIC KEY\") nor one JWK in JSON")]
    Form,
    /// A private key has no place here.
    #[error(
        "it is a private key: give the public one, and take the private one for known to others"
    )]
    Private,
    /// A kind or size that is not taken.
    #[error("keys are RSA of 2048 to 8192 bits, or EC over P-256")]
    Kind,
    /// Made for encryption, or for an algorithm that is not taken.
    #[error("the JWK is not for checking signatures with RS256, PS256 or ES256")]
    Use,
}

impl PublicKey {
    /// Reads a key: `SubjectPublicKeyInfo` in PEM, or one JWK.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let text = text.trim();
        if text.starts_with('{') {
            return Self::from_jwk(&strict_json::object(text.as_bytes()).ok_or(KeyError::Form)?);
        }
        if text.contains("PRIVATE KEY-----") {
            return Err(KeyError::Private);
        }
        let der = SubjectPublicKeyInfoDer::from_pem_slice(text.as_bytes());
        Self::from_der(der.map_err(|_| KeyError::Form)?.as_ref())
    }

    /// Reads a JWK (RFC 7517; RFC 7518, section 6).
    pub fn from_jwk(jwk: &Map<String, Value>) -> Result<Self, KeyError> {
        if ["d", "p", "k"].iter().any(|name| jwk.contains_key(*name)) {
            return Err(KeyError::Private);
        }
        let text = |name: &str| jwk.get(name).map(|value| value.as_str().ok_or(KeyError::Form));
        let text = |name: &str| text(name).transpose();
        let bytes = |name: &str| {
            let text = text(name)?.ok_or(KeyError::Form)?;
            base64url::decode(text).ok_or(KeyError::Form)
        };
        if text("use")?.is_some_and(|usage| usage != "sig") {
            return Err(KeyError::Use);
        }
        let only = text("alg")?.map(|name| Algorithm::from_name(name).ok_or(KeyError::Use));
        let material = match (text("kty")?.ok_or(KeyError::Form)?, text("crv")?) {
            ("RSA", _) => Material::Rsa { n: bytes("n")?, e: bytes("e")? },
            ("EC", Some("P-256")) => {
                Material::P256 { point: [vec![4], bytes("x")?, bytes("y")?].concat() }
            }
            _ => return Err(KeyError::Kind),
        };
        let key = Self { material, only: only.transpose()? };
        key.check()?;
        if key.only.is_some_and(|only| !key.fits(only)) { Err(KeyError::Use) } else { Ok(key) }
    }

    fn from_der(der: &[u8]) -> Result<Self, KeyError> {
        let (rest, info) = SubjectPublicKeyInfo::from_der(der).map_err(|_| KeyError::Form)?;
        if !rest.is_empty() {
            return Err(KeyError::Form);
        }
        let material = match info.parsed().map_err(|_| KeyError::Form)? {
            Parsed::RSA(rsa) => Material::Rsa {
                n: without_zeros(rsa.modulus).to_vec(),
                e: without_zeros(rsa.exponent).to_vec(),
            },
            Parsed::EC(point) => {
                let curve = info.algorithm.parameters.as_ref().and_then(|any| any.as_oid().ok());
                if curve.is_none_or(|curve| curve.to_id_string() != P256) {
                    return Err(KeyError::Kind);
                }
                Material::P256 { point: point.data().to_vec() }
            }
            _ => return Err(KeyError::Kind),
        };
        let key = Self { material, only: None };
        key.check().map(|()| key)
    }

    fn check(&self) -> Result<(), KeyError> {
        let right = match &self.material {
            Material::Rsa { n, e } => {
                let zeros = n.first().map_or(0, |byte| byte.leading_zeros() as usize);
                RSA_BITS.contains(&(8 * n.len()).saturating_sub(zeros))
                    && matches!(e[..], [3] | [1, 0, 1])
            }
            Material::P256 { point } => point.len() == 65 && point[0] == 4,
        };
        right.then_some(()).ok_or(KeyError::Kind)
    }

    fn fits(&self, algorithm: Algorithm) -> bool {
        match &self.material {
            Material::Rsa { .. } => matches!(algorithm, Algorithm::Rs256 | Algorithm::Ps256),
            Material::P256 { .. } => algorithm == Algorithm::Es256,
        }
    }

    /// Can it check this algorithm?
    pub fn checks(&self, algorithm: Algorithm) -> bool {
        self.fits(algorithm) && self.only.is_none_or(|only| only == algorithm)
    }

    /// Is `signature` that of `message`?
    pub(super) fn verifies(&self, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> bool {
        let rsa = |n: &[u8], e: &[u8], parameters: &'static RsaParameters| {
            RsaPublicKeyComponents { n, e }.verify(parameters, message, signature).is_ok()
        };
        self.checks(algorithm)
            && match (&self.material, algorithm) {
                (Material::Rsa { n, e }, Algorithm::Rs256) => {
                    rsa(n, e, &RSA_PKCS1_2048_8192_SHA256)
                }
                (Material::Rsa { n, e }, Algorithm::Ps256) => rsa(n, e, &RSA_PSS_2048_8192_SHA256),
                (Material::P256 { point }, Algorithm::Es256) => {
                    let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point);
                    key.verify(message, signature).is_ok()
                }
                _ => false,
            }
    }

    /// The key as a JWK, without a name.
    pub(super) fn to_jwk(&self) -> Map<String, Value> {
        let members = match &self.material {
            Material::Rsa { n, e } => vec![
                ("kty", "RSA".to_owned()),
                ("n", base64url::encode(n)),
                ("e", base64url::encode(e)),
            ],
            Material::P256 { point } => vec![
                ("kty", "EC".to_owned()),
                ("crv", "P-256".to_owned()),
                ("x", base64url::encode(&point[1..33])),
                ("y", base64url::encode(&point[33..])),
            ],
        };
        members.into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect()
    }

    /// A P-256 key from its uncompressed point.
    pub(super) fn p256(point: &[u8]) -> Self {
        Self { material: Material::P256 { point: point.to_vec() }, only: Some(Algorithm::Es256) }
    }
}

/// DER has a zero before numbers whose first bit is set.
fn without_zeros(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    &number[zeros..]
}
