use std::collections::HashMap;

use domain::{
    AuditAction, Caller, Draft, Error, ItemError, ItemErrors, NewRegistration, RegisterPresences,
    Registration, Sector, WorksReference, belgian_day, to_milliseconds,
};

use crate::App;

impl App {
    /// Registers presences. Each item is judged by itself: what is right is stored, what is wrong is told with all its
    /// errors, and the answers come in the order of the items.
    ///
    /// When it answers, what is stored is on disk. An [`Error`] means that nothing was stored.
    pub async fn register(
        &self,
        caller: &Caller,
        command: RegisterPresences<'_>,
    ) -> Result<Vec<Result<Registration, ItemErrors>>, Error> {
        self.permit(caller, AuditAction::Register, caller.may_register()).await?;
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
        self.keep(caller, judged).await
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
    ) -> Result<Vec<Result<Registration, ItemErrors>>, Error> {
        let (mut right, mut places) = (Vec::with_capacity(judged.len()), Vec::new());
        for item in judged {
            places.push(item.map(|new| right.push(new)));
        }
        let refused = places.len() - right.len();
        let entry = self.entry(caller, AuditAction::Register).about(&right, refused);
        let stored = if right.is_empty() {
            let denied = places.iter().any(|place| place.as_ref().is_err_and(is_denied));
            let entry = if denied {
                entry.denied(ItemError::NotForEmployer.description().to_owned())
            } else {
                entry.of_nothing()
            };
            self.store.audit().append(entry).await?;
            Vec::new()
        } else {
            let written =
                self.store.registrations().register_with(right, Some(entry).into()).await?;
            written.now().expect("a call without a key is always done")
        };
        let mut stored = stored.into_iter();
        let mut next =
            |()| stored.next().expect("the store answers every registration that it was given");
        Ok(places.into_iter().map(|place| place.map(&mut next)).collect())
    }
}

fn is_denied(errors: &ItemErrors) -> bool {
    errors.iter().any(|error| error == ItemError::NotForEmployer)
}
