use domain::{EventKind, Search, WorkMoment};

use super::searching::{filled, random_search, random_visibility};
use super::{Fixture, model};

/// By every kind of criterion and for every caller; cancelled ones are left out.
pub async fn moments_agree_with_what_a_search_finds(fixture: &impl Fixture) {
    let store = fixture.open().await;
    let mut random = fastrand::Rng::with_seed(29);
    let all = filled(&*store, &mut random).await;
    let mut found_some = 0;
    for round in 0..1000 {
        let moments = [EventKind::In, EventKind::Out].into_iter().collect();
        let mut wanted = Search { events: Some(moments), ..random_search(&mut random) };
        if round % 2 == 0 {
            // As a query of performances has them: few criteria, and mostly an employer.
            wanted = Search {
                statuses: None,
                remarks: None,
                created_from: None,
                created_until: None,
                moment_from: None,
                moment_until: None,
                near: None,
                ..wanted
            };
        }
        let visible = random_visibility(&mut random);
        let found = store.registrations().moments(wanted.clone(), visible.clone(), 10_000).await;
        let mut found = found.expect("found");
        found.sort_unstable_by_key(|moment| moment.id);
        let mut expected: Vec<_> =
            model::found(&all, &wanted, &visible).iter().filter_map(WorkMoment::of).collect();
        expected.sort_unstable_by_key(|moment| moment.id);
        assert_eq!(found, expected, "{wanted:?} {visible:?}");
        found_some += usize::from(!expected.is_empty());
    }
    assert!(found_some > 100, "the searches say something: {found_some}");
}
