//! `KeyInfo`, and the references to tokens in it.

use roxmltree::Node;

use crate::distinguished_name::essence_of;
use crate::handle;
use crate::names::{DS, SAML_ASSERTION_ID, SUBJECT_KEY_IDENTIFIER, THUMBPRINT_SHA1, WSSE};
use crate::xml::{attribute, binary, cut, elements, is, only, text};
use crate::{Certificate, Refusal};

/// The largest key identifier, in bytes.
const LARGEST_IDENTIFIER: usize = 128;
/// The longest issuer's name or serial number, in bytes.
const LONGEST_NAME: usize = 2048;

/// How a message refers to a token.
pub(crate) enum TokenReference<'a> {
    /// By the id of an element in the message.
    Direct { id: &'a str, value_type: Option<&'a str> },
    /// By who issued the certificate, under which number.
    IssuerSerial { issuer: &'a str, serial: Vec<u8> },
    /// By the certificate's subject key identifier.
    SubjectKeyIdentifier(Vec<u8>),
    /// By the certificate's SHA-1 digest.
    Thumbprint(Vec<u8>),
    /// By the id of an assertion.
    Assertion { id: &'a str },
}

fn malformed(what: &'static str) -> Refusal {
    Refusal::MalformedKeyInfo { what }
}

/// The one `SecurityTokenReference` in `KeyInfo`.
pub(crate) fn reference_of<'a>(key_info: Option<Node<'a, 'a>>) -> Result<Node<'a, 'a>, Refusal> {
    let key_info = key_info.ok_or(malformed("the signature has no KeyInfo"))?;
    let mut children = elements(key_info);
    match (children.next(), children.next()) {
        (Some(child), None) if is(child, WSSE, "SecurityTokenReference") => Ok(child),
        (_, Some(_)) => Err(malformed("KeyInfo holds more than one element")),
        _ => Err(malformed("KeyInfo holds a key, or nothing, instead of a reference")),
    }
}

impl<'a> TokenReference<'a> {
    /// Reads a `SecurityTokenReference`.
    pub(crate) fn of(node: Node<'a, 'a>) -> Result<Self, Refusal> {
        let mut children = elements(node);
        let (Some(child), None) = (children.next(), children.next()) else {
            return Err(malformed("a SecurityTokenReference holds not exactly one element"));
        };
        match (child.tag_name().namespace(), child.tag_name().name()) {
            (Some(WSSE), "Reference") => direct(child),
            (Some(WSSE), "KeyIdentifier") => key_identifier(child),
            (Some(DS), "X509Data") => issuer_serial(child),
            (Some(WSSE), "Embedded") => Err(malformed("embedded tokens are not taken")),
            _ => Err(malformed("a SecurityTokenReference holds no known kind of reference")),
        }
    }

    /// The kind, for refusals.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Direct { .. } => "direct reference",
            Self::IssuerSerial { .. } => "issuer and serial number",
            Self::SubjectKeyIdentifier(_) => "subject key identifier",
            Self::Thumbprint(_) => "thumbprint",
            Self::Assertion { .. } => "SAML assertion id",
        }
    }

    /// Under which handle the certificates that it may mean are kept.
    pub(crate) fn handle(&self) -> Option<[u8; 32]> {
        match self {
            Self::IssuerSerial { issuer, serial } => {
                essence_of(issuer).map(|essence| handle::issuer_serial(&essence, serial))
            }
            Self::SubjectKeyIdentifier(identifier) => {
                Some(handle::subject_key_identifier(identifier))
            }
            Self::Thumbprint(digest) => Some(handle::thumbprint(digest)),
            Self::Direct { .. } | Self::Assertion { .. } => None,
        }
    }

    /// Does it refer to this certificate? A direct reference and one to an assertion never do.
    pub(crate) fn fits(&self, certificate: &Certificate) -> bool {
        match self {
            Self::IssuerSerial { issuer, serial } => {
                handle::without_zeros(certificate.serial()) == serial.as_slice()
                    && certificate.issuer().is_written(issuer)
            }
            Self::SubjectKeyIdentifier(identifier) => certificate.key_identifier() == identifier,
            Self::Thumbprint(digest) => certificate.sha1() == digest.as_slice(),
            Self::Direct { .. } | Self::Assertion { .. } => false,
        }
    }
}

