//! What a store of registrations does, whatever keeps them, and the list of tests that every store passes.
//!
//! A store decides nothing: rules are given to it as functions of `domain`. What it promises is durability (an answer
//! comes after the commit is on disk), one history that only grows, and bounded cost.
//!
//! A store has areas, a trait each; [`Store`] hands them out, so that a source of another kind can take the place of
//! one area and leave the others as they are.

mod addresses;
mod audit;
mod checks;
mod clients;
#[cfg(feature = "contract")]
pub mod contract;
mod events;
mod extracts;
pub mod layout;
mod once;
mod registers;
mod registrations;
mod replays;
mod secrets;
mod stats;
pub mod transfer;
mod usage;
mod works;

use async_trait::async_trait;
use domain::Error;

pub use addresses::{AddressStaging, Addresses};
pub use audit::{
    Audit, AuditBreach, AuditCheck, AuditHash, AuditHead, AuditPlace, AuditRecord, audit_body,
};
pub use checks::{Backlog, Checks, Finding, Finished, Lease, Repetition, Unfit};
pub use clients::{ClientConflict, Clients, Presented};
pub use events::{Events, WebhookChange};
pub use extracts::Extracts;
pub use once::{Beside, Kept, KeptItem, Once, Written};
pub use registers::{
    DeclaredWorks, Employers, Employments, Enterprises, ImportForm, Mandates, Persons,
    PostedWorkers, Registers, Staging,
};
pub use registrations::{Registrations, Transition};
pub use replays::{ReplayKey, Replays};
pub use secrets::Secrets;
pub use stats::{Counters, Stats};
pub use usage::{CallerUse, MOST_TOLD, TOLD_FOR, ToldUse, Usage, told_since};
pub use works::Works;

/// A store, by its areas.
#[async_trait]
pub trait Store: Send + Sync {
    /// Registrations and their history.
    fn registrations(&self) -> &dyn Registrations;

    /// The reference registers.
    fn registers(&self) -> &dyn Registers;

    /// What waits to be checked.
    fn checks(&self) -> &dyn Checks;

    /// The register of works, to be read whole.
    fn works(&self) -> &dyn Works;

    /// The register of clients.
    fn clients(&self) -> &dyn Clients;

    /// What was done and read, by whom.
    fn audit(&self) -> &dyn Audit;

    /// What may be used once.
    fn replays(&self) -> &dyn Replays;

    /// Which extracts the registers hold.
    fn extracts(&self) -> &dyn Extracts;

    /// The register of addresses.
    fn addresses(&self) -> &dyn Addresses;

    /// The steps of registrations, and who is told of them.
    fn events(&self) -> &dyn Events;

    /// What all nodes have in common and nobody else knows.
    fn secrets(&self) -> &dyn Secrets;

    /// What callers use at each node.
    fn usage(&self) -> &dyn Usage;

    /// Can it read and write at this moment?
    async fn check(&self) -> Result<(), Error>;
}
