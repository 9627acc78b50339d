use std::fmt;

use jiff::Timestamp;

use crate::FaultCode;

/// Why a message, a token or a request is refused.
///
/// The text says which check failed and how to mend it. It is for the log: to the caller goes [`Refusal::code`] alone. It
/// names no subject of a certificate and no subject or attribute of an assertion, as these can hold persons' numbers.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// Not well-formed.
    #[error("the message is not well-formed XML: {detail}")]
    NotXml {
        /// What the parser says.
        detail: String,
    },
    /// Has a document type declaration.
    #[error("the message has a document type declaration, which SOAP does not allow: leave it out")]
    DocumentType,
    /// Elements too deep in one another.
    #[error("more than {limit} elements stand inside one another")]
    TooDeep {
        /// The most that is allowed.
        limit: usize,
    },
    /// Too many attributes and declarations on a tag.
    #[error("a tag has more than {limit} attributes and namespace declarations")]
    TooManyAttributes {
        /// The most that is allowed.
        limit: usize,
    },
    /// Too many namespace declarations in force.
    #[error("more than {limit} namespace declarations are in force at one place")]
    TooManyNamespaces {
        /// The most that is allowed.
        limit: usize,
    },
    /// Too many elements, texts and comments.
    #[error("the message has more than {limit} elements, texts and comments")]
    TooManyNodes {
        /// The most that is allowed.
        limit: u32,
    },
    /// Not an envelope of SOAP 1.1 with one header and one body.
    #[error("the message is not a SOAP 1.1 envelope with one Header and one Body: {what}")]
    NotSoap {
        /// What stands in the way.
        what: &'static str,
    },

    /// No security header for us.
    #[error(
        "no wsse:Security header is addressed to this service: sign the message as the policy in the WSDL says"
    )]
    NoSecurityHeader,
    /// More than one security header for us.
    #[error("{count} wsse:Security headers are addressed to this service: send one")]
    SeveralSecurityHeaders {
        /// How many.
        count: usize,
    },
    /// Something in the security header that the policy does not know.
    #[error("wsse:Security holds {element}, which the policy does not provide for: leave it out")]
    UnexpectedInSecurity {
        /// Its local name.
        element: String,
    },
    /// The security header holds something twice.
    #[error("wsse:Security holds {count} {element} elements, one is allowed{}", hint(.element))]
    Several {
        /// Its name.
        element: &'static str,
        /// How many.
        count: usize,
    },
    /// Something that the policy requires is not in the security header.
    #[error("wsse:Security holds no {element}: the policy requires one")]
    Missing {
        /// Its name.
        element: &'static str,
    },
    /// Two elements have one id.
    #[error("the id {id} stands on more than one element: give each element its own")]
    DuplicateId {
        /// The id.
        id: String,
    },
    /// An element that should hold text alone holds something else.
    #[error(
        "{element} holds comments, instructions or elements between its text: write the text alone"
    )]
    DividedText {
        /// Its local name.
        element: String,
    },
    /// Not base64.
    #[error("{element} is not base64")]
    NotBase64 {
        /// Its local name.
        element: String,
    },
    /// Larger than anything that is meant honestly.
    #[error("{element} is larger than {limit} bytes")]
    TooLarge {
        /// What is too large.
        element: String,
        /// The most that is allowed, in bytes.
        limit: usize,
    },

    /// A signature that is not built as XML-DSig and the policy say.
    #[error("the signature is not built as it should be: {what}")]
    MalformedSignature {
        /// What is wrong.
        what: &'static str,
    },
    /// An algorithm that is not on the policy's list.
    #[error("{kind} {uri} is not on the list of the policy {policy}: use {allowed}{}", sha1_hint(.uri))]
    UnsupportedAlgorithm {
        /// What the algorithm is for.
        kind: &'static str,
        /// Its identifier.
        uri: String,
        /// The policy.
        policy: &'static str,
        /// What may be used.
        allowed: String,
    },
    /// Transforms other than the ones that are allowed.
    #[error(
        "the transforms of {uri} are not allowed ({found}): use exclusive C14N alone, enveloped signature and exclusive \
         C14N, or the STR-Transform on a SecurityTokenReference"
    )]
    TransformNotAllowed {
        /// The reference.
        uri: String,
        /// The identifier of the first that is not allowed, or what is missing.
        found: String,
    },
    /// More references than anything honest needs.
    #[error("the signature has more than {limit} references")]
    TooManyReferences {
        /// The most that is allowed.
        limit: usize,
    },
    /// A reference that does not lead into the message.
    #[error(
        "the reference {uri} does not lead to an id in the message: sign elements of the message alone"
    )]
    ExternalReference {
        /// The reference.
        uri: String,
    },
    /// A reference to an id that the message does not have.
    #[error("no element of the message has the id {id} that the signature refers to")]
    ReferenceNotFound {
        /// The id.
        id: String,
    },
    /// A reference to an element that may not be signed on its own.
    #[error(
        "the signature refers to {id}, which is neither the Body, nor directly in wsse:Security, nor a whole header block"
    )]
    ReferenceToForbiddenPlace {
        /// The id.
        id: String,
    },
    /// The signature's value does not fit `SignedInfo`.
    #[error(
        "the signature value does not fit SignedInfo and the key: the message was changed, or another key signed it"
    )]
    SignatureMismatch,
    /// The digest of something signed does not fit.
    #[error(
        "the digest of {uri} does not fit: it was changed after it was signed, or is canonicalised otherwise"
    )]
    DigestMismatch {
        /// The reference.
        uri: String,
    },
    /// The policy requires a part to be signed, and it is not.
    #[error("{part} is not signed: the policy requires Body, Timestamp and the token to be signed")]
    NotSigned {
        /// The part.
        part: &'static str,
    },

    /// `KeyInfo` that is not one reference to a token.
    #[error("KeyInfo does not hold one SecurityTokenReference with one reference in it: {what}")]
    MalformedKeyInfo {
        /// What is wrong.
        what: &'static str,
    },
    /// The policy does not allow this kind of key reference.
    #[error(
        "{found} does not refer to the token that the policy {policy} asks for: refer to {wanted}"
    )]
    KeyReferenceNotAllowed {
        /// The kind of reference.
        found: &'static str,
        /// The policy.
        policy: &'static str,
        /// What is allowed.
        wanted: &'static str,
    },
    /// The token that the key reference names is nowhere to be found.
    #[error(
        "the {reference} names a token that is neither in the message nor known here: send the certificate as \
         BinarySecurityToken, or have it registered"
    )]
    TokenUnavailable {
        /// The kind of reference.
        reference: &'static str,
        /// Under which of its [handles](crate::Certificate::handles) the certificate would be found, if it were one that is kept.
        /// To be verified anew with it in [`Context::kept`](crate::Context::kept).
        handle: Option<[u8; 32]>,
    },
    /// A kind of token that is not supported.
    #[error("tokens of the type {value_type} are not supported: send {}", crate::names::X509_V3)]
    UnsupportedToken {
        /// Its type.
        value_type: String,
    },
    /// A certificate that cannot be read.
    #[error("the certificate cannot be read: {what}")]
    MalformedCertificate {
        /// What is wrong.
        what: &'static str,
    },
    /// A key that is too short, or of a kind that is not supported.
    #[error(
        "the key is not supported: use RSA of 2048 to 8192 bits, or an elliptic curve P-256 or P-384"
    )]
    UnsupportedKey,
    /// The certificate, or one above it, is no longer valid.
    #[error("the {whose} certificate expired on {not_after}: renew it")]
    CertificateExpired {
        /// The end of its validity.
        not_after: Timestamp,
        /// Whose it is.
        whose: &'static str,
    },
    /// The certificate, or one above it, is not valid yet.
    #[error("the {whose} certificate is valid from {not_before} only")]
    CertificateNotYetValid {
        /// The begin of its validity.
        not_before: Timestamp,
        /// Whose it is.
        whose: &'static str,
    },
    /// No chain leads from the certificate to an authority that is trusted.
    #[error(
        "no chain leads from the certificate (SHA-256 {fingerprint}) to a trusted authority: send its intermediate \
         certificates as X509PKIPathv1, or have its authority or itself trusted"
    )]
    UntrustedCertificate {
        /// The SHA-256 digest of the certificate, in hexadecimal digits.
        fingerprint: String,
    },
    /// A certificate that is no authority's has issued another.
    #[error("the certificate was issued with one that is no authority's")]
    IssuerIsNoAuthority,
    /// An authority's certificate is used to sign a message.
    #[error("an authority's own certificate may not sign messages: use one that it issued")]
    AuthorityAsSigner,
    /// The certificate, or one above it, is revoked.
    #[error(
        "the certificate (SHA-256 {fingerprint}) or one above it is revoked by its authority: have another one issued"
    )]
    CertificateRevoked {
        /// The SHA-256 digest of the certificate, in hexadecimal digits.
        fingerprint: String,
    },
    /// The revocation list that would tell is out of date.
    #[error("the revocation list of the certificate's authority is out of date: bring a new file")]
    RevocationListExpired,
    /// The certificate's key usage does not include signing.
    #[error(
        "the certificate's key usage allows neither digitalSignature nor nonRepudiation: use one for signing"
    )]
    WrongKeyUsage,
    /// The certificate's extended key usages include none that is accepted.
    #[error(
        "the certificate's extended key usage includes none that is accepted: use one for client authentication"
    )]
    WrongPurpose,
    /// Anything else that is wrong with the chain.
    #[error("the certificate chain is refused: {detail}")]
    ChainRefused {
        /// What is wrong.
        detail: String,
    },

    /// The Timestamp is not built as WS-Security says.
    #[error("the Timestamp is not built as it should be: {what}")]
    MalformedTimestamp {
        /// What is wrong.
        what: &'static str,
    },
    /// The message is too old.
    #[error(
        "the message was valid until {until}, and it is {now}: set the caller's clock, and send messages when they are made"
    )]
    MessageExpired {
        /// The last moment.
        until: Timestamp,
        /// The moment of the check.
        now: Timestamp,
    },
    /// The message is from the future.
    #[error("the message was made at {created}, and it is only {now}: set the caller's clock")]
    MessageFromFuture {
        /// When it was made, as it says.
        created: Timestamp,
        /// The moment of the check.
        now: Timestamp,
    },
    /// The message was received before. For callers, who keep what was received.
    #[error("the same signed message was received before: sign each call anew")]
    Replayed,

    /// An assertion that is not built as SAML 1.1 and the policy say.
    #[error("the assertion is not built as it should be: {what}")]
    MalformedAssertion {
        /// What is wrong.
        what: &'static str,
    },
    /// The assertion is confirmed otherwise than the policy says.
    #[error(
        "the assertion's confirmation method is {found}, the policy {policy} asks for {wanted}"
    )]
    WrongConfirmation {
        /// The method found.
        found: String,
        /// The policy.
        policy: &'static str,
        /// The method wanted.
        wanted: &'static str,
    },
    /// The assertion was issued by somebody else.
    #[error(
        "the assertion's issuer {issuer} is not one that is trusted: get it from our token service"
    )]
    UntrustedIssuer {
        /// The issuer's name.
        issuer: String,
    },
    /// No key of the issuer fits the assertion's signature.
    #[error(
        "the assertion's signature does not fit any current key of its issuer: get a new one from our token service"
    )]
    AssertionForged,
    /// The assertion's validity is over.
    #[error(
        "the assertion was valid until {until}, and it is {now}: get a new one from the token service"
    )]
    AssertionExpired {
        /// Its end.
        until: Timestamp,
        /// The moment of the check.
        now: Timestamp,
    },
    /// The assertion is not valid yet.
    #[error("the assertion is valid from {from}, and it is only {now}")]
    AssertionNotYetValid {
        /// Its begin.
        from: Timestamp,
        /// The moment of the check.
        now: Timestamp,
    },
    /// The assertion is for another service.
    #[error(
        "the assertion is for {audience}, and this service is {us}: name its address in AppliesTo when asking for a token; an \
         assertion that a sender vouches for names {us}, or nobody"
    )]
    WrongAudience {
        /// For whom it is.
        audience: String,
        /// The names of this service.
        us: String,
    },
    /// Somebody vouches who may not.
    #[error(
        "the certificate that vouches (SHA-256 {fingerprint}) is not one of a trusted intermediary"
    )]
    UntrustedIntermediary {
        /// The SHA-256 digest of the certificate, in hexadecimal digits.
        fingerprint: String,
    },
}

