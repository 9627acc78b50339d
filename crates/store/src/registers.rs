use async_trait::async_trait;
use domain::register::{
    Change, ContractOnDay, EmployerOnDay, EmploymentsOnDay, EnterpriseOnDay, Import, Key,
    MandatesOnDay, PersonOnDay, PostedOnDay, Register, Row, WorkOnDay,
};
use domain::{AuditEntry, Contractor, EnterpriseNumber, Error, Inss, LimosaId, WorksReference};
use jiff::Timestamp;
use jiff::civil::Date;

/// The reference registers: an interface for the questions to each, so that another source can take the place of one,
/// and one to fill them.
///
/// Every question is asked for many keys at once and answered in the order of asking. What a register does not know is
/// an answer, not an error.
#[async_trait]
pub trait Registers: Send + Sync {
    /// The register of persons' numbers.
    fn persons(&self) -> &dyn Persons;

    /// The register of enterprises.
    fn enterprises(&self) -> &dyn Enterprises;

    /// The register of mandates.
    fn mandates(&self) -> &dyn Mandates;

    /// The register of employers.
    fn employers(&self) -> &dyn Employers;

    /// The register of employments.
    fn employments(&self) -> &dyn Employments;

    /// The register of posted workers.
    fn posted_workers(&self) -> &dyn PostedWorkers;

    /// The register of works, as far as a check asks it.
    fn declared_works(&self) -> &dyn DeclaredWorks;

    /// A number that is another one after every change of any register.
    async fn version(&self) -> Result<u64, Error>;

    /// Begins an import of a register, beside whoever uses the store, in this process or another.
    ///
    /// One import of a register at a time: a second one answers [`domain::ErrorKind::RegisterBusy`]. An import that a
    /// process left behind when it was killed is not in the way.
    async fn begin(&self, register: Register, form: ImportForm) -> Result<Box<dyn Staging>, Error>;

    /// Makes a small change for the service itself: see [`Registers::change_audited`].
    async fn change(&self, change: Change) -> Result<Option<Import>, Error> {
        self.change_audited(change, None).await
    }

    /// Makes a small change at once, in one transaction; `None` when it changes nothing. Answers
    /// [`domain::ErrorKind::RegisterBusy`] while an import of the register is under way.
    ///
    /// `entry` is given what was changed ([`AuditEntry::imported`]) and appended to the audit in the same transaction,
    /// also when nothing was changed.
    async fn change_audited(
        &self,
        change: Change,
        entry: Option<AuditEntry>,
    ) -> Result<Option<Import>, Error>;

    /// The newest imports and changes, newest first.
    async fn imports(&self, most: u32) -> Result<Vec<Import>, Error>;
}

/// What an import brings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImportForm {
    /// The whole register: what it does not bring is gone afterwards.
    Whole,
    /// An update: rows to take away by their keys, then rows to add.
    Update,
}

/// An import under way. Nobody sees anything of it before the swap, and nothing is left of it when it is dropped.
///
/// Its methods block the thread while they write: run them where that harms nobody.
#[async_trait]
pub trait Staging: Send {
    /// Adds rows of the register, in any order; the same row twice is one row.
    async fn put(&mut self, rows: Vec<Row>) -> Result<(), Error>;

    /// Takes away all that stands under these keys, in an update, before what it adds is added.
    async fn remove(&mut self, keys: Vec<Key>) -> Result<(), Error>;

    /// Swaps the new state in: whoever looks something up sees all of it or nothing. Only what differs is written, in
    /// short transactions, so that a process that serves beside it never waits for long. `progress` is told how many
    /// of the differing rows are written, and of how many. What changed is kept with the import, so that the
    /// registrations that it concerns are checked again.
    ///
    /// `None`: the register was the same already, and nothing was changed.
    ///
    /// `entry` is given what was changed ([`AuditEntry::imported`]) and appended to the audit in the transaction that
    /// swaps, or in one of its own when nothing was changed.
    async fn swap(
        self: Box<Self>,
        source: &str,
        at: Timestamp,
        entry: Option<AuditEntry>,
        progress: &(dyn Fn(u64, u64) + Send + Sync),
    ) -> Result<Option<Import>, Error>;
}

/// Answers about persons' numbers.
#[async_trait]
pub trait Persons: Send + Sync {
    /// Are they known on the day, and which number is the newest of each person?
    async fn persons(&self, asked: Vec<(Inss, Date)>) -> Result<Vec<PersonOnDay>, Error>;
}

/// Answers about enterprises.
#[async_trait]
pub trait Enterprises: Send + Sync {
    /// Do they exist, and are they active on the day?
    async fn enterprises(
        &self,
        asked: Vec<(EnterpriseNumber, Date)>,
    ) -> Result<Vec<EnterpriseOnDay>, Error>;
}

/// Answers about mandates.
#[async_trait]
pub trait Mandates: Send + Sync {
    /// Does the person hold a mandate in the enterprise on the day, or elsewhere; does anyone hold one in it?
    async fn mandates(
        &self,
        asked: Vec<(Inss, EnterpriseNumber, Date)>,
    ) -> Result<Vec<MandatesOnDay>, Error>;
}

/// Answers about employers.
#[async_trait]
pub trait Employers: Send + Sync {
    /// Are they employers on the day, or were they before?
    async fn employers(
        &self,
        asked: Vec<(EnterpriseNumber, Date)>,
    ) -> Result<Vec<EmployerOnDay>, Error>;
}

/// Answers about employments.
#[async_trait]
pub trait Employments: Send + Sync {
    /// Does the person work for the enterprise on the day, and for which user of it?
    async fn employments(
        &self,
        asked: Vec<(Inss, EnterpriseNumber, Date)>,
    ) -> Result<Vec<EmploymentsOnDay>, Error>;
}

/// Answers about posted workers.
#[async_trait]
pub trait PostedWorkers: Send + Sync {
    /// The declaration of an id, on the day.
    async fn declarations(&self, asked: Vec<(LimosaId, Date)>) -> Result<Vec<PostedOnDay>, Error>;

    /// The declarations of a person, on the day.
    async fn posted_persons(&self, asked: Vec<(Inss, Date)>) -> Result<Vec<PostedOnDay>, Error>;
}

/// Answers about works.
#[async_trait]
pub trait DeclaredWorks: Send + Sync {
    /// The works on the day; `None` for those that are not known.
    async fn works_on(
        &self,
        asked: Vec<(WorksReference, Date)>,
    ) -> Result<Vec<Option<WorkOnDay>>, Error>;

    /// The contracts of companies in works, on the day.
    async fn contracts_on(
        &self,
        asked: Vec<(WorksReference, Contractor, Date)>,
    ) -> Result<Vec<ContractOnDay>, Error>;
}
