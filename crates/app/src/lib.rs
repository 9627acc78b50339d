//! The use cases. Every door calls them, and nothing else: they apply the rules, ask for permission beside the data, and
//! keep what was done.

mod audit;
mod cancel;
mod checking;
mod clients;
mod consult;
mod delivery;
mod feed;
pub mod import;
mod locating;
mod once;
mod permission;
mod policy_file;
mod register;
mod works;

use std::sync::Arc;

use domain::{Clock, Error, Policy};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use store::Store;

pub use checking::{Checker, Step as CheckerStep};
pub use clients::{CLIENT_REFRESH, Clients};
pub use consult::{PerformancePage, PerformanceQuery};
pub use delivery::{Courier, Delivered, Delivery, Next};
pub use feed::{Feed, Listening};
pub use once::{Answers, CallKey, KeyTaken};
pub use policy_file::{PolicyFileError, default_policy, read_policy};
pub use store::ReplayKey;
pub use works::{MOST_WORKS, WorkAdmin, WorkError, WorkToRegisterAt};

/// How long what may be used once is remembered at most.
const LONGEST_REPLAY: SignedDuration = SignedDuration::from_hours(24);

/// The service behind every door.
pub struct App {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    policy: Policy,
    search_budget: u32,
    clients: Clients,
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
        let clients = Clients::new(Arc::clone(&store), Arc::clone(&clock), CLIENT_REFRESH);
        Self { store, clock, policy, search_budget, clients }
    }

    /// Who may call.
    pub fn clients(&self) -> &Clients {
        &self.clients
    }

    /// Is this the first time that `key` is used? It is remembered until `until`, by all nodes, but for a day at most.
    pub async fn first_time(&self, key: ReplayKey, until: Timestamp) -> Result<bool, Error> {
        let now = self.clock.now();
        let until = until.min(now.saturating_add(LONGEST_REPLAY).unwrap_or(until));
        self.store.replays().first_time(key, until, now).await
    }

    /// The present day in Brussels.
    pub fn today(&self) -> Date {
        domain::belgian_day(self.clock.now())
    }

    /// The administration of works: see [`WorkAdmin::new`].
    pub fn work_admin(&self, source: &str, account: &str) -> WorkAdmin<'_> {
        WorkAdmin::new(self.store.as_ref(), self.clock.as_ref(), source, account)
    }

    /// Can registrations be read and kept at this moment?
    pub async fn check(&self) -> Result<(), Error> {
        self.store.check().await
    }
}
