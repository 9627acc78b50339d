//! The use cases. Every door calls them, and nothing else: they apply the rules, ask for permission beside the data, and
//! keep what was done.

mod cancel;
mod consult;
mod policy_file;
mod register;

use std::sync::Arc;

use domain::{Clock, Error, Policy};
use jiff::civil::Date;
use store::Store;

pub use policy_file::{PolicyFileError, default_policy, read_policy};

/// The service behind every door.
pub struct App {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    policy: Policy,
    search_budget: u32,
}

impl App {
    /// A service that keeps registrations in `store` and holds them to `policy`. One search looks at no more than
    /// `search_budget` registrations.
    pub fn new(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        policy: Policy,
        search_budget: u32,
    ) -> Self {
        Self { store, clock, policy, search_budget }
    }

    /// The present day in Brussels.
    pub fn today(&self) -> Date {
        domain::belgian_day(self.clock.now())
    }

    /// Can registrations be read and kept at this moment?
    pub async fn check(&self) -> Result<(), Error> {
        self.store.check().await
    }
}
