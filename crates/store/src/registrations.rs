use std::sync::Arc;

use async_trait::async_trait;
use domain::{
    Amended, Dossier, Error, ItemErrors, Mark, NewRegistration, Page, Registration, RegistrationId,
    Search, SearchPage, Sort, Visibility, WorkMoment,
};
use jiff::Timestamp;

use crate::{Beside, Kept, ReplayKey, Written};

/// A rule that says what becomes of a registration.
///
/// It gets the place of the id in the list and the registration as it now stands (`None` for an id that was never given
/// out). It is pure: a store may ask it again when a transaction has to be repeated.
pub type Transition =
    dyn Fn(usize, Option<&Registration>) -> Result<Amended, ItemErrors> + Send + Sync;

/// Keeps registrations and their history.
#[async_trait]
pub trait Registrations: Send + Sync {
    /// Stores registrations that nobody in particular sends: see [`Registrations::register_with`].
    async fn register(
        &self,
        registrations: Vec<NewRegistration>,
    ) -> Result<Vec<Registration>, Error> {
        let written = self.register_with(registrations, Beside::default()).await?;
        Ok(written.now().expect(ALWAYS))
    }

    /// Stores registrations in one transaction and answers each with its id, in the order given.
    ///
    /// When it answers, they are on disk. Ids are unique over all nodes that share the store, and never used again.
    ///
    /// The entry of `beside` is given these ids and appended to the audit in the same transaction; and in the same the
    /// outcome is kept under the key of `beside`, also when `registrations` is empty. When an outcome is kept under the
    /// key already, nothing of all this is done; of any number of calls at the same time, on any node, one is done.
    async fn register_with(
        &self,
        registrations: Vec<NewRegistration>,
        beside: Beside,
    ) -> Result<Written<Vec<Registration>>, Error>;

    /// Decides for the service itself, whose steps the history tells: see [`Registrations::amend_with`].
    async fn amend(
        &self,
        ids: Vec<Option<RegistrationId>>,
        transition: Arc<Transition>,
    ) -> Result<Vec<Result<Registration, ItemErrors>>, Error> {
        let written = self.amend_with(ids, transition, Beside::default()).await?;
        Ok(written.now().expect(ALWAYS))
    }

    /// Lets `transition` decide on each registration, one after the other in one transaction, and keeps what it
    /// answers: the registration as it now stands, with one entry more in its history. A refusal changes nothing and
    /// harms no other. When it answers, all is on disk.
    ///
    /// An id that is in the list twice is decided on twice: the second time as the first left it.
    ///
    /// The entry of `beside` is given what was decided and appended to the audit in the same transaction, also when all
    /// was refused; the key of `beside` holds as for [`Registrations::register_with`].
    async fn amend_with(
        &self,
        ids: Vec<Option<RegistrationId>>,
        transition: Arc<Transition>,
        beside: Beside,
    ) -> Result<Written<Vec<Result<Registration, ItemErrors>>>, Error>;

    /// The outcome that is kept under a key and not over at `now`.
    async fn kept(&self, key: ReplayKey, now: Timestamp) -> Result<Option<Kept>, Error>;

    /// Finds registrations among those that `visible` shows, looking at no more than `budget` of them: a broader search
    /// answers [`domain::ErrorKind::SearchTooBroad`]. The count is exact; equal sort keys are ordered by id, ascending.
    ///
    /// What `visible` does not show leaves no trace: neither in the result, nor in the count, nor in what is too broad.
    async fn search(
        &self,
        search: Search,
        visible: Visibility,
        budget: u32,
    ) -> Result<SearchPage, Error>;

    /// The begins and ends of work that a search finds, in no particular order; none that is cancelled. Order and page of
    /// the search do not count; `visible` and `budget` hold as for [`Registrations::search`].
    ///
    /// What is provided here reads every registration whole: a store that finds the moments of an employer in an index
    /// does better.
    async fn moments(
        &self,
        search: Search,
        visible: Visibility,
        budget: u32,
    ) -> Result<Vec<WorkMoment>, Error> {
        let page = Page { first_row: 0, fetch_size: u16::MAX };
        let mut search = Search { page, sort: Sort::default(), after: None, ..search };
        let mut moments = Vec::new();
        loop {
            let page = self.search(search.clone(), visible.clone(), budget).await?;
            let full = page.registrations.len() == usize::from(u16::MAX);
            moments.extend(page.registrations.iter().filter_map(WorkMoment::of));
            search.after = page
                .registrations
                .last()
                .filter(|_| full)
                .map(|last| Mark { value: search.sort.key.value(last), id: last.id });
            if search.after.is_none() {
                return Ok(moments);
            }
        }
    }

    /// A registration with its history, oldest entry first.
    async fn dossier(&self, id: RegistrationId) -> Result<Option<Dossier>, Error>;
}

/// Why a change without a [`crate::Once`] is done now.
const ALWAYS: &str = "only a call that has a key can have been made before";
