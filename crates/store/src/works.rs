use async_trait::async_trait;
use domain::{EnterpriseNumber, Error, Sector, Work, WorksReference};

/// Reads the register of works. It is filled by imports and changed by [`crate::Registers::change`].
#[async_trait]
pub trait Works: Send + Sync {
    /// The sector of each work; `None` for works that are not known. Every registration asks for it.
    async fn sectors(&self, works: Vec<WorksReference>) -> Result<Vec<Option<Sector>>, Error>;

    /// A work with its sites and contracts.
    async fn work(&self, reference: WorksReference) -> Result<Option<Work>, Error>;

    /// The works where a company has, or had or will have, a contract as builder or contractor, in the order of their
    /// references; at most `most`.
    async fn works_led_by(&self, company: EnterpriseNumber, most: u32) -> Result<Vec<Work>, Error>;

    /// The first `most` works after a reference, or of all, in the order of their references.
    async fn works(&self, after: Option<WorksReference>, most: u32) -> Result<Vec<Work>, Error>;
}
