use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;

use crate::place::AddressesOfRegion;
use crate::register::Import;
use crate::{
    Caller, Identity, Inss, ItemErrors, LimosaId, NewRegistration, Performance, Registration,
    RegistrationId, Who,
};

/// What is written down of a use case: who, on whose behalf, what, which persons, when, with which outcome, under which
/// ticket. It holds persons' numbers, for that is its purpose; `Debug` shows none.
#[derive(Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: AuditCaller,
    /// What was done or asked for.
    pub action: AuditAction,
    /// What became of it.
    pub outcome: AuditOutcome,
    /// The ticket of the call, which is also in its log line and in a fault.
    pub ticket: Option<Arc<str>>,
    /// What a search went by, or what a command changed; free text that may name persons.
    pub detail: String,
    /// The registrations that were made, changed, shown or asked for.
    pub registrations: Vec<RegistrationId>,
    /// The persons concerned: those of what was made, changed or shown.
    pub persons: Vec<AuditPerson>,
    /// How many items were refused.
    pub refused: u32,
}

/// Who did it.
#[derive(Clone, PartialEq, Eq)]
pub struct AuditCaller {
    /// The role.
    pub role: &'static str,
    /// The client's id, or the name of the operator's account for a command.
    pub id: Option<Arc<str>>,
    /// The enterprise that is recorded as the sender's.
    pub company: Option<crate::EnterpriseNumber>,
    /// The enterprise on whose behalf, where that is another one.
    pub on_behalf_of: Option<crate::EnterpriseNumber>,
    /// The person who reads what concerns them.
    pub person: Option<Inss>,
}

/// A person, by the number under which they were registered.
#[derive(Clone, PartialEq, Eq)]
pub enum AuditPerson {
    /// By the person's number.
    Inss(Inss),
    /// By the declaration of a posted worker.
    Limosa(LimosaId),
}

/// What is written down. `docs/audit.md` lists them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuditAction {
    /// Presences were registered.
    Register,
    /// Registrations were cancelled.
    Cancel,
    /// Registrations were searched.
    Search,
    /// One registration was read with its history.
    Get,
    /// Steps of registrations were told to whoever listens.
    Listen,
    /// A client was added.
    AddClient,
    /// A client was changed.
    ChangeClient,
    /// A client was revoked.
    RevokeClient,
    /// The revocation of a client was lifted.
    RestoreClient,
    /// A register was filled from files.
    Import,
    /// A work was added by hand.
    AddWork,
    /// A work was changed by hand.
    ChangeWork,
    /// A work was ended by hand.
    CloseWork,
}

impl AuditAction {
    /// Every action.
    pub const ALL: [Self; 13] = [
        Self::Register,
        Self::Cancel,
        Self::Search,
        Self::Get,
        Self::Listen,
        Self::AddClient,
        Self::ChangeClient,
        Self::RevokeClient,
        Self::RestoreClient,
        Self::Import,
        Self::AddWork,
        Self::ChangeWork,
        Self::CloseWork,
    ];

    /// Its name, stable for ever.
    pub fn name(self) -> &'static str {
        match self {
            Self::Register => "presence.register",
            Self::Cancel => "presence.cancel",
            Self::Search => "presence.search",
            Self::Get => "presence.get",
            Self::Listen => "presence.listen",
            Self::AddClient => "client.add",
            Self::ChangeClient => "client.change",
            Self::RevokeClient => "client.revoke",
            Self::RestoreClient => "client.restore",
            Self::Import => "register.import",
            Self::AddWork => "work.add",
            Self::ChangeWork => "work.change",
            Self::CloseWork => "work.close",
        }
    }
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuditOutcome {
    /// It was done, for some items at least.
    Done,
    /// It was handled, and nothing was done or found.
    Nothing,
    /// The caller may not do this.
    Denied,
}

impl AuditOutcome {
    /// Its name, stable for ever.
    pub fn name(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Nothing => "nothing",
            Self::Denied => "denied",
        }
    }
}

impl AuditEntry {
    /// An entry of a caller, as yet without what it concerns.
    pub fn new(caller: &Caller, action: AuditAction, at: Timestamp) -> Self {
        let person = match caller.identity() {
            Identity::Worker(inss) => Some(*inss),
            Identity::Open | Identity::Client(_) => None,
        };
        let by = AuditCaller {
            role: caller.role(),
            id: caller.sender().id.clone(),
            company: caller.sender().company,
            on_behalf_of: caller.acting_for(),
            person,
        };
        Self { ticket: caller.ticket().cloned(), ..Self::of(by, action, at) }
    }

    /// An entry of a command that the operator gives under this account of the machine.
    pub fn of_operator(account: &str, action: AuditAction, at: Timestamp) -> Self {
        let by = AuditCaller {
            role: "operator",
            id: Some(account.into()),
            company: None,
            on_behalf_of: None,
            person: None,
        };
        Self::of(by, action, at)
    }

