//! Calls that are sent again.

use std::sync::Arc;

use app::{Answers, CallKey, KeyTaken};
use domain::{
    Caller, CancelPresence, CancelPresences, Channel, ItemError, RegisterPresences, Role,
    SearchDraft, SearchPresences, Status, sample,
};
use jiff::civil::date;
use store::AuditPlace;
use testkit::TestApp;

use crate::Item;

const NOW: &str = "2026-11-24T08:00:00Z";

fn key<'a>(key: &'a str, request: &'a str) -> CallKey<'a> {
    CallKey { key, request: request.as_bytes() }
}

/// Person 1, somebody whose number is none, and person 2.
async fn register(test: &TestApp, caller: &Caller, key: CallKey<'_>) -> Result<Answers, KeyTaken> {
    let wrong = Item { inss: "00000000000".into(), ..Item::of(1) };
    let items = [Item::of(1), wrong, Item::of(2)];
    let drafts: Vec<_> = items.iter().map(Item::draft).collect();
    let command = RegisterPresences { channel: Channel::Rest, drafts: &drafts };
    test.app.register_once(caller, command, Some(key)).await.expect("handled")
}

async fn stored(test: &TestApp) -> u64 {
    let day = date(2026, 11, 24);
    let draft = SearchDraft { periods: vec![(day, day)], ..SearchDraft::default() };
    let page = test.app.search(&TestApp::caller(), SearchPresences { draft }).await;
    page.expect("handled").expect("makes sense").count
}

#[tokio::test]
async fn what_is_sent_again_is_answered_again_and_nothing_is_done() {
    let test = TestApp::at(NOW).await;
    let caller = TestApp::caller();
    let first = register(&test, &caller, key("one", "a")).await.expect("new");
    assert_eq!(first[1], Err(ItemError::Inss.into()));
    test.clock.set("2026-11-25T07:00:00Z");
    let checker =
        app::Checker::new(Arc::clone(&test.store), test.clock.clone(), app::default_policy(), 10);
    while checker.step().await.expect("a step").done > 0 {}
    let again = register(&test, &caller, key("one", "a")).await;
    assert_eq!(again.as_ref(), Ok(&first), "as it was first answered, though it is checked by now");
    assert_eq!(register(&test, &caller, key("one", "b")).await, Err(KeyTaken));
    assert_eq!(stored(&test).await, 2);
    let records = test.store.audit().records(AuditPlace::before(1), 100).await.expect("read");
    let told = records.iter().filter(|record| record.body.contains("told again")).count();
    assert_eq!((told, records.len()), (1, 3), "the call, its repetition, and the search");
    test.clock.set("2026-11-25T09:00:00Z");
    let late = register(&test, &caller, key("one", "b")).await.expect("the first is forgotten");
    assert_ne!(late[0], first[0]);
}

#[tokio::test]
async fn a_key_is_its_callers_alone() {
    let test = TestApp::at(NOW).await;
    let company = Some(sample::enterprise_number(1));
    let client = |id: &str| {
        let client = domain::Client { company, ..sample::client(id, Role::Employer) };
        Caller::client(Arc::new(client), None).expect("may call")
    };
    let first = register(&test, &client("one"), key("k", "a")).await.expect("new");
    let other = register(&test, &client("other"), key("k", "b")).await.expect("another's");
    assert_ne!(first[0], other[0]);
    let cancellations = [CancelPresence { id: 1, reason: "OTHER" }];
    let command = CancelPresences { channel: Channel::Rest, cancellations: &cancellations };
    let cancelled = test.app.cancel_once(&client("one"), command, Some(key("k", "c"))).await;
    assert!(cancelled.expect("handled").is_ok(), "and its operation's");
}

#[tokio::test]
async fn what_was_cancelled_is_told_again() {
    let test = TestApp::at(NOW).await;
    let caller = TestApp::caller();
    let stored = register(&test, &caller, key("one", "a")).await.expect("new");
    let id = stored[0].as_ref().expect("right").id.number();
    let cancellations = [id, id, 999_999].map(|id| CancelPresence { id, reason: "OTHER" });
    let cancel = async |request| {
        let command = CancelPresences { channel: Channel::Rest, cancellations: &cancellations };
        test.app.cancel_once(&caller, command, Some(key("two", request))).await.expect("handled")
    };
    let first = cancel("a").await.expect("new");
    assert_eq!(first[0].as_ref().map(|it| it.status), Ok(Status::Cancelled));
    assert!(first[1].is_err() && first[2].is_err());
    assert_eq!(cancel("a").await, Ok(first));
    assert_eq!(cancel("b").await, Err(KeyTaken));
}

#[tokio::test]
async fn refusals_alone_are_an_outcome_too() {
    let test = TestApp::at(NOW).await;
    let wrong = Item { day: domain::DraftDay::On(date(2026, 11, 26)), ..Item::of(1) };
    let drafts = [wrong.draft()];
    let command = || RegisterPresences { channel: Channel::Rest, drafts: &drafts };
    let call = async || {
        let key = Some(key("one", "a"));
        test.app.register_once(&TestApp::caller(), command(), key).await.expect("handled")
    };
    let first = call().await;
    assert_eq!(first, Ok(vec![Err(ItemError::RegistrationDate.into())]));
    test.clock.set("2026-11-25T07:00:00Z");
    assert_eq!(call().await, first, "though the day may be registered by now");
}
