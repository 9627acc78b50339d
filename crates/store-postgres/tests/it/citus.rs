//! The same contract on a database that Citus distributes over a coordinator and two workers.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use domain::{Days, RegistrationId, Search, sample};
use jiff::civil::date;
use store::contract::{Fixture, sample_registration};
use store::{Registrations as _, Store};
use store_postgres::{Options, PostgresStore};
use testkit::CitusNodes;
use tokio::sync::OnceCell;
use tokio_postgres::{Client, NoTls, SimpleQueryMessage};

const SHARDS: u32 = 8;

/// The nodes of all tests; each test has a database of its own on them.
fn nodes() -> Option<&'static CitusNodes> {
    static NODES: OnceLock<Option<CitusNodes>> = OnceLock::new();
    NODES.get_or_init(CitusNodes::start_or_skip).as_ref()
}

/// A database of a test's own, on every node.
pub(crate) struct Cluster {
    nodes: &'static CitusNodes,
    name: String,
    distributed: OnceCell<String>,
}

fn cluster() -> Option<Cluster> {
    cluster_of(2)
}

fn cluster_of(workers: usize) -> Option<Cluster> {
    let nodes = nodes()?;
    Some(Cluster { nodes, name: nodes.new_database(workers), distributed: OnceCell::new() })
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.nodes.drop_database(&self.name);
    }
}

async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.expect("connected");
    tokio::spawn(connection);
    client
}

impl Cluster {
    /// The database's address on the coordinator.
    async fn url(&self) -> &str {
        self.distributed.get_or_init(|| self.distribute()).await
    }

    async fn distribute(&self) -> String {
        let url = self.nodes.url(&self.name);
        let store = PostgresStore::open(&url, Options::default()).await.expect("opened");
        store.distribute(SHARDS).await.expect("distributed");
        url
    }

    async fn store(&self) -> PostgresStore {
        let options = Options { connections: 8, ..Options::default() };
        PostgresStore::open(self.url().await, options).await.expect("opened")
    }
}

#[async_trait]
impl Fixture for Cluster {
    async fn open(&self) -> Arc<dyn Store> {
        Arc::new(self.store().await)
    }

    async fn run_sql(&self, sql: &str) {
        connect(self.url().await).await.batch_execute(sql).await.expect("done");
    }
}

mod contract {
    store::contract_suite!(super::cluster);
}

/// What a query answers, one number.
async fn number(client: &Client, query: &str) -> i64 {
    client.query_one(query, &[]).await.expect(query).get(0)
}

/// The lines of a plan.
async fn plan(client: &Client, sql: &str) -> String {
    let explained = client.simple_query(&format!("EXPLAIN (COSTS OFF) {sql}")).await.expect(sql);
    let line = |message: &SimpleQueryMessage| match message {
        SimpleQueryMessage::Row(row) => row.get(0).map(|line| format!("{line}\n")),
        _ => None,
    };
    explained.iter().filter_map(line).collect()
}

