//! The algorithms of signatures and digests that exist here at all. Which of them may be used, the policy says.

use ring::digest;
use ring::signature as sig;

use crate::key::PublicKey;

/// How a signature's value is made.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum SignatureAlgorithm {
    /// RSA with SHA-1. Only for old clients, where the configuration allows it.
    RsaSha1,
    /// RSA with SHA-256.
    RsaSha256,
    /// RSA with SHA-384.
    RsaSha384,
    /// RSA with SHA-512.
    RsaSha512,
    /// Curve P-256 with SHA-256.
    EcdsaSha256,
    /// Curve P-384 with SHA-384.
    EcdsaSha384,
}

impl SignatureAlgorithm {
    pub(crate) const ALL: [Self; 6] = [
        Self::RsaSha256,
        Self::RsaSha384,
        Self::RsaSha512,
        Self::EcdsaSha256,
        Self::EcdsaSha384,
        Self::RsaSha1,
    ];

    /// The identifier.
    pub fn uri(self) -> &'static str {
        match self {
            Self::RsaSha1 => "http://www.w3.org/2000/09/xmldsig#rsa-sha1",
            Self::RsaSha256 => "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
            Self::RsaSha384 => "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384",
            Self::RsaSha512 => "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512",
            Self::EcdsaSha256 => "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256",
            Self::EcdsaSha384 => "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384",
        }
    }

    /// Does `signature` over `message` fit the key? Never, when the key is for another algorithm.
    pub(crate) fn verifies(self, key: &PublicKey, message: &[u8], signature: &[u8]) -> bool {
        let rsa = |parameters: &'static sig::RsaParameters| match key {
            PublicKey::Rsa { modulus, exponent } => {
                sig::RsaPublicKeyComponents { n: modulus, e: exponent }
                    .verify(parameters, message, signature)
                    .is_ok()
            }
            _ => false,
        };
        let curve = |algorithm: &'static sig::EcdsaVerificationAlgorithm, point: &[u8]| {
            sig::UnparsedPublicKey::new(algorithm, point).verify(message, signature).is_ok()
        };
        match (self, key) {
            (Self::RsaSha1, _) => rsa(&sig::RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY),
            (Self::RsaSha256, _) => rsa(&sig::RSA_PKCS1_2048_8192_SHA256),
            (Self::RsaSha384, _) => rsa(&sig::RSA_PKCS1_2048_8192_SHA384),
            (Self::RsaSha512, _) => rsa(&sig::RSA_PKCS1_2048_8192_SHA512),
            (Self::EcdsaSha256, PublicKey::P256(point)) => {
                curve(&sig::ECDSA_P256_SHA256_FIXED, point)
            }
            (Self::EcdsaSha384, PublicKey::P384(point)) => {
                curve(&sig::ECDSA_P384_SHA384_FIXED, point)
            }
            (Self::EcdsaSha256 | Self::EcdsaSha384, _) => false,
        }
    }
}

/// How a digest is made.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum DigestAlgorithm {
    /// SHA-1. Only for old clients, where the configuration allows it.
    Sha1,
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

impl DigestAlgorithm {
    pub(crate) const ALL: [Self; 4] = [Self::Sha256, Self::Sha384, Self::Sha512, Self::Sha1];

    /// The identifier.
    pub fn uri(self) -> &'static str {
        match self {
            Self::Sha1 => "http://www.w3.org/2000/09/xmldsig#sha1",
            Self::Sha256 => "http://www.w3.org/2001/04/xmlenc#sha256",
            Self::Sha384 => "http://www.w3.org/2001/04/xmldsig-more#sha384",
            Self::Sha512 => "http://www.w3.org/2001/04/xmlenc#sha512",
        }
    }

    pub(crate) fn digest(self, bytes: &[u8]) -> digest::Digest {
        let algorithm = match self {
            Self::Sha1 => &digest::SHA1_FOR_LEGACY_USE_ONLY,
            Self::Sha256 => &digest::SHA256,
            Self::Sha384 => &digest::SHA384,
            Self::Sha512 => &digest::SHA512,
        };
        digest::digest(algorithm, bytes)
    }
}

/// SHA-256 of all pieces together.
pub(crate) fn sha256(pieces: &[&[u8]]) -> [u8; 32] {
    let mut context = digest::Context::new(&digest::SHA256);
    for piece in pieces {
        context.update(piece);
    }
    let mut result = [0; 32];
    result.copy_from_slice(context.finish().as_ref());
    result
}
