use std::fmt::Write as _;

use jiff::Timestamp;

use super::{Attribute, NameIdentifier};
use crate::Certificate;
use crate::escape::{attribute, text};
use crate::names::{DS, HOLDER_OF_KEY, SAML, SENDER_VOUCHES};
use crate::sign::{KeyError, Part, SigningKey, Written, signature};
use crate::timestamp::written;
use crate::xml::base64;

/// An assertion to be issued.
#[derive(Clone)]
pub struct AssertionDraft<'a> {
    /// Its id: unique over all assertions that are ever issued, and an XML name, so not beginning with a digit.
    pub id: &'a str,
    /// The name of who issues it.
    pub issuer: &'a str,
    /// The moment.
    pub issued_at: Timestamp,
    /// From when it is valid.
    pub not_before: Timestamp,
    /// Until when it is valid, exclusive.
    pub not_on_or_after: Timestamp,
    /// For whom it is; empty for everybody.
    pub audiences: &'a [&'a str],
    /// Whom it is about.
    pub subject: &'a NameIdentifier,
    /// The certificate whose key the subject holds. Without, somebody has to vouch for the subject.
    pub holder: Option<&'a Certificate>,
    /// What it says about the subject; at least one.
    pub attributes: &'a [Attribute],
}

/// The subject was authenticated by a signature with the key of an X.509 certificate.
const BY_X509: &str = "urn:oasis:names:tc:SAML:1.0:am:X509-PKI";

/// An assertion in canonical form, signed by `key`.
pub fn issue(draft: &AssertionDraft<'_>, key: &SigningKey) -> Result<String, KeyError> {
    let unsigned = unsigned(draft);
    let part = Part::new(draft.id, unsigned.clone(), Written::Enveloped);
    let (signature, _) = signature(&[part], key, &key_info(key.certificate()))?;
    let content = unsigned.strip_suffix(END).unwrap_or(&unsigned);
    Ok(format!("{content}{signature}{END}"))
}

/// An assertion that is not signed: the signature of a message that vouches for it covers it.
pub fn unsigned(draft: &AssertionDraft<'_>) -> String {
    let mut xml = format!(
        "<saml:Assertion xmlns:saml=\"{SAML}\" AssertionID=\"{}\" IssueInstant=\"{}\" Issuer=\"{}\" \
         MajorVersion=\"1\" MinorVersion=\"1\">",
        attribute(draft.id),
        written(draft.issued_at),
        attribute(draft.issuer)
    );
    conditions(draft, &mut xml);
    let subject = subject(draft);
    let _ = write!(
        xml,
        "<saml:AuthenticationStatement AuthenticationInstant=\"{}\" AuthenticationMethod=\"{BY_X509}\">{subject}\
         </saml:AuthenticationStatement><saml:AttributeStatement>{subject}",
        written(draft.issued_at)
    );
    for said in draft.attributes {
        let _ = write!(
            xml,
            "<saml:Attribute AttributeName=\"{}\" AttributeNamespace=\"{}\">",
            attribute(&said.name),
            attribute(&said.namespace)
        );
        for value in &said.values {
            let _ = write!(xml, "<saml:AttributeValue>{}</saml:AttributeValue>", text(value));
        }
        xml.push_str("</saml:Attribute>");
    }
    xml.push_str("</saml:AttributeStatement>");
    xml.push_str(END);
    xml
}

const END: &str = "</saml:Assertion>";

fn conditions(draft: &AssertionDraft<'_>, xml: &mut String) {
    let _ = write!(
        xml,
        "<saml:Conditions NotBefore=\"{}\" NotOnOrAfter=\"{}\">",
        written(draft.not_before),
        written(draft.not_on_or_after)
    );
    if !draft.audiences.is_empty() {
        xml.push_str("<saml:AudienceRestrictionCondition>");
        for audience in draft.audiences {
            let _ = write!(xml, "<saml:Audience>{}</saml:Audience>", text(audience));
        }
        xml.push_str("</saml:AudienceRestrictionCondition>");
    }
    xml.push_str("</saml:Conditions>");
}

fn subject(draft: &AssertionDraft<'_>) -> String {
    let NameIdentifier { format, qualifier, value } = draft.subject;
    let mut xml = "<saml:Subject><saml:NameIdentifier".to_owned();
    for (name, value) in [("Format", format), ("NameQualifier", qualifier)] {
        if let Some(value) = value {
            let _ = write!(xml, " {name}=\"{}\"", attribute(value));
        }
    }
    let (method, holder) = match draft.holder {
        Some(certificate) => {
            let info = key_info(certificate);
            (HOLDER_OF_KEY, format!("<ds:KeyInfo xmlns:ds=\"{DS}\">{info}</ds:KeyInfo>"))
        }
        None => (SENDER_VOUCHES, String::new()),
    };
    let _ = write!(
        xml,
        ">{}</saml:NameIdentifier><saml:SubjectConfirmation><saml:ConfirmationMethod>{method}</saml:ConfirmationMethod>\
         {holder}</saml:SubjectConfirmation></saml:Subject>",
        text(value)
    );
    xml
}

/// The content of a `KeyInfo` that holds a certificate. Inside an element that declares the prefix `ds`.
fn key_info(certificate: &Certificate) -> String {
    format!(
        "<ds:X509Data><ds:X509Certificate>{}</ds:X509Certificate></ds:X509Data>",
        base64(certificate.der())
    )
}
