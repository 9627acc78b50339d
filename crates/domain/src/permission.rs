//! What each caller may do. Nothing is allowed that does not stand here; `docs/permissions.md` says it as a table.

use thiserror::Error;

use crate::register::Period;
use crate::{
    Caller, Cause, Criterion, Dossier, EnterpriseNumber, Field, HistoryEntry, Identity, Profile,
    Registration, Remarks, Role, Search, Sender, Sight, SortKey, Subject, Visibility, Who,
};

/// Why a caller may not do what it asks for. The texts are for the log: which check failed, and how to mend it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Refusal {
    /// The role never does this.
    #[error(
        "a caller of role {role} may not {operation}; if it should, give its client another role"
    )]
    Role {
        /// The caller's role.
        role: &'static str,
        /// What it asked for.
        operation: &'static str,
    },
    /// The profile does not search by this.
    #[error("profile {} may not search by {criterion:?}", profile.name())]
    Criterion {
        /// The caller's profile.
        profile: Profile,
        /// What it searched by.
        criterion: Criterion,
    },
    /// The profile searches only for something in particular.
    #[error("profile {} has to search by one of {:?}", .0.name(), .0.must_search_by())]
    CriterionMissing(Profile),
    /// A result may not be sorted by what is not shown: its order would tell.
    #[error("profile {} may not sort by {key:?}, which it does not see", profile.name())]
    Sort {
        /// The caller's profile.
        profile: Profile,
        /// By what it sorted.
        key: SortKey,
    },
}

/// Why a caller is not shown the registration that it asks for. It hears the same of both, in the same time; the texts are
/// for the log, which tells them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Unseen {
    /// There is none.
    #[error("there is no registration with this id")]
    Nothing,
    /// There is one that the caller may not see.
    #[error(
        "there is a registration with this id, and the caller may not see it: what each role sees is in \
         docs/permissions.md"
    )]
    Hidden,
}

impl Caller {
    /// May it register at all?
    pub fn may_register(&self) -> Result<(), Refusal> {
        self.writes().then_some(()).ok_or(self.never("register"))
    }

    /// May it cancel at all?
    pub fn may_cancel(&self) -> Result<(), Refusal> {
        self.writes().then_some(()).ok_or(self.never("cancel"))
    }

    /// May it do this search? Which registrations it finds is another question: [`Caller::visibility`].
    pub fn may_search(&self, search: &Search) -> Result<(), Refusal> {
        match self.profile() {
            Some(profile) => profile_may_search(profile, search),
            None => Ok(()),
        }
    }

    /// May it look up a registration by its id?
    pub fn may_get(&self) -> Result<(), Refusal> {
        let may = self.profile().is_none_or(Profile::may_get);
        may.then_some(()).ok_or(self.never("look up a registration by its id"))
    }

    /// May it register for this worker, whatever the work? Its own, and those of its mandates on the days of each. A
    /// posted worker's employer has no enterprise number and is known by the Limosa declaration alone, which the check
    /// against the registers looks at.
    pub fn registers_for(&self, who: &Who, day: jiff::civil::Date) -> bool {
        match who.company() {
            None => self.may_register().is_ok(),
            Some(company) => self.sees_everything() || self.acts_as_on(company, day),
        }
    }

    /// May it cancel this registration, which it sees? As employer, as sender, or for an employer by mandate.
    pub fn cancels(&self, registration: &Registration) -> bool {
        self.may_cancel().is_ok() && self.visibility().shows(registration)
    }

    /// What it sees without a look at the register of works: its own as employer and as sender, a person's own, or
    /// everything.
    pub fn visibility(&self) -> Visibility {
        if self.sees_everything() {
            return Visibility::Everything;
        }
        if let Identity::Worker(inss) = self.identity() {
            let of = Subject::Person(*inss);
            return Visibility::Only(vec![Sight { of, period: Period::ALWAYS }]);
        }
        let own = self.acts_as().flat_map(|(company, period)| {
            [Subject::Employer(company), Subject::Sender(company)].map(|of| Sight { of, period })
        });
        Visibility::Only(own.collect())
    }

