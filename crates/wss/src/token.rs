//! The token that a message is signed with: found, and held against the policy.

use roxmltree::Node;

use crate::c14n::{Canonicalization, canonicalize};
use crate::certificate::{self, Certificate};
use crate::envelope::Security;
use crate::id::ids_of;
use crate::key_info::TokenReference;
use crate::names::{BASE64_BINARY, SAML_ASSERTION_ID, WSSE, X509_PKI_PATH, X509_V3};
use crate::saml::{self, Assertion};
use crate::verify::Context;
use crate::xml::{attribute, base64, binary, cut, raw_name};
use crate::{PublicKey, Refusal, Signer, TokenKind};

/// What a reference leads to.
pub(crate) enum Token<'a> {
    /// A `BinarySecurityToken` of the security header.
    Binary(Node<'a, 'a>),
    /// An assertion of the security header.
    Assertion(Node<'a, 'a>),
    /// A certificate that we know, and that is not in the message.
    Known(Certificate),
}

/// Who signed.
pub(crate) enum TokenSigner {
    Certificate { leaf: Certificate, path: Vec<Certificate> },
    Holder { key: PublicKey, certificate: Option<Certificate>, assertion: Box<Assertion> },
}

impl<'a> Token<'a> {
    /// Finds what a `SecurityTokenReference` leads to: directly in the security header, or among the known certificates.
    pub(crate) fn find(
        reference: Node<'a, 'a>,
        security: &Security<'a>,
        context: &Context<'_>,
    ) -> Result<Self, Refusal> {
        let reference = TokenReference::of(reference)?;
        let has_id =
            |node: &Node<'a, 'a>, wanted: &str| ids_of(*node, false).any(|id| id == wanted);
        let found = match &reference {
            TokenReference::Direct { id, value_type } => {
                let binary = security.binary.filter(|node| has_id(node, id));
                let assertion = security.assertion.filter(|node| {
                    has_id(node, id) && value_type.is_none_or(|it| it == SAML_ASSERTION_ID)
                });
                binary.map(Token::Binary).or(assertion.map(Token::Assertion))
            }
            TokenReference::Assertion { id } => {
                security.assertion.filter(|node| has_id(node, id)).map(Token::Assertion)
            }
            _ => match security.binary {
                Some(node) if reference.fits(&certificates(node)?.0) => Some(Token::Binary(node)),
                _ => {
                    let mut kept = context.kept.iter();
                    let kept = kept.find(|it| reference.fits(it));
                    let found = kept.or_else(|| context.trust.find(|it| reference.fits(it)));
                    found.cloned().map(Token::Known)
                }
            },
        };
        found.ok_or_else(|| Refusal::TokenUnavailable {
            reference: reference.kind(),
            handle: reference.handle(),
        })
    }

    /// Reads the token, and holds it against the policy.
    pub(crate) fn signer(
        &self,
        security: &Security<'a>,
        context: &Context<'_>,
    ) -> Result<TokenSigner, Refusal> {
        let policy = &context.policy;
        let wrong = |found, wanted| {
            Err(Refusal::KeyReferenceNotAllowed { found, policy: policy.name(), wanted })
        };
        let assertion = "the assertion";
        let certificate = "the certificate";
        match (policy.token(), self) {
            (TokenKind::HolderOfKey, Self::Assertion(node)) => {
                let (assertion, holder) = saml::held(*node, context)?;
                Ok(TokenSigner::Holder {
                    key: holder.key,
                    certificate: holder.certificate,
                    assertion: Box::new(assertion),
                })
            }
            (TokenKind::HolderOfKey, _) => wrong(certificate, "the assertion of the token service"),
            (_, Self::Assertion(_)) => wrong(assertion, "the X.509 certificate"),
            (TokenKind::X509, _) if security.assertion.is_some() => {
                Err(Refusal::UnexpectedInSecurity { element: "Assertion".to_owned() })
            }
            (_, Self::Binary(node)) => {
                let (leaf, path) = certificates(*node)?;
                Ok(TokenSigner::Certificate { leaf, path })
            }
            (_, Self::Known(leaf)) => {
                Ok(TokenSigner::Certificate { leaf: leaf.clone(), path: Vec::new() })
            }
        }
    }

