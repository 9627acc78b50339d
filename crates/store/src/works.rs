use async_trait::async_trait;
use domain::{Error, Sector, Work, WorksReference};

/// Keeps the register of works.
#[async_trait]
pub trait Works: Send + Sync {
    /// The sector of each work; `None` for works that are not known.
    async fn sectors(&self, works: Vec<WorksReference>) -> Result<Vec<Option<Sector>>, Error>;

    /// Adds works, or changes those that are known.
    async fn put_works(&self, works: Vec<Work>) -> Result<(), Error>;
}
