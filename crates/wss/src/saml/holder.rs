use roxmltree::Node;

use super::assertion::malformed;
use crate::Refusal;
use crate::certificate::{self, Certificate};
use crate::key::{P256, P384, PublicKey};
use crate::names::{DS, DSIG11};
use crate::xml::{attribute, binary, elements, is, only};

/// The largest part of a key, in bytes.
const LARGEST_PART: usize = 8192 / 8 + 1;

/// The key that the subject of an assertion holds.
#[derive(PartialEq)]
pub(crate) struct Holder {
    pub(crate) key: PublicKey,
    pub(crate) certificate: Option<Certificate>,
}

impl Holder {
    /// Reads the `KeyInfo` of a `SubjectConfirmation`: one certificate, or one key.
    pub(super) fn of(key_info: Node<'_, '_>) -> Result<Self, Refusal> {
        let what = "the KeyInfo of its SubjectConfirmation is not one X509Certificate or KeyValue";
        let mut children = elements(key_info);
        let (Some(child), None) = (children.next(), children.next()) else {
            return Err(malformed(what));
        };
        if is(child, DS, "X509Data") {
            let certificate = only(child, DS, "X509Certificate").ok_or(malformed(what))?;
            let certificate = Certificate::from_der(&binary(certificate, certificate::LARGEST)?)?;
            return Ok(Self { key: certificate.key().clone(), certificate: Some(certificate) });
        }
        if !is(child, DS, "KeyValue") {
            return Err(malformed(what));
        }
        let value = elements(child).next().ok_or(malformed(what))?;
        let key = if is(value, DS, "RSAKeyValue") {
            let part = |name| only(value, DS, name).ok_or(malformed(what));
            let modulus = binary(part("Modulus")?, LARGEST_PART)?;
            PublicKey::rsa(&modulus, &binary(part("Exponent")?, 8)?)?
        } else if is(value, DSIG11, "ECKeyValue") {
            let curve = only(value, DSIG11, "NamedCurve").and_then(|it| attribute(it, "URI"));
            let Some(curve @ (P256 | P384)) = curve.and_then(|it| it.strip_prefix("urn:oid:"))
            else {
                return Err(Refusal::UnsupportedKey);
            };
            let point = only(value, DSIG11, "PublicKey").ok_or(malformed(what))?;
            PublicKey::curve(curve, &binary(point, LARGEST_PART)?)?
        } else {
            return Err(malformed(what));
        };
        Ok(Self { key, certificate: None })
    }
}
