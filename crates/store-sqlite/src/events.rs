use std::sync::Arc;

use async_trait::async_trait;
use domain::{ClientId, Error, Step, StepPosition, StepSelection, Webhook};
use jiff::Timestamp;
use store::{Events, WebhookChange};

use crate::SqliteStore;

pub(crate) mod steps;
mod webhooks;

#[async_trait]
impl Events for SqliteStore {
    async fn last_step(&self) -> Result<StepPosition, Error> {
        self.look_back(steps::last).await
    }

    async fn steps(
        &self,
        selection: StepSelection,
        after: StepPosition,
        limit: u32,
    ) -> Result<Vec<Step>, Error> {
        self.look_back(move |connection| steps::read(connection, &selection, after, limit)).await
    }

    async fn add_webhook(&self, webhook: Webhook) -> Result<bool, Error> {
        self.transact(1, move |connection| webhooks::add(connection, &webhook)).await
    }

    async fn webhooks(&self) -> Result<Vec<Webhook>, Error> {
        self.look_up(webhooks::list).await
    }

    async fn change_webhook(
        &self,
        id: ClientId,
        change: Arc<WebhookChange>,
    ) -> Result<Option<Webhook>, Error> {
        self.transact(1, move |connection| webhooks::change(connection, &id, change.as_ref())).await
    }

    async fn hold_webhook(
        &self,
        id: ClientId,
        node: u64,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<bool, Error> {
        self.transact(1, move |connection| webhooks::hold(connection, &id, node, now, until)).await
    }

    async fn remove_webhook(&self, id: ClientId) -> Result<bool, Error> {
        self.transact(1, move |connection| webhooks::remove(connection, &id)).await
    }
}
