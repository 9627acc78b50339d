//! The embedded store, held to the contract of stores.

mod backup;
mod guard;
mod journal;
mod transfer;

use std::sync::Arc;

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
}

#[expect(clippy::unnecessary_wraps, reason = "other backends are not always at hand")]
fn folder() -> Option<Folder> {
    Some(Folder(tempfile::tempdir().expect("a folder")))
}

mod contract {
    store::contract_suite!(super::folder);
}
