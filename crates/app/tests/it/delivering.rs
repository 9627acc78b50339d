//! Webhooks are told of every step, in the order of each registration's life, whatever happens to whom.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};

use app::{Courier, Delivered, Delivery, Next};
use async_trait::async_trait;
use domain::{
    Caller, Channel, Client, ClientId, Clock, RegisterPresences, Registration, Remarks, Role, Step,
    StepPosition, Webhook, WebhookSecret, sample,
};
use fastrand::Rng;
use jiff::{SignedDuration, Timestamp};
use testkit::TestApp;

use crate::Item;

type Answer = dyn FnMut(&Step) -> Delivered + Send;

/// How receivers behave, and what arrived at each: registration and version.
#[derive(Default)]
struct Receivers {
    log: Mutex<HashMap<ClientId, Vec<(i64, u32)>>>,
    attempts: Mutex<u32>,
    answer: Mutex<Option<Box<Answer>>>,
    /// These never answer.
    silent: Mutex<HashSet<ClientId>>,
}

#[async_trait]
impl Courier for Receivers {
    async fn deliver(&self, webhook: &Webhook, step: &Step, _at: Timestamp) -> Delivered {
        *self.attempts.lock().expect("fine") += 1;
        if self.silent.lock().expect("fine").contains(&webhook.id) {
            std::future::pending::<()>().await;
        }
        let answer = self.answer.lock().expect("fine").as_mut().map(|answer| answer(step));
        let answer = answer.unwrap_or(Delivered::Arrived);
        if answer == Delivered::Arrived {
            let step = (step.registration.id.number(), step.version);
            self.log.lock().expect("fine").entry(webhook.id.clone()).or_default().push(step);
        }
        answer
    }
}

impl Receivers {
    fn answer(&self, answer: impl FnMut(&Step) -> Delivered + Send + 'static) {
        *self.answer.lock().expect("fine") = Some(Box::new(answer));
    }

    fn got(&self, webhook: &str) -> Vec<(i64, u32)> {
        self.log.lock().expect("fine").get(&id(webhook)).cloned().unwrap_or_default()
    }
}

fn id(text: &str) -> ClientId {
    ClientId::parse(text).expect("an id")
}

struct Scene {
    test: TestApp,
    receivers: Arc<Receivers>,
}

impl Scene {
    /// Two clients with a webhook each, named like them.
    async fn new() -> Self {
        let test = TestApp::at("2026-11-24T08:00:00Z").await;
        for name in ["one", "two"] {
            let company = Some(sample::enterprise_number(1));
            let client = Client { company, ..sample::client(name, Role::Employer) };
            test.store.clients().add(client).await.expect("written").expect("new");
            let webhook = Webhook {
                id: id(name),
                client: id(name),
                url: "https://receiver.example".to_owned(),
                secret: WebhookSecret([1; 32]),
                added: test.clock.now(),
                paused: None,
                position: StepPosition::START,
                delivered: 0,
                last_delivery: None,
                trouble: None,
            };
            assert!(test.store.events().add_webhook(webhook).await.expect("written"));
        }
        Self { test, receivers: Arc::default() }
    }

    fn delivery(&self, webhook: &str) -> Delivery {
        self.delivery_of(1, webhook)
    }

    fn delivery_of(&self, node: u64, webhook: &str) -> Delivery {
        let courier: Arc<dyn Courier> = Arc::clone(&self.receivers) as _;
        Delivery::new(Arc::clone(&self.test.app), courier, id(webhook), node, Rng::with_seed(7))
    }

    /// Registrations of a client, each checked afterwards: two steps each. Answers what its webhook has to hear.
    async fn life(&self, client: &str, persons: std::ops::Range<u32>) -> HashSet<(i64, u32)> {
        let items: Vec<_> = persons.map(Item::of).collect();
        let drafts: Vec<_> = items.iter().map(Item::draft).collect();
        let client = self.test.store.clients().client(id(client)).await.expect("read");
        let caller = Caller::client(Arc::new(client.expect("known")), None).expect("may call");
        let command = RegisterPresences { channel: Channel::WebService, drafts: &drafts };
        let answers = self.test.app.register(&caller, command).await.expect("stored");
        let ids: Vec<_> = answers.into_iter().map(|answer| answer.expect("right").id).collect();
        let at = self.test.clock.now();
        let check = move |_: usize, found: Option<&Registration>| {
            Ok(found.expect("stored").checked(Remarks::NONE, at).expect("a first check"))
        };
        let all = ids.iter().copied().map(Some).collect();
        self.test.store.registrations().amend(all, Arc::new(check)).await.expect("amended");
        ids.iter().flat_map(|id| [(id.number(), 1), (id.number(), 2)]).collect()
    }

