use async_trait::async_trait;
use domain::Error;
use jiff::Timestamp;
use sha2::{Digest, Sha256};

/// Remembers what may be used once: ids of tokens, signed timestamps.
#[async_trait]
pub trait Replays: Send + Sync {
    /// Is this the first time that `key` is used? Of any number of calls at the same time, on any node, one hears yes.
    ///
    /// It is remembered until `until`: from then on whatever carried the key has to be refused for its age. When it
    /// answers, that is on disk. Keys that are over at `now` are forgotten little by little, so that the store holds no
    /// more than what came in during the longest life of a key.
    async fn first_time(
        &self,
        key: ReplayKey,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<bool, Error>;
}

/// What may be used once, as a hash: stores learn nothing of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ReplayKey([u8; 32]);

impl ReplayKey {
    /// The key of `parts` among things of this `kind`. Other parts, or the same divided elsewhere, are another key.
    pub fn of(kind: &str, parts: &[&[u8]]) -> Self {
        let mut hash = Sha256::new();
        for part in std::iter::once(kind.as_bytes()).chain(parts.iter().copied()) {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        Self(hash.finalize().into())
    }

    /// The key of stored bytes.
    pub fn of_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Its bytes.
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kind_parts_and_their_division_make_the_key() {
        let keys = [
            ReplayKey::of("jti", &[b"ab", b"c"]),
            ReplayKey::of("jti", &[b"a", b"bc"]),
            ReplayKey::of("jti", &[b"abc"]),
            ReplayKey::of("timestamp", &[b"ab", b"c"]),
        ];
        let different: std::collections::HashSet<_> = keys.into_iter().collect();
        assert_eq!(different.len(), keys.len());
        assert_eq!(ReplayKey::of("jti", &[b"ab", b"c"]), keys[0]);
    }
}
