//! The store for what outgrows one machine: PostgreSQL 15 or later. Any number of programs share one database.
//!
//! What it answers to have stored is committed. Registrations that come together share a statement and its commit.
//! Nothing is prepared under a name, so that a pooler that hands out connections by transaction can stand between.

mod addresses;
mod amend;
mod audit;
mod batch;
mod checks;
mod citus;
mod clients;
mod condition;
mod database;
mod events;
#[cfg(test)]
mod explain;
mod extracts;
mod failure;
mod hosts;
mod ids;
mod import;
mod lookup;
mod once;
mod partition;
mod register;
mod registers;
mod registrations;
mod replays;
mod row;
mod schema;
mod search;
mod seat;
mod secrets;
mod sql;
mod step;
mod tls;
mod transfer;
mod usage;
mod way;
mod window;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use domain::Error;
use jiff::ToSpan as _;
use jiff::civil::Date;
use rustls::RootCertStore;
use store::{
    Addresses, Audit, Checks, Clients, Counters, Events, Extracts, Registers, Registrations,
    Replays, Secrets, Stats, Store, Usage, Works,
};
use tokio::sync::mpsc;

use crate::citus::Layout;
use crate::database::Database;
use crate::register::{Call, Lanes, Register};

pub use citus::Distribution;
pub use condition::Condition;

/// The version of the schema in the database at `url`, and the one that [`PostgresStore::open`] makes of it. Changes nothing.
pub async fn schema_versions(url: &str, options: &Options) -> Result<(u32, u32), Error> {
    let database = Database::new(url, options)?;
    Ok(schema::versions(&database).await?)
}

/// How the store uses the database.
#[derive(Clone, Debug)]
pub struct Options {
    /// Connections at most.
    pub connections: usize,
    /// Statements that store registrations at the same time.
    pub lanes: usize,
    /// How many calls may wait to be stored; one more is refused as overload.
    pub waiting: usize,
    /// How many days registrations are kept.
    pub retention_days: u32,
    /// How long to wait for a connection.
    pub connect_timeout: Duration,
    /// The authorities that certificates of the database's servers come from.
    pub authorities: Option<Arc<RootCertStore>>,
    /// How long to go on with a transaction while the database is away, before its caller is told.
    pub patience: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            connections: 16,
            lanes: 4,
            waiting: 1024,
            retention_days: 7 * 366,
            connect_timeout: Duration::from_secs(3),
            authorities: None,
            patience: Duration::from_secs(5),
        }
    }
}

/// A store in a PostgreSQL database.
///
/// Dropping it lets what was accepted be stored.
pub struct PostgresStore {
    database: Database,
    calls: mpsc::Sender<Call>,
    register: Arc<Register>,
    counters: Arc<Counters>,
    retention_days: u32,
    layout: Layout,
}

impl PostgresStore {
    /// Connects to the database at `url` (`postgres://…` or `host=… dbname=…`) and brings its schema up to date.
    ///
    /// `sslmode` in it says whether TLS is spoken: `disable`, `prefer` (what holds without it), `require`, or `verify-full`,
    /// which only trusts a server with a certificate of [`Options::authorities`] for its name. Where there are authorities,
    /// every certificate is held against them, and a server without TLS is refused but by `disable`.
    ///
    /// Errors: the address is none, the database cannot be reached, it is of a newer version of this program, data is still
    /// being moved to it.
    pub async fn open(url: &str, options: Options) -> Result<Self, Error> {
        let store = Self::open_to_take(url, options).await?;
        schema::whole(&store.database).await.map_err(failure::opening)?;
        Ok(store)
    }

    /// The same, to move to it what another store gives.
    pub async fn open_to_take(url: &str, options: Options) -> Result<Self, Error> {
        let database = Database::new(url, &options)?;
        schema::migrate(&database).await.map_err(failure::opening)?;
        let layout = citus::layout(&database.connection().await?).await?;
        let (calls, waiting) = mpsc::channel(options.waiting);
        let counters = Arc::new(Counters::default());
        let register = Arc::new(Register::new(database.clone(), layout, Arc::clone(&counters)));
        Lanes::start(Arc::clone(&register), options.lanes, waiting);
        let retention_days = options.retention_days;
        Ok(Self { database, calls, register, counters, retention_days, layout })
    }

    /// What this node has stored since the store was opened.
    pub fn stats(&self) -> Stats {
        self.counters.read()
    }

    /// Makes the partitions of the next months, drops those of which no day is kept any more, and answers their names.
    /// To be asked every now and then.
    pub async fn look_after(&self, today: Date) -> Result<Vec<String>, Error> {
        let first = today.checked_sub(i64::from(self.retention_days).days()).unwrap_or(Date::MIN);
        let database = self.database.beside_calls();
        let dropped = database.repeat_always("look after partitions", || async {
            let connection = self.database.connection().await?;
            partition::ensure(&connection, self.layout, partition::ahead(today)).await?;
            partition::drop_before(&connection, self.layout, first).await
        });
        Ok(dropped.await?)
    }
}

#[async_trait]
impl Store for PostgresStore {
    fn registrations(&self) -> &dyn Registrations {
        self
    }

    fn registers(&self) -> &dyn Registers {
        self
    }

    fn checks(&self) -> &dyn Checks {
        self
    }

    fn works(&self) -> &dyn Works {
        self
    }

    fn extracts(&self) -> &dyn Extracts {
        self
    }

    fn addresses(&self) -> &dyn Addresses {
        self
    }

    fn clients(&self) -> &dyn Clients {
        self
    }

    fn audit(&self) -> &dyn Audit {
        self
    }

    fn replays(&self) -> &dyn Replays {
        self
    }

    fn events(&self) -> &dyn Events {
        self
    }

    fn secrets(&self) -> &dyn Secrets {
        self
    }

    fn usage(&self) -> &dyn Usage {
        self
    }

    async fn check(&self) -> Result<(), Error> {
        let write =
            "INSERT INTO id_block (first, created_day) VALUES (0, 0) ON CONFLICT DO NOTHING";
        let check = || async { Ok(self.database.connection().await?.batch_execute(write).await?) };
        Ok(self.database.repeat("check", check).await?)
    }
}
