//! The PostgreSQL store, held to the contract of stores, on a real server.

mod citus;
mod faults;
mod partitions;
mod pooler;
mod stream;
mod tls;

use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use store::Store;
use store::contract::Fixture;
use store_postgres::{Options, PostgresStore};
use testkit::PostgresServer;

/// One server for all tests; each has a database of its own.
fn server() -> Option<&'static PostgresServer> {
    static SERVER: OnceLock<Option<PostgresServer>> = OnceLock::new();
    SERVER.get_or_init(PostgresServer::start_or_skip).as_ref()
}

/// A database of a test's own.
struct Database {
    url: String,
}

#[async_trait]
impl Fixture for Database {
    async fn open(&self) -> Arc<dyn Store> {
        let options = Options { connections: 8, ..Options::default() };
        Arc::new(PostgresStore::open(&self.url, options).await.expect("opened"))
    }

    async fn run_sql(&self, sql: &str) {
        let connected = tokio_postgres::connect(&self.url, tokio_postgres::NoTls).await;
        let (client, connection) = connected.expect("connected");
        tokio::spawn(connection);
        client.batch_execute(sql).await.expect("done");
    }
}

fn database() -> Option<Database> {
    server().map(|server| Database { url: server.new_database() })
}

mod contract {
    store::contract_suite!(super::database);
}
