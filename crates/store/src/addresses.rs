use async_trait::async_trait;
use domain::place::{
    AddressQuery, AddressesOfRegion, FoundAddress, NearAddress, RegisteredAddress,
};
use domain::{AuditEntry, Coordinates, Error};
use jiff::Timestamp;

/// The register of addresses: which lie at a point, and where does one lie.
#[async_trait]
pub trait Addresses: Send + Sync {
    /// The addresses nearest to a point, no farther than `metres` (1000 at most count) and no more than `most` (100 at
    /// most count); nearest first, of the same distance by region and id.
    async fn nearest(
        &self,
        to: Coordinates,
        metres: u32,
        most: u32,
    ) -> Result<Vec<NearAddress>, Error>;

    /// The addresses that fit best what is asked, no more than `most` (100 at most count): only those with the best
    /// [`domain::place::Fit`] that there is. None, if neither post code nor municipality is given.
    async fn find(&self, asked: AddressQuery, most: u32) -> Result<Vec<FoundAddress>, Error>;

    /// What the regions have, by region.
    async fn regions(&self) -> Result<Vec<AddressesOfRegion>, Error>;

    /// Begins an import, beside whoever uses the store, in this process or another.
    ///
    /// One import at a time: a second one answers [`domain::ErrorKind::RegisterBusy`]. What a process left behind when
    /// it was killed is not in the way.
    async fn begin(&self) -> Result<Box<dyn AddressStaging>, Error>;
}

/// An import of addresses under way. Nobody sees anything of it before the swap; when it is dropped, nothing has
/// changed.
///
/// Its methods block the thread while they write: run them where that harms nobody.
#[async_trait]
pub trait AddressStaging: Send {
    /// Adds addresses, in any order; the same address twice is one.
    async fn put(&mut self, addresses: Vec<RegisteredAddress>) -> Result<(), Error>;

    /// Swaps the new state in: each region of which there are addresses has these and no others; other regions stay
    /// as they are. Whoever looks something up sees all of it or nothing. Writes in short transactions, so that a
    /// process that serves beside it never waits for long. `progress` is told how many of how many steps are done.
    ///
    /// Answers the regions that changed; none when all was the same already, and then no address was written.
    ///
    /// `entry` is given what was changed ([`AuditEntry::imported_addresses`]) and appended to the audit in the
    /// transaction that swaps, also when nothing was changed.
    async fn swap(
        self: Box<Self>,
        at: Timestamp,
        entry: Option<AuditEntry>,
        progress: &(dyn Fn(u64, u64) + Send + Sync),
    ) -> Result<Vec<AddressesOfRegion>, Error>;
}
