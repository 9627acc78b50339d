use std::sync::Arc;

use async_trait::async_trait;
use domain::{ClientId, Error, Step, StepPosition, StepSelection, Webhook};
use jiff::Timestamp;

/// What becomes of a webhook; it may be asked again when a transaction has to be repeated.
pub type WebhookChange = dyn Fn(&mut Webhook) + Send + Sync;

/// Tells of the steps of registrations, and keeps who is told.
///
/// Each step is written in the transaction of the change that it tells of: there is no change without its step, and no
/// step without its change.
#[async_trait]
pub trait Events: Send + Sync {
    /// The position of the last step; [`StepPosition::START`] when there is none.
    async fn last_step(&self) -> Result<StepPosition, Error>;

    /// The steps after a position, oldest first, at most `limit`. The steps of one registration come in the order of
    /// its life; a step that is answered stays where it is, and none is ever put before it.
    async fn steps(
        &self,
        selection: StepSelection,
        after: StepPosition,
        limit: u32,
    ) -> Result<Vec<Step>, Error>;

    /// Adds a webhook; answers whether its id was free.
    async fn add_webhook(&self, webhook: Webhook) -> Result<bool, Error>;

    /// Every webhook, in the order of their ids.
    async fn webhooks(&self) -> Result<Vec<Webhook>, Error>;

    /// Changes a webhook in one transaction and answers it; `None` when there is none of this id.
    async fn change_webhook(
        &self,
        id: ClientId,
        change: Arc<WebhookChange>,
    ) -> Result<Option<Webhook>, Error>;

    /// Lets one node alone tell a webhook until a moment: answers whether `node` may. It may when nobody else does, or
    /// when whoever did is past its moment; asked again, it may for longer.
    async fn hold_webhook(
        &self,
        id: ClientId,
        node: u64,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<bool, Error>;

    /// Removes a webhook; answers whether there was one.
    async fn remove_webhook(&self, id: ClientId) -> Result<bool, Error>;
}
