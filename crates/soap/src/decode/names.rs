//! Names of the contract ("Names") and of SOAP.

/// The namespace of the messages.
pub(super) const SERVICE: &str = "http://socialsecurity.be/presenceregistration/v1";
/// The namespace of the types.
pub(super) const TYPES: &str = "http://socialsecurity.be/presenceregistration/schemas/v1";
/// The namespace of the attributes that every schema knows.
pub(super) const XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";
/// The envelope of SOAP 1.1.
pub(super) const SOAP: &str = "http://schemas.xmlsoap.org/soap/envelope/";
/// The actor that is everybody on the way.
pub(super) const NEXT_ACTOR: &str = "http://schemas.xmlsoap.org/soap/actor/next";
/// WS-Security 1.0.
pub(super) const WSSE: &str =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
/// WS-Addressing 1.0.
pub(crate) const ADDRESSING: &str = "http://www.w3.org/2005/08/addressing";
