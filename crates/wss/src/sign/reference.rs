use crate::names::{
    BASE64_BINARY, DS, SAML_ASSERTION_ID, SUBJECT_KEY_IDENTIFIER, THUMBPRINT_SHA1, WSSE, X509_V3,
};
use crate::xml::base64;
use crate::{Certificate, escape};

/// How the signature refers to the signer's token.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum KeyReference<'a> {
    /// To the certificate, which is sent along.
    Direct,
    /// By the certificate's issuer and serial number.
    IssuerSerial,
    /// By the certificate's subject key identifier; by its thumbprint where it has none.
    SubjectKeyIdentifier,
    /// By the certificate's SHA-1 digest.
    Thumbprint,
    /// To a holder-of-key assertion, which is sent along.
    Assertion {
        /// Its `AssertionID`.
        id: &'a str,
        /// The assertion as it was issued.
        xml: &'a str,
    },
}

impl KeyReference<'_> {
    /// A `SecurityTokenReference` in canonical form. `id` is its own, `token` that of the certificate sent along.
    pub(super) fn written(&self, id: &str, token: &str, certificate: &Certificate) -> String {
        let content = match self {
            Self::Direct => {
                format!(
                    "<wsse:Reference URI=\"#{token}\" ValueType=\"{X509_V3}\"></wsse:Reference>"
                )
            }
            Self::IssuerSerial => format!(
                "<ds:X509Data xmlns:ds=\"{DS}\"><ds:X509IssuerSerial><ds:X509IssuerName>{}</ds:X509IssuerName>\
                 <ds:X509SerialNumber>{}</ds:X509SerialNumber></ds:X509IssuerSerial></ds:X509Data>",
                escape::text(&certificate.issuer().to_string()),
                decimal(certificate.serial()),
            ),
            Self::SubjectKeyIdentifier => match certificate.subject_key_identifier() {
                Some(identifier) => key_identifier(SUBJECT_KEY_IDENTIFIER, &base64(identifier)),
                None => return Self::Thumbprint.written(id, token, certificate),
            },
            Self::Thumbprint => key_identifier(THUMBPRINT_SHA1, &base64(certificate.sha1())),
            Self::Assertion { id, .. } => to_assertion(id),
        };
        reference(id, &content)
    }
}

/// A `SecurityTokenReference` to an assertion, in canonical form.
pub(super) fn assertion_reference(id: &str, assertion: &str) -> String {
    reference(id, &to_assertion(assertion))
}

fn reference(id: &str, content: &str) -> String {
    use crate::names::WSU;
    format!(
        "<wsse:SecurityTokenReference xmlns:wsse=\"{WSSE}\" xmlns:wsu=\"{WSU}\" wsu:Id=\"{id}\">{content}\
         </wsse:SecurityTokenReference>"
    )
}

fn to_assertion(id: &str) -> String {
    let id = escape::text(id);
    format!("<wsse:KeyIdentifier ValueType=\"{SAML_ASSERTION_ID}\">{id}</wsse:KeyIdentifier>")
}

fn key_identifier(value_type: &str, value: &str) -> String {
    format!(
        "<wsse:KeyIdentifier EncodingType=\"{BASE64_BINARY}\" ValueType=\"{value_type}\">{value}</wsse:KeyIdentifier>"
    )
}

/// A big-endian number in decimal digits.
fn decimal(bytes: &[u8]) -> String {
    let mut digits: Vec<u8> = vec![0];
    for byte in bytes {
        let mut carry = u32::from(*byte);
        for digit in &mut digits {
            let value = u32::from(*digit) * 256 + carry;
            *digit = u8::try_from(value % 10).unwrap_or_default();
            carry = value / 10;
        }
        while carry > 0 {
            digits.push(u8::try_from(carry % 10).unwrap_or_default());
            carry /= 10;
        }
    }
    digits.iter().rev().map(|digit| char::from(b'0' + digit)).collect()
}

#[cfg(test)]
mod tests {
    use super::decimal;

    #[test]
    fn numbers_are_written_in_decimal_digits() {
        assert_eq!(decimal(&[]), "0");
        assert_eq!(decimal(&[0, 255]), "255");
        assert_eq!(decimal(&[1, 0]), "256");
        assert_eq!(decimal(&[255; 16]), "340282366920938463463374607431768211455");
    }
}
