use crate::{Channel, Draft, RegistrationId, SearchDraft};

/// Command: register presences. At most 200 at once (contract, "Operations").
#[derive(Debug)]
pub struct RegisterPresences<'a> {
    /// How they came in.
    pub channel: Channel,
    /// What to register, in the caller's order.
    pub drafts: &'a [Draft<'a>],
}

/// Command: cancel registrations. At most 200 at once.
#[derive(Debug)]
pub struct CancelPresences<'a> {
    /// How the call came in.
    pub channel: Channel,
    /// What to cancel, in the caller's order.
    pub cancellations: &'a [CancelPresence<'a>],
}

/// One registration to cancel.
#[derive(Clone, Copy, Debug)]
pub struct CancelPresence<'a> {
    /// Its id as sent, which may be no id at all.
    pub id: i64,
    /// The reason as sent.
    pub reason: &'a str,
}

/// Query: find registrations.
#[derive(Debug)]
pub struct SearchPresences<'a> {
    /// What to find.
    pub draft: SearchDraft<'a>,
}

/// Query: one registration with its history.
#[derive(Clone, Copy, Debug)]
pub struct GetPresence {
    /// Its id; `None` when what was sent can be no id.
    pub id: Option<RegistrationId>,
}
