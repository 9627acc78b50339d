use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use async_trait::async_trait;
use domain::{
    Dossier, EnterpriseNumber, ItemErrors, NewRegistration, Registration, RegistrationId, Search,
    SearchPage, Sector, Visibility, Work, WorksReference,
};
use jiff::Timestamp;
use store::{
    Addresses, Audit, Beside, Clients, Events, Extracts, Kept, Registers, Registrations, ReplayKey,
    Replays, Secrets, Store, Transition, Works, Written,
};
use store_sqlite::{Options, SqliteStore};

use crate::Outcome;
use crate::folder::Fresh;

/// A store that gives out ids and keeps nothing, so that the door alone is measured. What a registration does not ask
/// for is a real store's.
pub(crate) struct NullStore {
    next: AtomicI64,
    rest: SqliteStore,
    _folder: Fresh,
}

impl NullStore {
    pub(crate) fn new() -> Outcome<Self> {
        let name = format!("bench-door-{}", std::process::id());
        let folder = Fresh::named(&std::env::temp_dir(), &name)?;
        let rest = SqliteStore::open(folder.path(), Options::default())?;
        Ok(Self { next: AtomicI64::new(1), rest, _folder: folder })
    }
}

#[async_trait]
impl Store for NullStore {
    fn registrations(&self) -> &dyn Registrations {
        self
    }

    fn works(&self) -> &dyn Works {
        self
    }

    fn checks(&self) -> &dyn store::Checks {
        &self.rest
    }

    fn registers(&self) -> &dyn Registers {
        &self.rest
    }

    fn extracts(&self) -> &dyn Extracts {
        &self.rest
    }

    fn addresses(&self) -> &dyn Addresses {
        &self.rest
    }

    fn clients(&self) -> &dyn Clients {
        &self.rest
    }

    fn audit(&self) -> &dyn Audit {
        &self.rest
    }

    fn usage(&self) -> &dyn store::Usage {
        &self.rest
    }

    fn replays(&self) -> &dyn Replays {
        &self.rest
    }

    fn events(&self) -> &dyn Events {
        &self.rest
    }

    fn secrets(&self) -> &dyn Secrets {
        &self.rest
    }

    async fn check(&self) -> Result<(), domain::Error> {
        Ok(())
    }
}

#[async_trait]
impl Registrations for NullStore {
    async fn register_with(
        &self,
        registrations: Vec<NewRegistration>,
        _beside: Beside,
    ) -> Result<Written<Vec<Registration>>, domain::Error> {
        let count = registrations.len().try_into().unwrap_or(i64::MAX);
        let first = self.next.fetch_add(count, Ordering::Relaxed);
        let stored =
            |(id, new): (i64, NewRegistration)| RegistrationId::new(id).map(|id| new.stored_as(id));
        Ok(Written::Now((first..).zip(registrations).filter_map(stored).collect()))
    }

    async fn amend_with(
        &self,
        ids: Vec<Option<RegistrationId>>,
        transition: Arc<Transition>,
        _beside: Beside,
    ) -> Result<Written<Vec<Result<Registration, ItemErrors>>>, domain::Error> {
        let nothing = |place| transition(place, None).map(|amended| amended.registration);
        Ok(Written::Now((0..ids.len()).map(nothing).collect()))
    }

    async fn kept(&self, _: ReplayKey, _: Timestamp) -> Result<Option<Kept>, domain::Error> {
        Ok(None)
    }

    async fn search(
        &self,
        _search: Search,
        _visible: Visibility,
        _budget: u32,
    ) -> Result<SearchPage, domain::Error> {
        Ok(SearchPage::default())
    }

    async fn dossier(&self, _id: RegistrationId) -> Result<Option<Dossier>, domain::Error> {
        Ok(None)
    }
}

#[async_trait]
impl Works for NullStore {
    async fn sectors(
        &self,
        works: Vec<WorksReference>,
    ) -> Result<Vec<Option<Sector>>, domain::Error> {
        Ok(vec![Some(Sector::Construction); works.len()])
    }

    async fn work(&self, reference: WorksReference) -> Result<Option<Work>, domain::Error> {
        self.rest.work(reference).await
    }

    async fn works_led_by(
        &self,
        company: EnterpriseNumber,
        most: u32,
    ) -> Result<Vec<Work>, domain::Error> {
        self.rest.works_led_by(company, most).await
    }

    async fn works(
        &self,
        after: Option<WorksReference>,
        most: u32,
    ) -> Result<Vec<Work>, domain::Error> {
        Works::works(&self.rest, after, most).await
    }
}
