//! Permission, asked beside the data: what a caller sees of what is stored, and for whom it registers. What each role may
//! do stands in `domain`.

use domain::{Caller, Dossier, Error, ItemError, ItemErrors, NewRegistration, RegistrationId};

use crate::App;

impl App {
    /// A registration, if the caller may see it. An id that was never given out takes the same steps as one of somebody
    /// else.
    pub(crate) async fn seen(
        &self,
        caller: &Caller,
        id: Option<RegistrationId>,
    ) -> Result<Option<Dossier>, Error> {
        let id = id.unwrap_or(RegistrationId::LARGEST);
        let found = self.store.registrations().dossier(id).await?;
        Ok(found.filter(|dossier| caller.visibility().shows(&dossier.registration)))
    }

    /// Refuses what the caller may not register: a worker of an employer that it neither is nor has a mandate of.
    pub(crate) fn for_its_employers(
        caller: &Caller,
        judged: Vec<Result<NewRegistration, ItemErrors>>,
    ) -> Vec<Result<NewRegistration, ItemErrors>> {
        let judge = |item: Result<NewRegistration, ItemErrors>| {
            let new = item?;
            let may = caller.registers_for(&new.submission.who, new.submission.day);
            may.then_some(new).ok_or(ItemError::NotForEmployer.into())
        };
        judged.into_iter().map(judge).collect()
    }
}
