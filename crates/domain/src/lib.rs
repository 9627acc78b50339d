//! The pure rules of presence registration.
//!
//! No input or output, no clock and no randomness of its own: what a rule needs of the world comes in as an argument.
//! Identifiers are types that cannot be wrong once built; a [`Registration`] changes by methods that take the moment;
//! the errors are the ones of the contract.

mod audit;
mod call;
mod caller;
mod cancel;
mod channel;
mod check;
mod client;
mod clock;
mod digits;
mod draft;
mod error;
mod item_error;
mod moment;
mod performance;
mod permission;
mod place_of_work;
mod policy;
mod profile;
mod registration;
mod remark;
mod responsibility;
mod search;
mod search_draft;
mod sector;
mod status;
mod step;
mod visibility;
mod webhook;
mod work;

/// Identifiers that are right by construction.
pub mod id;
/// Places: addresses, and what is asked of them.
pub mod place;
pub mod register;
pub mod sample;

pub use audit::{AuditAction, AuditCaller, AuditEntry, AuditOutcome, AuditPerson};
pub use call::{CancelPresence, CancelPresences, GetPresence, RegisterPresences, SearchPresences};
pub use caller::{Caller, CallerError, Identity, Sender};
pub use cancel::{CancellationReason, cancel, not_to_cancel};
pub use channel::Channel;
pub use check::{CompanyFacts, Facts};
pub use client::{
    CertificateHandle, CertificateRule, Client, Fingerprint, KeptCertificate, Mandate, Role,
    TokenKey,
};
pub use clock::{
    Clock, belgian_day, belgian_time, earliest_instant, latest_instant, to_milliseconds,
};
pub use draft::{Draft, DraftDay, DraftEvent, DraftWho};
pub use error::{Error, ErrorKind};
pub use id::client_id::ClientId;
pub use id::client_reference::ClientReference;
pub use id::enterprise_number::{EnterpriseNumber, EnterpriseNumberError};
pub use id::foreign_vat::ForeignVatNumber;
pub use id::inss::{Inss, InssKind};
pub use id::limosa_id::LimosaId;
pub use id::registration_id::RegistrationId;
pub use id::works_reference::WorksReference;
pub use item_error::{ItemError, ItemErrors, tally as tally_errors};
pub use moment::{Moment, MomentKind, MomentLimits};
pub use performance::{
    LONGEST_HOURS, Performance, PerformanceMoment, PerformancePlace, WorkMoment, performances,
};
pub use permission::{Refusal, Unseen};
pub use place::Located;
pub use place_of_work::{Circle, Coordinates, PlaceOfWork};
pub use policy::{EventKind, Policy, PolicyError, SectorRule};
pub use profile::{Criterion, Field, Profile};
pub use registration::{
    Amended, Cause, Dossier, HistoryEntry, NewRegistration, Registration, Submission, Who,
};
pub use remark::{Remark, Remarks};
pub use search::{
    Days, Direction, EventSet, MAX_FETCH_SIZE, Mark, Page, Search, SearchPage, Sort, SortKey,
    SortValue, StatusSet, day_number,
};
pub use search_draft::{DraftMoment, SearchDraft, SearchRefusal};
pub use sector::Sector;
pub use status::Status;
pub use step::{Step, StepPosition, StepSelection};
pub use visibility::{Sight, Subject, Visibility};
pub use webhook::{Trouble, Webhook, WebhookSecret};
pub use work::{Address, Contract, ContractRole, Contractor, Site, Work};
