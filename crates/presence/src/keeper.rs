//! Which store keeps the data: the only place that tells one backend from the other.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use domain::{Clock, Error};
use rustls::RootCertStore;
use store::{Stats, Store};
use store_postgres::{Condition, PostgresStore};
use store_sqlite::SqliteStore;
use thiserror::Error as ThisError;
use tokio::sync::watch;
use tokio::time::MissedTickBehavior;

use crate::config::{Config, Secret};
use crate::pem::{self, PemError};
use crate::telemetry::{Kind, Metrics};

/// How often the database is looked after.
const CARE: Duration = Duration::from_hours(1);
/// The same after an error.
const CARE_AGAIN: Duration = Duration::from_secs(10);

/// Why the data cannot be opened.
#[derive(Debug, ThisError)]
pub(crate) enum KeeperError {
    /// The embedded store.
    #[error("the data in {} cannot be opened: {}", path.display(), chain(cause))]
    Folder { path: PathBuf, cause: Error },
    /// The database.
    #[error("the database (database_url) cannot be opened: {}", chain(.0))]
    Database(Error),
    /// The file with its authorities.
    #[error("the database's authorities (database_authorities) cannot be used: {0}")]
    Authorities(#[from] PemError),
}

/// An error with everything beneath it, for the operator.
fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

/// The authorities of a file.
fn read(authorities: Option<&PathBuf>) -> Result<Option<Arc<RootCertStore>>, PemError> {
    authorities.map(|path| pem::authorities([path]).map(Arc::new)).transpose()
}

/// The version of the schema in the database of a place, and the one that this program makes of it. Changes nothing.
pub(crate) async fn schema_versions(place: &Place) -> Result<(u32, u32), KeeperError> {
    let authorities = read(place.authorities.as_ref())?;
    let options = store_postgres::Options { authorities, ..store_postgres::Options::default() };
    let url = place.database.as_ref().map_or("", Secret::text);
    store_postgres::schema_versions(url, &options).await.map_err(KeeperError::Database)
}

/// Where the data is.
pub(crate) struct Place {
    /// The folder: for all of it, or only for keys.
    pub(crate) folder: PathBuf,
    /// The database, where there is one.
    pub(crate) database: Option<Secret>,
    /// The authorities of its servers.
    pub(crate) authorities: Option<PathBuf>,
}

/// The store, by its kind.
#[derive(Clone)]
pub(crate) enum Keeper {
    /// A file in a folder.
    Embedded(Arc<SqliteStore>),
    /// A PostgreSQL database.
    Database(Arc<PostgresStore>),
}

impl Keeper {
    /// Opens the data of a service.
    pub(crate) async fn open(config: &Config, folder: &Path) -> Result<Self, KeeperError> {
        let place = Place {
            folder: folder.to_owned(),
            database: config.database_url.clone(),
            authorities: config.database_authorities.clone(),
        };
        let options = store_postgres::Options {
            connections: config.database_connections as usize,
            patience: config.database_patience,
            retention_days: config.database_retention_days,
            ..store_postgres::Options::default()
        };
        Self::at(place, store_sqlite::Options::default(), options).await
    }

    /// Opens the data beside a service that may be using it, with little of the machine.
    pub(crate) async fn beside(place: Place) -> Result<Self, KeeperError> {
        let little = store_sqlite::Options {
            search_threads: 1,
            writer_cache_kib: 2048,
            reader_cache_kib: 2048,
            ..store_sqlite::Options::default()
        };
        let few = store_postgres::Options {
            connections: 4,
            lanes: 1,
            ..store_postgres::Options::default()
        };
        Self::at(place, little, few).await
    }

    async fn at(
        place: Place,
        embedded: store_sqlite::Options,
        database: store_postgres::Options,
    ) -> Result<Self, KeeperError> {
        let Place { folder: path, database: url, authorities } = place;
        let Some(url) = url else {
            let store = SqliteStore::open(&path, embedded);
            let store = store.map_err(|cause| KeeperError::Folder { path, cause })?;
            return Ok(Self::Embedded(Arc::new(store)));
        };
        let authorities = read(authorities.as_ref())?;
        let options = store_postgres::Options { authorities, ..database };
        let store = PostgresStore::open(url.text(), options).await;
        Ok(Self::Database(Arc::new(store.map_err(KeeperError::Database)?)))
    }

    /// The store.
    pub(crate) fn store(&self) -> Arc<dyn Store> {
        match self {
            Self::Embedded(store) => Arc::clone(store) as _,
            Self::Database(store) => Arc::clone(store) as _,
        }
    }

    /// Gives it up; ends when all others have done so too, and everything is written and closed.
    pub(crate) async fn close(self) {
        if let Self::Embedded(store) = self {
            let ended = store.ended();
            drop(store);
            ended.await;
        }
    }

    /// How the database is, today, where registrations are kept for so many days; `None` of the embedded store.
    pub(crate) async fn condition(
        &self,
        today: jiff::civil::Date,
        retention_days: u32,
    ) -> Option<Result<Condition, Error>> {
        match self {
            Self::Embedded(_) => None,
            Self::Database(store) => Some(store.condition(today, retention_days).await),
        }
    }

    /// A number that no other node has: a new one, or always the same where there is one node, so that it goes on at once
    /// with what it held before.
    pub(crate) fn node(&self, new: u64) -> u64 {
        match self {
            Self::Embedded(_) => 0,
            Self::Database(_) => new,
        }
    }

    /// Shows the operator what it does.
    pub(crate) fn watch(&self, metrics: &mut Metrics) {
        let read = |of: fn(Stats) -> u64| {
            let keeper = self.clone();
            move || of(keeper.stats())
        };
        let commits = read(|stats| stats.commits);
        metrics.watch("store_commits", "Commits that reached the disk", Kind::Counter, commits);
        let calls = read(|stats| stats.calls);
        metrics.watch("store_calls", "Calls that commits answered", Kind::Counter, calls);
        let rows = read(|stats| stats.rows);
        metrics.watch("store_rows", "Rows written or changed", Kind::Counter, rows);
    }

    fn stats(&self) -> Stats {
        match self {
            Self::Embedded(store) => store.stats(),
            Self::Database(store) => store.stats(),
        }
    }

    /// Makes partitions ahead of time and drops those whose retention has ended, until the program stops.
    pub(crate) async fn look_after(self, clock: Arc<dyn Clock>, mut stop: watch::Receiver<bool>) {
        let Self::Database(store) = self else { return };
        let mut care = tokio::time::interval(CARE);
        care.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                _ = care.tick() => {}
                _ = stop.wait_for(|stop| *stop) => return,
            }
            match store.look_after(domain::belgian_day(clock.now())).await {
                Ok(dropped) => {
                    for partition in dropped {
                        tracing::info!(partition, "dropped: its retention has ended");
                    }
                }
                Err(error) => {
                    tracing::error!(
                        error = chain(&error),
                        "the partitions could not be looked after"
                    );
                    care.reset_after(CARE_AGAIN);
                }
            }
        }
    }
}
