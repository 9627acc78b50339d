use crate::names::{SOAP, WSSE, WSU};

/// The code of a fault, as WS-Security 1.0, section 12, names it. It is all that a caller is told.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum FaultCode {
    /// The message is no SOAP, security aside.
    Client,
    /// An error in the security header.
    InvalidSecurity,
    /// A token that is of no use.
    InvalidSecurityToken,
    /// A kind of token that is not supported.
    UnsupportedSecurityToken,
    /// An algorithm that is not supported.
    UnsupportedAlgorithm,
    /// A signature that is invalid.
    FailedCheck,
    /// A token that cannot be found.
    SecurityTokenUnavailable,
    /// A message that is too old, or from the future.
    MessageExpired,
}

impl FaultCode {
    /// The namespace of the code.
    pub fn namespace(self) -> &'static str {
        match self {
            Self::Client => SOAP,
            Self::MessageExpired => WSU,
            _ => WSSE,
        }
    }

    /// The local name of the code.
    pub fn name(self) -> &'static str {
        match self {
            Self::Client => "Client",
            Self::InvalidSecurity => "InvalidSecurity",
            Self::InvalidSecurityToken => "InvalidSecurityToken",
            Self::UnsupportedSecurityToken => "UnsupportedSecurityToken",
            Self::UnsupportedAlgorithm => "UnsupportedAlgorithm",
            Self::FailedCheck => "FailedCheck",
            Self::SecurityTokenUnavailable => "SecurityTokenUnavailable",
            Self::MessageExpired => "MessageExpired",
        }
    }

    /// The fault string that the standard gives.
    pub fn text(self) -> &'static str {
        match self {
            Self::Client => "The message is not a SOAP 1.1 message",
            Self::InvalidSecurity => {
                "An error was discovered processing the <wsse:Security> header"
            }
            Self::InvalidSecurityToken => "An invalid security token was provided",
            Self::UnsupportedSecurityToken => "An unsupported token was provided",
            Self::UnsupportedAlgorithm => {
                "An unsupported signature or encryption algorithm was used"
            }
            Self::FailedCheck => "The signature or decryption was invalid",
            Self::SecurityTokenUnavailable => "Referenced security token could not be retrieved",
            Self::MessageExpired => "The message has expired",
        }
    }
}
