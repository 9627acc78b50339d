use std::sync::Arc;

use async_trait::async_trait;
use domain::{
    Amended, AuditEntry, Dossier, Error, ItemErrors, NewRegistration, Registration, RegistrationId,
    Search, SearchPage, Visibility,
};

/// A rule that says what becomes of a registration.
///
/// It gets the place of the id in the list and the registration as it now stands (`None` for an id that was never given
/// out). It is pure: a store may ask it again when a transaction has to be repeated.
pub type Transition =
    dyn Fn(usize, Option<&Registration>) -> Result<Amended, ItemErrors> + Send + Sync;

/// Keeps registrations and their history.
#[async_trait]
pub trait Registrations: Send + Sync {
    /// Stores registrations that nobody in particular sends: see [`Registrations::register_audited`].
    async fn register(
        &self,
        registrations: Vec<NewRegistration>,
    ) -> Result<Vec<Registration>, Error> {
        self.register_audited(registrations, None).await
    }

    /// Stores registrations in one transaction and answers each with its id, in the order given.
    ///
    /// When it answers, they are on disk. Ids are unique over all nodes that share the store, and never used again.
    ///
    /// `entry` is given these ids and appended to the audit in the same transaction.
    async fn register_audited(
        &self,
        registrations: Vec<NewRegistration>,
        entry: Option<AuditEntry>,
    ) -> Result<Vec<Registration>, Error>;

    /// Decides for the service itself, whose steps the history tells: see [`Registrations::amend_audited`].
    async fn amend(
        &self,
        ids: Vec<Option<RegistrationId>>,
        transition: Arc<Transition>,
    ) -> Result<Vec<Result<Registration, ItemErrors>>, Error> {
        self.amend_audited(ids, transition, None).await
    }

    /// Lets `transition` decide on each registration, one after the other in one transaction, and keeps what it
    /// answers: the registration as it now stands, with one entry more in its history. A refusal changes nothing and
    /// harms no other. When it answers, all is on disk.
    ///
    /// An id that is in the list twice is decided on twice: the second time as the first left it.
    ///
    /// `entry` is given what was decided and appended to the audit in the same transaction, also when all was refused.
    async fn amend_audited(
        &self,
        ids: Vec<Option<RegistrationId>>,
        transition: Arc<Transition>,
        entry: Option<AuditEntry>,
    ) -> Result<Vec<Result<Registration, ItemErrors>>, Error>;

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

    /// A registration with its history, oldest entry first.
    async fn dossier(&self, id: RegistrationId) -> Result<Option<Dossier>, Error>;
}
