use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use domain::{Client, ClientId, Clock, Error};
use jiff::{SignedDuration, Timestamp};
use store::{Presented, Store};

/// How long a node may go on with what it knows of a client before it asks whether the register was changed.
pub const CLIENT_REFRESH: SignedDuration = SignedDuration::from_millis(200);
/// How many clients a node remembers, and ids that nobody has, before it begins anew.
const REMEMBERED: usize = 20_000;

/// The register of clients as a node sees it: what it was told stays in memory as long as the version in the store is
/// the same, and that is asked every [`CLIENT_REFRESH`]. So a change made anywhere holds everywhere within that time,
/// and a call seldom waits for the store.
pub struct Clients {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    refresh: SignedDuration,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    /// The version that everything here is of, and when it was asked for.
    version: Option<(u64, Timestamp)>,
    by_id: HashMap<ClientId, Option<Arc<Client>>>,
    /// Clients alone: who brings ever new certificates with long names would otherwise fill the memory.
    by_certificate: HashMap<Presented, Arc<Client>>,
}

impl Clients {
    pub(crate) fn new(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        refresh: SignedDuration,
    ) -> Self {
        Self { store, clock, refresh, known: Mutex::default() }
    }

    /// The client of this id, revoked or not.
    pub async fn by_id(&self, id: &ClientId) -> Result<Option<Arc<Client>>, Error> {
        let version = self.version().await?;
        if let Some(known) = self.known().by_id.get(id) {
            return Ok(known.clone());
        }
        let found = self.store.clients().client(id.clone()).await?.map(Arc::new);
        self.remember(version, |known| {
            known.by_id.insert(id.clone(), found.clone());
        });
        Ok(found)
    }

    /// The client that a certificate belongs to, revoked or not.
    pub async fn by_certificate(
        &self,
        certificate: &Presented,
    ) -> Result<Option<Arc<Client>>, Error> {
        let version = self.version().await?;
        if let Some(known) = self.known().by_certificate.get(certificate) {
            return Ok(Some(Arc::clone(known)));
        }
        let found = self.store.clients().by_certificate(certificate.clone()).await?;
        let Some(found) = found.map(Arc::new) else { return Ok(None) };
        self.remember(version, |known| {
            known.by_certificate.insert(certificate.clone(), Arc::clone(&found));
        });
        Ok(Some(found))
    }

    /// The version of the register, not older than the refresh allows. Forgets everything when it is another one.
    async fn version(&self) -> Result<u64, Error> {
        let now = self.clock.now();
        if let Some((version, asked)) = self.known().version
            // A clock that was set back must not make this wait.
            && now.duration_since(asked).abs() < self.refresh
        {
            return Ok(version);
        }
        let version = self.store.clients().version().await?;
        let mut known = self.known();
        if known.version.is_none_or(|(before, _)| before != version) {
            *known = Known::default();
        }
        known.version = Some((version, now));
        Ok(version)
    }

    /// Remembers what was read when the register had this version, unless a newer one was seen meanwhile.
    fn remember(&self, version: u64, put: impl FnOnce(&mut Known)) {
        let mut known = self.known();
        if known.version.is_some_and(|(now, _)| now == version) {
            if known.by_id.len() + known.by_certificate.len() >= REMEMBERED {
                known.by_id.clear();
                known.by_certificate.clear();
            }
            put(&mut known);
        }
    }

    fn known(&self) -> std::sync::MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
