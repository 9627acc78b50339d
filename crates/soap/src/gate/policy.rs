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

/// The policy of signatures of an address; `None` where nothing is signed.
pub(super) fn of(endpoint: Endpoint, sha1: Sha1) -> Option<Policy> {
    let policy = match endpoint {
        Endpoint::HolderOfKey => Policy::HOLDER_OF_KEY,
        Endpoint::VarA => Policy::VAR_A,
        Endpoint::VarB => Policy::VAR_B,
        Endpoint::VarC => Policy::VAR_C,
        Endpoint::VarD => Policy::VAR_D,
        Endpoint::TokenService => Policy::TOKEN_SERVICE,
        Endpoint::Tls => return None,
    };
    Some(if sha1 == Sha1::Off { policy } else { policy.permitting_sha1() })
}
