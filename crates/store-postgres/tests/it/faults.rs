//! What happens to the database happens to real processes here: what was answered to be stored is there once, and
//! callers are told in time when it is not.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use domain::{ErrorKind, NewRegistration, RegistrationId};
use store::Registrations as _;
use store::contract::sample_registration;
use store_postgres::{Options, PostgresStore};
use testkit::PostgresServer;
use tokio::sync::mpsc;

const CALLERS: u32 = 8;
const IN_A_CALL: u32 = 20;

/// How often each fault is made; a campaign makes it more often.
fn rounds() -> usize {
    std::env::var("PRESENCE_FAULT_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(2)
}

fn impatient() -> Options {
    Options {
        connections: 6,
        connect_timeout: Duration::from_millis(200),
        patience: Duration::from_millis(400),
        ..Options::default()
    }
}

fn call(caller: u32, number: u32) -> Vec<NewRegistration> {
    (0..IN_A_CALL).map(|place| sample_registration(number * IN_A_CALL + place, caller, 1)).collect()
}

/// Callers that go on whatever they are answered, and note what was acknowledged.
struct Load {
    stop: Arc<AtomicBool>,
    refused: Arc<AtomicUsize>,
    acknowledged: mpsc::UnboundedReceiver<Vec<RegistrationId>>,
    callers: Vec<tokio::task::JoinHandle<()>>,
}

impl Load {
    /// Callers, divided among the nodes.
    fn on(nodes: &[Arc<PostgresStore>]) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let refused = Arc::new(AtomicUsize::new(0));
        let (tell, acknowledged) = mpsc::unbounded_channel();
        let callers = (0..CALLERS)
            .map(|caller| {
                let node = &nodes[caller as usize % nodes.len()];
                let (store, stop) = (Arc::clone(node), Arc::clone(&stop));
                let (refused, tell) = (Arc::clone(&refused), tell.clone());
                tokio::spawn(async move {
                    let mut number = 0;
                    while !stop.load(Ordering::Relaxed) {
                        match store.register(call(caller, number)).await {
                            Ok(stored) => {
                                let ids = stored.iter().map(|registration| registration.id);
                                tell.send(ids.collect()).expect("somebody listens");
                            }
                            Err(error) => {
                                assert_eq!(error.kind(), ErrorKind::StoreUnavailable, "{error:?}");
                                refused.fetch_add(1, Ordering::Relaxed);
                            }
                        }
                        number += 1;
                    }
                })
            })
            .collect();
        Self { stop, refused, acknowledged, callers }
    }

    /// Waits until so many more calls were acknowledged, and answers their ids.
    async fn acknowledged(&mut self, calls: usize) -> Vec<RegistrationId> {
        let mut ids = Vec::new();
        for _ in 0..calls {
            ids.extend(self.acknowledged.recv().await.expect("callers go on"));
        }
        ids
    }

    async fn refused(&self, calls: usize) {
        let before = self.refused.load(Ordering::Relaxed);
        while self.refused.load(Ordering::Relaxed) < before + calls {
            tokio::task::yield_now().await;
        }
    }

    async fn end(mut self) -> Vec<RegistrationId> {
        self.stop.store(true, Ordering::Relaxed);
        for caller in self.callers {
            caller.await.expect("no panic");
        }
        let mut ids = Vec::new();
        while let Ok(more) = self.acknowledged.try_recv() {
            ids.extend(more);
        }
        ids
    }
}

/// A server, a database on it, and stores that are nodes over it.
struct Scene {
    server: PostgresServer,
    database: String,
    nodes: Vec<Arc<PostgresStore>>,
}

impl Scene {
    async fn with_nodes(count: usize) -> Option<Self> {
        let server = PostgresServer::start_or_skip()?;
        let url = server.new_database();
        let database = url.rsplit('=').next().expect("a name").to_owned();
        let mut nodes = Vec::new();
        for _ in 0..count {
            let node = PostgresStore::open(&url, impatient()).await.expect("opened");
            nodes.push(Arc::new(node));
        }
        Some(Self { server, database, nodes })
    }

    /// What was acknowledged is there; whatever is there is there once, was told once, and waits to be checked once.
    async fn is_whole(&self, acknowledged: &[RegistrationId]) {
        let different = acknowledged.iter().collect::<HashSet<_>>().len();
        assert_eq!(different, acknowledged.len(), "no id was given twice");
        let ask = |query: &str| self.server.ask(&self.database, query);
        let stored = ask("SELECT string_agg(id::text, ',') FROM registration");
        let stored: HashSet<i64> = stored.split(',').map(|id| id.parse().expect("an id")).collect();
        for id in acknowledged {
            assert!(stored.contains(&id.number()), "{id}");
        }
        // A store reads some of them as a caller would, from first to last.
        for id in acknowledged.iter().step_by(1 + acknowledged.len() / 100) {
            assert!(self.nodes[0].dossier(*id).await.expect("read").is_some(), "{id}");
        }
        let all = ask("SELECT count(*) FROM registration");
        let items = ask("SELECT count(DISTINCT (inss, company)) FROM registration");
        assert_eq!(all, items, "no item was stored twice");
        assert_eq!(all, ask("SELECT sum(count) FROM step"), "each is told once");
        assert_eq!(all, ask("SELECT sum(last - first + 1) FROM check_range"), "each waits once");
    }
}

/// The server ends without a word in the middle of commits, and comes back.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crash_of_the_server_loses_and_doubles_nothing() {
    let Some(scene) = Scene::with_nodes(1).await else { return };
    let mut load = Load::on(&scene.nodes);
    let mut ids = Vec::new();
    for round in 0..rounds() {
        ids.extend(load.acknowledged(20 + round * 7).await);
        scene.server.crash();
        load.refused(CALLERS as usize).await;
        tokio::task::block_in_place(|| scene.server.start_again());
    }
    ids.extend(load.acknowledged(20).await);
    ids.extend(load.end().await);
    scene.is_whole(&ids).await;
}

/// The server stands still: callers are told in time, and it goes on by itself.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_stands_still_is_told_in_time() {
    let Some(scene) = Scene::with_nodes(1).await else { return };
    let mut load = Load::on(&scene.nodes);
    let mut ids = Vec::new();
    for _ in 0..rounds() {
        ids.extend(load.acknowledged(20).await);
        scene.server.pause();
        load.refused(2 * CALLERS as usize).await;
        scene.server.resume();
    }
    ids.extend(load.acknowledged(20).await);
    ids.extend(load.end().await);
    scene.is_whole(&ids).await;
}

/// Connections are cut in the middle of statements and commits: calls go on over new ones, and nobody need hear of it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_that_are_cut_lose_and_double_nothing() {
    let Some(scene) = Scene::with_nodes(2).await else { return };
    let mut load = Load::on(&scene.nodes);
    let mut ids = Vec::new();
    for round in 0..rounds() * 5 {
        ids.extend(load.acknowledged(3 + round % 7).await);
        let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'presence'";
        tokio::task::block_in_place(|| scene.server.ask(&scene.database, cut));
    }
    ids.extend(load.acknowledged(20).await);
    ids.extend(load.end().await);
    scene.is_whole(&ids).await;
}
