use domain::{
    GetPresence, SearchDraft, SearchPage, SearchPresences, SearchRefusal, Unseen, sample,
};
use jiff::civil::date;
use testkit::TestApp;

use crate::{Item, registered};

async fn search(test: &TestApp, draft: SearchDraft<'_>) -> Result<SearchPage, SearchRefusal> {
    test.app.search(&TestApp::caller(), SearchPresences { draft }).await.expect("handled")
}

fn today() -> SearchDraft<'static> {
    let day = date(2026, 11, 24);
    SearchDraft { periods: vec![(day, day)], ..SearchDraft::default() }
}

#[tokio::test]
async fn what_is_registered_is_found() {
    let test = TestApp::at("2026-11-24T08:00:00Z").await;
    let stored = registered(&test, &[Item::of(1), Item::of(2)]).await;
    let inss = sample::inss(2).digits();
    let page = search(&test, SearchDraft { inss: Some(&inss), ..today() }).await.expect("done");
    assert_eq!((page.count, &page.registrations[..]), (1, &stored[1..]));
}

#[tokio::test]
async fn a_search_that_is_too_broad_is_refused_with_the_budget() {
    let policy = app::default_policy();
    let test = TestApp::with_policy("2026-11-24T08:00:00Z", policy, 2).await;
    registered(&test, &[Item::of(1), Item::of(2), Item::of(3)]).await;
    let refusal = search(&test, today()).await.expect_err("three of two");
    assert_eq!(refusal, SearchRefusal::TooBroad { budget: 2 });
}

#[tokio::test]
async fn a_number_that_is_no_id_leads_to_nothing() {
    let test = TestApp::at("2026-11-24T08:00:00Z").await;
    assert_eq!(
        test.app.get(&TestApp::caller(), GetPresence { id: None }).await.expect("read"),
        Err(Unseen::Nothing)
    );
    assert!(test.app.check().await.is_ok());
}
