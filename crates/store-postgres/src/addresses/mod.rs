//! The register of addresses: `nearest.rs` and `find.rs` read it, each look one statement, so of one state; `staging.rs`
//! fills it.

mod find;
mod nearest;
#[cfg(test)]
mod plan_tests;
mod row;
mod staging;

use async_trait::async_trait;
use domain::place::{AddressQuery, AddressesOfRegion, FoundAddress, NearAddress};
use domain::{Coordinates, Error};
use jiff::Timestamp;
use store::{AddressStaging, Addresses};
use tokio_postgres::Row;

use crate::PostgresStore;
use crate::failure::Failure;

/// No answer holds more.
const MOST: u32 = 100;

#[async_trait]
impl Addresses for PostgresStore {
    async fn nearest(
        &self,
        to: Coordinates,
        metres: u32,
        most: u32,
    ) -> Result<Vec<NearAddress>, Error> {
        let found = self.database.repeat_always("nearest addresses", || async {
            let connection = self.database.connection().await?;
            nearest::nearest(&connection, to, metres, most.min(MOST) as usize).await
        });
        Ok(found.await?)
    }

    async fn find(&self, asked: AddressQuery, most: u32) -> Result<Vec<FoundAddress>, Error> {
        let found = self.database.repeat_always("find an address", || async {
            let connection = self.database.connection().await?;
            find::find(&connection, &asked, most.min(MOST) as usize).await
        });
        Ok(found.await?)
    }

    async fn regions(&self) -> Result<Vec<AddressesOfRegion>, Error> {
        let regions = self.database.repeat_always("regions of addresses", || async {
            let connection = self.database.connection().await?;
            let sql = "SELECT region, addresses, at FROM address_region ORDER BY region";
            connection.query_typed(sql, &[]).await?.iter().map(region).collect()
        });
        Ok(regions.await?)
    }

    async fn begin(&self) -> Result<Box<dyn AddressStaging>, Error> {
        let begun = self.database.repeat_always("begin an import of addresses", || {
            staging::Staged::begin(&self.database)
        });
        Ok(Box::new(begun.await?))
    }
}

fn region(row: &Row) -> Result<AddressesOfRegion, Failure> {
    let addresses: i64 = row.try_get(1)?;
    Ok(AddressesOfRegion {
        region: row::region(row.try_get(0)?)?,
        addresses: addresses.cast_unsigned(),
        at: Timestamp::from_millisecond(row.try_get(2)?)
            .map_err(|_| row::unreadable("moment of an import"))?,
    })
}
