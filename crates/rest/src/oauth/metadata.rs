use serde_json::{Value, json};

use super::{KEYS_PATH, OAuth, Scope};
use crate::jose::Algorithm;

impl OAuth {
    /// What a client library wants to know (RFC 8414).
    pub fn metadata(&self) -> Value {
        json!({
            "issuer": self.issuer(),
            "token_endpoint": self.token_url(),
            "jwks_uri": format!("{}{KEYS_PATH}", self.issuer()),
            "scopes_supported": Scope::ALL.map(Scope::name),
            "response_types_supported": [],
            "grant_types_supported": ["client_credentials"],
            "token_endpoint_auth_methods_supported": ["private_key_jwt"],
            "token_endpoint_auth_signing_alg_values_supported":
                Algorithm::ALL.map(Algorithm::name),
        })
    }

    /// The keys that check our access tokens: a JWK set.
    pub fn published_keys(&self) -> Value {
        self.keys().ring().published(self.now())
    }
}
