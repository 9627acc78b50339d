//! What each endpoint asks of a message.

use crate::algorithm::{DigestAlgorithm, SignatureAlgorithm};
use crate::xml::cut;
use crate::{Refusal, names};

/// The token that a message must be signed with.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum TokenKind {
    /// The signer's X.509 certificate.
    X509,
    /// A SAML 1.1 assertion that names the signer's key.
    HolderOfKey,
    /// The X.509 certificate of an intermediary, and a signed SAML 1.1 assertion that it vouches for.
    SenderVouches,
}

/// A suite of algorithms, as WS-SecurityPolicy 1.2 names them.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum AlgorithmSuite {
    /// SHA-1, where it is permitted. Stronger algorithms are taken too.
    Basic256,
    /// Digests with SHA-256. Stronger algorithms are taken too.
    Basic256Sha256,
}

/// What an endpoint asks of a message: its token, and its algorithms. All policies have in common that Body, Timestamp
/// and the token are signed, that there is one signature, and that only whole headers and the whole Body are signed.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Policy {
    name: &'static str,
    token: TokenKind,
    suite: AlgorithmSuite,
    sha1: bool,
}

impl Policy {
    /// X.509, Basic256.
    pub const VAR_A: Self = Self::new("VarA", TokenKind::X509, AlgorithmSuite::Basic256);
    /// SAML sender-vouches over X.509, Basic256.
    pub const VAR_B: Self = Self::new("VarB", TokenKind::SenderVouches, AlgorithmSuite::Basic256);
    /// X.509, `Basic256Sha256`.
    pub const VAR_C: Self = Self::new("VarC", TokenKind::X509, AlgorithmSuite::Basic256Sha256);
    /// SAML holder-of-key, `Basic256Sha256`.
    pub const VAR_D: Self =
        Self::new("VarD", TokenKind::HolderOfKey, AlgorithmSuite::Basic256Sha256);
    /// SAML holder-of-key, Basic256: the endpoint without a suffix.
    pub const HOLDER_OF_KEY: Self =
        Self::new("v1", TokenKind::HolderOfKey, AlgorithmSuite::Basic256);
    /// X.509, `Basic256Sha256`: requests to a security token service.
    pub const TOKEN_SERVICE: Self =
        Self::new("SecurityTokenService", TokenKind::X509, AlgorithmSuite::Basic256Sha256);

    /// A policy of its own name, which stands in refusals. SHA-1 is not permitted, whatever the suite.
    pub const fn new(name: &'static str, token: TokenKind, suite: AlgorithmSuite) -> Self {
        Self { name, token, suite, sha1: false }
    }

    /// The same with SHA-1, as far as its suite has it. `Basic256` has it in signatures and digests; `Basic256Sha256` has
    /// it in signatures alone: WS-SecurityPolicy 1.2 (7.1) names RSA with SHA-1 for both, and who keeps to that, as Apache
    /// CXF, signs so over digests of SHA-256. Without, only the stronger algorithms are taken, whatever the suite.
    #[must_use]
    pub const fn permitting_sha1(self) -> Self {
        Self { sha1: true, ..self }
    }

    pub(crate) const fn forbidding_sha1(self) -> Self {
        Self { sha1: false, ..self }
    }

    /// The name.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The token.
    pub const fn token(&self) -> TokenKind {
        self.token
    }

    /// The suite.
    pub const fn suite(&self) -> AlgorithmSuite {
        self.suite
    }

    /// Is SHA-1 taken?
    pub const fn permits_sha1(&self) -> bool {
        self.sha1
    }

    pub(crate) fn signature_algorithm(&self, uri: &str) -> Result<SignatureAlgorithm, Refusal> {
        let allowed = SignatureAlgorithm::ALL
            .into_iter()
            .filter(|known| self.sha1 || *known != SignatureAlgorithm::RsaSha1);
        self.find("the signature algorithm", uri, allowed.map(|known| (known, known.uri())))
    }

    pub(crate) fn digest_algorithm(&self, uri: &str) -> Result<DigestAlgorithm, Refusal> {
        let in_digests = self.sha1 && self.suite == AlgorithmSuite::Basic256;
        let allowed = DigestAlgorithm::ALL
            .into_iter()
            .filter(|known| in_digests || *known != DigestAlgorithm::Sha1);
        self.find("the digest algorithm", uri, allowed.map(|known| (known, known.uri())))
    }

    pub(crate) fn canonicalization(&self, uri: &str) -> Result<(), Refusal> {
        self.find("the canonicalisation", uri, [((), names::EXCLUSIVE_C14N)].into_iter())
    }

    fn find<T>(
        &self,
        kind: &'static str,
        uri: &str,
        allowed: impl Iterator<Item = (T, &'static str)>,
    ) -> Result<T, Refusal> {
        let mut others = Vec::new();
        for (known, identifier) in allowed {
            if identifier == uri {
                return Ok(known);
            }
            others.push(identifier);
        }
        let allowed = others.join(", ");
        Err(Refusal::UnsupportedAlgorithm { kind, uri: cut(uri), policy: self.name, allowed })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RSA_SHA1: &str = "http://www.w3.org/2000/09/xmldsig#rsa-sha1";

    #[test]
    fn sha1_is_taken_only_where_suite_and_configuration_say_so() {
        let sha1 = DigestAlgorithm::Sha1.uri();
        for (policy, in_signatures, in_digests) in [
            (Policy::VAR_A, false, false),
            (Policy::VAR_C, false, false),
            (Policy::VAR_A.permitting_sha1(), true, true),
            (Policy::VAR_B.permitting_sha1(), true, true),
            (Policy::HOLDER_OF_KEY.permitting_sha1(), true, true),
            (Policy::VAR_C.permitting_sha1(), true, false),
            (Policy::VAR_D.permitting_sha1(), true, false),
            (Policy::TOKEN_SERVICE.permitting_sha1(), true, false),
            (Policy::VAR_A.permitting_sha1().forbidding_sha1(), false, false),
        ] {
            assert_eq!(policy.signature_algorithm(RSA_SHA1).is_ok(), in_signatures, "{policy:?}");
            assert_eq!(policy.digest_algorithm(sha1).is_ok(), in_digests, "{policy:?}");
            assert!(policy.signature_algorithm(SignatureAlgorithm::RsaSha256.uri()).is_ok());
        }
    }

    #[test]
    fn nothing_else_is_an_algorithm() {
        for uri in ["", "none", "http://www.w3.org/2000/09/xmldsig#hmac-sha1", "sha256"] {
            let refusal = Policy::VAR_C.signature_algorithm(uri);
            assert!(matches!(refusal, Err(Refusal::UnsupportedAlgorithm { .. })), "{uri}");
        }
    }
}
