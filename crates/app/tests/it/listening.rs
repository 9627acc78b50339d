//! Whoever listens hears every step that it may see, once and in order, whether from memory or from the store.

use std::sync::Arc;

use app::{Feed, Listening};
use domain::{
    Caller, Channel, Client, Clock, Profile, RegisterPresences, Registration, Remarks, Role, Step,
    StepPosition, sample,
};
use testkit::TestApp;

use crate::Item;

fn caller(company: u32, role: Role) -> Caller {
    let company = Some(sample::enterprise_number(company));
    let client = Client { company, ..sample::client("client", role) };
    Caller::client(Arc::new(client), None).expect("may call")
}

/// Registrations of employer 1, each checked afterwards: two steps each.
async fn life(test: &TestApp, persons: std::ops::Range<u32>) {
    let items: Vec<_> = persons.map(Item::of).collect();
    let drafts: Vec<_> = items.iter().map(Item::draft).collect();
    let command = RegisterPresences { channel: Channel::Rest, drafts: &drafts };
    let answers = test.app.register(&caller(1, Role::Employer), command).await.expect("stored");
    let ids = answers.into_iter().map(|answer| Some(answer.expect("right").id)).collect();
    let at = test.clock.now();
    let check = move |_: usize, found: Option<&Registration>| {
        Ok(found.expect("stored").checked(Remarks::NONE, at).expect("a first check"))
    };
    test.store.registrations().amend(ids, Arc::new(check)).await.expect("amended");
}

fn names(steps: &[Step]) -> Vec<String> {
    steps.iter().map(Step::name).collect()
}

/// Hears until there is nothing new: memory may end before the store does.
async fn everything(feed: &Feed, caller: &Caller, listening: &mut Listening) -> Vec<Step> {
    let mut heard = Vec::new();
    loop {
        let before = listening.position();
        heard.extend(feed.hear(caller, listening).await.expect("may listen"));
        if listening.position() == before {
            return heard;
        }
    }
}

#[tokio::test]
async fn memory_and_store_tell_the_same_from_wherever_one_begins() {
    let test = TestApp::at("2026-11-24T08:00:00Z").await;
    let fresh = Feed::new(Arc::clone(&test.app));
    let kept = Feed::new(Arc::clone(&test.app));
    kept.look(true).await.expect("looked");
    life(&test, 0..150).await;
    kept.look(true).await.expect("looked");
    life(&test, 150..170).await;
    let inspector = caller(9, Role::Inspector);
    let from = |after| Listening::new(None, Some(after));
    let all = everything(&fresh, &inspector, &mut from(StepPosition::START)).await;
    assert_eq!(all.len(), 340);
    for begin in [0, 1, 149, 150, 299, 300, 338] {
        let after = all[begin].position;
        for feed in [&fresh, &kept] {
            let heard = everything(feed, &inspector, &mut from(after)).await;
            assert_eq!(names(&heard), names(&all[begin + 1..]), "after {begin}");
        }
    }
}

#[tokio::test]
async fn one_begins_with_what_comes_from_now_on_and_may_listen_to_one_work() {
    let test = TestApp::at("2026-11-24T08:00:00Z").await;
    let feed = Feed::new(Arc::clone(&test.app));
    life(&test, 0..2).await;
    let employer = caller(1, Role::Employer);
    let mut listening = Listening::new(None, None);
    assert!(everything(&feed, &employer, &mut listening).await.is_empty());
    life(&test, 2..3).await;
    let heard = everything(&feed, &employer, &mut listening).await;
    assert_eq!(heard.iter().map(|step| step.version).collect::<Vec<_>>(), [1, 2]);
    let at = |work| Listening::new(Some(sample::works_reference(work)), Some(StepPosition::START));
    assert_eq!(everything(&feed, &employer, &mut at(1)).await.len(), 6);
    assert!(everything(&feed, &employer, &mut at(2)).await.is_empty());
    // Who has to name what it searches by hears of a work.
    let dolsis = caller(9, Role::Consulting(Profile::Dolsis));
    assert_eq!(everything(&feed, &dolsis, &mut at(1)).await.len(), 6);
}
