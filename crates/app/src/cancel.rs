use std::sync::Arc;

use domain::{
    AuditAction, Caller, CancelPresences, Channel, Error, ItemError, Registration, RegistrationId,
    not_to_cancel, to_milliseconds,
};
use jiff::Timestamp;
use store::{Beside, Once, Written};

use crate::App;
use crate::once::{Answers, CallKey, KeyTaken, as_cancelled};

impl App {
    /// Cancels registrations. Each item is judged by itself, in order, and answered with the registration as it now
    /// stands or with all that forbids it.
    ///
    /// When it answers, what is cancelled is on disk. An [`Error`] means that nothing was cancelled.
    pub async fn cancel(
        &self,
        caller: &Caller,
        command: CancelPresences<'_>,
    ) -> Result<Answers, Error> {
        let answers = self.cancel_once(caller, command, None).await?;
        Ok(answers.expect("a call without a key takes nobody's"))
    }

    /// The same for a call that may have a key: one that was done before is not done again, but told what it came to.
    pub async fn cancel_once(
        &self,
        caller: &Caller,
        command: CancelPresences<'_>,
        key: Option<CallKey<'_>>,
    ) -> Result<Result<Answers, KeyTaken>, Error> {
        let action = AuditAction::Cancel;
        self.permit(caller, action, caller.may_cancel()).await?;
        let once = self.once(caller, action, key);
        let now = to_milliseconds(self.clock.now());
        let ids: Vec<_> =
            command.cancellations.iter().map(|item| RegistrationId::new(item.id)).collect();
        let reasons: Arc<[Box<str>]> =
            command.cancellations.iter().map(|item| item.reason.into()).collect();
        let written = if let Some(kept) = self.done_before(once.as_ref()).await? {
            Written::Before(kept)
        } else {
            let reasons = Arc::clone(&reasons);
            self.amend(caller, command.channel, &ids, reasons, now, once.clone()).await?
        };
        let answers = match written {
            Written::Now(answers) => answers,
            Written::Before(kept) => {
                match self.tell_again(caller, action, once, kept, as_cancelled).await? {
                    Ok(answers) => answers,
                    Err(taken) => return Ok(Err(taken)),
                }
            }
        };
        Ok(Ok(self.tell_what_is_seen(caller, &ids, &reasons, answers).await?))
    }

    /// Cancels what the caller may cancel. All else is told as not there.
    async fn amend(
        &self,
        caller: &Caller,
        channel: Channel,
        ids: &[Option<RegistrationId>],
        reasons: Arc<[Box<str>]>,
        now: Timestamp,
        once: Option<Once>,
    ) -> Result<Written<Answers>, Error> {
        let entry = Some(self.entry(caller, AuditAction::Cancel));
        let (policy, caller) = (self.policy.clone(), caller.clone());
        let transition = move |place: usize, found: Option<&Registration>| match found {
            Some(registration) if !caller.cancels(registration) => {
                Err(not_to_cancel(ItemError::RegistrationNotFound, &reasons[place]))
            }
            Some(registration) if !channel.can_answer(&registration.submission) => {
                Err(not_to_cancel(ItemError::OtherChannel, &reasons[place]))
            }
            _ => domain::cancel(found, &reasons[place], caller.sender(), now, &policy),
        };
        let (ids, transition) = (ids.to_vec(), Arc::new(transition));
        let beside = Beside { entry, once };
        self.store.registrations().amend_with(ids, transition, beside).await
    }

    /// Of what is not there for the caller to cancel, some it may see: that is told. Every id that led to nothing is
    /// looked up again in the same way, given out or not, so that the time tells nothing of which it is.
    async fn tell_what_is_seen(
        &self,
        caller: &Caller,
        ids: &[Option<RegistrationId>],
        reasons: &[Box<str>],
        mut answers: Answers,
    ) -> Result<Answers, Error> {
        for ((answer, id), reason) in answers.iter_mut().zip(ids).zip(reasons) {
            let nothing = answer.as_ref().is_err_and(|errors| errors.iter().any(is_nothing));
            if nothing && self.seen(caller, *id).await?.is_ok() {
                *answer = Err(not_to_cancel(ItemError::NotAuthorized, reason));
            }
        }
        Ok(answers)
    }
}

fn is_nothing(error: ItemError) -> bool {
    matches!(error, ItemError::UnknownRegistration | ItemError::RegistrationNotFound)
}
