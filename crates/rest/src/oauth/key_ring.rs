use std::fmt::Write as _;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::{SignedDuration, Timestamp};
use ring::rand::SystemRandom;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use thiserror::Error;

use crate::jose::{KeySet, SigningKey, SigningKeyError};

/// The keys that sign access tokens, each with its time. A new one is published before it signs, and the one before it
/// checks what it has signed until that is over.
#[derive(Debug)]
pub struct KeyRing(Vec<RingKey>);

#[derive(Debug)]
struct RingKey {
    key: SigningKey,
    entry: Entry,
}

/// How a key lies in its file.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    /// PKCS #8 in base64.
    private_key: Secret,
    signs_from: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    checks_until: Option<Timestamp>,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(transparent)]
struct Secret(String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    keys: Vec<Entry>,
}

/// Why the keys cannot be used. No text of the file is shown: it is secret.
#[derive(Debug, Error)]
pub enum KeyRingError {
    /// Not the form that this program writes.
    #[error("it is not of the form that `presence token-key` writes (line {0})")]
    Form(usize),
    /// A key that is none.
    #[error("a key in it cannot be read: {0}")]
    Key(#[from] SigningKeyError),
    /// There is none.
    #[error("it has no key that signs at this moment")]
    None,
}

/// Where the keys come from, as they are at this moment.
pub trait KeySource: Send + Sync {
    /// The keys.
    fn ring(&self) -> Arc<KeyRing>;
}

impl KeyRing {
    /// A ring with one new key, which signs from `now` on.
    pub fn fresh(random: &SystemRandom, now: Timestamp) -> Self {
        Self(vec![new_key(random, now)])
    }

    /// Reads what [`Self::to_text`] wrote.
    pub fn parse(text: &str, random: &SystemRandom) -> Result<Self, KeyRingError> {
        let file: File =
            serde_json::from_str(text).map_err(|error| KeyRingError::Form(error.line()))?;
        let read = |entry: Entry| {
            let pkcs8 = STANDARD.decode(&entry.private_key.0).map_err(|_| SigningKeyError)?;
            Ok(RingKey { key: SigningKey::from_pkcs8(&pkcs8, random)?, entry })
        };
        Ok(Self(file.keys.into_iter().map(read).collect::<Result<_, KeyRingError>>()?))
    }

    /// The form of the file. It is secret.
    pub fn to_text(&self) -> String {
        let keys = self.0.iter().map(|key| key.entry.clone()).collect();
        let mut text = serde_json::to_string_pretty(&File { keys }).expect("plain members");
        text.push('\n');
        text
    }

    /// The ring after a rotation: a new key that signs once `notice` has passed, so that whoever has fetched the keys
    /// meanwhile knows it. What the others sign until then is good for `lifetime`; after that they are gone.
    #[must_use]
    pub fn rotated(
        self,
        random: &SystemRandom,
        now: Timestamp,
        notice: SignedDuration,
        lifetime: SignedDuration,
    ) -> Self {
        let from = now.saturating_add(notice).unwrap_or(now);
        let until = from.saturating_add(lifetime).unwrap_or(from);
        let mut keys = self.0;
        keys.retain(|key| key.checks_at(now));
        for key in &mut keys {
            let end = key.entry.checks_until.map_or(until, |end| end.min(until));
            key.entry.checks_until = Some(end);
        }
        keys.push(new_key(random, from));
        Self(keys)
    }

    /// The key that signs at `now`: the last that may.
    pub fn signer(&self, now: Timestamp) -> Result<&SigningKey, KeyRingError> {
        let may = |key: &&RingKey| key.entry.signs_from <= now && key.checks_at(now);
        let last = self.0.iter().filter(may).max_by_key(|key| key.entry.signs_from);
        last.map(|key| &key.key).ok_or(KeyRingError::None)
    }

