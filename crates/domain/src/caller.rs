use std::sync::Arc;

use crate::EnterpriseNumber;

/// Who sent a registration or a cancellation (`SenderType`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sender {
    /// The sender's id, as the register of callers knows it.
    pub id: Option<Arc<str>>,
    /// The enterprise on whose behalf it calls.
    pub company: Option<EnterpriseNumber>,
    /// The type of user, in the protocol's free text.
    pub user_type: Option<Arc<str>>,
}

/// Who calls: every use case takes it.
///
/// A service that runs open knows nobody; the caller is then who the operator's configuration says it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    sender: Sender,
}

impl Caller {
    /// The caller of a service that runs open: it may do everything.
    pub fn open(sender: Sender) -> Self {
        Self { sender }
    }

    /// What is recorded as the sender of what this caller registers.
    pub fn sender(&self) -> &Sender {
        &self.sender
    }
}