/// Who sends SHA-1 mostly does not know it.
fn sha1_hint(uri: &str) -> &'static str {
    if uri.ends_with("sha1") {
        "; Apache CXF takes RSA with SHA-1 for every suite unless its property ws-security.asymmetric.signature.algorithm \
         says otherwise"
    } else {
        ""
    }
}

/// What a mend needs that only some elements need.
fn hint(element: &str) -> &'static str {
    if element == "wsu:Timestamp" {
        "; node-soap's WSSecurityPlusCert writes two by default, set hasTimeStamp of WSSecurity to false"
    } else {
        ""
    }
}

impl Refusal {
    /// The code that the caller may see.
    pub fn code(&self) -> FaultCode {
        use Refusal as R;
        match self {
            R::NotXml { .. }
            | R::DocumentType
            | R::TooDeep { .. }
            | R::TooManyAttributes { .. }
            | R::TooManyNamespaces { .. }
            | R::TooManyNodes { .. }
            | R::NotSoap { .. } => FaultCode::Client,
            R::NoSecurityHeader
            | R::SeveralSecurityHeaders { .. }
            | R::UnexpectedInSecurity { .. }
            | R::Several { .. }
            | R::Missing { .. }
            | R::DuplicateId { .. }
            | R::DividedText { .. }
            | R::NotBase64 { .. }
            | R::TooLarge { .. }
            | R::MalformedSignature { .. }
            | R::TooManyReferences { .. }
            | R::ExternalReference { .. }
            | R::ReferenceToForbiddenPlace { .. }
            | R::NotSigned { .. }
            | R::MalformedKeyInfo { .. }
            | R::KeyReferenceNotAllowed { .. }
            | R::MalformedTimestamp { .. }
            | R::Replayed => FaultCode::InvalidSecurity,
            R::UnsupportedAlgorithm { .. } | R::TransformNotAllowed { .. } => {
                FaultCode::UnsupportedAlgorithm
            }
            R::ReferenceNotFound { .. } | R::SignatureMismatch | R::DigestMismatch { .. } => {
                FaultCode::FailedCheck
            }
            R::TokenUnavailable { .. } => FaultCode::SecurityTokenUnavailable,
            R::UnsupportedToken { .. } => FaultCode::UnsupportedSecurityToken,
            R::MessageExpired { .. } | R::MessageFromFuture { .. } => FaultCode::MessageExpired,
            R::MalformedCertificate { .. }
            | R::UnsupportedKey
            | R::CertificateExpired { .. }
            | R::CertificateNotYetValid { .. }
            | R::UntrustedCertificate { .. }
            | R::IssuerIsNoAuthority
            | R::AuthorityAsSigner
            | R::CertificateRevoked { .. }
            | R::RevocationListExpired
            | R::WrongKeyUsage
            | R::WrongPurpose
            | R::ChainRefused { .. }
            | R::MalformedAssertion { .. }
            | R::WrongConfirmation { .. }
            | R::UntrustedIssuer { .. }
            | R::AssertionForged
            | R::AssertionExpired { .. }
            | R::AssertionNotYetValid { .. }
            | R::WrongAudience { .. }
            | R::UntrustedIntermediary { .. } => FaultCode::InvalidSecurityToken,
        }
    }
}

/// Bytes as hexadecimal digits.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    use fmt::Write as _;
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        let _ = write!(text, "{byte:02x}");
    }
    text
}
