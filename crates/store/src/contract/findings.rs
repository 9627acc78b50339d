use domain::place::{Names, Region, RegisteredAddress};
use domain::register::Period;
use domain::{
    Coordinates, Days, Inss, Located, Registration, Remark, Remarks, Search, Sight, Status,
    Subject, Visibility, sample,
};
use jiff::ToSpan;

use super::Fixture;
use super::checks::{finding, finish};
use super::samples::{DAY, moment, moment_of, posted, stored, worker};
use crate::{Finding, Finished, Store};

/// Lets a check of all that waits find what `find` says.
async fn checked(store: &dyn Store, find: impl Fn(&Registration, Finding) -> Finding) {
    let now = moment("2026-11-24T10:00:00Z");
    let lease = store.checks().lease(100, now, now + 1.minute()).await.expect("leased");
    let lease = lease.expect("something waits");
    let findings = lease.registrations.iter().map(|of| find(&of.0, finding(of))).collect();
    assert_eq!(finish(store, &lease, findings).await, Finished::Kept);
}

async fn read(store: &dyn Store, registration: &Registration) -> Registration {
    let dossier = store.registrations().dossier(registration.id).await.expect("read");
    dossier.expect("found").registration
}

/// The place of work, a soft remark that leaves the registration valid, the newest number.
pub async fn what_a_check_found_is_kept(fixture: &impl Fixture) {
    let store = fixture.open().await;
    let mut random = fastrand::Rng::with_seed(30);
    let new = vec![moment_of(&mut random), moment_of(&mut random), worker(3, 1, 1)];
    let all = stored(&*store, new).await;
    let point = Coordinates::new(4.35, 50.85).expect("on earth");
    let located = Located {
        nearest: Some(RegisteredAddress {
            region: Region::Brussels,
            id: "17".into(),
            post_code: 1000,
            municipality: Names { nl: Some("Brussel".into()), ..Names::default() },
            street: Names { fr: Some("Rue de la Loi".into()), ..Names::default() },
            house_number: "16".into(),
            box_number: None,
            coordinates: point,
        }),
        coordinates: Some(point),
        from_site: Some(1200),
    };
    let far = Remarks::NONE.with(Remark::FarFromSite);
    checked(&*store, |it, nothing| {
        if it.id == all[0].id {
            Finding { remarks: far, located: Some(Box::new(located.clone())), ..nothing }
        } else {
            Finding { newest: Some(sample::inss(9)), ..nothing }
        }
    })
    .await;
    drop(store);
    let store = fixture.open().await;
    let first = read(&*store, &all[0]).await;
    assert_eq!((first.status, first.remarks), (Status::Validated, far));
    assert_eq!(first.located.as_deref(), Some(&located));
    let second = read(&*store, &all[1]).await;
    assert_eq!((second.located, second.newest), (None, Some(sample::inss(9))));
}

/// By whoever searches for it, and by the person, who sees it: whatever was declared.
pub async fn a_person_is_found_by_the_number_that_a_check_told(fixture: &impl Fixture) {
    let store = fixture.open().await;
    let all = stored(&*store, vec![worker(1, 1, 1), posted(), worker(3, 1, 1)]).await;
    let newest = sample::inss(8);
    checked(&*store, |it, nothing| {
        let told = it.id != all[2].id;
        Finding { newest: told.then_some(newest), ..nothing }
    })
    .await;
    let sight = |inss| Sight { of: Subject::Person(inss), period: Period::ALWAYS };
    let sees = |numbers: &[Inss]| Visibility::Only(numbers.iter().copied().map(sight).collect());
    let everything = Search::of(Days::new([(DAY, DAY)]));
    let by = |inss| Search { inss: Some(inss), ..everything.clone() };
    let (declared, other) = (sample::inss(1), sample::inss(3));
    for (search, visible, expected) in [
        (by(newest), Visibility::Everything, &all[..2]),
        (everything.clone(), sees(&[newest]), &all[..2]),
        (by(newest), sees(&[newest]), &all[..2]),
        (everything.clone(), sees(&[declared]), &all[..1]),
        (by(newest), sees(&[declared]), &all[..1]),
        (by(declared), sees(&[newest]), &all[..1]),
        (by(other), sees(&[newest, declared]), &[]),
        (everything.clone(), sees(&[newest, declared]), &all[..2]),
        (everything.clone(), sees(&[other]), &all[2..]),
    ] {
        // With a budget for all, and with one for what the person may see alone.
        for budget in [1000, u32::try_from(expected.len().max(1) * 4).expect("few")] {
            let page = store.registrations().search(search.clone(), visible.clone(), budget).await;
            let mut found: Vec<_> =
                page.expect("found").registrations.iter().map(|it| it.id).collect();
            found.sort_unstable();
            let expected: Vec<_> = expected.iter().map(|it| it.id).collect();
            assert_eq!(found, expected, "{search:?} {visible:?}");
        }
    }
}
