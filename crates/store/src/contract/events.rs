use std::sync::Arc;

use domain::{
    Cause, ClientId, ItemError, NewRegistration, Registration, RegistrationId, Remarks, Sender,
    Status, Step, StepPosition, StepSelection, Webhook, WebhookSecret,
};
use jiff::{Timestamp, ToSpan as _};

use super::Fixture;
use super::samples;
use crate::Store;

fn client(id: &str) -> ClientId {
    ClientId::parse(id).expect("an id")
}

fn sent_by(id: Option<&str>, count: u32) -> Vec<NewRegistration> {
    let sender = Sender { id: id.map(Arc::from), ..Sender::default() };
    (0..count)
        .map(|index| NewRegistration { sender: sender.clone(), ..samples::worker(index, 1, 1) })
        .collect()
}

/// Finds each of these right.
async fn check(store: &dyn Store, ids: &[RegistrationId], at: Timestamp) {
    let transition = move |_: usize, found: Option<&Registration>| {
        let found = found.expect("it was stored");
        Ok(found.checked(Remarks::NONE, at).expect("a first check changes the status"))
    };
    let ids = ids.iter().copied().map(Some).collect();
    store.registrations().amend(ids, Arc::new(transition)).await.expect("amended");
}

async fn all(store: &dyn Store, selection: &StepSelection, limit: u32) -> Vec<Step> {
    let (mut all, mut after) = (Vec::new(), StepPosition::START);
    loop {
        let some = store.events().steps(selection.clone(), after, limit).await.expect("read");
        assert!(some.len() <= limit as usize, "no more than was asked for");
        let Some(last) = some.last() else { return all };
        after = last.position;
        all.extend(some);
    }
}

fn names(steps: &[Step]) -> Vec<(i64, u32)> {
    steps.iter().map(|step| (step.registration.id.number(), step.version)).collect()
}

/// Whatever the size of the pages, every step comes once, whole, in the order in which it was stored.
pub async fn every_step_comes_once_and_in_order(fixture: &impl Fixture) {
    let store = fixture.open().await;
    let store = store.as_ref();
    assert_eq!(store.events().last_step().await.expect("read"), StepPosition::START);
    let one = store.registrations().register(sent_by(None, 3)).await.expect("stored");
    let ids: Vec<_> = one.iter().map(|registration| registration.id).collect();
    let at = one[0].created;
    check(store, &ids[1..2], at).await;
    let two = store.registrations().register(sent_by(Some("two"), 2)).await.expect("stored");
    let n = |registration: &Registration| registration.id.number();
    let expected = [
        (n(&one[0]), 1),
        (n(&one[1]), 1),
        (n(&one[2]), 1),
        (n(&one[1]), 2),
        (n(&two[0]), 1),
        (n(&two[1]), 1),
    ];
    for limit in [1, 2, 3, 4, 100] {
        let steps = all(store, &StepSelection::Everything, limit).await;
        assert_eq!(names(&steps), expected, "{limit} a page");
        assert!(steps.is_sorted_by_key(|step| step.position));
    }
    let steps = all(store, &StepSelection::Everything, 100).await;
    assert_eq!(steps[3].entry.status, Status::Validated);
    assert_eq!(
        (steps[1].entry.status, &steps[1].entry.cause),
        (Status::Registered, &Cause::Registration)
    );
    assert_eq!(steps[5].position, store.events().last_step().await.expect("read"));
}

/// Who sent a registration is told of all its steps, and of no other's.
pub async fn a_sender_is_told_of_its_own_registrations(fixture: &impl Fixture) {
    let store = fixture.open().await;
    let store = store.as_ref();
    let mut mixed = sent_by(Some("one"), 2);
    mixed.extend(sent_by(None, 1));
    mixed.extend(sent_by(Some("two"), 1));
    mixed.extend(sent_by(Some("one"), 1));
    let stored = store.registrations().register(mixed).await.expect("stored");
    let ids: Vec<_> = stored.iter().map(|registration| registration.id).collect();
    check(store, &ids, stored[0].created).await;
    let of = |places: &[usize]| -> Vec<(i64, u32)> {
        let [first, second]: [Vec<_>; 2] = [1, 2]
            .map(|version| places.iter().map(|place| (ids[*place].number(), version)).collect());
        [first, second].concat()
    };
    for (id, places) in [("one", &[0, 1, 4][..]), ("two", &[3]), ("none", &[])] {
        for limit in [1, 2, 100] {
            let steps = all(store, &StepSelection::SentBy(client(id)), limit).await;
            assert_eq!(names(&steps), of(places), "{id}");
        }
    }
}

