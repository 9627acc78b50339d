use std::fmt;

use ring::digest::{SHA256, digest};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use serde_json::{Value, json};
use thiserror::Error;

use super::{PublicKey, base64url};

/// A private key that signs with ES256.
pub struct SigningKey {
    pair: EcdsaKeyPair,
    kid: String,
    random: SystemRandom,
}

/// The bytes hold no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("it is no private key over P-256 in PKCS #8")]
pub struct SigningKeyError;

impl SigningKey {
    /// Makes the PKCS #8 form of a new key.
    pub fn generate(random: &SystemRandom) -> Vec<u8> {
        let made = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, random);
        made.expect("the system gives randomness once it has started").as_ref().to_vec()
    }

    /// Reads the PKCS #8 form of a key. Its name is its thumbprint (RFC 7638).
    pub fn from_pkcs8(pkcs8: &[u8], random: &SystemRandom) -> Result<Self, SigningKeyError> {
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8, random);
        let pair = pair.map_err(|_| SigningKeyError)?;
        let kid = thumbprint(&PublicKey::p256(pair.public_key().as_ref()));
        Ok(Self { pair, kid, random: random.clone() })
    }

    /// Its name.
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// What checks its signatures.
    pub fn public(&self) -> PublicKey {
        PublicKey::p256(self.pair.public_key().as_ref())
    }

    /// The public part as a JWK with its name, use and algorithm.
    pub fn jwk(&self) -> Value {
        let mut jwk = self.public().to_jwk();
        for (name, value) in [("kid", self.kid.as_str()), ("use", "sig"), ("alg", "ES256")] {
            jwk.insert(name.to_owned(), value.into());
        }
        Value::Object(jwk)
    }

    /// A token of this type (`typ`) with these claims.
    pub fn sign(&self, kind: &str, claims: &Value) -> String {
        let header = json!({ "alg": "ES256", "kid": self.kid, "typ": kind });
        let part = |value: &Value| base64url::encode(value.to_string().as_bytes());
        let signed = format!("{}.{}", part(&header), part(claims));
        let signature = self.pair.sign(&self.random, signed.as_bytes());
        let signature = signature.expect("the system gives randomness once it has started");
        format!("{signed}.{}", base64url::encode(signature.as_ref()))
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({})", self.kid)
    }
}

/// RFC 7638: the hash of the required members, in the order of their names.
fn thumbprint(key: &PublicKey) -> String {
    let jwk = key.to_jwk();
    let member = |name: &str| jwk.get(name).and_then(Value::as_str).unwrap_or_default();
    let text = format!(
        r#"{{"crv":"{}","kty":"{}","x":"{}","y":"{}"}}"#,
        member("crv"),
        member("kty"),
        member("x"),
        member("y")
    );
    base64url::encode(digest(&SHA256, text.as_bytes()).as_ref())
}
