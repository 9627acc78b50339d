use std::sync::Arc;

use app::App;
use domain::register::Change;
use domain::{Caller, Clock, Policy, Sector, Sender, Work, sample};
use store::Store;
use tempfile::TempDir;

use crate::FakeClock;
use crate::chosen::{Chosen, run_sql};

/// The use cases over a store of their own, with a clock to set.
pub struct TestApp {
    /// The use cases.
    pub app: Arc<App>,
    /// The store beneath them.
    pub store: Arc<dyn Store>,
    /// The clock.
    pub clock: Arc<FakeClock>,
    chosen: Chosen,
    /// Stays as long as the store is open.
    folder: TempDir,
}

impl TestApp {
    /// The service at `moment`, under the built-in policy. It knows four works, one of each sector: the sample works 1
    /// to 4 in the order of [`Sector::ALL`]. A search may look at 10 000 registrations.
    pub async fn at(moment: &str) -> Self {
        Self::with_policy(moment, app::default_policy(), 10_000).await
    }

    /// The same, under another policy and search budget.
    pub async fn with_policy(moment: &str, policy: Policy, search_budget: u32) -> Self {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let chosen = Chosen::open(folder.path()).await;
        let store = chosen.store();
        let clock = Arc::new(FakeClock::at(moment));
        let works = Change::put_works(works(), "test", clock.now());
        store.registers().change(works).await.expect("a new store takes works");
        let given: Arc<dyn Clock> = Arc::clone(&clock) as _;
        let app = Arc::new(App::new(Arc::clone(&store), given, policy, search_budget));
        Self { app, store, clock, chosen, folder }
    }

    /// What was written so far: commits, the calls that they answered, and rows.
    pub fn written(&self) -> [u64; 3] {
        self.chosen.written()
    }

    /// Runs a statement on the data, past the store.
    pub fn run_sql(&self, sql: &str) {
        run_sql(self.folder.path(), sql);
    }

    /// A caller whose every part is known.
    pub fn caller() -> Caller {
        Caller::open(Sender {
            id: Some(Arc::from("test-sender")),
            company: Some(sample::enterprise_number(900)),
            user_type: Some(Arc::from("EMPLOYER")),
        })
    }
}

fn works() -> Vec<Work> {
    (1..)
        .zip(Sector::ALL)
        .map(|(index, sector)| Work::new(sample::works_reference(index), sector))
        .collect()
}
