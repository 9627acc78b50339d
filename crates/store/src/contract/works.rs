use domain::{Sector, Work, sample};

use super::Fixture;
use super::samples::put_works;

fn work(index: u32, sector: Sector) -> Work {
    Work::new(sample::works_reference(index), sector)
}

/// Unknown works have no sector, a changed one its last.
pub async fn sectors_are_those_last_put(fixture: &impl Fixture) {
    let store = fixture.open().await;
    let works = [2, 1, 3].map(sample::works_reference).to_vec();
    assert_eq!(store.works().sectors(works.clone()).await.expect("read"), [None, None, None]);
    let put = vec![work(1, Sector::Meat), work(2, Sector::Guarding)];
    put_works(&*store, put).await;
    put_works(&*store, vec![work(1, Sector::Cleaning)]).await;
    let sectors = store.works().sectors(works).await.expect("read");
    assert_eq!(sectors, [Some(Sector::Guarding), Some(Sector::Cleaning), None]);
}

/// Works are as durable as registrations.
pub async fn works_survive_a_restart(fixture: &impl Fixture) {
    let store = fixture.open().await;
    put_works(&*store, vec![work(1, Sector::Construction)]).await;
    drop(store);
    let store = fixture.open().await;
    let sectors = store.works().sectors(vec![sample::works_reference(1)]).await.expect("read");
    assert_eq!(sectors, [Some(Sector::Construction)]);
}
