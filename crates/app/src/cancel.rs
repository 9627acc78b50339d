use std::sync::Arc;

use domain::{Caller, CancelPresences, Error, ItemErrors, Registration, RegistrationId};

use crate::App;
use crate::register::to_milliseconds;

impl App {
    /// Cancels registrations. Each item is judged by itself, in order, and answered with the registration as it now
    /// stands or with all that forbids it.
    ///
    /// When it answers, what is cancelled is on disk. An [`Error`] means that nothing was cancelled.
    pub async fn cancel(
        &self,
        caller: &Caller,
        command: CancelPresences<'_>,
    ) -> Result<Vec<Result<Registration, ItemErrors>>, Error> {
        let now = to_milliseconds(self.clock.now());
        let ids = command.cancellations.iter().map(|item| RegistrationId::new(item.id)).collect();
        let reasons: Vec<Box<str>> =
            command.cancellations.iter().map(|item| item.reason.into()).collect();
        let (policy, sender) = (self.policy.clone(), caller.sender().clone());
        let transition = move |place: usize, found: Option<&Registration>| {
            domain::cancel(found, &reasons[place], &sender, now, &policy)
        };
        self.store.registrations().amend(ids, Arc::new(transition)).await
    }
}
