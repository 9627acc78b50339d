use async_trait::async_trait;
use domain::Error;

/// Keeps the secrets that all nodes of a service have in common.
#[async_trait]
pub trait Secrets: Send + Sync {
    /// The secret of this name. The first that asks makes it, of `fresh`; everybody hears the same from then on.
    async fn secret(&self, name: &'static str, fresh: [u8; 32]) -> Result<[u8; 32], Error>;
}
