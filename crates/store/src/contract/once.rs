use std::sync::Arc;

use domain::{AuditAction, AuditEntry, Caller, ItemError, Policy, Registration, Sender, cancel};
use jiff::{Timestamp, ToSpan};

use super::Fixture;
use super::samples::{ids, moment, sender, stored, worker};
use crate::{AuditPlace, Beside, Kept, KeptItem, Once, ReplayKey, Store, Written};

fn now() -> Timestamp {
    moment("2026-11-24T06:30:00Z")
}

fn once(key: u8, request: &str) -> Once {
    Once {
        key: ReplayKey::of("test", &[&[key]]),
        request: ReplayKey::of("request", &[request.as_bytes()]),
        now: now(),
        until: now() + 24.hours(),
        refused: Vec::new(),
    }
}

fn beside(once: Once) -> Beside {
    let caller = Caller::open(sender(1));
    let entry = AuditEntry::new(&caller, AuditAction::Register, now());
    Beside { entry: Some(entry), once: Some(once) }
}

async fn kept(store: &dyn Store, once: &Once, now: Timestamp) -> Option<Kept> {
    store.registrations().kept(once.key, now).await.expect("read")
}

fn done(registration: &Registration) -> KeptItem {
    KeptItem::Done(registration.id, registration.sector)
}

/// A repetition stores nothing, appends nothing to the audit, and is told what became of the first; also after a restart,
/// and whatever it asks.
pub async fn a_call_with_a_key_is_done_once(fixture: &impl Fixture) {
    let store = fixture.open().await;
    let refused = vec![(0, ItemError::Inss.into()), (2, ItemError::WorkPlace.into())];
    let once = Once { refused, ..once(1, "one") };
    assert_eq!(kept(&*store, &once, now()).await, None);
    let new = vec![worker(1, 1, 1), worker(2, 1, 1)];
    let first = store.registrations().register_with(new.clone(), beside(once.clone())).await;
    let Written::Now(first) = first.expect("stored") else { panic!("it was never done") };
    let expected = Kept {
        request: once.request,
        items: vec![
            KeptItem::Refused(ItemError::Inss.into()),
            done(&first[0]),
            KeptItem::Refused(ItemError::WorkPlace.into()),
            done(&first[1]),
        ],
    };
    drop(store);
    let store = fixture.open().await;
    assert_eq!(kept(&*store, &once, now()).await.as_ref(), Some(&expected));
    let other = Once { request: ReplayKey::of("request", &[b"two"]), ..once };
    let again = store.registrations().register_with(new, beside(other)).await.expect("handled");
    assert_eq!(again, Written::Before(expected));
    assert_eq!(store.audit().records(AuditPlace::before(1), 10).await.expect("read").len(), 1);
    let next = stored(&*store, vec![worker(3, 1, 1)]).await;
    let before = store.registrations().dossier(next[0].id).await.expect("read");
    assert!(before.is_some(), "the store goes on");
}

/// Whoever comes second hears what became of the first, through however many openings of the data.
pub async fn of_many_calls_with_one_key_one_is_done(fixture: &impl Fixture) {
    let stores = [fixture.open().await, fixture.open().await];
    let calls: Vec<_> = (0..12_u32)
        .map(|call| {
            let store = Arc::clone(&stores[call as usize % stores.len()]);
            tokio::spawn(async move {
                let new = vec![worker(call, 1, 1)];
                store.registrations().register_with(new, beside(once(1, "one"))).await
            })
        })
        .collect();
    let (mut all, mut before) = (Vec::new(), Vec::new());
    for call in calls {
        match call.await.expect("no panic").expect("handled") {
            Written::Now(new) => all.extend(new),
            Written::Before(kept) => before.push(kept.items),
        }
    }
    assert_eq!((all.len(), before.len()), (1, 11));
    assert!(before.iter().all(|items| *items == [done(&all[0])]));
}

/// The rule is not asked a second time.
pub async fn decisions_with_a_key_are_made_once(fixture: &impl Fixture) {
    let store = fixture.open().await;
    let all = stored(&*store, vec![worker(1, 1, 1), worker(2, 1, 1)]).await;
    let ids = ids(&all);
    let rule = |place: usize, found: Option<&Registration>| {
        if place == 0 {
            return Err(ItemError::NotAuthorized.into());
        }
        let policy = Policy::today_and_tomorrow();
        cancel(found, "OTHER", &Sender::default(), moment("2026-11-24T09:00:00Z"), &policy)
    };
    let first =
        store.registrations().amend_with(ids.clone(), Arc::new(rule), beside(once(2, "a"))).await;
    let Written::Now(first) = first.expect("decided") else { panic!("it was never done") };
    assert!(first[0].is_err() && first[1].is_ok());
    let again = store.registrations().amend_with(ids, Arc::new(rule), beside(once(2, "a"))).await;
    let expected = vec![KeptItem::Refused(ItemError::NotAuthorized.into()), done(&all[1])];
    let request = once(2, "a").request;
    assert_eq!(again.expect("told"), Written::Before(Kept { request, items: expected }));
    let dossier = store.registrations().dossier(all[1].id).await.expect("read").expect("found");
    assert_eq!(dossier.history.len(), 2);
}

/// What was not done may be done later under the same key.
pub async fn a_call_that_fails_keeps_nothing(fixture: &impl Fixture) {
    let store = fixture.open().await;
    let all = stored(&*store, vec![worker(1, 1, 1)]).await;
    let panics = |_: usize, _: Option<&Registration>| panic!("made for this test");
    let failed =
        store.registrations().amend_with(ids(&all), Arc::new(panics), beside(once(3, "a"))).await;
    assert!(failed.is_err());
    assert_eq!(kept(&*store, &once(3, "a"), now()).await, None);
    let again =
        store.registrations().register_with(vec![worker(2, 1, 1)], beside(once(3, "a"))).await;
    assert!(matches!(again, Ok(Written::Now(_))));
    let nothing = store.registrations().register_with(Vec::new(), beside(once(4, "a"))).await;
    assert_eq!(nothing.expect("kept"), Written::Now(Vec::new()));
    assert!(kept(&*store, &once(4, "a"), now()).await.is_some(), "nothing is an outcome too");
}

/// Or the store would only grow.
pub async fn outcomes_that_are_over_are_forgotten(fixture: &impl Fixture) {
    let store = fixture.open().await;
    let short = Once { until: now() + 1.minute(), ..once(1, "a") };
    let call = async |once: Once| {
        store.registrations().register_with(Vec::new(), beside(once)).await.expect("kept")
    };
    call(short.clone()).await;
    assert!(kept(&*store, &short, now()).await.is_some());
    let later = now() + 1.minute();
    assert_eq!(kept(&*store, &short, later).await, None);
    let again = Once { now: later, until: later + 1.minute(), ..once(1, "b") };
    assert_eq!(call(again.clone()).await, Written::Now(Vec::new()));
    let found = kept(&*store, &again, later).await.expect("kept anew");
    assert_eq!(found.request, again.request);
}