    /// Goes on until there is no news, setting the clock to each next attempt; no further than `until`.
    async fn run(&self, delivery: &mut Delivery, until: Option<Timestamp>) {
        loop {
            match delivery.round().await.expect("the store works") {
                Next::AtOnce => {}
                Next::At(next) if until.is_none_or(|until| next < until) => {
                    self.test.clock.set(&next.to_string());
                }
                Next::At(_) | Next::OnNews | Next::Never => return,
            }
        }
    }

    async fn webhook(&self, name: &str) -> Webhook {
        let all = self.test.store.events().webhooks().await.expect("read");
        all.into_iter().find(|webhook| webhook.id == id(name)).expect("there")
    }
}

/// Everything came, and of each registration the first step before the second.
fn is_whole_and_in_order(got: &[(i64, u32)], expected: &HashSet<(i64, u32)>) {
    let all: HashSet<_> = got.iter().copied().collect();
    assert_eq!(&all, expected, "nothing lost, nothing of others");
    let first = |step: (i64, u32)| got.iter().position(|other| *other == step);
    for (registration, _) in expected {
        assert!(first((*registration, 1)) < first((*registration, 2)), "{registration}");
    }
}

#[tokio::test]
async fn a_receiver_that_was_away_for_an_hour_or_days_gets_everything_once_and_in_order() {
    for hours in [1_u32, 72] {
        let scene = Scene::new().await;
        let expected = scene.life("one", 0..100).await;
        scene.receivers.answer(|_| Delivered::Failed("connection refused".to_owned()));
        let mut delivery = scene.delivery("one");
        let back = scene.test.clock.now() + SignedDuration::from_hours(hours.into());
        scene.run(&mut delivery, Some(back)).await;
        assert!(scene.receivers.got("one").is_empty());
        let attempts = *scene.receivers.attempts.lock().expect("fine");
        assert!(attempts < 8 * (12 + 4 * hours), "not hammered: {attempts} in {hours} hours");
        let trouble = scene.webhook("one").await.trouble.expect("seen by the operator");
        assert_eq!(trouble.text, "connection refused");
        scene.receivers.answer(|_| Delivered::Arrived);
        scene.test.clock.set(&(back + SignedDuration::from_mins(30)).to_string());
        scene.run(&mut delivery, None).await;
        let got = scene.receivers.got("one");
        is_whole_and_in_order(&got, &expected);
        assert_eq!(got.len(), expected.len(), "each once");
        let webhook = scene.webhook("one").await;
        assert_eq!((webhook.trouble, webhook.delivered), (None, 200));
    }
}

#[tokio::test]
async fn a_receiver_that_fails_now_and_then_loses_nothing() {
    for seed in 0..5 {
        let scene = Scene::new().await;
        let expected = scene.life("one", 0..80).await;
        let mut rng = Rng::with_seed(seed);
        scene.receivers.answer(move |_| {
            if rng.u8(..4) == 0 { Delivered::Failed("500".to_owned()) } else { Delivered::Arrived }
        });
        scene.run(&mut scene.delivery("one"), None).await;
        let got = scene.receivers.got("one");
        is_whole_and_in_order(&got, &expected);
        assert_eq!(got.len(), expected.len(), "each once, as long as the program runs");
    }
}

#[tokio::test]
async fn a_receiver_that_never_answers_delays_no_other() {
    let scene = Scene::new().await;
    scene.life("one", 0..10).await;
    let expected = scene.life("two", 10..20).await;
    scene.receivers.silent.lock().expect("fine").insert(id("one"));
    let (mut slow, mut fast) = (scene.delivery("one"), scene.delivery("two"));
    assert_eq!(slow.round().await.expect("the store works"), Next::AtOnce, "it holds the webhook");
    tokio::select! {
        biased;
        _ = slow.round() => panic!("it never answers"),
        () = scene.run(&mut fast, None) => {}
    }
    is_whole_and_in_order(&scene.receivers.got("two"), &expected);
    assert!(scene.receivers.got("one").is_empty());
}

