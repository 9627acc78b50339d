use std::collections::HashMap;

use domain::{
    AuditAction, Caller, Draft, Error, ItemError, ItemErrors, NewRegistration, RegisterPresences,
    Sector, WorksReference, belgian_day, to_milliseconds,
};
use store::{Beside, Once, Written};

use crate::App;
use crate::once::{Answers, CallKey, KeyTaken, as_first_stored};

impl App {
    /// Registers presences. Each item is judged by itself: what is right is stored, what is wrong is told with all its
    /// errors, and the answers come in the order of the items.
    ///
    /// When it answers, what is stored is on disk. An [`Error`] means that nothing was stored.
    pub async fn register(
        &self,
        caller: &Caller,
        command: RegisterPresences<'_>,
    ) -> Result<Answers, Error> {
        let answers = self.register_once(caller, command, None).await?;
        Ok(answers.expect("a call without a key takes nobody's"))
    }

    /// The same for a call that may have a key: one that was done before is not done again, but told what it came to.
    pub async fn register_once(
        &self,
        caller: &Caller,
        command: RegisterPresences<'_>,
        key: Option<CallKey<'_>>,
    ) -> Result<Result<Answers, KeyTaken>, Error> {
        let action = AuditAction::Register;
        self.permit(caller, action, caller.may_register()).await?;
        let once = self.once(caller, action, key);
        if let Some(kept) = self.done_before(once.as_ref()).await? {
            return self.tell_again(caller, action, once, kept, as_first_stored).await;
        }
        let now = to_milliseconds(self.clock.now());
        let sectors = self.sectors_of(command.drafts).await?;
        let today = belgian_day(now);
        let judged: Vec<_> = command
            .drafts
            .iter()
            .map(|draft| {
                let sector = draft.works().and_then(|works| *sectors.get(&works)?);
                let submission = draft.check(now, today, sector, &self.policy)?;
                let (channel, sender) = (command.channel, caller.sender().clone());
                Ok(NewRegistration { submission, sector, created: now, channel, sender })
            })
            .collect();
        let judged = self.for_its_employers(caller, judged).await?;
        match self.keep(caller, judged, once.clone()).await? {
            Written::Now(answers) => Ok(Ok(answers)),
            Written::Before(kept) => {
                self.tell_again(caller, action, once, kept, as_first_stored).await
            }
        }
    }

    /// The sectors of the works that the drafts name, in one look-up.
    async fn sectors_of(
        &self,
        drafts: &[Draft<'_>],
    ) -> Result<HashMap<WorksReference, Option<Sector>>, Error> {
        let mut works: Vec<_> = drafts.iter().filter_map(Draft::works).collect();
        works.sort_unstable();
        works.dedup();
        if works.is_empty() {
            return Ok(HashMap::new());
        }
        let sectors = self.store.works().sectors(works.clone()).await?;
        Ok(works.into_iter().zip(sectors).collect())
    }

    async fn keep(
        &self,
        caller: &Caller,
        judged: Vec<Result<NewRegistration, ItemErrors>>,
        once: Option<Once>,
    ) -> Result<Written<Answers>, Error> {
        let (mut right, mut places) = (Vec::with_capacity(judged.len()), Vec::new());
        for item in judged {
            places.push(item.map(|new| right.push(new)));
        }
        let refused: Vec<_> = (0..)
            .zip(&places)
            .filter_map(|(place, item)| Some((place, item.as_ref().err()?.clone())))
            .collect();
        let entry = self.entry(caller, AuditAction::Register).about(&right, refused.len());
        let entry = if !right.is_empty() {
            entry
        } else if refused.iter().any(|(_, errors)| is_denied(errors)) {
            entry.denied(ItemError::NotForEmployer.description().to_owned())
        } else {
            entry.of_nothing()
        };
        let once = once.map(|once| Once { refused, ..once });
        let stored = if right.is_empty() && once.is_none() {
            self.store.audit().append(entry).await?;
            Vec::new()
        } else {
            let beside = Beside { entry: Some(entry), once };
            match self.store.registrations().register_with(right, beside).await? {
                Written::Now(stored) => stored,
                Written::Before(kept) => return Ok(Written::Before(kept)),
            }
        };
        let mut stored = stored.into_iter();
        let mut next =
            |()| stored.next().expect("the store answers every registration that it was given");
        Ok(Written::Now(places.into_iter().map(|place| place.map(&mut next)).collect()))
    }
}

fn is_denied(errors: &ItemErrors) -> bool {
    errors.iter().any(|error| error == ItemError::NotForEmployer)
}
