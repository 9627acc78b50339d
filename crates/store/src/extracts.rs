use async_trait::async_trait;
use domain::Error;
use domain::register::Register;
use jiff::Timestamp;

/// Which extract of its source a register holds, where the source numbers them.
#[async_trait]
pub trait Extracts: Send + Sync {
    /// The number of the extract that was imported last; `None` when none was.
    async fn extract(&self, register: Register) -> Result<Option<u32>, Error>;

    /// Notes that an extract is in.
    async fn set_extract(
        &self,
        register: Register,
        number: u32,
        at: Timestamp,
    ) -> Result<(), Error>;
}