/// Each row of a batch as its function inserts it, for an employer.
fn insert(employers: &[u64]) -> String {
    let row = |(id, employer): (usize, &u64)| {
        format!("({}, 20781, {employer}, '1Y00000000001', {employer}, 1, 1, 3, 0)", id + 1)
    };
    let rows: Vec<_> = employers.iter().enumerate().map(row).collect();
    format!(
        "INSERT INTO registration (id, day, employer, works, company, created, channel, status, remarks) VALUES {}",
        rows.join(", ")
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_batch_of_one_employer_is_committed_on_one_shard() {
    let Some(cluster) = cluster() else { return };
    let store = cluster.store().await;
    let batch = (0..50).map(|person| sample_registration(person, 1, 1)).collect();
    store.register(batch).await.expect("stored");
    let client = connect(cluster.url().await).await;
    let filled = "SELECT count(*) FROM run_command_on_shards('registration', 'SELECT count(*) FROM %s') WHERE result <> '0'";
    assert_eq!(number(&client, filled).await, 1, "shards that hold the batch");
    let employer = sample::enterprise_number(1).number();
    let of_one = plan(&client, &insert(&[employer; 50])).await;
    assert!(of_one.contains("Task Count: 1\n"), "{of_one}");
    let employers: Vec<u64> = (0..50).map(|nth| sample::enterprise_number(nth).number()).collect();
    let of_many = plan(&client, &insert(&employers)).await;
    assert!(!of_many.contains("Task Count: 1\n"), "{of_many}");
    let update = format!(
        "UPDATE registration SET status = 4 WHERE id = 1 AND day = 20781 AND employer = {employer}"
    );
    let update = plan(&client, &update).await;
    assert!(update.contains("Task Count: 1\n"), "{update}");
    let history = plan(
        &client,
        &format!(
            "SELECT * FROM registration r JOIN history h ON h.registration = r.id AND h.employer = r.employer \
             WHERE r.day = 20781 AND r.employer = {employer}"
        ),
    )
    .await;
    assert!(history.contains("Task Count: 1\n"), "colocated: {history}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_distributed_stays_as_it_is() {
    let Some(cluster) = cluster() else { return };
    let again = cluster.store().await.distribute(SHARDS).await.expect("nothing to do");
    assert_eq!((again.moved, again.shards), (Vec::new(), i64::from(SHARDS)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn months_whose_retention_is_over_are_dropped() {
    let Some(cluster) = cluster() else { return };
    let store = cluster.store().await;
    store.register(vec![sample_registration(1, 1, 1)]).await.expect("stored");
    let dropped = store.look_after(date(2040, 1, 1)).await.expect("looked after");
    assert!(dropped.contains(&"registration_2026_11".to_owned()), "{dropped:?}");
    assert!(dropped.contains(&"history_2026_11".to_owned()), "{dropped:?}");
}

/// The nodes of a database: how many hold shards of registrations.
const HOLDERS: &str = "SELECT count(DISTINCT nodeport || nodename) FROM citus_shards WHERE table_name = 'registration'::regclass";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn shards_move_to_a_new_worker_while_registrations_are_stored_and_found() {
    let Some(cluster) = cluster_of(1) else { return };
    let store = Arc::new(cluster.store().await);
    let client = connect(cluster.url().await).await;
    assert_eq!(number(&client, HOLDERS).await, 1);
    cluster.nodes.add_worker(&cluster.name, 2);
    // Months are made ahead of what is registered for them: none comes while shards move.
    let before = store.register(vec![sample_registration(50, 1, 1)]).await.expect("stored");

    let moved = Arc::new(AtomicBool::new(false));
    let registering = {
        let (store, moved) = (Arc::clone(&store), Arc::clone(&moved));
        tokio::spawn(async move {
            let mut stored: Vec<RegistrationId> = before.iter().map(|one| one.id).collect();
            let mut call = 0;
            while !moved.load(Ordering::Relaxed) {
                let new = (0..20).map(|person| sample_registration(person, call % 40, call));
                let new = store.register(new.collect()).await.expect("stored while shards move");
                stored.extend(new.iter().map(|registration| registration.id));
                let day = new[0].submission.day;
                let company = Some(sample::enterprise_number(call % 40));
                let search = Search { company, ..Search::of(Days::new([(day, day)])) };
                let found = store.search(search, domain::Visibility::Everything, 100_000).await;
                assert!(found.expect("found while shards move").count > 0);
                call += 1;
            }
            stored
        })
    };
    let rebalance =
        "SELECT rebalance_table_shards('registration', shard_transfer_mode := 'force_logical')";
    let rebalanced = client.batch_execute(rebalance).await;
    moved.store(true, Ordering::Relaxed);
    let stored = registering.await.expect("no call was refused");
    rebalanced.expect("rebalanced");

    assert_eq!(number(&client, HOLDERS).await, 2, "workers that hold shards");
    let ids: Vec<i64> = stored.iter().map(|id| id.number()).collect();
    let there = "SELECT count(*) FROM registration WHERE id = ANY($1)";
    let there: i64 = client.query_one(there, &[&ids]).await.expect("counted").get(0);
    assert_eq!(there, i64::try_from(ids.len()).expect("few"), "each once");
    assert_eq!(number(&client, "SELECT count(*) FROM registration").await, there);
    assert!(ids.len() > 20, "more than one call came meanwhile");
}
