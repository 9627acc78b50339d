use std::fmt;

use jiff::Timestamp;
use jiff::civil::Date;

use crate::register::{ImportId, Register};
use crate::{
    CancellationReason, Channel, ClientReference, EnterpriseNumber, EventKind, ForeignVatNumber,
    Inss, LimosaId, Located, Moment, RegistrationId, Remarks, Sector, Sender, Status,
    WorksReference,
};

/// What a sender declared: who is present where, on which day or from or until which moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submission {
    /// The calendar day in Belgium; of a moment, the day on which it falls.
    pub day: Date,
    /// The begin or end of work; `None` where the whole day is registered.
    pub moment: Option<Box<Moment>>,
    /// Who is present.
    pub who: Who,
    /// At which work.
    pub works: WorksReference,
    /// The client's own reference.
    pub reference: Option<ClientReference>,
}

impl Submission {
    /// What is registered.
    pub fn event(&self) -> EventKind {
        self.moment.as_ref().map_or(EventKind::Day, |moment| moment.kind.into())
    }
}

/// Who is present.
#[derive(Clone, PartialEq, Eq)]
pub enum Who {
    /// A worker of an enterprise.
    Worker {
        /// The person's number, as submitted.
        inss: Inss,
        /// The employer.
        company: EnterpriseNumber,
    },
    /// A worker of an employer who has no enterprise number.
    OfForeign {
        /// The person's number, as submitted.
        inss: Inss,
        /// The employer.
        vat: ForeignVatNumber,
    },
    /// A posted worker, by the id of the Limosa declaration.
    Posted {
        /// The declaration's id.
        limosa: LimosaId,
    },
}

impl Who {
    /// The person's number, if it is known.
    pub fn inss(&self) -> Option<Inss> {
        match self {
            Self::Worker { inss, .. } | Self::OfForeign { inss, .. } => Some(*inss),
            Self::Posted { .. } => None,
        }
    }

    /// The enterprise, if it is known.
    pub fn company(&self) -> Option<EnterpriseNumber> {
        match self {
            Self::Worker { company, .. } => Some(*company),
            Self::OfForeign { .. } | Self::Posted { .. } => None,
        }
    }

    /// The employer's foreign VAT number, where that is how the employer is known.
    pub fn foreign_vat(&self) -> Option<&ForeignVatNumber> {
        match self {
            Self::OfForeign { vat, .. } => Some(vat),
            Self::Worker { .. } | Self::Posted { .. } => None,
        }
    }
}

impl fmt::Debug for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Worker { company, .. } => write!(f, "Worker(*** of {company})"),
            Self::OfForeign { vat, .. } => write!(f, "OfForeign(*** of {vat})"),
            Self::Posted { .. } => f.write_str("Posted(***)"),
        }
    }
}

/// A registration about to be stored: all of it but the id, which the store gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRegistration {
    /// What was declared.
    pub submission: Submission,
    /// The sector of the work, when the work is known.
    pub sector: Option<Sector>,
    /// When it came in; milliseconds count, finer parts are not kept.
    pub created: Timestamp,
    /// How it came in.
    pub channel: Channel,
    /// Who sent it.
    pub sender: Sender,
}

impl NewRegistration {
    /// The registration with its id, as it stands when it has just been stored.
    pub fn stored_as(self, id: RegistrationId) -> Registration {
        Registration {
            id,
            submission: self.submission,
            sector: self.sector,
            created: self.created,
            channel: self.channel,
            sender: self.sender,
            status: Status::Registered,
            remarks: Remarks::NONE,
            validated: None,
            newest: None,
            located: None,
        }
    }
}

/// A stored registration as it now stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registration {
    /// Its id.
    pub id: RegistrationId,
    /// What was declared.
    pub submission: Submission,
    /// The sector of the work, when the work is known.
    pub sector: Option<Sector>,
    /// When it came in, to the millisecond.
    pub created: Timestamp,
    /// How it came in.
    pub channel: Channel,
    /// Who sent it.
    pub sender: Sender,
    /// Where it stands.
    pub status: Status,
    /// What its last check remarked.
    pub remarks: Remarks,
    /// When it was last checked or cancelled; `None` as long as it only was stored.
    pub validated: Option<Timestamp>,
    /// The person's number as the registers last told it, where it is another one than was declared.
    pub newest: Option<Inss>,
    /// What the register of addresses and the work's sites told of the place of work; `None` as long as nobody has
    /// looked, and for a whole day.
    pub located: Option<Box<Located>>,
}

impl Registration {
    /// The newest number of the person that is known.
    pub fn inss(&self) -> Option<Inss> {
        self.newest.or(self.submission.who.inss())
    }

    /// The first entry of its history, which the registration itself carries: that it was stored.
    pub fn first_entry(&self) -> HistoryEntry {
        HistoryEntry {
            at: self.created,
            status: Status::Registered,
            remarks: Remarks::NONE,
            cause: Cause::Registration,
        }
    }