    /// What the STR-Transform makes of the reference at `reference` (WS-Security 1.0, 8.3).
    pub(crate) fn str_transform(
        &self,
        reference: Node<'a, 'a>,
        prefixes: &[&'a str],
    ) -> Result<Vec<u8>, Refusal> {
        let mut out = Vec::with_capacity(4096);
        match self {
            Self::Binary(node) | Self::Assertion(node) => {
                let mut prefixes = prefixes.to_vec();
                prefixes.push("");
                let how =
                    Canonicalization { prefixes, default_on_apex: true, ..Default::default() };
                canonicalize(*node, &how, &mut out)?;
            }
            Self::Known(certificate) => {
                // A token that is not in the message is put there as this element, in the prefix of the reference.
                let prefix = raw_name(reference).split_once(':').map_or("", |(prefix, _)| prefix);
                out.extend_from_slice(stand_in(prefix, certificate).as_bytes());
            }
        }
        Ok(out)
    }
}

pub(crate) fn stand_in(prefix: &str, certificate: &Certificate) -> String {
    let text = base64(certificate.der());
    if prefix.is_empty() {
        return format!(
            "<BinarySecurityToken xmlns=\"{WSSE}\" ValueType=\"{X509_V3}\">{text}</BinarySecurityToken>"
        );
    }
    format!(
        "<{prefix}:BinarySecurityToken xmlns=\"\" xmlns:{prefix}=\"{WSSE}\" ValueType=\"{X509_V3}\">{text}\
         </{prefix}:BinarySecurityToken>"
    )
}

/// The signer's certificate in a `BinarySecurityToken`, and those that were sent along.
fn certificates(node: Node<'_, '_>) -> Result<(Certificate, Vec<Certificate>), Refusal> {
    if attribute(node, "EncodingType").is_some_and(|it| it != BASE64_BINARY) {
        return Err(Refusal::NotBase64 { element: "BinarySecurityToken".to_owned() });
    }
    let bytes = binary(node, certificate::LARGEST)?;
    match attribute(node, "ValueType") {
        Some(X509_V3) => Ok((Certificate::from_der(&bytes)?, Vec::new())),
        Some(X509_PKI_PATH) => {
            let mut path = certificate::of_path(&bytes)?;
            let what = "its path is empty";
            let leaf = path.pop().ok_or(Refusal::MalformedCertificate { what })?;
            Ok((leaf, path))
        }
        other => Err(Refusal::UnsupportedToken { value_type: cut(other.unwrap_or("none")) }),
    }
}

impl TokenSigner {
    pub(crate) fn key(&self) -> &PublicKey {
        match self {
            Self::Certificate { leaf, .. } => leaf.key(),
            Self::Holder { key, .. } => key,
        }
    }

    /// The certificate of an X.509 signer.
    pub(crate) fn certificate(&self) -> Option<Certificate> {
        match self {
            Self::Certificate { leaf, .. } => Some(leaf.clone()),
            Self::Holder { certificate, .. } => certificate.clone(),
        }
    }

    /// May the signer sign? Answers what is wrong with the chain where that is left to the caller.
    pub(crate) fn check(&self, context: &Context<'_>) -> Result<Option<Refusal>, Refusal> {
        match self {
            Self::Certificate { leaf, path } => context.trust.check(leaf, path, context.now),
            // The token service has checked the rest when it issued the assertion.
            Self::Holder { certificate: Some(certificate), .. } => {
                certificate.check_validity(context.now, "holder's")?;
                context.trust.check_lists(certificate).map(|()| None)
            }
            Self::Holder { certificate: None, .. } => Ok(None),
        }
    }

    pub(crate) fn into_public(self) -> Signer {
        match self {
            Self::Certificate { leaf, .. } => Signer::Certificate(leaf),
            Self::Holder { certificate, assertion, key } => {
                Signer::HolderOfKey { assertion: *assertion, key, certificate }
            }
        }
    }
}
