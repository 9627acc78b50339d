//! The names of the standards: namespaces, algorithms, value types.

/// SOAP 1.1.
pub const SOAP: &str = "http://schemas.xmlsoap.org/soap/envelope/";
/// WS-Security 1.0, elements of the header.
pub const WSSE: &str =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
/// WS-Security 1.0, ids and timestamps.
pub const WSU: &str =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";
/// WS-Security 1.1.
pub const WSSE11: &str = "http://docs.oasis-open.org/wss/oasis-wss-wssecurity-secext-1.1.xsd";
/// XML signatures.
pub const DS: &str = "http://www.w3.org/2000/09/xmldsig#";
/// Elliptic curve keys in XML signatures 1.1.
pub const DSIG11: &str = "http://www.w3.org/2009/xmldsig11#";
/// SAML 1.1 assertions.
pub const SAML: &str = "urn:oasis:names:tc:SAML:1.0:assertion";
/// WS-Trust 1.3.
pub const TRUST: &str = "http://docs.oasis-open.org/ws-sx/ws-trust/200512";

/// Exclusive canonicalisation without comments.
pub const EXCLUSIVE_C14N: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";
/// The transform that takes a signature out of what it signs.
pub const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
/// The transform that puts a token in the place of a reference to it.
pub const STR_TRANSFORM: &str = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#STR-Transform";

/// The encoding of binary tokens and key identifiers.
pub const BASE64_BINARY: &str = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary";
/// A binary token that is one certificate.
pub const X509_V3: &str =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509v3";
/// A binary token that is a path of certificates, the signer's last.
pub const X509_PKI_PATH: &str =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509PKIPathv1";
/// A key identifier that is the certificate's subject key identifier.
pub const SUBJECT_KEY_IDENTIFIER: &str = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509SubjectKeyIdentifier";
/// A key identifier that is the SHA-1 digest of the certificate.
pub const THUMBPRINT_SHA1: &str =
    "http://docs.oasis-open.org/wss/oasis-wss-soap-message-security-1.1#ThumbprintSHA1";
/// A key identifier that is the id of a SAML 1.1 assertion.
pub const SAML_ASSERTION_ID: &str =
    "http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.0#SAMLAssertionID";
/// The token type of SAML 1.1 assertions.
pub const SAML_TOKEN_TYPE: &str =
    "http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.1#SAMLV1.1";

/// The subject proves to hold the key that the assertion names.
pub const HOLDER_OF_KEY: &str = "urn:oasis:names:tc:SAML:1.0:cm:holder-of-key";
/// The sender vouches for the subject.
pub const SENDER_VOUCHES: &str = "urn:oasis:names:tc:SAML:1.0:cm:sender-vouches";

/// The actor of SOAP 1.1 that means whoever receives the message next.
pub(crate) const NEXT_ACTOR: &str = "http://schemas.xmlsoap.org/soap/actor/next";
