//! The steps of registrations, and who is told of them.

use std::sync::Arc;

use async_trait::async_trait;
use domain::{ClientId, Error, Step, StepPosition, StepSelection, Webhook};
use jiff::Timestamp;
use store::{Events, WebhookChange};

use crate::PostgresStore;

#[cfg(test)]
mod plan_tests;
mod steps;
mod webhooks;

#[async_trait]
impl Events for PostgresStore {
    async fn last_step(&self) -> Result<StepPosition, Error> {
        let last = self.database.repeat_always("last step", || async {
            steps::last(&self.database.connection().await?).await
        });
        Ok(last.await?)
    }

    async fn steps(
        &self,
        selection: StepSelection,
        after: StepPosition,
        limit: u32,
    ) -> Result<Vec<Step>, Error> {
        let steps = self.database.repeat_always("steps", || async {
            steps::read(
                &mut self.database.connection().await?,
                self.layout,
                &selection,
                after,
                limit,
            )
            .await
        });
        Ok(steps.await?)
    }

    async fn add_webhook(&self, webhook: Webhook) -> Result<bool, Error> {
        Ok(webhooks::add(&self.database, &webhook).await?)
    }

    async fn webhooks(&self) -> Result<Vec<Webhook>, Error> {
        Ok(webhooks::list(&self.database).await?)
    }

    async fn change_webhook(
        &self,
        id: ClientId,
        change: Arc<WebhookChange>,
    ) -> Result<Option<Webhook>, Error> {
        Ok(webhooks::change(&self.database, &id, &*change).await?)
    }

    async fn hold_webhook(
        &self,
        id: ClientId,
        node: u64,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<bool, Error> {
        Ok(webhooks::hold(&self.database, &id, node, now, until).await?)
    }

    async fn remove_webhook(&self, id: ClientId) -> Result<bool, Error> {
        Ok(webhooks::remove(&self.database, &id).await?)
    }
}
