//! An import of addresses: gathered in a file of its own, so that nothing of it touches the store before the swap.

use std::collections::{BTreeMap, HashSet};
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use domain::place::{AddressesOfRegion, Region, RegisteredAddress, cell, house_key};
use domain::{AuditEntry, Error, ErrorKind};
use jiff::Timestamp;
use rusqlite::Connection;
use store::AddressStaging;
use tokio::sync::oneshot;

use super::{digest, row, swap};
use crate::failure::Failure;

/// The lock of an import, in the folder of the data. The system gives it back when the process ends, however it ends.
const LOCK: &str = "addresses.lock";
/// What an import has gathered.
const FILE: &str = "addresses.import";
/// How many streets are remembered as written; there are some 200 000.
const STREETS: usize = 1_000_000;

/// The file needs to outlive no crash: it is thrown away then.
const SCHEMA: &str = "
    PRAGMA journal_mode = OFF;
    PRAGMA synchronous = OFF;
    PRAGMA locking_mode = EXCLUSIVE;
    PRAGMA cache_size = -16384;
    CREATE TABLE street (
        region INTEGER NOT NULL, street INTEGER NOT NULL, post_code INTEGER NOT NULL,
        municipality_nl TEXT, municipality_fr TEXT, municipality_de TEXT,
        nl TEXT, fr TEXT, de TEXT, PRIMARY KEY (region, street)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE address (
        region INTEGER NOT NULL, street INTEGER NOT NULL, house TEXT NOT NULL, id TEXT NOT NULL,
        house_number TEXT NOT NULL, box_number TEXT,
        longitude INTEGER NOT NULL, latitude INTEGER NOT NULL, cell INTEGER NOT NULL
    ) STRICT;
";

/// The import under way.
pub(super) struct Staging {
    pub(super) folder: PathBuf,
    pub(super) gathered: Connection,
    /// By region: the sum of the digests, and how many addresses were put.
    pub(super) regions: BTreeMap<Region, (u128, u64)>,
    streets: HashSet<i64>,
    /// Held until it is dropped.
    _lock: File,
}

impl Staging {
    pub(super) fn begin(folder: &Path) -> Result<Self, Error> {
        let refused = |error| Error::caused_by(ErrorKind::StoreRefused, error);
        let lock = File::create(folder.join(LOCK)).map_err(refused)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(Error::new(ErrorKind::RegisterBusy)),
            Err(TryLockError::Error(error)) => return Err(refused(error)),
        }
        let file = folder.join(FILE);
        // What a killed process left is of no use to anybody.
        if file.exists() {
            std::fs::remove_file(&file).map_err(refused)?;
        }
        let gathered = Connection::open(&file).map_err(Failure::from)?;
        gathered.execute_batch(SCHEMA).map_err(Failure::from)?;
        Ok(Self {
            folder: folder.to_owned(),
            gathered,
            regions: BTreeMap::new(),
            streets: HashSet::new(),
            _lock: lock,
        })
    }

    fn gather(&mut self, addresses: &[RegisteredAddress]) -> Result<(), Failure> {
        let transaction = self.gathered.transaction()?;
        {
            let mut insert = transaction.prepare_cached(
                "INSERT INTO address (region, street, house, id, house_number, box_number, \
                 longitude, latitude, cell) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            )?;
            for address in addresses {
                let street = digest::street(address);
                if self.streets.len() >= STREETS {
                    self.streets.clear();
                }
                if self.streets.insert(street) {
                    put_street(&transaction, street, address)?;
                }
                let point = address.coordinates;
                insert.execute((
                    address.region.number(),
                    street,
                    house_key(&address.house_number),
                    &*address.id,
                    &*address.house_number,
                    address.box_number.as_deref(),
                    row::stored(point.longitude()),
                    row::stored(point.latitude()),
                    cell(point),
                ))?;
                let (sum, count) = self.regions.entry(address.region).or_default();
                *sum = sum.wrapping_add(digest::address(address));
                *count += 1;
            }
        }
        Ok(transaction.commit()?)
    }
}

fn put_street(
    connection: &Connection,
    street: i64,
    address: &RegisteredAddress,
) -> rusqlite::Result<()> {
    let mut insert = connection.prepare_cached(
        "INSERT OR IGNORE INTO street (region, street, post_code, municipality_nl, \
         municipality_fr, municipality_de, nl, fr, de) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )?;
    let (municipality, names) = (&address.municipality, &address.street);
    insert
        .execute((
            address.region.number(),
            street,
            address.post_code,
            municipality.nl.as_deref(),
            municipality.fr.as_deref(),
            municipality.de.as_deref(),
            names.nl.as_deref(),
            names.fr.as_deref(),
            names.de.as_deref(),
        ))
        .map(drop)
}

impl Drop for Staging {
    fn drop(&mut self) {
        // The next import takes it away, if this one cannot.
        _ = std::fs::remove_file(self.folder.join(FILE));
    }
}

#[async_trait]
impl AddressStaging for Staging {
    async fn put(&mut self, addresses: Vec<RegisteredAddress>) -> Result<(), Error> {
        Ok(self.gather(&addresses)?)
    }

    /// On a thread of its own, which also ends when nobody waits for it any more.
    async fn swap(
        self: Box<Self>,
        at: Timestamp,
        entry: Option<AuditEntry>,
        progress: &(dyn Fn(u64, u64) + Send + Sync),
    ) -> Result<Vec<AddressesOfRegion>, Error> {
        let (steps, told) = tokio::sync::mpsc::unbounded_channel();
        let (reply, answer) = oneshot::channel();
        let run = move || {
            let outcome = swap::swap(&self, at, entry, &|done, of| steps.send((done, of)).is_ok());
            // Whoever has gone away meanwhile does not hear it.
            _ = reply.send(outcome);
        };
        std::thread::Builder::new()
            .name("addresses".into())
            .spawn(run)
            .map_err(|error| Error::caused_by(ErrorKind::StoreUnavailable, error))?;
        let mut told = told;
        while let Some((done, of)) = told.recv().await {
            progress(done, of);
        }
        Ok(answer.await.unwrap_or(Err(Failure::Panicked))?)
    }
}
