//! Partitions come and go while registrations go on.

use jiff::civil::date;
use store::Registrations;
use store::contract::sample_registration;
use store_postgres::{Options, PostgresStore};
use testkit::PostgresServer;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn registrations_and_two_nodes_that_look_after_partitions_do_not_disturb_each_other() {
    let Some(server) = PostgresServer::start_or_skip() else { return };
    let url = server.new_database();
    let first = PostgresStore::open(&url, Options::default()).await.expect("opened");
    let second = PostgresStore::open(&url, Options::default()).await.expect("opened");
    let today = date(2026, 11, 24);
    let (one, two, three) = tokio::join!(
        first.look_after(today),
        second.look_after(today),
        first.register(vec![sample_registration(1, 1, 1)])
    );
    assert_eq!(one.expect("looked after"), Vec::<String>::new());
    assert_eq!(two.expect("looked after"), Vec::<String>::new());
    assert_eq!(three.expect("stored").len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_month_is_dropped_when_its_last_day_is_no_longer_kept() {
    let Some(server) = PostgresServer::start_or_skip() else { return };
    let options = Options { retention_days: 31, ..Options::default() };
    let store = PostgresStore::open(&server.new_database(), options).await.expect("opened");
    let stored = store.register(vec![sample_registration(1, 1, 1)]).await;
    let id = stored.expect("stored")[0].id;
    let kept = store.look_after(date(2026, 12, 31)).await.expect("looked after");
    assert_eq!(kept, Vec::<String>::new(), "its 30th day is kept");
    assert!(store.dossier(id).await.expect("read").is_some());
    let dropped = store.look_after(date(2027, 1, 1)).await.expect("looked after");
    assert_eq!(dropped, ["registration_2026_11", "history_2026_11", "step_2026_11"]);
    assert_eq!(store.dossier(id).await.expect("read"), None);
}
