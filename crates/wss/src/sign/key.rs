use std::fmt;

use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair,
    RSA_PKCS1_SHA256, RsaKeyPair,
};

use crate::{Certificate, PublicKey, SignatureAlgorithm};

/// A private key with its certificate.
pub struct SigningKey {
    certificate: Certificate,
    algorithm: SignatureAlgorithm,
    secret: Box<dyn Secret>,
}

/// Where a private key is kept, and signs.
pub trait Secret: Send + Sync {
    /// A signature's value over `message`, in the form of XML-DSig.
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError>;
}

impl<F: Fn(&[u8]) -> Result<Vec<u8>, KeyError> + Send + Sync> Secret for F {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        self(message)
    }
}

/// Why a key cannot be used.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum KeyError {
    /// The key cannot be read.
    #[error(
        "the private key is not PKCS#8 in DER, or not RSA of 2048 to 4096 bits, P-256 or P-384"
    )]
    Unreadable,
    /// The key is not the one that the certificate is for.
    #[error("the private key does not belong to the certificate")]
    OtherCertificate,
    /// The system has no randomness, or the key refuses.
    #[error("the private key could not sign")]
    CannotSign,
}

impl SigningKey {
    /// Reads a private key in PKCS#8, and makes sure that it is the certificate's.
    pub fn from_pkcs8(der: &[u8], certificate: Certificate) -> Result<Self, KeyError> {
        // Signing needs randomness that nobody can inject: a number of an elliptic curve's signature that is used
        // twice gives the key away.
        let random = SystemRandom::new();
        let key = match certificate.key() {
            PublicKey::Rsa { .. } => {
                let pair = RsaKeyPair::from_pkcs8(der).map_err(|_| KeyError::Unreadable)?;
                Self::with(certificate, SignatureAlgorithm::RsaSha256, move |message: &[u8]| {
                    let mut value = vec![0; pair.public().modulus_len()];
                    pair.sign(&RSA_PKCS1_SHA256, &random, message, &mut value)
                        .map_err(|_| KeyError::CannotSign)?;
                    Ok(value)
                })
            }
            PublicKey::P256(_) | PublicKey::P384(_) => {
                let (form, algorithm) = if matches!(certificate.key(), PublicKey::P256(_)) {
                    (&ECDSA_P256_SHA256_FIXED_SIGNING, SignatureAlgorithm::EcdsaSha256)
                } else {
                    (&ECDSA_P384_SHA384_FIXED_SIGNING, SignatureAlgorithm::EcdsaSha384)
                };
                let pair = EcdsaKeyPair::from_pkcs8(form, der, &random)
                    .map_err(|_| KeyError::Unreadable)?;
                Self::with(certificate, algorithm, move |message: &[u8]| {
                    let value = pair.sign(&random, message).map_err(|_| KeyError::CannotSign)?;
                    Ok(value.as_ref().to_vec())
                })
            }
        };
        let probe = key.sign(b"probe")?;
        if !key.algorithm.verifies(key.certificate.key(), b"probe", &probe) {
            return Err(KeyError::OtherCertificate);
        }
        Ok(key)
    }

    /// A key that is kept elsewhere.
    pub fn with(
        certificate: Certificate,
        algorithm: SignatureAlgorithm,
        secret: impl Secret + 'static,
    ) -> Self {
        Self { certificate, algorithm, secret: Box::new(secret) }
    }

    /// The certificate.
    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// The algorithm that it signs with.
    pub fn algorithm(&self) -> SignatureAlgorithm {
        self.algorithm
    }

    pub(crate) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        self.secret.sign(message)
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({:?}, {:?})", self.algorithm, self.certificate)
    }
}