#[tokio::test]
async fn what_was_under_way_when_the_program_ended_comes_again() {
    let scene = Scene::new().await;
    let expected = scene.life("one", 0..50).await;
    for left in [3, 40, 70] {
        let mut left = left;
        let receivers = Arc::clone(&scene.receivers);
        scene.receivers.answer(move |_| {
            left -= 1;
            if left == 0 {
                receivers.silent.lock().expect("fine").insert(id("one"));
            }
            Delivered::Arrived
        });
        let mut delivery = scene.delivery("one");
        tokio::select! {
            biased;
            () = scene.run(&mut delivery, None) => {}
            // The end of the program: the round is dropped where it stands.
            () = async { for _ in 0..10_000 { tokio::task::yield_now().await; } } => {}
        }
        scene.receivers.silent.lock().expect("fine").clear();
    }
    scene.receivers.answer(|_| Delivered::Arrived);
    scene.run(&mut scene.delivery("one"), None).await;
    is_whole_and_in_order(&scene.receivers.got("one"), &expected);
}

#[tokio::test]
async fn a_webhook_hears_of_its_own_clients_registrations_and_again_when_it_is_moved_back() {
    let scene = Scene::new().await;
    scene.life("two", 10..20).await;
    let expected = scene.life("one", 0..10).await;
    let mut delivery = scene.delivery("one");
    scene.run(&mut delivery, None).await;
    is_whole_and_in_order(&scene.receivers.got("one"), &expected);
    let back = |webhook: &mut Webhook| webhook.position = StepPosition::START;
    scene.test.store.events().change_webhook(id("one"), Arc::new(back)).await.expect("written");
    scene.run(&mut delivery, None).await;
    assert_eq!(scene.receivers.got("one").len(), 2 * expected.len());
}

#[tokio::test]
async fn nothing_is_sent_while_paused_or_revoked_and_a_receiver_that_is_gone_is_paused() {
    let scene = Scene::new().await;
    let expected = scene.life("one", 0..3).await;
    let mut delivery = scene.delivery("one");
    scene.receivers.answer(|_| Delivered::Gone);
    scene.run(&mut delivery, None).await;
    assert!(scene.webhook("one").await.paused.expect("paused").contains("410"));
    scene.receivers.answer(|_| Delivered::Arrived);
    scene.run(&mut delivery, None).await;
    assert!(scene.receivers.got("one").is_empty());
    let resume = |webhook: &mut Webhook| webhook.paused = None;
    scene.test.store.events().change_webhook(id("one"), Arc::new(resume)).await.expect("written");
    let mut client =
        scene.test.store.clients().client(id("one")).await.expect("read").expect("one");
    client.revoked = Some(scene.test.clock.now());
    scene.test.store.clients().change(client.clone()).await.expect("written").expect("known");
    scene.test.clock.set("2026-11-24T09:00:00Z");
    assert_eq!(delivery.round().await.expect("read"), Next::OnNews);
    client.revoked = None;
    scene.test.store.clients().change(client).await.expect("written").expect("known");
    scene.test.clock.set("2026-11-24T10:00:00Z");
    scene.run(&mut delivery, None).await;
    is_whole_and_in_order(&scene.receivers.got("one"), &expected);
}

#[tokio::test]
async fn of_two_nodes_one_tells_and_the_other_goes_on_when_it_ends() {
    let scene = Scene::new().await;
    let mut expected = scene.life("one", 0..40).await;
    let (mut first, mut second) = (scene.delivery_of(1, "one"), scene.delivery_of(2, "one"));
    assert_eq!(first.round().await.expect("the store works"), Next::AtOnce);
    let waits = second.round().await.expect("the store works");
    let at_most = scene.test.clock.now() + SignedDuration::from_mins(1);
    assert!(matches!(waits, Next::At(next) if next <= at_most), "{waits:?}");
    scene.run(&mut first, None).await;
    expected.extend(scene.life("one", 40..80).await);
    // The first has gone; the second waits until it is sure of that.
    scene.run(&mut second, None).await;
    let got = scene.receivers.got("one");
    is_whole_and_in_order(&got, &expected);
    assert_eq!(got.len(), expected.len(), "each once");
    // The first was only slow: what it held is lost, and nothing comes twice.
    scene.run(&mut first, None).await;
    assert_eq!(scene.receivers.got("one").len(), expected.len(), "each once");
}
