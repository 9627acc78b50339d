//! Telling webhooks of the steps of registrations: each step at least once, those of one registration in the order of its
//! life, whatever happens to the receiver, to this program, or to other receivers.

mod lanes;

use std::collections::BTreeSet;
use std::sync::Arc;

use async_trait::async_trait;
use domain::{Caller, ClientId, Error, Step, StepPosition, StepSelection, Visibility, Webhook};
use fastrand::Rng;
use jiff::{SignedDuration, Timestamp};

use crate::App;

/// How many steps are taken from the store at once.
const WINDOW: u32 = 64;
/// The wait after the first failure; it doubles with each further one.
const FIRST_WAIT: SignedDuration = SignedDuration::from_secs(5);
/// For how long a node alone tells a webhook, and how much of that has to be left when it begins a round.
const HOLD: SignedDuration = SignedDuration::from_secs(60);
const LEFT: SignedDuration = SignedDuration::from_secs(40);
/// How much has to be left when it begins a delivery, which is over by then.
const DELIVERY: SignedDuration = SignedDuration::from_secs(20);
/// How long a node waits while another tells the webhook.
const ASK_AGAIN: SignedDuration = SignedDuration::from_secs(10);
/// The longest wait between two attempts.
const LONGEST_WAIT: SignedDuration = SignedDuration::from_mins(15);

/// Brings one step to a webhook's address.
#[async_trait]
pub trait Courier: Send + Sync {
    /// Brings it; answers within 20 seconds.
    async fn deliver(&self, webhook: &Webhook, step: &Step, at: Timestamp) -> Delivered;
}

/// What became of a delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delivered {
    /// The receiver took it.
    Arrived,
    /// It did not; why, for the operator.
    Failed(String),
    /// The receiver wants nothing any more.
    Gone,
}

/// When there is something to do again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// At once: more is waiting.
    AtOnce,
    /// When there are new steps, or the webhook was changed.
    OnNews,
    /// At this moment, or when the webhook was changed.
    At(Timestamp),
    /// Never: there is no such webhook.
    Never,
}

/// The deliveries of one webhook. Each has its own, so that no receiver waits for another.
pub struct Delivery {
    app: Arc<App>,
    courier: Arc<dyn Courier>,
    id: ClientId,
    /// The number of this node, and until when it alone tells the webhook.
    node: u64,
    held_until: Timestamp,
    random: Rng,
    /// What has arrived beyond `position`, where something before it has not.
    arrived: BTreeSet<StepPosition>,
    position: StepPosition,
}

/// What a round came to.
struct Round {
    /// Up to here everything has arrived, and how much is new of that.
    position: StepPosition,
    count: u64,
    failure: Option<Delivered>,
}

impl Delivery {
    /// Deliveries to the webhook of this id by a node, whose number is no other's; waits are spread by `random`.
    pub fn new(
        app: Arc<App>,
        courier: Arc<dyn Courier>,
        id: ClientId,
        node: u64,
        random: Rng,
    ) -> Self {
        let (arrived, position) = (BTreeSet::new(), StepPosition::START);
        let held_until = Timestamp::MIN;
        Self { app, courier, id, node, held_until, random, arrived, position }
    }

    /// Delivers what is due, as far as one window goes, and keeps how far it came.
    pub async fn round(&mut self) -> Result<Next, Error> {
        let events = self.app.store.events();
        let webhooks = events.webhooks().await?;
        let Some(webhook) = webhooks.into_iter().find(|webhook| webhook.id == self.id) else {
            return Ok(Next::Never);
        };
        let due = webhook.trouble.as_ref().map(|trouble| trouble.next);
        if let Some(next) = due.filter(|next| *next > self.app.clock.now()) {
            return Ok(Next::At(next));
        }
        let Some(selection) = self.selection(&webhook).await? else { return Ok(Next::OnNews) };
        let steps = events.steps(selection, webhook.position, WINDOW).await?;
        if steps.is_empty() {
            return Ok(Next::OnNews);
        }
        if let Some(first) = self.hold().await? {
            return Ok(first);
        }
        if webhook.position != self.position {
            self.arrived.clear();
        }
        let round = self.deliver(&webhook, &steps).await;
        self.position = round.position;
        self.arrived.retain(|position| *position > round.position);
        self.keep(&webhook, round).await
    }

