//! Signed tokens (RFC 7515 to 7519) as far as this service needs them, and no further: the compact form, three
//! algorithms, public keys that are known beforehand. What is left out cannot be attacked (RFC 8725).

mod algorithm;
mod base64url;
mod claims;
mod jws;
mod key;
mod key_set;
mod sign;
mod strict_json;

#[cfg(test)]
mod attacks;

pub use algorithm::Algorithm;
pub use claims::{Claims, ClaimsError};
pub use jws::{Jws, JwsError, MAX_LENGTH};
pub use key::{KeyError, PublicKey};
pub use key_set::KeySet;
pub use sign::{SigningKey, SigningKeyError};
