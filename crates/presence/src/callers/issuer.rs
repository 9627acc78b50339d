use std::path::PathBuf;
use std::sync::Arc;

use domain::Error;
use jiff::{SignedDuration, Timestamp};
use thiserror::Error as ThisError;
use wss::saml::{IssuerKey, Issuers};
use wss::sign::SigningKey;

use super::broken;
use super::cached::Cached;
use crate::keys::{Ring, RingError, read_key};

/// The name of the token service in its assertions.
const NAME: &str = "urn:presence:sts";

/// The keys of the token service cannot be had.
#[derive(Debug, ThisError)]
#[error("the key of the token service cannot be had: {0}")]
pub(crate) struct IssuerError(#[from] RingError);

/// The token service, as the door asks for it.
pub(crate) struct Issuer {
    source: Source,
    cached: Cached<Keys>,
}

/// The keys of a moment.
pub(crate) struct Keys {
    /// The one that signs.
    pub(crate) key: Arc<SigningKey>,
    /// Those that are taken.
    pub(crate) issuers: Arc<Issuers>,
}

/// Where the keys are.
enum Source {
    /// Made by the program, in the folder of its data.
    Ring(Ring),
    /// Given by the operator: the key that signs, and those before it.
    Files { current: PathBuf, former: Option<PathBuf>, password: Option<String> },
}

impl Issuer {
    /// Keys in the folder of the data. What one signed is taken for `overlap` after it was replaced.
    pub(crate) fn own(
        data: &std::path::Path,
        overlap: SignedDuration,
        now: Timestamp,
    ) -> Result<Self, IssuerError> {
        Self::of(Source::Ring(Ring::new(data, overlap)), now)
    }

    /// A key that the operator gives, and the one that it replaced; with the password of their files, if they have one.
    pub(crate) fn given(
        current: PathBuf,
        former: Option<PathBuf>,
        password: Option<String>,
        now: Timestamp,
    ) -> Result<Self, IssuerError> {
        Self::of(Source::Files { current, former, password }, now)
    }

    fn of(source: Source, now: Timestamp) -> Result<Self, IssuerError> {
        let keys = source.read(now)?;
        Ok(Self { cached: Cached::new(keys, now), source })
    }

    /// The keys of this moment.
    pub(super) fn current(&self, now: Timestamp) -> Result<Arc<Keys>, Error> {
        self.cached.current(now, |_| self.source.read(now).map(Some)).map_err(broken)
    }
}

impl Source {
    fn read(&self, now: Timestamp) -> Result<Keys, RingError> {
        let (key, taken) = match self {
            Self::Ring(ring) => {
                let keys = ring.keys(now)?;
                let taken = keys.iter().map(crate::keys::TokenKey::as_issuer).collect();
                let current = keys.into_iter().next().expect("a ring has at least one key");
                (current.key, taken)
            }
            Self::Files { current, former, password } => {
                let password = password.as_deref();
                let key = Arc::new(read_key(current, password)?);
                let mut taken = vec![IssuerKey::new(key.certificate().clone())];
                if let Some(former) = former {
                    taken.push(IssuerKey::new(read_key(former, password)?.certificate().clone()));
                }
                (key, taken)
            }
        };
        let issuers = Issuers { name: NAME.to_owned(), keys: taken, audiences: Vec::new() };
        Ok(Keys { key, issuers: Arc::new(issuers) })
    }
}
