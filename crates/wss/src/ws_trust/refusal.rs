/// Why a request for a token is refused (WS-Trust 1.3, section 11). The text says how to mend it, and may go to the
/// caller, whose signature was valid.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TrustRefusal {
    /// Not a `RequestSecurityToken`, or one that is not understood.
    #[error("the Body is no RequestSecurityToken of WS-Trust 1.3 that can be understood: {what}")]
    NotUnderstood {
        /// What is wrong.
        what: &'static str,
    },
    /// Another request than to issue a token.
    #[error("the request type {found} is not supported: only Issue is")]
    OtherRequestType {
        /// The type.
        found: String,
    },
    /// Another token than a SAML 1.1 assertion.
    #[error("the token type {found} is not supported: ask for {}", crate::names::SAML_TOKEN_TYPE)]
    OtherTokenType {
        /// The type.
        found: String,
    },
    /// Another key than the public key that the request is signed with.
    #[error("the key type {found} is not supported: ask for PublicKey")]
    OtherKeyType {
        /// The type.
        found: String,
    },
    /// A key that the request is not signed with.
    #[error(
        "UseKey names another key than the one that signed the request: sign with the key that the token is for"
    )]
    OtherKey,
    /// Something that would change whose token it is or what can be done with it.
    #[error("{element} is not supported: leave it out")]
    NotSupported {
        /// The element.
        element: String,
    },
    /// Claims in another dialect.
    #[error("the claims dialect {found} is not supported: use {}", super::request::DIALECT)]
    OtherDialect {
        /// The dialect.
        found: String,
    },
    /// A claim that the caller may not make. For who decides that.
    #[error("the claim {uri} is not granted to the signer of the request")]
    ClaimRefused {
        /// The claim.
        uri: String,
    },
    /// A lifetime that cannot be granted.
    #[error("the requested lifetime is over, or ends before it begins")]
    InvalidTimeRange,
}

impl TrustRefusal {
    /// The local name of the fault code, in the namespace of WS-Trust.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotUnderstood { .. } | Self::OtherDialect { .. } => "BadRequest",
            Self::OtherRequestType { .. }
            | Self::OtherKeyType { .. }
            | Self::NotSupported { .. }
            | Self::OtherKey => "InvalidRequest",
            Self::OtherTokenType { .. } | Self::ClaimRefused { .. } => "RequestFailed",
            Self::InvalidTimeRange => "InvalidTimeRange",
        }
    }

    /// The fault string that the standard gives for the code.
    pub fn text(&self) -> &'static str {
        match self.code() {
            "BadRequest" => "The specified RequestSecurityToken is not understood.",
            "InvalidRequest" => "The request was invalid or malformed",
            "InvalidTimeRange" => "The requested time range is invalid or unsupported",
            _ => "The specified request failed",
        }
    }
}
