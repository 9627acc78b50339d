//! PostgreSQL of the run's own, and databases in it that are made alike.

use std::cell::Cell;

use domain::register::Change;
use domain::{Clock as _, belgian_day};
use jiff::ToSpan as _;
use jiff::civil::Date;
use store::Store as _;
use store_postgres::{Options, PostgresStore};
use testkit::PostgresServer;
use tokio::runtime::{Builder, Runtime};

use crate::Outcome;
use crate::clock::RealTime;
use crate::population::Population;

/// What the server is told: durable as its own defaults are, with what docs/postgresql.md recommends for busy ones.
pub(crate) const SETTINGS: [&str; 6] = [
    "fsync=on",
    "full_page_writes=on",
    "shared_buffers=2GB",
    "max_wal_size=2GB",
    "checkpoint_timeout=15min",
    "log_min_messages=error",
];

const TEMPLATE: &str = "bench_template";

/// A running server with a database from which others are made.
pub(crate) struct Cluster {
    server: PostgresServer,
    next: Cell<u32>,
}

impl Cluster {
    /// Starts it. The template has what the program itself makes of a new database, and the register of works.
    pub(crate) fn start(population: &Population, settings: &[String]) -> Outcome<Self> {
        let settings: Vec<&str> =
            SETTINGS.into_iter().chain(settings.iter().map(String::as_str)).collect();
        let server = PostgresServer::start(&settings).ok_or("PostgreSQL is not installed")?;
        server.run_sql(&format!("CREATE DATABASE {TEMPLATE}"));
        let (works, now) = (population.register_of_works(), RealTime.now());
        runtime()?.block_on(async {
            let store = PostgresStore::open(&server.url(TEMPLATE), Options::default()).await?;
            store.look_after(belgian_day(now)).await?;
            store.registers().change(Change::put_works(works, "bench", now)).await.map(drop)
        })?;
        // It concerns no registration, and would only be looked at.
        server.run_sql_in(TEMPLATE, "DELETE FROM register_change");
        server.run_sql_in(TEMPLATE, "VACUUM ANALYZE");
        Ok(Self { server, next: Cell::new(0) })
    }

    /// A new database.
    pub(crate) fn database(&self) -> Database<'_> {
        let name = format!("bench_{}", self.next.replace(self.next.get() + 1));
        self.server.run_sql(&format!("CREATE DATABASE {name} TEMPLATE {TEMPLATE}"));
        Database { server: &self.server, url: self.server.url(&name), name }
    }

    /// The first process of the server.
    pub(crate) fn process(&self) -> u32 {
        self.server.process()
    }

    /// Version and settings, in a line.
    pub(crate) fn describe(&self) -> String {
        let version = self.server.ask("postgres", "SHOW server_version");
        format!("PostgreSQL {version} with {}", SETTINGS[2..5].join(", "))
    }
}

/// A database of the run, which goes with this.
pub(crate) struct Database<'c> {
    server: &'c PostgresServer,
    name: String,
    pub(crate) url: String,
}

impl Database<'_> {
    /// Makes the partitions of the days from `first` until today.
    pub(crate) fn reach_back(&self, first: Date) -> Outcome<()> {
        let today = belgian_day(RealTime.now());
        runtime()?.block_on(async {
            let store = PostgresStore::open(&self.url, Options::default()).await?;
            let mut day = first;
            while day < today {
                store.look_after(day).await?;
                day = day.checked_add(60.days())?;
            }
            Ok(())
        })
    }

    /// The only number that a query answers.
    pub(crate) fn number(&self, query: &str) -> Outcome<i64> {
        Ok(self.server.ask(&self.name, query).parse()?)
    }

    /// Runs statements.
    pub(crate) fn run(&self, sql: &str) {
        self.server.run_sql_in(&self.name, sql);
    }
}

impl Drop for Database<'_> {
    fn drop(&mut self) {
        self.server.run_sql(&format!("DROP DATABASE {} WITH (FORCE)", self.name));
    }
}

/// Where a program that only waits for a database runs.
pub(crate) fn runtime() -> Outcome<Runtime> {
    Ok(Builder::new_current_thread().enable_all().build()?)
}
