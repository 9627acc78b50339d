use std::collections::HashSet;
use std::sync::Arc;

use domain::{Registration, RegistrationId, Status};

use super::Fixture;
use super::samples::{moment_of, posted, stored, worker};

/// Every part of a registration is kept, the optional ones too.
pub async fn what_is_stored_is_answered_and_found_whole(fixture: &impl Fixture) {
    let store = fixture.open().await;
    let mut random = fastrand::Rng::with_seed(25);
    let mut new = vec![worker(1, 2, 3), posted()];
    new.extend((0..40).map(|_| moment_of(&mut random)));
    let answered = stored(&*store, new.clone()).await;
    assert_eq!(answered.len(), new.len());
    for (answered, new) in answered.iter().zip(new) {
        assert_eq!(*answered, new.stored_as(answered.id));
        assert_eq!(answered.status, Status::Registered);
        let found = store.registrations().dossier(answered.id).await.expect("read").expect("found");
        assert_eq!(found.registration, *answered);
    }
}

/// Ids ascend with the items of a call.
pub async fn ids_are_given_in_the_order_of_the_call(fixture: &impl Fixture) {
    let store = fixture.open().await;
    let answered = stored(&*store, (0..200).map(|person| worker(person, 1, 1)).collect()).await;
    assert!(answered.is_sorted_by(|a, b| a.id < b.id));
}

/// Calls that share a commit do not share ids, and each gets its own registrations back.
pub async fn ids_of_calls_at_the_same_time_are_all_different(fixture: &impl Fixture) {
    let store = fixture.open().await;
    let calls: Vec<_> = (0..40)
        .map(|call| {
            let store = Arc::clone(&store);
            tokio::spawn(async move {
                let new: Vec<_> = (0..300).map(|place| worker(call * 300 + place, 1, 1)).collect();
                let answered = stored(&*store, new.clone()).await;
                let expected: Vec<_> = new
                    .into_iter()
                    .zip(&answered)
                    .map(|(new, answered)| new.stored_as(answered.id))
                    .collect();
                assert_eq!(answered, expected);
                answered
            })
        })
        .collect();
    let mut ids = HashSet::new();
    for call in calls {
        ids.extend(call.await.expect("no panic").iter().map(|registration| registration.id));
    }
    assert_eq!(ids.len(), 40 * 300);
}

/// A restart may leave ids out, and never gives one twice.
pub async fn ids_are_not_used_again_after_a_restart(fixture: &impl Fixture) {
    let mut ids: Vec<RegistrationId> = Vec::new();
    for round in 0..4 {
        let store = fixture.open().await;
        let answered = stored(&*store, (0..150).map(|p| worker(p, round, 1)).collect()).await;
        ids.extend(answered.iter().map(|registration| registration.id));
    }
    assert_eq!(ids.iter().collect::<HashSet<_>>().len(), 600);
}

/// What was answered is there after a restart.
pub async fn registrations_survive_a_restart(fixture: &impl Fixture) {
    let store = fixture.open().await;
    let answered: Vec<Registration> = stored(&*store, vec![worker(1, 2, 3), posted()]).await;
    drop(store);
    let store = fixture.open().await;
    for registration in answered {
        let found =
            store.registrations().dossier(registration.id).await.expect("read").expect("found");
        assert_eq!(found.registration, registration);
    }
}

/// No item is no error.
pub async fn an_empty_call_stores_nothing(fixture: &impl Fixture) {
    let store = fixture.open().await;
    assert_eq!(stored(&*store, Vec::new()).await, []);
}
