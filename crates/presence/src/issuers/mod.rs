//! The keys of other issuers of tokens: found by `OpenID` Connect Discovery, kept, and fetched anew when they change.

mod fetch;
mod file;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use domain::{Clock, Error, ErrorKind};
use jiff::{SignedDuration, Timestamp};
use rest::jose::KeySet;
use rest::oauth::{IssuerKeys, TrustedIssuer};
use serde_json::Value;
use tokio_rustls::TlsConnector;

/// Keys that are younger are not asked for again, unless a token names another one.
const FRESH: SignedDuration = SignedDuration::from_mins(10);
/// While an issuer cannot be reached, its last keys are good for so long.
const USABLE: SignedDuration = SignedDuration::from_hours(24);
/// No issuer is asked more often, whatever tokens name.
const PAUSE: SignedDuration = SignedDuration::from_secs(30);

/// Reads the file of trusted issuers.
pub(crate) fn read(path: &Path) -> Result<Vec<TrustedIssuer>, String> {
    let text = std::fs::read_to_string(path).map_err(|error| error.to_string())?;
    file::read(&text)
}

/// Fetches and keeps the keys of issuers.
pub(crate) struct FetchedKeys {
    tls: TlsConnector,
    clock: Arc<dyn Clock>,
    issuers: HashMap<String, Issuer>,
}

/// What is known of one.
#[derive(Default)]
struct Issuer {
    kept: Mutex<Kept>,
    /// Held by whoever fetches.
    fetching: tokio::sync::Mutex<()>,
}

#[derive(Clone, Default)]
struct Kept {
    keys: KeySet,
    fetched: Option<Timestamp>,
    tried: Option<Timestamp>,
}

impl Kept {
    fn is_younger(&self, now: Timestamp, than: SignedDuration) -> bool {
        self.fetched.is_some_and(|fetched| now.duration_since(fetched) < than)
    }
}

impl Issuer {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl FetchedKeys {
    /// Keys of these issuers; none is asked before its first token comes.
    pub(crate) fn new(tls: TlsConnector, clock: Arc<dyn Clock>, issuers: &[TrustedIssuer]) -> Self {
        let issuers = issuers.iter().map(|issuer| (issuer.url.clone(), Issuer::default()));
        Self { tls, clock, issuers: issuers.collect() }
    }

    /// The keys that an issuer publishes (`OpenID` Connect Discovery 1.0, section 4).
    async fn fetch(&self, url: &str) -> Result<KeySet, String> {
        let place = format!("{}/.well-known/openid-configuration", url.trim_end_matches('/'));
        let document = fetch::fetch(&self.tls, &place).await?;
        let document: Value = serde_json::from_slice(&document)
            .map_err(|error| format!("{place} is no JSON: {error}"))?;
        if document["issuer"] != url {
            return Err(format!("{place} is of another issuer: {}", document["issuer"]));
        }
        let place = document["jwks_uri"].as_str().ok_or(format!("{place} names no jwks_uri"))?;
        let keys = fetch::fetch(&self.tls, place).await?;
        let keys = KeySet::parse(&keys).ok_or(format!("{place} is no set of keys"))?;
        if keys.is_empty() { Err(format!("{place} has no key that is taken")) } else { Ok(keys) }
    }
}

#[async_trait]
impl IssuerKeys for FetchedKeys {
    async fn keys(&self, issuer: &str, kid: &str) -> Result<KeySet, Error> {
        let away =
            || Error::caused_by(ErrorKind::StoreUnavailable, "an issuer's keys are not there");
        let url = issuer;
        let issuer = self.issuers.get(issuer).ok_or_else(away)?;
        let kept = issuer.kept().clone();
        let now = self.clock.now();
        if kept.is_younger(now, FRESH) && kept.keys.has(kid) {
            return Ok(kept.keys);
        }
        let good = kept.is_younger(now, USABLE) && kept.keys.has(kid);
        let turn = match issuer.fetching.try_lock() {
            Ok(turn) => turn,
            // Who has what it needs does not wait for others.
            Err(_) if good => return Ok(kept.keys),
            Err(_) => issuer.fetching.lock().await,
        };
        let rested = |kept: &Kept| {
            kept.tried.is_none_or(|tried| self.clock.now().duration_since(tried) >= PAUSE)
        };
        // Somebody else may have fetched them meanwhile.
        if rested(&issuer.kept().clone()) {
            let fetched = self.fetch(url).await;
            let mut kept = issuer.kept();
            kept.tried = Some(self.clock.now());
            match fetched {
                Ok(keys) => (kept.keys, kept.fetched) = (keys, kept.tried),
                Err(error) => tracing::warn!(issuer = url, error, "an issuer's keys cannot be had"),
            }
        }
        drop(turn);
        let kept = issuer.kept().clone();
        if kept.is_younger(self.clock.now(), USABLE) { Ok(kept.keys) } else { Err(away()) }
    }
}
