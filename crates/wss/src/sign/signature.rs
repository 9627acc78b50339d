use std::fmt::Write as _;

use super::{KeyError, SigningKey};
use crate::algorithm::{DigestAlgorithm, SignatureAlgorithm};
use crate::escape::attribute;
use crate::names::{DS, ENVELOPED, EXCLUSIVE_C14N, STR_TRANSFORM, WSSE};
use crate::xml::base64;

/// Something to be signed.
pub(crate) struct Part {
    /// The id that the reference names.
    id: String,
    /// The text whose digest is made.
    canonical: String,
    transform: Written,
}

impl Part {
    pub(crate) fn new(id: &str, canonical: String, transform: Written) -> Self {
        Self { id: attribute(id), canonical, transform }
    }
}

/// The transforms of a reference, as they are written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Written {
    Exclusive,
    Enveloped,
    TokenReference,
}

/// A `ds:Signature` over the parts, in canonical form, and its value. `key_info` is the content of `KeyInfo`.
///
/// `SignedInfo` is signed on its own, so that it declares its prefix there; in the signature that has done so already it
/// does not, or an assertion with the signature in it would not be canonical.
pub(crate) fn signature(
    parts: &[Part],
    key: &SigningKey,
    key_info: &str,
) -> Result<(String, Vec<u8>), KeyError> {
    let content = signed_info(parts, key.algorithm());
    let canonical = format!("<ds:SignedInfo xmlns:ds=\"{DS}\">{content}</ds:SignedInfo>");
    let value = key.sign(canonical.as_bytes())?;
    let element = format!(
        "<ds:Signature xmlns:ds=\"{DS}\"><ds:SignedInfo>{content}</ds:SignedInfo><ds:SignatureValue>{}</ds:SignatureValue>\
         <ds:KeyInfo>{key_info}</ds:KeyInfo></ds:Signature>",
        base64(&value)
    );
    Ok((element, value))
}

/// The content of `SignedInfo`, in canonical form.
fn signed_info(parts: &[Part], algorithm: SignatureAlgorithm) -> String {
    let digest = match algorithm {
        SignatureAlgorithm::RsaSha1 => DigestAlgorithm::Sha1,
        _ => DigestAlgorithm::Sha256,
    };
    let mut info = format!(
        "<ds:CanonicalizationMethod Algorithm=\"{EXCLUSIVE_C14N}\">\
         </ds:CanonicalizationMethod><ds:SignatureMethod Algorithm=\"{}\"></ds:SignatureMethod>",
        algorithm.uri()
    );
    for part in parts {
        let transforms = match part.transform {
            Written::Exclusive => transform(EXCLUSIVE_C14N, ""),
            Written::Enveloped => transform(ENVELOPED, "") + &transform(EXCLUSIVE_C14N, ""),
            Written::TokenReference => transform(STR_TRANSFORM, &parameters()),
        };
        let _ = write!(
            info,
            "<ds:Reference URI=\"#{}\"><ds:Transforms>{transforms}</ds:Transforms>\
             <ds:DigestMethod Algorithm=\"{}\"></ds:DigestMethod><ds:DigestValue>{}</ds:DigestValue></ds:Reference>",
            part.id,
            digest.uri(),
            base64(digest.digest(part.canonical.as_bytes()).as_ref()),
        );
    }
    info
}

fn transform(algorithm: &str, content: &str) -> String {
    format!("<ds:Transform Algorithm=\"{algorithm}\">{content}</ds:Transform>")
}

fn parameters() -> String {
    format!(
        "<wsse:TransformationParameters xmlns:wsse=\"{WSSE}\"><ds:CanonicalizationMethod \
         Algorithm=\"{EXCLUSIVE_C14N}\"></ds:CanonicalizationMethod></wsse:TransformationParameters>"
    )
}
