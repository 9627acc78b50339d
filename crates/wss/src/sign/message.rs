use jiff::Timestamp;

use super::reference::assertion_reference;
use super::signature::{Part, Written, signature};
use super::{KeyError, KeyReference, SigningKey};
use crate::names::{BASE64_BINARY, SOAP, WSSE, WSSE11, WSU, X509_V3};
use crate::timestamp::written;
use crate::token::stand_in;
use crate::xml::base64;

/// A message to be signed.
#[derive(Clone, Debug)]
pub struct Outgoing<'a> {
    /// The content of the Body, in canonical form: see [`super::canonical_content`].
    pub content: &'a str,
    /// When it is made.
    pub created: Timestamp,
    /// Until when it is valid.
    pub expires: Timestamp,
    /// How the signature refers to the signer's token.
    pub reference: KeyReference<'a>,
    /// The assertion, with its id, that the sender vouches for.
    pub vouched: Option<(&'a str, &'a str)>,
    /// The values of the signatures that an answer confirms (WS-Security 1.1, 7); empty for a request.
    pub confirmations: &'a [Vec<u8>],
    /// Whether a receiver who does not know WS-Security must refuse the message.
    pub must_understand: bool,
}

const TIMESTAMP: &str = "Timestamp";
const BODY: &str = "Body";
const TOKEN: &str = "Token";
const KEY_REFERENCE: &str = "KeyReference";
const VOUCHED_REFERENCE: &str = "VouchedReference";

impl<'a> Outgoing<'a> {
    /// A message without anything special: the certificate sent along, to be understood.
    pub fn new(content: &'a str, created: Timestamp, expires: Timestamp) -> Self {
        Self {
            content,
            created,
            expires,
            reference: KeyReference::Direct,
            vouched: None,
            confirmations: &[],
            must_understand: true,
        }
    }

    /// The message, signed: Body, Timestamp, token and confirmations. Gives the signature's value besides.
    pub fn sign(&self, key: &SigningKey) -> Result<(String, Vec<u8>), KeyError> {
        let mut draft = Draft::default();
        draft.add(TIMESTAMP, self.timestamp());
        match self.reference {
            KeyReference::Direct => draft.add(TOKEN, binary_token(key)),
            KeyReference::Assertion { xml, .. } => draft.add_assertion(KEY_REFERENCE, xml),
            _ => draft.through(KEY_REFERENCE, stand_in("wsse", key.certificate())),
        }
        if let Some((id, xml)) = self.vouched {
            draft.add_assertion(VOUCHED_REFERENCE, xml);
            draft.header.push_str(&assertion_reference(VOUCHED_REFERENCE, id));
        }
        for (index, value) in self.confirmations.iter().enumerate() {
            let id = format!("Confirmation{index}");
            draft.add(&id, confirmation(&id, value));
        }
        let body = self.body();
        draft.parts.push(Part::new(BODY, body.clone(), Written::Exclusive));
        let reference = self.reference.written(KEY_REFERENCE, TOKEN, key.certificate());
        let (signature, value) = signature(&draft.parts, key, &reference)?;
        let must = if self.must_understand { " S:mustUnderstand=\"1\"" } else { "" };
        let message = format!(
            "<S:Envelope xmlns:S=\"{SOAP}\"><S:Header><wsse:Security xmlns:wsse=\"{WSSE}\"{must}>{}{signature}\
             </wsse:Security></S:Header>{body}</S:Envelope>",
            draft.header
        );
        Ok((message, value))
    }

    fn body(&self) -> String {
        format!(
            "<S:Body xmlns:S=\"{SOAP}\" xmlns:wsu=\"{WSU}\" wsu:Id=\"{BODY}\">{}</S:Body>",
            self.content
        )
    }

    fn timestamp(&self) -> String {
        format!(
            "<wsu:Timestamp xmlns:wsu=\"{WSU}\" wsu:Id=\"{TIMESTAMP}\"><wsu:Created>{}</wsu:Created>\
             <wsu:Expires>{}</wsu:Expires></wsu:Timestamp>",
            written(self.created),
            written(self.expires)
        )
    }
}

/// What goes into the security header, and what is signed.
#[derive(Default)]
struct Draft {
    header: String,
    parts: Vec<Part>,
}

impl Draft {
    /// An element in canonical form, signed as it is.
    fn add(&mut self, id: &str, xml: String) {
        self.header.push_str(&xml);
        self.parts.push(Part::new(id, xml, Written::Exclusive));
    }

    /// An assertion, signed through the reference to it, as its own id is no `wsu:Id`.
    fn add_assertion(&mut self, reference: &str, xml: &str) {
        self.header.push_str(xml);
        self.through(reference, with_empty_default(xml));
    }

    fn through(&mut self, reference: &str, token: String) {
        self.parts.push(Part::new(reference, token, Written::TokenReference));
    }
}

fn confirmation(id: &str, value: &[u8]) -> String {
    format!(
        "<wsse11:SignatureConfirmation xmlns:wsse11=\"{WSSE11}\" xmlns:wsu=\"{WSU}\" Value=\"{}\" wsu:Id=\"{id}\">\
         </wsse11:SignatureConfirmation>",
        base64(value)
    )
}

fn binary_token(key: &SigningKey) -> String {
    format!(
        "<wsse:BinarySecurityToken xmlns:wsse=\"{WSSE}\" xmlns:wsu=\"{WSU}\" EncodingType=\"{BASE64_BINARY}\" \
         ValueType=\"{X509_V3}\" wsu:Id=\"{TOKEN}\">{}</wsse:BinarySecurityToken>",
        base64(key.certificate().der())
    )
}

/// The STR-Transform declares the empty default namespace on the token (WS-Security 1.0, 8.3).
fn with_empty_default(xml: &str) -> String {
    let end = xml.find([' ', '>']).unwrap_or(xml.len());
    format!("{} xmlns=\"\"{}", &xml[..end], &xml[end..])
}
