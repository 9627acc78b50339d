use wss::Policy;

use crate::Endpoint;

/// How far SHA-1 is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sha1 {
    /// Not at all: addresses whose policy asks for it are off.
    Off,
    /// As the algorithm of signatures over digests of SHA-256. That is what WS-SecurityPolicy 1.2 says of the suite
    /// `Basic256Sha256`, and what Apache CXF therefore sends.
    Signatures,
    /// Also for digests, at the addresses whose policy asks for it.
    On,
}

/// The policy of an address.
pub(super) fn of(endpoint: Endpoint, sha1: Sha1) -> Policy {
    let policy = match endpoint {
        Endpoint::HolderOfKey => Policy::HOLDER_OF_KEY,
        Endpoint::VarA => Policy::VAR_A,
        Endpoint::VarB => Policy::VAR_B,
        Endpoint::VarC => Policy::VAR_C,
        Endpoint::VarD => Policy::VAR_D,
        Endpoint::TokenService => Policy::TOKEN_SERVICE,
    };
    if sha1 == Sha1::Off { policy } else { policy.permitting_sha1() }
}
