//! A coordinator and two workers with Citus, of the tests' own.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::install::{initialise, programs, user};
use super::{PostgresServer, new_folder};

/// Many databases with many connections each; rebalancing copies by logical replication.
const SETTINGS: [&str; 7] = [
    "shared_preload_libraries=citus",
    "wal_level=logical",
    "max_connections=600",
    "max_prepared_transactions=600",
    "max_worker_processes=120",
    "max_replication_slots=40",
    "max_wal_senders=40",
];

/// The port that sockets are named by: no server listens to another.
const PORT: u16 = 5432;

/// Running servers, the coordinator first.
pub struct CitusNodes {
    nodes: Vec<PostgresServer>,
}

impl CitusNodes {
    /// Starts them; where Citus is not installed, says so in one line. It is looked for beside the newest PostgreSQL, or where
    /// `PRESENCE_TEST_CITUS` says: the folder of the programs of a PostgreSQL that has it.
    ///
    /// # Panics
    ///
    /// When it is installed and does not start, or is not where it was said to be.
    pub fn start_or_skip() -> Option<Self> {
        let named = std::env::var_os("PRESENCE_TEST_CITUS").map(PathBuf::from);
        if let Some(programs) = &named {
            assert!(
                has_citus(programs),
                "{} belongs to no PostgreSQL with Citus",
                programs.display()
            );
        }
        let Some(programs) = named.or_else(programs).filter(|programs| has_citus(programs)) else {
            _ = writeln!(
                io::stdout(),
                "skipped: PostgreSQL has no Citus, so nothing is held against several servers"
            );
            return None;
        };
        let start = |_| {
            let folder = new_folder(user());
            initialise(&programs, &folder, user(), &[]);
            // How a node reaches itself, to bring the reference tables to a new one.
            let own = format!("citus.local_hostname={}", folder.display());
            let settings: Vec<&str> = SETTINGS.into_iter().chain([own.as_str()]).collect();
            PostgresServer::launch(programs.clone(), folder, user(), &settings)
        };
        Some(Self { nodes: (0..3).map(start).collect() })
    }

    /// Makes an empty database on every node, and tells the coordinator of the first `workers` workers; answers its name.
    ///
    /// # Panics
    ///
    /// When a server refuses it.
    pub fn new_database(&self, workers: usize) -> String {
        let coordinator = &self.nodes[0];
        let name = coordinator.next_name();
        for node in &self.nodes {
            node.run_sql(&format!("CREATE DATABASE {name}"));
            node.run_sql_in(&name, "CREATE EXTENSION citus");
        }
        let own = coordinator.folder.display();
        let sql = format!("SELECT citus_set_coordinator_host('{own}', {PORT})");
        coordinator.run_sql_in(&name, &sql);
        for worker in 1..=workers {
            self.add_worker(&name, worker);
        }
        name
    }

    /// Tells the coordinator of a worker, from 1.
    ///
    /// # Panics
    ///
    /// When the coordinator refuses it.
    pub fn add_worker(&self, database: &str, worker: usize) {
        // Of two at the same time one may find what the other one is changing, and is refused.
        static ONE: Mutex<()> = Mutex::new(());
        let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
        let folder = self.nodes[worker].folder.display();
        self.nodes[0].run_sql_in(database, &format!("SELECT citus_add_node('{folder}', {PORT})"));
    }

    /// The address of a database on the coordinator.
    pub fn url(&self, database: &str) -> String {
        self.nodes[0].url(database)
    }

    /// Takes a database away, whoever uses it.
    pub fn drop_database(&self, database: &str) {
        for node in &self.nodes {
            let sql = format!("DROP DATABASE IF EXISTS {database} WITH (FORCE)");
            // A test that failed may have left it in any state: the servers end with the tests anyway.
            _ = node.psql("postgres", &["-c", &sql]);
        }
    }
}

fn has_citus(programs: &Path) -> bool {
    let beside = |library: &str| programs.parent().is_some_and(|top| top.join(library).exists());
    beside("lib/citus.so") || beside("lib/postgresql/citus.so")
}
