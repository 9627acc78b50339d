//! The embedded store, held to the contract of stores.

mod backup;
mod guard;
mod journal;
mod power;
mod transfer;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use store::Store;
use store::contract::Fixture;
use store_sqlite::{Options, SqliteStore};

struct Folder(tempfile::TempDir);

#[async_trait]
impl Fixture for Folder {
    async fn open(&self) -> Arc<dyn Store> {
        Arc::new(SqliteStore::open(self.0.path(), Options::default()).expect("opened"))
    }

    async fn run_sql(&self, sql: &str) {
        let file = self.0.path().join(store_sqlite::FILE_NAME);
        let connection = rusqlite::Connection::open(file).expect("opened");
        connection.busy_timeout(Duration::from_mins(1)).expect("a time");
        connection.execute_batch(sql).expect("done");
    }
}

#[expect(clippy::unnecessary_wraps, reason = "other backends are not always at hand")]
fn folder() -> Option<Folder> {
    Some(Folder(tempfile::tempdir().expect("a folder")))
}

mod contract {
    store::contract_suite!(super::folder);
}
