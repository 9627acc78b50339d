use domain::register::Period;
use domain::{Contract, ContractRole, Contractor, Sector, Work, sample};

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

/// By a builder or contractor of any time, each once, and no more than were asked for.
pub async fn works_are_found_by_who_leads_them(fixture: &impl Fixture) {
    let store = fixture.open().await;
    let (company, other) = (sample::enterprise_number(1), sample::enterprise_number(2));
    let with = |index, roles: &[ContractRole]| {
        let contract = |role: &ContractRole| Contract {
            contractor: Contractor::Enterprise(company),
            role: *role,
            commissioned_by: Some(other),
            period: Period::ALWAYS,
        };
        Work { contracts: roles.iter().map(contract).collect(), ..work(index, Sector::Meat) }
    };
    let works = vec![
        with(1, &[ContractRole::Builder, ContractRole::Contractor]),
        with(2, &[ContractRole::Subcontractor]),
        with(3, &[ContractRole::Contractor]),
        with(4, &[]),
    ];
    put_works(&*store, works.clone()).await;
    let led_by = async |company, most| -> Vec<_> {
        let works = store.works().works_led_by(company, most).await.expect("read");
        works.into_iter().map(|work| (work.reference, work.contracts.len())).collect()
    };
    let expected = [(works[0].reference, 2), (works[2].reference, 1)];
    assert_eq!(led_by(company, 10).await, expected);
    assert_eq!(led_by(company, 1).await, expected[..1]);
    assert_eq!(led_by(other, 10).await, []);
}

/// Pages hold as many works as were asked for, and together all of them, each once.
pub async fn works_are_paged_through(fixture: &impl Fixture) {
    let store = fixture.open().await;
    put_works(&*store, (1..=7).map(|index| work(index, Sector::Meat)).collect()).await;
    put_works(&*store, vec![work(3, Sector::Cleaning)]).await;
    for most in 1..=8 {
        let (mut after, mut seen) = (None, Vec::new());
        loop {
            let page = store.works().works(after, most).await.expect("read");
            let left = 7 - seen.len();
            assert_eq!(page.len(), left.min(most as usize), "a page of {most}");
            after = page.last().map(|work| work.reference).or(after);
            seen.extend(page.into_iter().map(|work| work.reference));
            if left == 0 {
                break;
            }
        }
        assert_eq!(seen, (1..=7).map(sample::works_reference).collect::<Vec<_>>());
    }
    assert_eq!(store.works().works(None, 0).await.expect("read"), []);
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
