use std::sync::Arc;

use domain::{
    Amended, Cause, ItemError, ItemErrors, Policy, Registration, RegistrationId, Remark, Remarks,
    Status, cancel,
};
use jiff::Timestamp;

use super::Fixture;
use super::samples::{ids, moment, sender, stored, worker};
use crate::Transition;

type Decision = Result<Amended, ItemErrors>;

fn now() -> Timestamp {
    moment("2026-11-24T09:00:00.250Z")
}

fn cancelling(reason: &'static str) -> Arc<Transition> {
    Arc::new(move |_, found: Option<&Registration>| -> Decision {
        cancel(found, reason, &sender(2), now(), &Policy::today_and_tomorrow())
    })
}

fn checking(remarks: Remarks) -> Arc<Transition> {
    Arc::new(move |_, found: Option<&Registration>| -> Decision {
        found
            .and_then(|found| found.checked(remarks, now()))
            .ok_or(ItemError::RegistrationNotFound.into())
    })
}

/// The status moves on and the history tells every step, oldest first, with its cause.
pub async fn a_step_changes_the_registration_and_is_appended_to_its_history(
    fixture: &impl Fixture,
) {
    let store = fixture.open().await;
    let ids = ids(&stored(&*store, vec![worker(1, 1, 1)]).await);
    let remarks = Remarks::NONE.with(Remark::WorkUnknown).with(Remark::ContractNotActive);
    for (transition, status, expected) in [
        (checking(remarks), Status::Failed, remarks),
        (checking(Remarks::NONE), Status::Validated, Remarks::NONE),
        (cancelling("c32a"), Status::Cancelled, Remarks::NONE),
    ] {
        let answers = store.registrations().amend(ids.clone(), transition).await.expect("amended");
        let answer = answers[0].as_ref().expect("allowed");
        assert_eq!((answer.status, answer.remarks), (status, expected));
        assert_eq!(answer.validated, Some(now()));
    }
    let dossier =
        store.registrations().dossier(ids[0].expect("an id")).await.expect("read").expect("found");
    assert_eq!(dossier.registration.status, Status::Cancelled);
    let statuses: Vec<_> = dossier.history.iter().map(|entry| entry.status).collect();
    assert_eq!(
        statuses,
        [Status::Registered, Status::Failed, Status::Validated, Status::Cancelled]
    );
    assert_eq!(dossier.history[1].remarks, remarks);
    assert_eq!(dossier.history[1].cause, Cause::Check);
    let Cause::Cancellation { reason, by } = &dossier.history[3].cause else {
        panic!("the last step is the cancellation");
    };
    assert_eq!((reason.as_str(), by), ("c32a", &sender(2)));
}

/// Each item of a call stands for itself.
pub async fn a_refusal_changes_nothing_and_harms_no_neighbour(fixture: &impl Fixture) {
    let store = fixture.open().await;
    let ids = ids(&stored(&*store, (0..3).map(|person| worker(person, 1, 1)).collect()).await);
    let second_refused: Arc<Transition> =
        Arc::new(|place, found: Option<&Registration>| -> Decision {
            if place == 1 {
                return Err(ItemError::NotAuthorized.into());
            }
            cancel(found, "OTHER", &sender(2), now(), &Policy::today_and_tomorrow())
        });
    let answers = store.registrations().amend(ids.clone(), second_refused).await.expect("amended");
    assert!(answers[0].is_ok() && answers[2].is_ok());
    assert_eq!(answers[1], Err(ItemError::NotAuthorized.into()));
    let untouched =
        store.registrations().dossier(ids[1].expect("an id")).await.expect("read").expect("found");
    assert_eq!(untouched.registration.status, Status::Registered);
    assert_eq!(untouched.history.len(), 1);
}

/// The second decision sees what the first one did.
pub async fn an_id_twice_in_a_call_is_decided_on_twice(fixture: &impl Fixture) {
    let store = fixture.open().await;
    let id = stored(&*store, vec![worker(1, 1, 1)]).await[0].id;
    let answers =
        store.registrations().amend(vec![Some(id); 2], cancelling("OTHER")).await.expect("amended");
    assert!(answers[0].is_ok());
    assert_eq!(answers[1], Err(ItemError::AlreadyCancelled.into()));
}

/// The rule decides what an unknown id means.
pub async fn an_id_that_was_never_given_out_reaches_the_rule_as_none(fixture: &impl Fixture) {
    let store = fixture.open().await;
    let unknown = RegistrationId::new(RegistrationId::MAX);
    let answers = store
        .registrations()
        .amend(vec![unknown, None], cancelling("OTHER"))
        .await
        .expect("amended");
    assert_eq!(answers, vec![Err(ItemError::UnknownRegistration.into()); 2]);
}

/// Decisions on one registration come one after the other.
pub async fn of_two_that_cancel_at_the_same_time_one_succeeds(fixture: &impl Fixture) {
    let store = fixture.open().await;
    let ids = ids(&stored(&*store, (0..50).map(|person| worker(person, 1, 1)).collect()).await);
    let calls: Vec<_> = (0..8)
        .map(|_| {
            let (store, ids) = (Arc::clone(&store), ids.clone());
            tokio::spawn(async move { store.registrations().amend(ids, cancelling("OTHER")).await })
        })
        .collect();
    let mut successes = vec![0; ids.len()];
    for call in calls {
        let answers = call.await.expect("no panic").expect("amended");
        for (count, answer) in successes.iter_mut().zip(answers) {
            *count += usize::from(answer.is_ok());
        }
    }
    assert_eq!(successes, vec![1; ids.len()]);
}

/// A defect in one rule is one call's error, not everyone's.
pub async fn a_rule_that_panics_harms_no_other_call(fixture: &impl Fixture) {
    let store = fixture.open().await;
    let ids = ids(&stored(&*store, vec![worker(1, 1, 1), worker(2, 1, 1)]).await);
    let broken: Arc<Transition> = Arc::new(|place, found: Option<&Registration>| -> Decision {
        assert!(place == 0, "a defect");
        cancel(found, "OTHER", &sender(2), now(), &Policy::today_and_tomorrow())
    });
    let (failed, registered) = tokio::join!(
        store.registrations().amend(ids.clone(), broken),
        store.registrations().register(vec![worker(3, 1, 1)])
    );
    assert!(failed.is_err());
    assert_eq!(registered.expect("stored").len(), 1);
    let first =
        store.registrations().dossier(ids[0].expect("an id")).await.expect("read").expect("found");
    assert_eq!(first.registration.status, Status::Registered, "the call was rolled back whole");
}

/// Steps are as durable as registrations.
pub async fn history_survives_a_restart(fixture: &impl Fixture) {
    let store = fixture.open().await;
    let ids = ids(&stored(&*store, vec![worker(1, 1, 1)]).await);
    store.registrations().amend(ids.clone(), cancelling("Holiday")).await.expect("amended");
    let id = ids[0].expect("an id");
    let before = store.registrations().dossier(id).await.expect("read").expect("found");
    drop(store);
    let after =
        fixture.open().await.registrations().dossier(id).await.expect("read").expect("found");
    assert_eq!(after, before);
}
