//! The register of clients.

mod read;
mod write;

use async_trait::async_trait;
use domain::{Client, ClientId, Error};
use store::{ClientConflict, Clients, Presented};

use crate::SqliteStore;

#[cfg(test)]
pub(crate) use read::{BY_FINGERPRINT, BY_ID, BY_SUBJECT, LIST};

#[async_trait]
impl Clients for SqliteStore {
    async fn add(&self, client: Client) -> Result<Result<(), ClientConflict>, Error> {
        self.transact(weight(&client), move |connection| write::add(connection, &client)).await
    }

    async fn change(&self, client: Client) -> Result<Result<(), ClientConflict>, Error> {
        self.transact(weight(&client), move |connection| write::change(connection, &client)).await
    }

    async fn client(&self, id: ClientId) -> Result<Option<Client>, Error> {
        self.look_up(move |connection| read::client(connection, id.as_str())).await
    }

    async fn by_certificate(&self, certificate: Presented) -> Result<Option<Client>, Error> {
        self.look_up(move |connection| read::by_certificate(connection, &certificate)).await
    }

    async fn list(&self, after: Option<ClientId>, limit: u32) -> Result<Vec<Client>, Error> {
        self.look_up(move |connection| read::list(connection, after.as_ref(), limit)).await
    }

    async fn version(&self) -> Result<u64, Error> {
        self.look_up(read::version).await
    }
}

fn weight(client: &Client) -> usize {
    let mandates = match &client.role {
        domain::Role::Mandatary(mandates) => mandates.len(),
        _ => 0,
    };
    1 + client.certificates.len() + client.keys.len() + client.scopes.len() + mandates
}
