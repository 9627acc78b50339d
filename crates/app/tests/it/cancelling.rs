use domain::{
    CancelPresence, CancelPresences, Channel, GetPresence, ItemError, RegistrationId, Status,
};
use testkit::TestApp;

use crate::{Item, registered};

async fn cancel(test: &TestApp, ids: &[i64], reason: &str) -> Vec<Vec<ItemError>> {
    let cancellations: Vec<_> = ids.iter().map(|id| CancelPresence { id: *id, reason }).collect();
    let command = CancelPresences { channel: Channel::WebService, cancellations: &cancellations };
    let answers = test.app.cancel(&TestApp::caller(), command).await.expect("handled");
    answers
        .into_iter()
        .map(|answer| answer.map_or_else(|errors| errors.iter().collect(), |_| Vec::new()))
        .collect()
}

#[tokio::test]
async fn a_registration_is_cancelled_once_and_its_history_tells_by_whom() {
    let test = TestApp::at("2026-11-24T08:00:00Z").await;
    let id = registered(&test, &[Item::of(1)]).await[0].id;
    let number = id.number();
    let outcome = cancel(&test, &[number, number], "disease").await;
    assert_eq!(outcome, [vec![], vec![ItemError::AlreadyCancelled]]);
    let dossier = test.app.get(&TestApp::caller(), GetPresence { id: Some(id) }).await;
    let dossier = dossier.expect("read").expect("found");
    assert_eq!(dossier.registration.status, Status::Cancelled);
    assert_eq!(dossier.history.len(), 2);
}

#[tokio::test]
async fn numbers_that_are_no_ids_are_unknown_registrations() {
    let test = TestApp::at("2026-11-24T08:00:00Z").await;
    let ids = [0, -1, i64::MIN, RegistrationId::MAX, i64::MAX];
    assert_eq!(cancel(&test, &ids, "OTHER").await, vec![vec![ItemError::UnknownRegistration]; 5]);
}

#[tokio::test]
async fn tomorrow_is_cancellable_until_its_own_midnight() {
    let test = TestApp::at("2026-11-24T08:00:00Z").await;
    let tomorrow =
        || Item { day: domain::DraftDay::On(jiff::civil::date(2026, 11, 25)), ..Item::of(1) };
    let stored = registered(&test, &[tomorrow(), tomorrow()]).await;
    test.clock.set("2026-11-25T22:59:59.999Z");
    assert_eq!(cancel(&test, &[stored[0].id.number()], "C32a").await, [vec![]]);
    test.clock.set("2026-11-25T23:00:00Z");
    let late = cancel(&test, &[stored[1].id.number()], "C32a").await;
    assert_eq!(late, [vec![ItemError::TooLateToCancel]]);
}