    /// A registration as far as it may see its parts.
    pub fn reads(&self, registration: Registration) -> Registration {
        let Some(profile) = self.profile() else { return registration };
        let mut seen = registration;
        if !profile.shows(Field::Reference) {
            seen.submission.reference = None;
        }
        if !profile.shows(Field::Sender) {
            seen.sender = Sender::default();
        }
        if !profile.shows(Field::Remarks) {
            seen.remarks = Remarks::NONE;
        }
        seen
    }

    /// A registration with its history as far as it may see their parts.
    pub fn reads_dossier(&self, dossier: Dossier) -> Dossier {
        let Some(profile) = self.profile() else { return dossier };
        let Dossier { registration, mut history } = dossier;
        if !profile.shows(Field::History) {
            history.drain(..history.len().saturating_sub(1));
        }
        let history = history.into_iter().map(|entry| seen_entry(profile, entry)).collect();
        Dossier { registration: self.reads(registration), history }
    }

    /// Does it act as `company` on `day`?
    pub fn acts_as_on(&self, company: EnterpriseNumber, day: jiff::civil::Date) -> bool {
        self.acts_as().any(|(other, period)| other == company && period.contains(day))
    }

    fn sees_everything(&self) -> bool {
        match self.identity() {
            Identity::Open => true,
            Identity::Client(client) => {
                matches!(client.role, Role::Consulting(_) | Role::Inspector | Role::Administrator)
            }
            Identity::Worker(_) => false,
        }
    }

    fn writes(&self) -> bool {
        match self.identity() {
            Identity::Open => true,
            Identity::Client(client) => match client.role {
                Role::Employer | Role::Mandatary(_) | Role::Intermediary | Role::Administrator => {
                    true
                }
                Role::Consulting(_) | Role::Inspector => false,
            },
            Identity::Worker(_) => false,
        }
    }

    fn profile(&self) -> Option<Profile> {
        match self.identity() {
            Identity::Client(client) => match client.role {
                Role::Consulting(profile) => Some(profile),
                _ => None,
            },
            Identity::Open | Identity::Worker(_) => None,
        }
    }

    fn never(&self, operation: &'static str) -> Refusal {
        Refusal::Role { role: self.role(), operation }
    }
}

fn profile_may_search(profile: Profile, search: &Search) -> Result<(), Refusal> {
    let given = criteria(search);
    if let Some(criterion) = given.iter().find(|criterion| !profile.may_search_by(**criterion)) {
        return Err(Refusal::Criterion { profile, criterion: *criterion });
    }
    if !profile.must_search_by().iter().any(|criterion| given.contains(criterion)) {
        return Err(Refusal::CriterionMissing(profile));
    }
    let key = search.sort.key;
    if key == SortKey::SenderId && !profile.shows(Field::Sender) {
        return Err(Refusal::Sort { profile, key });
    }
    Ok(())
}

/// The criteria that a search gives.
fn criteria(search: &Search) -> Vec<Criterion> {
    let company = search.company.is_some() || search.foreign_vat.is_some();
    let moment =
        search.moment_from.is_some() || search.moment_until.is_some() || search.near.is_some();
    let created = search.created_from.is_some() || search.created_until.is_some();
    [
        (search.inss.is_some(), Criterion::Person),
        (company, Criterion::Company),
        (search.works.is_some(), Criterion::Works),
        (search.statuses.is_some(), Criterion::Status),
        (search.remarks.is_some(), Criterion::Remarks),
        (created, Criterion::Creation),
        (search.sector.is_some(), Criterion::Sector),
        (moment, Criterion::Moment),
    ]
    .into_iter()
    .filter_map(|(given, criterion)| given.then_some(criterion))
    .collect()
}

fn seen_entry(profile: Profile, mut entry: HistoryEntry) -> HistoryEntry {
    if !profile.shows(Field::Remarks) {
        entry.remarks = Remarks::NONE;
    }
    if let Cause::Cancellation { by, .. } = &mut entry.cause
        && !profile.shows(Field::Sender)
    {
        *by = Sender::default();
    }
    entry
}
