use std::sync::Arc;

use serde_json::Value;

use super::{Claims, Jws, JwsError, PublicKey, strict_json};

/// Keys with their names: a client's, or a JWK set (RFC 7517, section 5).
#[derive(Clone, Debug, Default)]
pub struct KeySet(Vec<(Option<Arc<str>>, PublicKey)>);

/// How many keys are tried for a token that names none: each costs a check.
const MOST_TRIED: usize = 8;

impl KeySet {
    /// These keys.
    pub fn new(keys: impl IntoIterator<Item = (Option<Arc<str>>, PublicKey)>) -> Self {
        Self(keys.into_iter().collect())
    }

    /// Reads a JWK set. Keys that are not of our kinds, or not for signatures, are left out: others may need them.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let set = strict_json::object(bytes)?;
        let Some(Value::Array(keys)) = set.get("keys") else { return None };
        let read = |key: &Value| {
            let jwk = key.as_object()?;
            let name = jwk.get("kid").and_then(Value::as_str).map(Arc::from);
            Some((name, PublicKey::from_jwk(jwk).ok()?))
        };
        Some(Self(keys.iter().filter_map(read).collect()))
    }

    /// Has it no key?
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Is there a key of this name?
    pub fn has(&self, kid: &str) -> bool {
        self.0.iter().any(|(name, _)| name.as_deref() == Some(kid))
    }

    /// The claims of a token that one of the keys has signed. A token that names a key is only held against keys of
    /// that name and those that have none; one that names none, against all that know its algorithm.
    pub fn verify(&self, token: &Jws<'_>) -> Result<Claims, JwsError> {
        let named = |name: &Option<Arc<str>>| match (token.kid(), name) {
            (Some(kid), Some(name)) => kid == &**name,
            _ => true,
        };
        let mut keys = self
            .0
            .iter()
            .filter(|(name, key)| named(name) && key.checks(token.algorithm()))
            .take(MOST_TRIED);
        let mut refusal = JwsError::NoKey;
        let decided = keys.find_map(|(_, key)| match token.verify(key) {
            Err(JwsError::Signature) => {
                refusal = JwsError::Signature;
                None
            }
            decided => Some(decided),
        });
        decided.unwrap_or(Err(refusal))
    }
}
