use std::sync::Arc;

use domain::register::{Change, Import, Period};
use domain::{
    AuditAction, AuditEntry, Clock, Contract, Contractor, Error, EventKind, Work, WorksReference,
    to_milliseconds,
};
use jiff::civil::Date;
use store::Store;
use thiserror::Error as ThisError;

use crate::App;

/// The most works of one answer.
pub const MOST_WORKS: u32 = 1000;

/// Why a work was not changed.
#[derive(Debug, ThisError)]
pub enum WorkError {
    /// A work with this reference is there already.
    #[error("work {0} exists already: change it instead")]
    Exists(WorksReference),
    /// There is none.
    #[error("work {0} does not exist")]
    Unknown(WorksReference),
    /// It would end before it begins.
    #[error("work {reference} begins on {from}: it cannot end on {until}")]
    EndsBeforeItBegins {
        /// The work.
        reference: WorksReference,
        /// Its first day.
        from: Date,
        /// The day on which it should end.
        until: Date,
    },
    /// The store cannot do it.
    #[error(transparent)]
    Store(#[from] Error),
}

/// The administration of works: for the operator, who also fills the registers. What it changes is a change of the
/// register like an import: registrations at the work are checked again.
pub struct WorkAdmin<'a> {
    store: &'a dyn Store,
    clock: &'a dyn Clock,
    source: Arc<str>,
    account: Arc<str>,
}

impl<'a> WorkAdmin<'a> {
    /// `source` says in the history from where the changes came, `account` in the audit who made them.
    pub fn new(store: &'a dyn Store, clock: &'a dyn Clock, source: &str, account: &str) -> Self {
        Self { store, clock, source: source.into(), account: account.into() }
    }

    /// A work.
    pub async fn work(&self, reference: WorksReference) -> Result<Work, WorkError> {
        let work = self.store.works().work(reference).await?;
        work.ok_or(WorkError::Unknown(reference))
    }

    /// The first works after a reference, or of all, no more than `most` and [`MOST_WORKS`].
    pub async fn works(
        &self,
        after: Option<WorksReference>,
        most: u32,
    ) -> Result<Vec<Work>, WorkError> {
        Ok(self.store.works().works(after, most.min(MOST_WORKS)).await?)
    }

    /// Adds a work that is not there.
    pub async fn add(&self, work: Work) -> Result<Option<Import>, WorkError> {
        match self.store.works().work(work.reference).await? {
            Some(_) => Err(WorkError::Exists(work.reference)),
            None => self.put(work, AuditAction::AddWork).await,
        }
    }

    /// Puts a work in the place of the one with its reference; `None` when it is the same.
    pub async fn change(&self, work: Work) -> Result<Option<Import>, WorkError> {
        self.work(work.reference).await?;
        self.put(work, AuditAction::ChangeWork).await
    }

    /// Ends a work after `until`, or today; `None` when it ended then already.
    pub async fn close(
        &self,
        reference: WorksReference,
        until: Option<Date>,
    ) -> Result<Option<Import>, WorkError> {
        let mut work = self.work(reference).await?;
        let until = until.unwrap_or_else(|| domain::belgian_day(self.clock.now()));
        let from = work.period.from();
        work.period = Period::new(from, Some(until)).ok_or_else(|| {
            WorkError::EndsBeforeItBegins { reference, from: from.unwrap_or(Date::MIN), until }
        })?;
        self.put(work, AuditAction::CloseWork).await
    }

    async fn put(&self, work: Work, action: AuditAction) -> Result<Option<Import>, WorkError> {
        let now = self.clock.now();
        let entry = AuditEntry {
            detail: format!("{} via={}", shown(&work), self.source),
            ..AuditEntry::of_operator(&self.account, action, to_milliseconds(now))
        };
        let change = Change::put_works(vec![work], &self.source, now);
        Ok(self.store.registers().change_audited(change, Some(entry)).await?)
    }
}

/// A work for which somebody may want to register, as everybody may see it.
#[derive(Clone, Debug, PartialEq)]
pub struct WorkToRegisterAt {
    /// The work, without its contracts.
    pub work: Work,
    /// The present day in Belgium.
    pub today: Date,
    /// Are whole days registered there today? Else begin and end of work.
    pub day: bool,
}

impl App {
    /// The work behind a QR code; `None` where there is none. It tells nothing of persons or companies.
    pub async fn work_to_register_at(
        &self,
        reference: WorksReference,
    ) -> Result<Option<WorkToRegisterAt>, Error> {
        let Some(work) = self.store.works().work(reference).await? else { return Ok(None) };
        let today = self.today();
        // Where both may be registered, begin and end are what is asked for.
        let moments = self.policy.rule(Some(work.sector), today).allows(EventKind::In);
        let work = Work { contracts: Vec::new(), ..work };
        Ok(Some(WorkToRegisterAt { work, today, day: !moments }))
    }
}

/// A work as it is from then on, for the audit.
fn shown(work: &Work) -> String {
    let day = |day: Option<Date>| day.map_or_else(|| "-".to_owned(), |day| day.to_string());
    let contract = |contract: &Contract| {
        let (from, until) = (day(contract.period.from()), day(contract.period.until()));
        let contractor = match &contract.contractor {
            Contractor::Enterprise(number) => number.to_string(),
            Contractor::Foreign(vat) => vat.to_string(),
        };
        format!("{}:{contractor}:{from}:{until}", contract.role.name())
    };
    format!(
        "work={} sector={} from={} until={} subject={} sites={} contracts={}",
        work.reference,
        work.sector,
        day(work.period.from()),
        day(work.period.until()),
        work.subject,
        work.sites.len(),
        work.contracts.iter().map(contract).collect::<Vec<_>>().join(",")
    )
}
