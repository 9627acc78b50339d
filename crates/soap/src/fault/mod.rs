//! SOAP faults of the contract (SOAP page, "Faults").

mod code;
mod environment;
mod from_decode;
mod from_domain;
mod malformations;
mod rules;
mod texts;
mod transport;

use crate::encode::Xml;

pub use code::FaultCode;
pub use environment::Environment;
pub use transport::TransportFault;

pub(crate) use from_decode::other_version;
pub(crate) use from_domain::{creation_ends_before_it_begins, period_ends_before_it_begins};
pub(crate) use texts::Texts;

/// A fault, before it is written.
pub(crate) struct Fault {
    /// The code of the contract.
    pub(crate) code: FaultCode,
    /// The `faultcode` of SOAP, without its prefix.
    pub(crate) soap_code: SoapCode,
    /// What to say, beyond the meaning of the code.
    pub(crate) detail: Option<Box<Texts>>,
    /// What only the log shows.
    pub(crate) private: Option<String>,
}

/// The `faultcode`s of SOAP 1.1, section 4.4.1, and of WS-Security 1.0, section 12.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SoapCode {
    Client,
    Server,
    VersionMismatch,
    MustUnderstand,
    /// The security of the message does not hold.
    Security(wss::FaultCode),
    /// The security holds, and nobody is known by it.
    FailedAuthentication,
    /// The token service was asked for what it does not give (WS-Trust 1.3, section 11).
    Trust(&'static str),
}

impl SoapCode {
    fn name(self) -> &'static str {
        match self {
            Self::Client => "Client",
            Self::Server => "Server",
            Self::VersionMismatch => "VersionMismatch",
            Self::MustUnderstand => "MustUnderstand",
            Self::Security(code) => code.name(),
            Self::FailedAuthentication => "FailedAuthentication",
            Self::Trust(name) => name,
        }
    }

    /// Its namespace, where it is not that of the envelope.
    fn namespace(self) -> Option<&'static str> {
        match self {
            Self::Security(code) => Some(code.namespace()),
            Self::FailedAuthentication => Some(wss::names::WSSE),
            Self::Trust(_) => Some(wss::names::TRUST),
            _ => None,
        }
    }
}

/// What every fault of a service tells.
#[derive(Clone, Debug)]
pub(crate) struct FaultSettings {
    pub(crate) environment: Environment,
    pub(crate) contact: Option<String>,
}

impl Fault {
    /// A fault whose `faultcode` follows from who is its cause.
    pub(crate) fn new(code: FaultCode, detail: Option<Texts>) -> Self {
        let soap_code = match code.origin() {
            Some("Consumer") => SoapCode::Client,
            _ => SoapCode::Server,
        };
        Self { code, soap_code, detail: detail.map(Box::new), private: None }
    }

    pub(crate) fn with_soap_code(self, soap_code: SoapCode) -> Self {
        Self { soap_code, ..self }
    }

    /// After how many seconds a retry is worth while.
    pub(crate) fn retry_after(&self) -> Option<u32> {
        (self.code.retry() == Some(true)).then_some(1)
    }

    /// The whole envelope.
    pub(crate) fn envelope(&self, ticket: &str, settings: &FaultSettings) -> Vec<u8> {
        let mut xml = Xml::envelope(2048);
        let texts = self.code.meaning().followed_by(self.detail.as_deref());
        match self.soap_code.namespace() {
            None => xml.raw("<S:Fault><faultcode>S:"),
            Some(namespace) => {
                xml.raw("<S:Fault><faultcode xmlns:c=\"");
                xml.attribute(namespace);
                xml.raw("\">c:");
            }
        }
        xml.raw(self.soap_code.name());
        xml.raw("</faultcode><faultstring>");
        xml.escaped(&texts.en);
        xml.raw("</faultstring><detail>");
        self.error(&mut xml, ticket, settings, &texts);
        xml.raw("</detail></S:Fault>");
        xml.end()
    }

    fn error(&self, xml: &mut Xml, ticket: &str, settings: &FaultSettings, texts: &Texts) {
        let name = self.code.error_name();
        xml.raw("<e:");
        xml.raw(name);
        xml.raw(" xmlns:e=\"http://socialsecurity.be/errors/v1\" Id=\"");
        xml.attribute(ticket);
        xml.raw("\">");
        element(xml, "Origin", self.code.origin().unwrap_or("Provider"));
        element(xml, "Code", self.code.code());
        for (language, text) in texts.each() {
            xml.raw("<e:Message xml:lang=\"");
            xml.raw(language);
            xml.raw("\">");
            xml.escaped(text);
            xml.raw("</e:Message>");
        }
        if let Some(retry) = self.code.retry() {
            element(xml, "Retry", if retry { "true" } else { "false" });
        }
        if let Some(contact) = &settings.contact {
            element(xml, "Contact", contact);
        }
        element(xml, "Environment", settings.environment.name());
        xml.raw("</e:");
        xml.raw(name);
        xml.raw(">");
    }
}

fn element(xml: &mut Xml, name: &str, text: &str) {
    xml.raw("<e:");
    xml.raw(name);
    xml.raw(">");
    xml.escaped(text);
    xml.raw("</e:");
    xml.raw(name);
    xml.raw(">");
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
