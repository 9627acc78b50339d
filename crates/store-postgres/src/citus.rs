//! The tables over the nodes of Citus.
//!
//! Registrations and their history lie by employer, so that a batch of one employer lies on one shard; the registers are on every
//! node. What is small, or asked for as a whole (steps, audit, clients, what waits), stays on the coordinator.

use std::collections::HashSet;

use deadpool_postgres::{Client, Transaction};
use domain::{Error, ErrorKind};
use tokio_postgres::types::Type;

use crate::PostgresStore;
use crate::failure::Failure;
use crate::partition;

/// The tables that lie by employer.
const BY_EMPLOYER: [&str; 2] = ["registration", "history"];
/// The tables that are on every node.
const EVERYWHERE: [&str; 9] = [
    "person",
    "enterprise",
    "mandate",
    "employer",
    "employment",
    "posted_worker",
    "work",
    "work_site",
    "work_contract",
];

/// How the tables lie after [`PostgresStore::distribute`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Distribution {
    /// The version of Citus.
    pub version: String,
    /// Nodes that hold shards.
    pub nodes: i64,
    /// Into how many shards registrations are divided.
    pub shards: i64,
    /// Tables that were distributed now; none when all were before.
    pub moved: Vec<&'static str>,
}

impl PostgresStore {
    /// Distributes the tables over the nodes of Citus, those of registrations into `shards`. What is distributed already stays as it
    /// is. No program may use the database meanwhile.
    ///
    /// Errors: the server has no Citus, or no node that takes shards; the account may not.
    pub async fn distribute(&self, shards: u32) -> Result<Distribution, Error> {
        let connection = self.database.connection().await?;
        let version = extension(&connection).await?;
        let nodes = number(&connection, NODES).await?;
        if nodes == 0 {
            return Err(refuse(
                "no node takes shards: on the coordinator, call citus_set_coordinator_host('HOST', PORT), and \
                 citus_add_node('HOST', PORT) for every other node",
            ));
        }
        let moved = distribute(&connection, shards).await?;
        let shards = number(&connection, SHARDS).await?;
        Ok(Distribution { version, nodes, shards, moved })
    }
}

/// Does a table lie by employer where it is distributed?
pub(crate) fn is_by_employer(table: &str) -> bool {
    BY_EMPLOYER.contains(&table)
}

/// On how many servers registrations lie. The statements that are fastest on one are not those that several take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layout {
    /// On one.
    Whole,
    /// By employer on several, which the one that is connected to asks.
    Distributed,
}

impl Layout {
    pub(crate) fn is_distributed(self) -> bool {
        self == Self::Distributed
    }
}

/// How registrations lie in the database of a connection.
pub(crate) async fn layout(connection: &Client) -> Result<Layout, Failure> {
    let there = "SELECT to_regclass('pg_catalog.pg_dist_partition') IS NOT NULL";
    let citus: bool = connection.query_typed_one(there, &[]).await?.try_get(0)?;
    let distributed = citus && is_distributed(connection, BY_EMPLOYER[0]).await?;
    Ok(if distributed { Layout::Distributed } else { Layout::Whole })
}

/// Transactions that are prepared on a node, and perhaps committed on the coordinator: its part of them is seen first.
const PREPARED: &str = "SELECT success, result FROM run_command_on_all_nodes( \
     $$SELECT coalesce(string_agg(gid, ','), '') FROM pg_prepared_xacts \
     WHERE database = current_database() AND gid LIKE 'citus%'$$)";
/// So often it is looked whether those that were there have gone; each look takes some milliseconds.
const LOOKS: usize = 20;

/// After this everything is seen that the coordinator told of before: [`Failure::Unsettled`] where that takes too long. What is
/// prepared meanwhile is not waited for.
pub(crate) async fn settled(transaction: &Transaction<'_>) -> Result<(), Failure> {
    let mut waited_for = prepared(transaction).await?;
    for _ in 0..LOOKS {
        if waited_for.is_empty() {
            return Ok(());
        }
        let now = prepared(transaction).await?;
        waited_for.retain(|gid| now.contains(gid));
    }
    Err(Failure::Unsettled)
}

async fn prepared(transaction: &Transaction<'_>) -> Result<HashSet<String>, Failure> {
    let mut all = HashSet::new();
    for row in transaction.query_typed(PREPARED, &[]).await? {
        if !row.try_get::<_, bool>(0)? {
            return Err(Failure::Unsettled);
        }
        let of_node: &str = row.try_get(1)?;
        all.extend(of_node.split(',').filter(|gid| !gid.is_empty()).map(str::to_owned));
    }
    Ok(all)
}

const NODES: &str = "SELECT count(*) FROM pg_dist_node WHERE isactive AND shouldhaveshards";
const SHARDS: &str =
    "SELECT count(*) FROM pg_dist_shard WHERE logicalrelid = 'registration'::regclass";

/// Makes the extension where it is not there; answers its version.
async fn extension(connection: &Client) -> Result<String, Error> {
    let available = "SELECT default_version FROM pg_available_extensions WHERE name = 'citus'";
    let found = connection.query_typed_opt(available, &[]).await.map_err(Failure::from)?;
    if found.is_none() {
        return Err(refuse(
            "the server has no Citus: install it on every node, and add it to shared_preload_libraries",
        ));
    }
    let make = "CREATE EXTENSION IF NOT EXISTS citus";
    connection.batch_execute(make).await.map_err(Failure::from)?;
    let version = "SELECT extversion FROM pg_extension WHERE extname = 'citus'";
    let row = connection.query_typed_one(version, &[]).await.map_err(Failure::from)?;
    Ok(row.get(0))
}

async fn number(connection: &Client, sql: &str) -> Result<i64, Failure> {
    Ok(connection.query_typed_one(sql, &[]).await?.try_get(0)?)
}

async fn distribute(connection: &Client, shards: u32) -> Result<Vec<&'static str>, Failure> {
    // The triggers only look at the row that they are called for, which is all that Citus cannot know. Nodes make partitions, so
    // every session has to allow them.
    connection
        .batch_execute(&format!(
            "SET citus.enable_unsafe_triggers TO on; SET citus.shard_count TO {shards}; \
             DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET citus.enable_unsafe_triggers TO on', \
             current_database()); END $$"
        ))
        .await?;
    let mut moved = Vec::new();
    for table in BY_EMPLOYER {
        if !is_distributed(connection, table).await? {
            let beside = if table == BY_EMPLOYER[0] { "none" } else { BY_EMPLOYER[0] };
            partition::join_parts(connection, table).await?;
            let sql = format!(
                "SELECT create_distributed_table('{table}', 'employer', colocate_with := '{beside}')"
            );
            connection.batch_execute(&sql).await?;
            moved.push(table);
        }
    }
    for table in EVERYWHERE {
        if !is_distributed(connection, table).await? {
            connection.batch_execute(&format!("SELECT create_reference_table('{table}')")).await?;
            moved.push(table);
        }
    }
    Ok(moved)
}

async fn is_distributed(connection: &Client, table: &str) -> Result<bool, Failure> {
    let sql = "SELECT EXISTS (SELECT 1 FROM pg_dist_partition WHERE logicalrelid = to_regclass($1) AND partmethod IN ('h', 'n') \
               AND (partmethod = 'h' OR repmodel = 't'))";
    Ok(connection.query_typed_one(sql, &[(&table, Type::TEXT)]).await?.try_get(0)?)
}

fn refuse(text: &str) -> Error {
    Error::caused_by(ErrorKind::StoreRefused, text.to_owned())
}
