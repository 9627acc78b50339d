//! Databases that have the schema already: a copy is made faster than the schema.

use store_postgres::{Options, PostgresStore};

use super::PostgresServer;

const TEMPLATE: &str = "test_template";

impl PostgresServer {
    /// Makes a database with this program's schema and nothing in it, and answers its address.
    ///
    /// # Panics
    ///
    /// When the server does not make it.
    pub fn new_migrated_database(&self) -> String {
        self.template.get_or_init(|| {
            self.run_sql(&format!("CREATE DATABASE {TEMPLATE}"));
            migrate(&self.url(TEMPLATE));
        });
        self.create_database(&format!("TEMPLATE {TEMPLATE}"))
    }
}

/// On a thread of its own: whoever asks may be in a runtime already. With the runtime go its connections, since nobody may be
/// connected to a template.
fn migrate(url: &str) {
    let url = url.to_owned();
    let migrated = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.expect("a runtime");
        let options = Options { connections: 1, lanes: 1, ..Options::default() };
        drop(runtime.block_on(PostgresStore::open(&url, options)).expect("a schema"));
    });
    migrated.join().expect("the schema is made");
}
