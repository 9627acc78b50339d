//! The register of addresses: `nearest.rs` and `find.rs` read it, `staging.rs` and `swap.rs` fill it.

mod digest;
mod find;
mod nearest;
mod row;
mod staging;
mod swap;

use async_trait::async_trait;
use domain::place::{AddressQuery, AddressesOfRegion, FoundAddress, NearAddress, Region};
use domain::{Coordinates, Error};
use jiff::Timestamp;
use rusqlite::Connection;
use store::{AddressStaging, Addresses};

use crate::SqliteStore;
use crate::failure::Failure;

#[cfg(test)]
pub(crate) use nearest::IN_CELLS;

/// No answer holds more.
const MOST: u32 = 100;

#[async_trait]
impl Addresses for SqliteStore {
    async fn nearest(
        &self,
        to: Coordinates,
        metres: u32,
        most: u32,
    ) -> Result<Vec<NearAddress>, Error> {
        self.look_up(move |connection| {
            in_one_state(connection, |connection| {
                nearest::nearest(connection, to, metres, most.min(MOST))
            })
        })
        .await
    }

    async fn find(&self, asked: AddressQuery, most: u32) -> Result<Vec<FoundAddress>, Error> {
        self.look_up(move |connection| {
            in_one_state(connection, |connection| {
                find::find(connection, &asked, most.min(MOST) as usize)
            })
        })
        .await
    }

    async fn regions(&self) -> Result<Vec<AddressesOfRegion>, Error> {
        self.look_up(regions).await
    }

    async fn begin(&self) -> Result<Box<dyn AddressStaging>, Error> {
        Ok(Box::new(staging::Staging::begin(&self.folder)?))
    }
}

/// A generation that is looked at, with its region.
struct Generation {
    region: Region,
    number: i64,
}

fn generations(connection: &Connection) -> Result<Vec<Generation>, Failure> {
    let mut statement =
        connection.prepare_cached("SELECT region, generation FROM address_region")?;
    let mut rows = statement.query(())?;
    let mut generations = Vec::new();
    while let Some(row) = rows.next()? {
        let region = region(row.get(0)?)?;
        generations.push(Generation { region, number: row.get(1)? });
    }
    Ok(generations)
}

/// Several statements that must see the same state: an import may swap in between.
fn in_one_state<T>(
    connection: &Connection,
    read: impl FnOnce(&Connection) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let transaction = connection.unchecked_transaction()?;
    read(&transaction)
}

fn regions(connection: &Connection) -> Result<Vec<AddressesOfRegion>, Failure> {
    let mut statement = connection
        .prepare_cached("SELECT region, addresses, at FROM address_region ORDER BY region")?;
    let mut rows = statement.query(())?;
    let mut regions = Vec::new();
    while let Some(row) = rows.next()? {
        let addresses: i64 = row.get(1)?;
        let at = Timestamp::from_millisecond(row.get(2)?)
            .map_err(|_| Failure::Unreadable { id: 0, field: "moment of an import" })?;
        let addresses = u64::try_from(addresses).unwrap_or_default();
        regions.push(AddressesOfRegion { region: region(row.get(0)?)?, addresses, at });
    }
    Ok(regions)
}

fn region(number: i64) -> Result<Region, Failure> {
    Region::from_number(number).ok_or(Failure::Unreadable { id: number, field: "region" })
}
