use std::sync::Arc;

use async_trait::async_trait;
use domain::{Caller, Error, ErrorKind};
use jiff::Timestamp;
use wss::saml::Issuers;
use wss::sign::SigningKey;
use wss::{Certificate, Trust};

use super::{Callers, Denial, Proof};

/// Nobody is known.
pub(super) struct Nobody;

#[async_trait]
impl Callers for Nobody {
    async fn trust(&self) -> Result<Arc<Trust>, Error> {
        Ok(Arc::new(Trust::new()))
    }

    async fn issuers(&self) -> Result<Arc<Issuers>, Error> {
        Ok(Arc::new(Issuers::default()))
    }

    async fn signing_key(&self) -> Result<Arc<SigningKey>, Error> {
        Err(Error::caused_by(ErrorKind::Internal, "this service has no key to issue tokens"))
    }

    async fn kept(&self, _: &[u8; 32]) -> Result<Vec<Certificate>, Error> {
        Ok(Vec::new())
    }

    async fn caller(&self, _: Proof<'_>) -> Result<Result<Caller, Denial>, Error> {
        Ok(Err(Denial::Unknown("this service knows nobody".to_owned())))
    }

    async fn is_first(&self, _: &[u8; 32], _: Timestamp) -> Result<bool, Error> {
        Ok(false)
    }
}