/// A refusal is no step.
pub async fn only_what_changed_is_a_step(fixture: &impl Fixture) {
    let store = fixture.open().await;
    let store = store.as_ref();
    let stored = store.registrations().register(sent_by(Some("one"), 1)).await.expect("stored");
    let id = stored[0].id;
    let refuse = |_: usize, _: Option<&Registration>| Err(ItemError::UnknownRegistration.into());
    store.registrations().amend(vec![Some(id), None], Arc::new(refuse)).await.expect("decided");
    assert_eq!(all(store, &StepSelection::Everything, 9).await.len(), 1);
}

/// One node at a time, until its moment is over; which webhook it is matters, which opening of the data does not.
pub async fn one_node_at_a_time_tells_a_webhook(fixture: &impl Fixture) {
    let stores = [fixture.open().await, fixture.open().await];
    let at: Timestamp = "2026-11-24T08:00:00Z".parse().expect("a moment");
    let hold = async |store: usize, id: &str, node, second: i64| {
        let (now, until) = (at + second.seconds(), at + (second + 60).seconds());
        let held = stores[store].events().hold_webhook(client(id), node, now, until);
        held.await.expect("written")
    };
    assert!(hold(0, "a", 1, 0).await && hold(1, "b", u64::MAX, 0).await);
    assert!(!hold(1, "a", 2, 59).await && !hold(0, "b", 1, 59).await, "another has it");
    assert!(hold(0, "a", 1, 59).await, "for longer");
    assert!(!hold(1, "a", 2, 118).await && hold(1, "a", 2, 119).await, "it was left");
    assert!(!hold(0, "a", 1, 119).await, "it is lost");
}

/// Webhooks are kept as they were last changed.
pub async fn webhooks_are_kept_as_they_were_last_changed(fixture: &impl Fixture) {
    let store = fixture.open().await;
    let at: Timestamp = "2026-11-24T08:00:00Z".parse().expect("a moment");
    let webhook = |id: &str| Webhook {
        id: client(id),
        client: client("one"),
        url: "https://receiver.example/events".to_owned(),
        secret: WebhookSecret([7; 32]),
        added: at,
        paused: None,
        position: StepPosition::START,
        delivered: 0,
        last_delivery: None,
        trouble: None,
    };
    for id in ["b", "a"] {
        assert!(store.events().add_webhook(webhook(id)).await.expect("written"));
    }
    assert!(!store.events().add_webhook(webhook("a")).await.expect("read"), "the id is taken");
    let change = move |webhook: &mut Webhook| {
        webhook.paused = Some("for a while".to_owned());
        webhook.arrived(StepPosition { entry: 3, within: 1 }, 7, at);
        webhook.failed("refused".to_owned(), at, at);
        webhook.failed("refused again".to_owned(), at, at);
    };
    let changed = store.events().change_webhook(client("b"), Arc::new(change)).await;
    let changed = changed.expect("written").expect("there");
    let none = store.events().change_webhook(client("c"), Arc::new(change)).await;
    assert_eq!(none.expect("read"), None);
    assert_eq!(changed.trouble.as_ref().map(|trouble| trouble.attempts), Some(2));
    drop(store);
    let store = fixture.open().await;
    assert_eq!(store.events().webhooks().await.expect("read"), [webhook("a"), changed]);
    assert!(store.events().remove_webhook(client("a")).await.expect("written"));
    assert!(!store.events().remove_webhook(client("a")).await.expect("read"), "it is gone");
}