    /// Sees that no other node tells the webhook; answers what is to be done first, if anything.
    async fn hold(&mut self) -> Result<Option<Next>, Error> {
        let now = self.app.clock.now();
        let later = |span: SignedDuration| now.saturating_add(span).unwrap_or(now);
        if self.held_until >= later(LEFT) {
            return Ok(None);
        }
        let (before, until) = (self.held_until, later(HOLD));
        let events = self.app.store.events();
        if !events.hold_webhook(self.id.clone(), self.node, now, until).await? {
            return Ok(Some(Next::At(later(ASK_AGAIN))));
        }
        self.held_until = until;
        // Another node may have told what was read while it was not held.
        Ok((before <= now).then_some(Next::AtOnce))
    }

    /// Of whose registrations the webhook is told; `None` while nothing is to be sent.
    async fn selection(&self, webhook: &Webhook) -> Result<Option<StepSelection>, Error> {
        if webhook.paused.is_some() {
            return Ok(None);
        }
        let client = self.app.clients().by_id(&webhook.client).await?;
        let Some(client) = client.filter(|client| client.revoked.is_none()) else {
            return Ok(None);
        };
        let everything = Caller::client(client, None)
            .is_ok_and(|caller| caller.visibility() == Visibility::Everything);
        Ok(Some(if everything {
            StepSelection::Everything
        } else {
            StepSelection::SentBy(webhook.client.clone())
        }))
    }

    /// Brings the steps, those of one registration one after the other, others beside them.
    async fn deliver(&mut self, webhook: &Webhook, steps: &[Step]) -> Round {
        let waiting = steps.iter().filter(|step| !self.arrived.contains(&step.position));
        let lanes = lanes::divide(waiting);
        let now = self.app.clock.now();
        let courier = self.courier.as_ref();
        let (clock, held_until) = (&self.app.clock, self.held_until);
        let runs = lanes.into_iter().map(|lane| async move {
            let mut arrived = Vec::new();
            for step in lane {
                if held_until.duration_since(clock.now()) < DELIVERY {
                    break;
                }
                match courier.deliver(webhook, step, now).await {
                    Delivered::Arrived => arrived.push(step.position),
                    other => return (arrived, Some(other)),
                }
            }
            (arrived, None)
        });
        let mut failure = None;
        for (arrived, other) in lanes::join(runs).await {
            self.arrived.extend(arrived);
            failure = failure.or(other);
        }
        let whole = steps.iter().take_while(|step| self.arrived.contains(&step.position));
        let (position, count) =
            whole.fold((webhook.position, 0), |(_, count), step| (step.position, count + 1));
        Round { position, count, failure }
    }

    /// Keeps what came of the round, unless the webhook was moved meanwhile.
    async fn keep(&mut self, webhook: &Webhook, round: Round) -> Result<Next, Error> {
        let before = webhook.position;
        let now = self.app.clock.now();
        let attempts = match (&webhook.trouble, round.count) {
            (Some(trouble), 0) => trouble.attempts,
            _ => 0,
        };
        let next = now.saturating_add(self.wait(attempts)).unwrap_or(now);
        let change = move |webhook: &mut Webhook| {
            if webhook.position != before {
                return;
            }
            if round.count > 0 {
                webhook.arrived(round.position, round.count, now);
            }
            match &round.failure {
                Some(Delivered::Failed(text)) => webhook.failed(text.clone(), now, next),
                Some(_) => webhook.paused = Some("the receiver answered 410 Gone".to_owned()),
                None => webhook.trouble = None,
            }
        };
        let kept =
            self.app.store.events().change_webhook(self.id.clone(), Arc::new(change)).await?;
        Ok(match kept {
            None => Next::Never,
            Some(webhook) => match webhook.trouble {
                Some(trouble) => Next::At(trouble.next),
                None => Next::AtOnce,
            },
        })
    }

    /// How long to wait after so many failures before this one: twice as long each time, and spread from half to one and
    /// a half, so that receivers that come back are not met by everything at once.
    fn wait(&mut self, failures: u32) -> SignedDuration {
        let doubled = FIRST_WAIT.saturating_mul(1 << failures.min(16)).min(LONGEST_WAIT);
        let spread = 0.5 + self.random.f64();
        SignedDuration::try_from_secs_f64(doubled.as_secs_f64() * spread).unwrap_or(LONGEST_WAIT)
    }
}
