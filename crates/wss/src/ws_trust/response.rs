use std::fmt::Write as _;

use jiff::Timestamp;

use super::TokenRequest;
use crate::escape::{attribute, text};
use crate::names::{SAML_ASSERTION_ID, SAML_TOKEN_TYPE, TRUST, WSSE, WSSE11, WSU};
use crate::timestamp::written;

/// The outermost element of an answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum ResponseForm {
    /// `RequestSecurityTokenResponse`, as the operation `RequestSecurityToken` of the standard's WSDL declares.
    #[default]
    Single,
    /// `RequestSecurityTokenResponseCollection`, as the standard's text has it for the last answer.
    Collection,
}

/// The answer to a request for a token.
#[derive(Clone, Copy)]
pub struct TokenResponse<'a> {
    /// What was asked.
    pub request: &'a TokenRequest,
    /// The id of the assertion.
    pub assertion_id: &'a str,
    /// The assertion, as it was issued.
    pub assertion: &'a str,
    /// From when the assertion is valid.
    pub from: Timestamp,
    /// Until when.
    pub until: Timestamp,
    /// The form.
    pub form: ResponseForm,
}

impl TokenResponse<'_> {
    /// The answer in canonical form, as the content of a Body.
    pub fn written(&self) -> String {
        let repeated = self.request.context.as_deref();
        let again =
            repeated.map(|it| format!(" Context=\"{}\"", attribute(it))).unwrap_or_default();
        let reference = reference(self.assertion_id);
        // The prefix of the Timestamp's namespace is another than a signed Body declares, so that this content is
        // canonical wherever it stands.
        let content = format!(
            "<wst:TokenType>{SAML_TOKEN_TYPE}</wst:TokenType>\
             <wst:RequestedSecurityToken>{}</wst:RequestedSecurityToken>\
             <wst:RequestedAttachedReference>{reference}</wst:RequestedAttachedReference>\
             <wst:RequestedUnattachedReference>{reference}</wst:RequestedUnattachedReference>{}\
             <wst:Lifetime><u:Created xmlns:u=\"{WSU}\">{}</u:Created><u:Expires xmlns:u=\"{WSU}\">{}</u:Expires>\
             </wst:Lifetime><wst:KeyType>{TRUST}/PublicKey</wst:KeyType>",
            self.assertion,
            self.applies_to(),
            written(self.from),
            written(self.until)
        );
        let name = "wst:RequestSecurityTokenResponse";
        match self.form {
            ResponseForm::Single => {
                format!("<{name} xmlns:wst=\"{TRUST}\"{again}>{content}</{name}>")
            }
            ResponseForm::Collection => format!(
                "<{name}Collection xmlns:wst=\"{TRUST}\"><{name}{again}>{content}</{name}></{name}Collection>"
            ),
        }
    }

    fn applies_to(&self) -> String {
        let mut xml = String::new();
        if let Some(address) = &self.request.applies_to {
            let _ = write!(
                xml,
                "<wsp:AppliesTo xmlns:wsp=\"http://schemas.xmlsoap.org/ws/2004/09/policy\"><wsa:EndpointReference \
                 xmlns:wsa=\"http://www.w3.org/2005/08/addressing\"><wsa:Address>{}</wsa:Address>\
                 </wsa:EndpointReference></wsp:AppliesTo>",
                text(address)
            );
        }
        xml
    }
}

/// How a message refers to the assertion: the client copies it into `KeyInfo`.
fn reference(id: &str) -> String {
    format!(
        "<wsse:SecurityTokenReference xmlns:wsse=\"{WSSE}\" xmlns:wsse11=\"{WSSE11}\" \
         wsse11:TokenType=\"{SAML_TOKEN_TYPE}\"><wsse:KeyIdentifier ValueType=\"{SAML_ASSERTION_ID}\">{}\
         </wsse:KeyIdentifier></wsse:SecurityTokenReference>",
        text(id)
    )
}
