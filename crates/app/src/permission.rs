//! Permission, asked beside the data: what a caller sees of what is stored, and for whom it registers. What each role may
//! do stands in `domain`.

use std::collections::HashMap;

use domain::register::Period;
use domain::{
    Caller, Dossier, Error, Identity, ItemError, ItemErrors, NewRegistration, RegistrationId,
    Search, Sight, Subject, Unseen, Visibility, Work, WorksReference,
};
use jiff::civil::Date;

use crate::App;

/// How many works a search that names none looks at for each enterprise that leads them. Whoever leads more names the
/// work.
const MOST_WORKS: u32 = 1000;

impl App {
    /// Which of the registrations that `search` is about the caller may see.
    pub(crate) async fn visibility(
        &self,
        caller: &Caller,
        search: &Search,
    ) -> Result<Visibility, Error> {
        let own = self.own(caller).await?;
        if own == Visibility::Everything {
            return Ok(own);
        }
        let beneath = self.works_led_by(caller, search).await?;
        Ok(own.and(beneath.iter().flat_map(|work| caller.sights_at(work))))
    }

    /// What the caller sees of its own: a person what was registered under any of its numbers, as the register of
    /// persons tells them today.
    async fn own(&self, caller: &Caller) -> Result<Visibility, Error> {
        let own = caller.visibility();
        let Identity::Worker(inss) = *caller.identity() else { return Ok(own) };
        let persons = self.store.registers().persons().persons(vec![(inss, self.today())]).await?;
        let numbers = persons.into_iter().flat_map(|person| person.numbers);
        let others = numbers.filter(|number| *number != inss);
        let period = Period::ALWAYS;
        Ok(own.and(others.map(|number| Sight { of: Subject::Person(number), period })))
    }

    /// A registration, if the caller may see it. An id that was never given out takes the same steps as one of somebody
    /// else: a look-up of the registration, and one of its work.
    pub(crate) async fn seen(
        &self,
        caller: &Caller,
        id: Option<RegistrationId>,
    ) -> Result<Result<Dossier, Unseen>, Error> {
        let id = id.unwrap_or(RegistrationId::LARGEST);
        let found = self.store.registrations().dossier(id).await?;
        let own = self.own(caller).await?;
        if found.as_ref().is_some_and(|dossier| own.shows(&dossier.registration)) {
            return Ok(found.ok_or(Unseen::Nothing));
        }
        let works = found.as_ref().map(|dossier| dossier.registration.submission.works);
        let work = self.store.works().work(works.unwrap_or_else(WorksReference::nowhere)).await?;
        let beneath: Vec<Sight> = work.map(|work| caller.sights_at(&work)).unwrap_or_default();
        let beneath = Visibility::Only(beneath);
        Ok(match found {
            None => Err(Unseen::Nothing),
            Some(dossier) if beneath.shows(&dossier.registration) => Ok(dossier),
            Some(_) => Err(Unseen::Hidden),
        })
    }

    /// The works of a search where the caller may be builder or contractor.
    async fn works_led_by(&self, caller: &Caller, search: &Search) -> Result<Vec<Work>, Error> {
        if let Some(reference) = search.works {
            return Ok(self.store.works().work(reference).await?.into_iter().collect());
        }
        let mut works = Vec::new();
        for (company, _) in caller.acts_as() {
            works.extend(self.store.works().works_led_by(company, MOST_WORKS).await?);
        }
        works.sort_unstable_by_key(|work| work.reference);
        works.dedup_by_key(|work| work.reference);
        Ok(works)
    }

    /// Refuses what the caller may not register: a worker of an employer that it neither is nor has a mandate of, at a
    /// work where it is neither builder nor contractor.
    pub(crate) async fn for_its_employers(
        &self,
        caller: &Caller,
        mut judged: Vec<Result<NewRegistration, ItemErrors>>,
    ) -> Result<Vec<Result<NewRegistration, ItemErrors>>, Error> {
        let mut works: HashMap<(WorksReference, Date), bool> = HashMap::new();
        for item in &mut judged {
            let Ok(new) = item else { continue };
            let (day, reference) = (new.submission.day, new.submission.works);
            if caller.registers_for(&new.submission.who, day) {
                continue;
            }
            let leads = if let Some(leads) = works.get(&(reference, day)) {
                *leads
            } else {
                let work = self.store.works().work(reference).await?;
                work.is_some_and(|work| caller.leads(&work, day))
            };
            works.insert((reference, day), leads);
            if !leads {
                *item = Err(ItemError::NotForEmployer.into());
            }
        }
        Ok(judged)
    }
}
