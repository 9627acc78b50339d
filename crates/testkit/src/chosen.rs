use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use store::Store;
use store_postgres::PostgresStore;
use store_sqlite::SqliteStore;

use crate::PostgresServer;

/// The database that stands for a folder of data in a run of the tests on PostgreSQL (`PRESENCE_TEST_STORE=postgres`): the
/// same for the same folder. `None` in a run on the embedded store.
///
/// # Panics
///
/// When PostgreSQL is asked for and not installed.
pub fn chosen_database(folder: &Path) -> Option<String> {
    static DATABASES: Mutex<Option<HashMap<PathBuf, String>>> = Mutex::new(None);
    if std::env::var("PRESENCE_TEST_STORE").ok()? != "postgres" {
        return None;
    }
    let mut databases = DATABASES.lock().unwrap_or_else(PoisonError::into_inner);
    let databases = databases.get_or_insert_default();
    let database = databases.entry(folder.to_owned());
    Some(database.or_insert_with(|| chosen_server().new_migrated_database()).clone())
}

/// The server of a run on PostgreSQL.
fn chosen_server() -> &'static PostgresServer {
    shared_postgres().expect("PostgreSQL is installed")
}

/// The server that all tests of this process share, each with a database of its own; `None` where PostgreSQL is not
/// installed, which is said in one line.
///
/// # Panics
///
/// As [`PostgresServer::start_or_skip`] does.
pub fn shared_postgres() -> Option<&'static PostgresServer> {
    static SERVER: OnceLock<Option<PostgresServer>> = OnceLock::new();
    SERVER.get_or_init(PostgresServer::start_or_skip).as_ref()
}

/// Runs a statement on the data in this folder, or in the database that stands for it: past the store, as another program
/// may, or a fault.
///
/// # Panics
///
/// When it is refused.
pub fn run_sql(folder: &Path, sql: &str) {
    if let Some(url) = chosen_database(folder) {
        let (_, database) = url.rsplit_once('=').expect("the name is the last part");
        chosen_server().run_sql_in(database, sql);
    } else {
        let file = folder.join(store_sqlite::FILE_NAME);
        let connection = rusqlite::Connection::open(file).expect("opened");
        connection.busy_timeout(Duration::from_mins(1)).expect("a time");
        connection.execute_batch(sql).expect("done");
    }
}

/// The store that this run of the tests is on, by its kind.
pub(crate) enum Chosen {
    Embedded(Arc<SqliteStore>),
    Database(Arc<PostgresStore>),
}

impl Chosen {
    /// In this folder, or in the database that stands for it.
    pub(crate) async fn open(folder: &Path) -> Self {
        let Some(url) = chosen_database(folder) else {
            let store = SqliteStore::open(folder, store_sqlite::Options::default());
            return Self::Embedded(Arc::new(store.expect("a store in a folder")));
        };
        let options =
            store_postgres::Options { connections: 4, ..store_postgres::Options::default() };
        let store = PostgresStore::open(&url, options).await.expect("a store in a database");
        Self::Database(Arc::new(store))
    }

    pub(crate) fn store(&self) -> Arc<dyn Store> {
        match self {
            Self::Embedded(store) => Arc::clone(store) as _,
            Self::Database(store) => Arc::clone(store) as _,
        }
    }

    /// Commits, the calls that they answered, and rows.
    pub(crate) fn written(&self) -> [u64; 3] {
        let stats = match self {
            Self::Embedded(store) => store.stats(),
            Self::Database(store) => store.stats(),
        };
        [stats.commits, stats.calls, stats.rows]
    }
}

/// The store that this run of the tests is on: in this folder, or in the database that stands for it.
///
/// # Panics
///
/// When it cannot be opened.
pub async fn chosen_store(folder: &Path) -> Arc<dyn Store> {
    Chosen::open(folder).await.store()
}