    /// The registration after a check against the registers found `remarks`; `None` when it is cancelled, or when
    /// the check changes neither status nor remarks: such a check leaves no entry in the history.
    pub fn checked(&self, remarks: Remarks, at: Timestamp) -> Option<Amended> {
        self.checked_for(Cause::Check, remarks, at)
    }

    /// The same, for a check that has another cause than that the registration was new.
    pub fn checked_for(&self, cause: Cause, remarks: Remarks, at: Timestamp) -> Option<Amended> {
        let right = remarks.hard().is_empty();
        let status = if right { Status::Validated } else { Status::Failed };
        let changes = (status, remarks) != (self.status, self.remarks);
        (changes && self.status != Status::Cancelled)
            .then(|| self.amended(HistoryEntry { at, status, remarks, cause }))
    }

    /// The registration after its cancellation, which the rules of [`crate::cancel`] allowed.
    pub(crate) fn cancelled(&self, at: Timestamp, cause: Cause) -> Amended {
        self.amended(HistoryEntry { at, status: Status::Cancelled, remarks: Remarks::NONE, cause })
    }

    fn amended(&self, entry: HistoryEntry) -> Amended {
        let registration = Self {
            status: entry.status,
            remarks: entry.remarks,
            validated: Some(entry.at),
            ..self.clone()
        };
        Amended { registration, entry }
    }
}

/// A registration after a step of its life, with the entry that tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Amended {
    /// How it now stands.
    pub registration: Registration,
    /// What to append to its history.
    pub entry: HistoryEntry,
}

/// One step of a registration's life.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryEntry {
    /// When, to the millisecond.
    pub at: Timestamp,
    /// The status from then on.
    pub status: Status,
    /// The remarks from then on.
    pub remarks: Remarks,
    /// What brought it about.
    pub cause: Cause,
}

/// What brought a step about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// It was stored.
    Registration,
    /// It was checked against the registers for the first time.
    Check,
    /// It was checked again because a register changed.
    RegisterChange {
        /// The register.
        register: Register,
        /// The import or change that brought it.
        import: ImportId,
    },
    /// It was checked again because an earlier one, which said the same, was cancelled.
    EarlierCancelled {
        /// The earlier one.
        id: RegistrationId,
    },
    /// It was cancelled.
    Cancellation {
        /// The reason, as given.
        reason: CancellationReason,
        /// Who cancelled it.
        by: Sender,
    },
}

/// A registration with its whole history, oldest entry first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dossier {
    /// How it now stands.
    pub registration: Registration,
    /// Every step of its life; the first is that it was stored.
    pub history: Vec<HistoryEntry>,
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::Remark;

    pub(crate) fn registration(day: &str) -> Registration {
        let day: Date = day.parse().expect("a day");
        let inss = Inss::parse("72022900569", day).expect("valid");
        let company = EnterpriseNumber::from_long(400_000_086).expect("valid");
        let works = WorksReference::parse("1Y1003SQ5VSSZ").expect("valid");
        NewRegistration {
            submission: Submission {
                day,
                moment: None,
                who: Who::Worker { inss, company },
                works,
                reference: None,
            },
            sector: None,
            created: "2026-11-20T08:00:00Z".parse().expect("a moment"),
            channel: Channel::WebService,
            sender: Sender::default(),
        }
        .stored_as(RegistrationId::new(1).expect("valid"))
    }

    #[test]
    fn a_check_that_changes_nothing_leaves_no_entry() {
        let at: Timestamp = "2026-11-24T08:00:00Z".parse().expect("a moment");
        let new = registration("2026-11-24");
        let valid = new.checked(Remarks::NONE, at).expect("a first check changes the status");
        assert_eq!(valid.registration.status, Status::Validated);
        assert_eq!(valid.registration.validated, Some(at));
        assert_eq!(valid.registration.checked(Remarks::NONE, at), None);
        let failed = valid.registration.checked(Remarks::NONE.with(Remark::WorkUnknown), at);
        let failed = failed.expect("a new remark").registration;
        assert_eq!(failed.status, Status::Failed);
        let other = failed.checked(Remarks::NONE.with(Remark::PersonUnknown), at);
        assert!(other.is_some(), "other remarks, same status");
    }

    #[test]
    fn a_cancelled_registration_is_not_checked_any_more() {
        let at: Timestamp = "2026-11-24T08:00:00Z".parse().expect("a moment");
        let cancelled = registration("2026-11-24").cancelled(at, Cause::Check).registration;
        assert_eq!(cancelled.checked(Remarks::NONE, at), None);
    }

    #[test]
    fn debug_hides_the_person() {
        assert!(!format!("{:?}", registration("2026-11-24")).contains("720229"));
    }
}
