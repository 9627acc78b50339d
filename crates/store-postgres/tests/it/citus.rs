//! The same contract on a database that Citus distributes.
//!
//! `PRESENCE_TEST_CITUS` names the nodes, the coordinator first, as URLs divided by commas: databases are made on them. Without it
//! these tests say that they held nothing against Citus.

use std::sync::Arc;

use async_trait::async_trait;
use store::contract::{Fixture, sample_registration};
use store::{Registrations as _, Store};
use store_postgres::{Options, PostgresStore};
use tokio::sync::OnceCell;
use tokio_postgres::{Client, NoTls};

const SHARDS: u32 = 8;

/// A database of a test's own, on every node.
pub(crate) struct Cluster {
    nodes: Vec<String>,
    made: OnceCell<String>,
}

#[expect(clippy::print_stdout, reason = "whoever reads the results of the tests should know")]
fn cluster() -> Option<Cluster> {
    let Ok(nodes) = std::env::var("PRESENCE_TEST_CITUS") else {
        println!("PRESENCE_TEST_CITUS names no nodes: nothing was held against Citus");
        return None;
    };
    let nodes = nodes.split(',').map(str::to_owned).collect();
    Some(Cluster { nodes, made: OnceCell::new() })
}

async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.expect("connected");
    tokio::spawn(connection);
    client
}

impl Cluster {
    /// The database's URL on the coordinator.
    async fn url(&self) -> &str {
        self.made.get_or_init(|| self.make()).await
    }

    async fn make(&self) -> String {
        let mut name = String::new();
        for node in self.nodes.iter().rev() {
            let maintenance = connect(&format!("{node}/postgres?sslmode=disable")).await;
            if name.is_empty() {
                let row = maintenance.query_one("SELECT gen_random_uuid()::text", &[]).await;
                name = format!("test_{}", row.expect("read").get::<_, &str>(0).replace('-', ""));
            }
            maintenance.batch_execute(&format!("CREATE DATABASE {name}")).await.expect("made");
            let database = connect(&format!("{node}/{name}?sslmode=disable")).await;
            database.batch_execute("CREATE EXTENSION citus").await.expect("made");
        }
        let url = format!("{}/{name}?sslmode=disable", self.nodes[0]);
        let coordinator = connect(&url).await;
        for (place, node) in self.nodes.iter().enumerate() {
            let address = node.rsplit('@').next().expect("a part");
            let (host, port) = address.rsplit_once(':').expect("host and port");
            let call = if place == 0 { "citus_set_coordinator_host" } else { "citus_add_node" };
            let sql = format!("SELECT {call}('{host}', {port})");
            coordinator.batch_execute(&sql).await.expect("added");
        }
        let store = PostgresStore::open(&url, Options::default()).await.expect("opened");
        store.distribute(SHARDS).await.expect("distributed");
        url
    }
}

#[async_trait]
impl Fixture for Cluster {
    async fn open(&self) -> Arc<dyn Store> {
        let options = Options { connections: 8, ..Options::default() };
        Arc::new(PostgresStore::open(self.url().await, options).await.expect("opened"))
    }

    async fn run_sql(&self, sql: &str) {
        connect(self.url().await).await.batch_execute(sql).await.expect("done");
    }
}

mod contract {
    store::contract_suite!(super::cluster);
}

/// The lines of a plan.
async fn plan(client: &Client, sql: &str) -> String {
    let rows = client.query(&format!("EXPLAIN (COSTS OFF) {sql}"), &[]).await.expect("planned");
    rows.iter().flat_map(|row| [row.get::<_, &str>(0), "\n"]).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_batch_of_one_employer_lies_on_one_shard_and_a_search_by_employer_asks_it_alone() {
    let Some(cluster) = cluster() else { return };
    let url = cluster.url().await;
    let store = PostgresStore::open(url, Options::default()).await.expect("opened");
    let batch = (0..50).map(|person| sample_registration(person, 1, 1)).collect();
    store.register(batch).await.expect("stored");
    let client = connect(url).await;
    let filled = "SELECT count(*) FROM run_command_on_shards('registration', 'SELECT count(*) FROM %s') WHERE result <> '0'";
    let filled: i64 = client.query_one(filled, &[]).await.expect("counted").get(0);
    assert_eq!(filled, 1, "shards that hold the batch");
    let employer = domain::sample::enterprise_number(1).number();
    let one = plan(&client, &format!("SELECT * FROM registration WHERE day = 20781 AND company = {employer} AND employer = {employer}")).await;
    assert!(one.contains("Task Count: 1\n"), "{one}");
    let write = plan(
        &client,
        &format!("UPDATE registration SET status = 4 WHERE id = 1 AND day = 20781 AND employer = {employer}"),
    )
    .await;
    assert!(write.contains("Task Count: 1\n"), "{write}");
    let history = plan(
        &client,
        &format!(
            "SELECT * FROM registration r JOIN history h ON h.registration = r.id AND h.employer = r.employer \
             WHERE r.day = 20781 AND r.employer = {employer}"
        ),
    )
    .await;
    assert!(history.contains("Task Count: 1\n"), "colocated: {history}");
    for condition in ["inss = 80022606870", "works = '1Y00000000001'", "TRUE"] {
        let all =
            plan(&client, &format!("SELECT * FROM registration WHERE day = 20781 AND {condition}"))
                .await;
        assert!(all.contains(&format!("Task Count: {SHARDS}\n")), "{all}");
        assert!(!all.contains("Subplan"), "one round: {all}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_distributed_stays_as_it_is() {
    let Some(cluster) = cluster() else { return };
    let store = PostgresStore::open(cluster.url().await, Options::default()).await.expect("opened");
    let again = store.distribute(SHARDS).await.expect("nothing to do");
    assert_eq!((again.moved, again.shards), (Vec::new(), i64::from(SHARDS)));
}