fn direct<'a>(node: Node<'a, 'a>) -> Result<TokenReference<'a>, Refusal> {
    let uri = attribute(node, "URI").ok_or(malformed("a Reference has no URI"))?;
    let id = uri.strip_prefix('#').filter(|id| !id.is_empty());
    let id = id.ok_or_else(|| Refusal::ExternalReference { uri: cut(uri) })?;
    Ok(TokenReference::Direct { id, value_type: attribute(node, "ValueType") })
}

fn key_identifier<'a>(node: Node<'a, 'a>) -> Result<TokenReference<'a>, Refusal> {
    match attribute(node, "ValueType") {
        Some(SUBJECT_KEY_IDENTIFIER) => {
            Ok(TokenReference::SubjectKeyIdentifier(binary(node, LARGEST_IDENTIFIER)?))
        }
        Some(THUMBPRINT_SHA1) => Ok(TokenReference::Thumbprint(binary(node, LARGEST_IDENTIFIER)?)),
        Some(SAML_ASSERTION_ID) => Ok(TokenReference::Assertion { id: text(node)? }),
        other => Err(Refusal::UnsupportedToken {
            value_type: cut(other.unwrap_or("a KeyIdentifier without ValueType")),
        }),
    }
}

fn issuer_serial<'a>(node: Node<'a, 'a>) -> Result<TokenReference<'a>, Refusal> {
    let mut children = elements(node);
    let pair = match (children.next(), children.next()) {
        (Some(child), None) if is(child, DS, "X509IssuerSerial") => child,
        _ => return Err(malformed("X509Data must hold one X509IssuerSerial and nothing else")),
    };
    let issuer = only(pair, DS, "X509IssuerName").ok_or(malformed("there is no X509IssuerName"))?;
    let serial = only(pair, DS, "X509SerialNumber");
    let serial = text(serial.ok_or(malformed("there is no X509SerialNumber"))?)?;
    let issuer = text(issuer)?;
    if issuer.len() > LONGEST_NAME || serial.len() > LARGEST_IDENTIFIER {
        let element = "X509IssuerSerial".to_owned();
        return Err(Refusal::TooLarge { element, limit: LONGEST_NAME });
    }
    let serial = from_decimal(serial).ok_or(malformed("X509SerialNumber is no number"))?;
    Ok(TokenReference::IssuerSerial { issuer, serial })
}

/// A decimal number as big-endian bytes without leading zeros.
fn from_decimal(text: &str) -> Option<Vec<u8>> {
    let mut bytes: Vec<u8> = Vec::new();
    if text.is_empty() {
        return None;
    }
    for digit in text.chars() {
        let mut carry = digit.to_digit(10)?;
        for byte in bytes.iter_mut().rev() {
            let value = u32::from(*byte) * 10 + carry;
            *byte = u8::try_from(value % 256).unwrap_or_default();
            carry = value / 256;
        }
        if carry > 0 {
            bytes.insert(0, u8::try_from(carry).unwrap_or_default());
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimal_numbers_become_bytes() {
        assert_eq!(from_decimal("0"), Some(vec![]));
        assert_eq!(from_decimal("255"), Some(vec![255]));
        assert_eq!(from_decimal("00256"), Some(vec![1, 0]));
        assert_eq!(from_decimal("340282366920938463463374607431768211455"), Some(vec![255; 16]));
        assert_eq!(from_decimal(""), None);
        assert_eq!(from_decimal("-1"), None);
        assert_eq!(from_decimal("1f"), None);
    }
}
