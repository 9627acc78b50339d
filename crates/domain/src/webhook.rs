use std::fmt;

use jiff::Timestamp;

use crate::{ClientId, StepPosition};

/// An address that is told of every step of the registrations that a client may see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Webhook {
    /// Its name, of the same form as a client's id.
    pub id: ClientId,
    /// Whose it is.
    pub client: ClientId,
    /// Where steps are sent.
    pub url: String,
    /// What signs them.
    pub secret: WebhookSecret,
    /// When it was added.
    pub added: Timestamp,
    /// Why nothing is sent at present.
    pub paused: Option<String>,
    /// Up to here everything has arrived.
    pub position: StepPosition,
    /// How many steps have arrived.
    pub delivered: u64,
    /// When the last one arrived.
    pub last_delivery: Option<Timestamp>,
    /// What went wrong since then.
    pub trouble: Option<Trouble>,
}

/// Sending that does not succeed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// Since when.
    pub since: Timestamp,
    /// How often it was tried.
    pub attempts: u32,
    /// When it is tried next.
    pub next: Timestamp,
    /// What happened the last time, for the operator.
    pub text: String,
}

/// The secret that signs what is sent to a webhook.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct WebhookSecret(pub [u8; 32]);

impl fmt::Debug for WebhookSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl Webhook {
    /// Everything up to `position` has arrived.
    pub fn arrived(&mut self, position: StepPosition, count: u64, at: Timestamp) {
        self.position = position;
        self.delivered += count;
        self.last_delivery = Some(at);
        self.trouble = None;
    }

    /// An attempt did not succeed; the next is due at `next`.
    pub fn failed(&mut self, text: String, at: Timestamp, next: Timestamp) {
        let (since, attempts) = match &self.trouble {
            Some(trouble) => (trouble.since, trouble.attempts),
            None => (at, 0),
        };
        self.trouble = Some(Trouble { since, attempts: attempts.saturating_add(1), next, text });
    }
}