    fn of(by: AuditCaller, action: AuditAction, at: Timestamp) -> Self {
        Self {
            at,
            by,
            action,
            outcome: AuditOutcome::Done,
            ticket: None,
            detail: String::new(),
            registrations: Vec::new(),
            persons: Vec::new(),
            refused: 0,
        }
    }

    /// The entry of a call that its caller may not make.
    #[must_use]
    pub fn denied(self, detail: String) -> Self {
        Self { outcome: AuditOutcome::Denied, detail, ..self }
    }

    /// With what is about to be stored; the store adds the ids.
    #[must_use]
    pub fn about(mut self, new: &[NewRegistration], refused: usize) -> Self {
        self.persons = new.iter().map(|new| AuditPerson::of(&new.submission.who)).collect();
        self.refused = u32::try_from(refused).unwrap_or(u32::MAX);
        self
    }

    /// With what became of an import or a change of a register; `None` when it was the same already.
    #[must_use]
    pub fn imported(mut self, import: Option<&Import>) -> Self {
        let Some(Import { id, added, removed, .. }) = import else { return self.of_nothing() };
        self.add(&format!("import={} added={added} removed={removed}", id.0));
        self
    }

    /// With what became of an import of addresses: the regions that changed.
    #[must_use]
    pub fn imported_addresses(mut self, regions: &[AddressesOfRegion]) -> Self {
        if regions.is_empty() {
            return self.of_nothing();
        }
        for AddressesOfRegion { region, addresses, .. } in regions {
            self.add(&format!("{}={addresses}", region.code()));
        }
        self
    }

    /// The entry of what was handled, while nothing was done, shown or found.
    #[must_use]
    pub fn of_nothing(self) -> Self {
        Self { outcome: AuditOutcome::Nothing, ..self }
    }

    fn add(&mut self, detail: &str) {
        if !self.detail.is_empty() {
            self.detail.push(' ');
        }
        self.detail.push_str(detail);
    }

    /// With what is shown.
    #[must_use]
    pub fn showing<'r>(mut self, shown: impl IntoIterator<Item = &'r Registration>) -> Self {
        for registration in shown {
            self.registrations.push(registration.id);
            self.persons.push(AuditPerson::of(&registration.submission.who));
        }
        if self.registrations.is_empty() {
            self.outcome = AuditOutcome::Nothing;
        }
        self
    }

    /// With what is shown as performances.
    #[must_use]
    pub fn showing_performances(mut self, shown: &[Performance]) -> Self {
        for performance in shown {
            for moment in performance.begin.iter().chain(&performance.end) {
                for id in &moment.ids {
                    self.registrations.push(*id);
                    self.persons.push(AuditPerson::Inss(performance.inss));
                }
            }
        }
        if self.registrations.is_empty() {
            self.outcome = AuditOutcome::Nothing;
        }
        self
    }

    /// With what was decided on registrations: all that were asked for, the persons of those that were changed.
    #[must_use]
    pub fn decided(
        mut self,
        ids: &[Option<RegistrationId>],
        answers: &[Result<Registration, ItemErrors>],
    ) -> Self {
        self.registrations = ids.iter().copied().flatten().collect();
        let changed = answers.iter().filter_map(|answer| answer.as_ref().ok());
        self.persons = changed.map(|it| AuditPerson::of(&it.submission.who)).collect();
        let refused = answers.len() - self.persons.len();
        self.refused = u32::try_from(refused).unwrap_or(u32::MAX);
        if self.persons.is_empty() {
            self.outcome = AuditOutcome::Nothing;
        }
        self
    }
}

impl AuditPerson {
    /// The person of a registration.
    pub fn of(who: &Who) -> Self {
        match who {
            Who::Worker { inss, .. } | Who::OfForeign { inss, .. } => Self::Inss(*inss),
            Who::Posted { limosa } => Self::Limosa(limosa.clone()),
        }
    }
}

impl fmt::Debug for AuditEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuditEntry")
            .field("at", &self.at)
            .field("by", &self.by)
            .field("action", &self.action)
            .field("outcome", &self.outcome)
            .field("ticket", &self.ticket)
            .field("registrations", &self.registrations)
            .field("persons", &self.persons.len())
            .field("refused", &self.refused)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for AuditCaller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuditCaller")
            .field("role", &self.role)
            .field("id", &self.id)
            .field("company", &self.company)
            .field("on_behalf_of", &self.on_behalf_of)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for AuditPerson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AuditPerson(***)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registration::tests::registration;

    #[test]
    fn debug_hides_persons_and_what_may_name_them() {
        let at = "2026-11-24T08:00:00Z".parse().expect("a moment");
        let caller = Caller::worker(crate::sample::inss(1));
        let entry = AuditEntry::new(&caller, AuditAction::Search, at);
        let detail = "inss=72022900569".to_owned();
        let entry = AuditEntry { detail, ..entry.showing(&[registration("2026-11-24")]) };
        let shown = format!("{entry:?} {:?}", entry.persons);
        assert!(!shown.contains("720229") && !shown.contains(&crate::sample::inss(1).digits()));
    }
}
