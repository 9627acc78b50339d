//! The stream of steps, where several write at the same time and servers change.

use std::sync::Arc;

use domain::{StepPosition, StepSelection};
use store::contract::sample_registration;
use store::{Events, Registrations};
use store_postgres::{Options, PostgresStore};
use testkit::PostgresServer;

async fn positions(store: &PostgresStore) -> Vec<StepPosition> {
    let steps = store.steps(StepSelection::Everything, StepPosition::START, 1000).await;
    steps.expect("read").iter().map(|step| step.position).collect()
}

/// Who reads on from the last step it saw misses none, whatever order transactions end in.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_that_follows_misses_no_step_of_writers_at_the_same_time() {
    let Some(server) = PostgresServer::start_or_skip() else { return };
    let url = server.new_database();
    let options = Options { connections: 12, lanes: 8, ..Options::default() };
    let store = Arc::new(PostgresStore::open(&url, options).await.expect("opened"));
    let writers: Vec<_> = (0..8_u32)
        .map(|writer| {
            let store = Arc::clone(&store);
            tokio::spawn(async move {
                for call in 0..25_u32 {
                    let new = vec![sample_registration(call, writer, 1); 1 + call as usize % 5];
                    store.register(new).await.expect("stored");
                }
            })
        })
        .collect();
    let (mut after, mut followed) = (StepPosition::START, Vec::new());
    let mut ended = false;
    loop {
        let before = writers.iter().all(tokio::task::JoinHandle::is_finished);
        let steps = store.steps(StepSelection::Everything, after, 7).await.expect("read");
        followed.extend(steps.iter().map(|step| step.position));
        match steps.last() {
            Some(last) => after = last.position,
            None if ended => break,
            None => ended = before,
        }
    }
    for writer in writers {
        writer.await.expect("no panic");
    }
    assert_eq!(followed.len(), 8 * 25 * 3);
    assert_eq!(followed, positions(&store).await, "in the order that lasts");
}

/// A database that was brought to another server, where transactions are counted anew.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn steps_go_on_behind_those_of_a_server_that_counted_further() {
    let Some(server) = PostgresServer::start_or_skip() else { return };
    let url = server.new_database();
    let name = url.rsplit('=').next().expect("a name");
    let store = PostgresStore::open(&url, Options::default()).await.expect("opened");
    store.register(vec![sample_registration(1, 1, 1)]).await.expect("stored");
    let far = "INSERT INTO step SELECT entry + 1000000000000, first, day, registration, count, place, sender FROM step";
    server.run_sql_in(name, far);
    drop(store);
    let store = PostgresStore::open(&url, Options::default()).await.expect("opened");
    store.register(vec![sample_registration(2, 1, 1)]).await.expect("stored");
    let steps = positions(&store).await;
    assert_eq!(steps.len(), 3);
    assert!(steps.is_sorted() && steps[1].entry > 1_000_000_000_000);
    assert_eq!(store.last_step().await.expect("read"), steps[2]);
}
