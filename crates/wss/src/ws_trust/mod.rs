//! WS-Trust 1.3: the request for a security token, and the answer to it.

mod refusal;
mod request;
mod response;

pub use refusal::TrustRefusal;
pub use request::{Claim, TokenRequest};
pub use response::{ResponseForm, TokenResponse};