    /// Since when the key has signed that signs at `now`.
    pub fn signs_since(&self, now: Timestamp) -> Result<Timestamp, KeyRingError> {
        let may = |key: &&RingKey| key.entry.signs_from <= now && key.checks_at(now);
        let since = self.0.iter().filter(may).map(|key| key.entry.signs_from).max();
        since.ok_or(KeyRingError::None)
    }

    /// The keys that check tokens at `now`.
    pub fn checking(&self, now: Timestamp) -> KeySet {
        let keys = self.0.iter().filter(|key| key.checks_at(now));
        KeySet::new(keys.map(|key| (Some(key.key.kid().into()), key.key.public())))
    }

    /// What is published of them: a JWK set.
    pub fn published(&self, now: Timestamp) -> Value {
        let keys = self.0.iter().filter(|key| key.checks_at(now));
        json!({ "keys": keys.map(|key| key.key.jwk()).collect::<Vec<_>>() })
    }

    /// A line for each key, for the operator.
    pub fn describe(&self) -> String {
        let mut text = String::new();
        for RingKey { key, entry } in &self.0 {
            write!(text, "{} signs from {}", key.kid(), entry.signs_from).expect("a String");
            if let Some(until) = entry.checks_until {
                write!(text, ", checks until {until}").expect("a String");
            }
            text.push('\n');
        }
        text
    }
}

impl RingKey {
    fn checks_at(&self, now: Timestamp) -> bool {
        self.entry.checks_until.is_none_or(|until| now < until)
    }
}

fn new_key(random: &SystemRandom, from: Timestamp) -> RingKey {
    let pkcs8 = SigningKey::generate(random);
    let key = SigningKey::from_pkcs8(&pkcs8, random).expect("it was just made");
    let private_key = Secret(STANDARD.encode(pkcs8));
    RingKey { key, entry: Entry { private_key, signs_from: from, checks_until: None } }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a moment")
    }

    #[test]
    fn a_new_key_is_published_before_it_signs_and_the_old_checks_until_its_tokens_are_over() {
        let random = SystemRandom::new();
        let ring = KeyRing::fresh(&random, at("2026-11-24T08:00:00Z"));
        let old = ring.signer(at("2026-11-24T08:00:00Z")).expect("signs").kid().to_owned();
        let minutes = SignedDuration::from_mins;
        let ring = ring.rotated(&random, at("2026-11-24T09:00:00Z"), minutes(10), minutes(15));
        let ring = KeyRing::parse(&ring.to_text(), &random).expect("our own form");
        let count = |moment| ring.published(moment)["keys"].as_array().expect("a list").len();
        for (moment, signs, published) in [
            ("2026-11-24T09:00:00Z", true, 2),
            ("2026-11-24T09:09:59Z", true, 2),
            ("2026-11-24T09:10:00Z", false, 2),
            ("2026-11-24T09:24:59Z", false, 2),
            ("2026-11-24T09:25:00Z", false, 1),
        ] {
            let signer = ring.signer(at(moment)).expect("always one");
            assert_eq!(signer.kid() == old, signs, "{moment}");
            assert_eq!(count(at(moment)), published, "{moment}");
        }
        let again = at("2026-11-24T10:00:00Z");
        assert_eq!(ring.rotated(&random, again, minutes(10), minutes(15)).0.len(), 2);
    }

    #[test]
    fn what_is_published_and_shown_holds_nothing_secret() {
        let random = SystemRandom::new();
        let ring = KeyRing::fresh(&random, at("2026-11-24T08:00:00Z"));
        let secret = ring.0[0].entry.private_key.0.clone();
        let now = at("2026-11-24T08:00:00Z");
        let shown = format!("{ring:?}{}{}", ring.published(now), ring.describe());
        assert!(!shown.contains(&secret));
        assert!(ring.published(now)["keys"][0].get("d").is_none());
        let error = KeyRing::parse("{\"keys\": [{\"private_key\": \"secret\"}]}", &random);
        assert!(!error.expect_err("not whole").to_string().contains("secret"));
    }
}
