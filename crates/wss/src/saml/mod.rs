//! SAML 1.1 assertions: read, verified, issued.

mod assertion;
mod conditions;
mod holder;
mod issue;
mod issuers;
mod verify;

pub use assertion::{Assertion, Attribute, NameIdentifier};
pub use issue::{AssertionDraft, issue, unsigned};
pub use issuers::{IssuerKey, Issuers};
pub(crate) use verify::{held, vouched};
