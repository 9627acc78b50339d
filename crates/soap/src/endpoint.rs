//! The addresses of the service: each has a path, and asks something else of who calls there.

/// An address of the service (contract, "Security policies of the five published endpoints").
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Endpoint {
    /// `PresenceRegistration_v1`, the official one: SAML 1.1 holder-of-key, `Basic256`. An open service takes calls of
    /// nobody in particular here.
    HolderOfKey,
    /// `VarA`: X.509, `Basic256`.
    VarA,
    /// `VarB`: SAML 1.1 sender-vouches over X.509, `Basic256`.
    VarB,
    /// `VarC`: X.509, `Basic256Sha256`.
    VarC,
    /// `VarD`: SAML 1.1 holder-of-key, `Basic256Sha256`.
    VarD,
    /// Our own beside the published ones: the caller is known by its certificate in TLS, and messages are not signed.
    Tls,
    /// The `SecurityTokenService`: X.509, `Basic256Sha256`, WS-Trust 1.3.
    TokenService,
}

impl Endpoint {
    /// Every address, the official one first.
    pub const ALL: [Self; 7] = [
        Self::HolderOfKey,
        Self::VarA,
        Self::VarB,
        Self::VarC,
        Self::VarD,
        Self::Tls,
        Self::TokenService,
    ];

    /// Its path. The contract gives the first and the last; those of the variants are our own choice.
    pub fn path(self) -> &'static str {
        match self {
            Self::HolderOfKey => "/PresenceRegistration/v1",
            Self::VarA => "/PresenceRegistration/v1/VarA",
            Self::VarB => "/PresenceRegistration/v1/VarB",
            Self::VarC => "/PresenceRegistration/v1/VarC",
            Self::VarD => "/PresenceRegistration/v1/VarD",
            Self::Tls => "/PresenceRegistration/v1/TLS",
            Self::TokenService => "/SecurityTokenService/v2",
        }
    }

    /// The name that settings, logs and texts give it.
    pub fn name(self) -> &'static str {
        match self {
            Self::HolderOfKey => "v1",
            Self::VarA => "VarA",
            Self::VarB => "VarB",
            Self::VarC => "VarC",
            Self::VarD => "VarD",
            Self::Tls => "TLS",
            Self::TokenService => "SecurityTokenService",
        }
    }

    /// Does its policy ask for SHA-1 (suite Basic256)?
    pub fn uses_sha1(self) -> bool {
        matches!(self, Self::HolderOfKey | Self::VarA | Self::VarB)
    }

    /// The address that asks for the same token with SHA-256, where there is one.
    pub fn with_sha256(self) -> Option<Self> {
        match self {
            Self::HolderOfKey => Some(Self::VarD),
            Self::VarA => Some(Self::VarC),
            Self::VarB => None,
            other => Some(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_address_has_a_path_and_a_name_of_its_own() {
        let paths: HashSet<_> = Endpoint::ALL.map(Endpoint::path).into();
        let names: HashSet<_> = Endpoint::ALL.map(Endpoint::name).into();
        assert_eq!((paths.len(), names.len()), (Endpoint::ALL.len(), Endpoint::ALL.len()));
    }

    #[test]
    fn what_replaces_an_address_uses_no_sha1() {
        for endpoint in Endpoint::ALL {
            let other = endpoint.with_sha256();
            assert!(other.is_none_or(|other| !other.uses_sha1()), "{endpoint:?}");
        }
    }
}
