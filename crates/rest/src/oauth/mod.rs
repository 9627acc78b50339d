//! OAuth 2 (RFC 6749) with one grant: a client of the register proves who it is with an assertion that its own key has
//! signed (RFC 7523) and gets a short-lived access token (RFC 9068), which any node checks without asking anybody.

mod access;
mod assertion;
mod authorization;
mod external;
mod form;
mod key_ring;
mod metadata;
mod scope;
mod server;
mod token;
mod token_error;

#[cfg(test)]
mod attacks;

pub use access::{Access, AccessRefusal};
pub use external::{Holder, IssuerKeys, TrustedIssuer};
pub use key_ring::{KeyRing, KeyRingError, KeySource};
pub use scope::{Scope, Scopes};
pub use server::{OAuth, OAuthSettings};
pub use token::{Granted, TokenRequest};
pub use token_error::TokenError;

/// The path of the token endpoint.
pub const TOKEN_PATH: &str = "/REST/oauth/v5/token";
/// The path of the metadata (RFC 8414).
pub const METADATA_PATH: &str = "/.well-known/oauth-authorization-server";
/// The path of the keys that check access tokens (RFC 7517).
pub const KEYS_PATH: &str = "/.well-known/jwks.json";
/// The path of the service that access tokens are for.
pub const SERVICE_PATH: &str = "/REST/presenceRegistration/v1";

/// By how many seconds the clocks of others may differ from ours.
const SKEW: i64 = 30;
