use async_trait::async_trait;
use domain::{Cause, Error, Inss, Located, Registration, RegistrationId, Remarks, Sector};
use jiff::Timestamp;
use jiff::civil::Date;

/// What waits to be checked against the registers, and what checks found.
#[async_trait]
pub trait Checks: Send + Sync {
    /// How much waits.
    async fn backlog(&self) -> Result<Backlog, Error>;

    /// Takes up to `most` registrations that wait, for whoever asks and nobody else until `until`: new ones, and ones
    /// that a change concerns. What was taken and is not finished then waits again. `None` when nothing waits. What
    /// cannot be read is no reason not to check the others: it is told, to be set aside.
    async fn lease(
        &self,
        most: u32,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<Lease>, Error>;

    /// Keeps what the checks of a lease found, in one transaction, each with an entry in its history if it changes
    /// status or remarks. `version` is that of the registers before they were asked: if it is another one now, nothing
    /// is kept and the lease stays. What was found of repetitions is looked at once more: an earlier registration may
    /// have been cancelled meanwhile.
    async fn finish(
        &self,
        lease: u64,
        version: u64,
        findings: Vec<Finding>,
        at: Timestamp,
    ) -> Result<Finished, Error>;

    /// Sets registrations of a lease aside: they are in nobody's way, and are not checked until a change of a register
    /// concerns them, or [`Checks::try_again`]. What the lease does not hold any more is left as it is.
    async fn set_aside(&self, lease: u64, registrations: Vec<i64>) -> Result<(), Error>;

    /// The first `most` of what is set aside, in the order of their numbers.
    async fn aside(&self, most: u32) -> Result<Vec<i64>, Error>;

    /// Lets all that is set aside wait again, each for the reason it had; answers how many these are.
    async fn try_again(&self) -> Result<u64, Error>;

    /// Is there an earlier registration that says the same and is not cancelled?
    async fn repeated(&self, asked: Vec<Repetition>) -> Result<Vec<bool>, Error>;

    /// Finds, by index, the registrations from `since` on that the changes of the registers concern, and lets them
    /// wait. Looks at no more than `most` changes; answers how many it looked at.
    async fn spread(&self, since: Date, most: u32) -> Result<u64, Error>;
}

/// How much waits to be checked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Backlog {
    /// New registrations, about: ids that were never used count for a while.
    pub new: u64,
    /// Registrations that a change concerns.
    pub again: u64,
    /// Changes of registers whose registrations are not known yet.
    pub changes: u64,
    /// Registrations that are set aside, since they cannot be checked. They are none of those that wait.
    pub aside: u64,
}

/// Registrations that one worker checks.
#[derive(Clone, Debug)]
pub struct Lease {
    /// Its number.
    pub id: u64,
    /// What to check, each with the reason.
    pub registrations: Vec<(Registration, Cause)>,
    /// What cannot be read: another program has written it, or a fault has spoilt it.
    pub unfit: Vec<Unfit>,
}

/// A registration that waits to be checked, and cannot be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfit {
    /// Its number, as it is stored.
    pub id: i64,
    /// Why, for the log alone.
    pub why: Box<str>,
}

/// What a check found.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The registration.
    pub id: RegistrationId,
    /// The remarks.
    pub remarks: Remarks,
    /// The person's newest number, where it is another one than was declared.
    pub newest: Option<Inss>,
    /// The sector of the work, when it is known.
    pub sector: Option<Sector>,
    /// What was found out about the place of work; `None` leaves what is known.
    pub located: Option<Box<Located>>,
    /// Why it was checked.
    pub cause: Cause,
}

/// What became of a lease.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finished {
    /// Everything is kept.
    Kept,
    /// The registers changed meanwhile: check again.
    Stale,
    /// It took too long, and another has it.
    Lost,
}

/// A registration of which an earlier one may say the same.
#[derive(Clone, Debug)]
pub struct Repetition {
    /// It.
    pub registration: Registration,
    /// Every number of its person.
    pub numbers: Vec<Inss>,
}
