use domain::{
    Channel, Coordinates, Draft, DraftDay, DraftEvent, DraftWho, EventKind, ItemError, MomentKind,
    PlaceOfWork, Policy, RegisterPresences, Sector, SectorRule, sample,
};
use jiff::civil::{Date, date};
use testkit::TestApp;

use crate::{Item, registered};

async fn errors(test: &TestApp, draft: Draft<'_>) -> Vec<ItemError> {
    let answers = test
        .app
        .register(
            &TestApp::caller(),
            RegisterPresences { channel: Channel::WebService, drafts: &[draft] },
        )
        .await;
    match answers.expect("handled").remove(0) {
        Ok(_) => Vec::new(),
        Err(errors) => errors.iter().collect(),
    }
}

async fn open_days(moment: &str) -> Vec<Date> {
    let test = TestApp::at(moment).await;
    let mut open = Vec::new();
    for day in date(2026, 1, 1).series(jiff::Span::new().days(1)).take(366) {
        let item = Item { day: DraftDay::On(day), ..Item::of(1) };
        if errors(&test, item.draft()).await.is_empty() {
            open.push(day);
        }
    }
    open
}

#[tokio::test]
async fn today_and_tomorrow_are_open_until_the_last_second_of_the_belgian_day() {
    let days = [date(2026, 11, 24), date(2026, 11, 25)];
    assert_eq!(open_days("2026-11-24T22:59:59.999Z").await, days);
    let days = [date(2026, 11, 25), date(2026, 11, 26)];
    assert_eq!(open_days("2026-11-24T23:00:00Z").await, days);
}

#[tokio::test]
async fn daylight_saving_nights_change_the_day_at_belgian_midnight() {
    for (moment, first) in [
        ("2026-03-28T22:59:59.999Z", date(2026, 3, 28)),
        ("2026-03-28T23:00:00Z", date(2026, 3, 29)),
        ("2026-03-29T21:59:59.999Z", date(2026, 3, 29)),
        ("2026-03-29T22:00:00Z", date(2026, 3, 30)),
        ("2026-10-24T22:00:00Z", date(2026, 10, 25)),
        ("2026-10-25T22:59:59.999Z", date(2026, 10, 25)),
        ("2026-10-25T23:00:00Z", date(2026, 10, 26)),
    ] {
        let tomorrow = first.tomorrow().expect("in range");
        assert_eq!(open_days(moment).await, [first, tomorrow], "{moment}");
    }
}

#[tokio::test]
async fn a_bad_item_does_not_harm_its_neighbours() {
    let test = TestApp::at("2026-11-24T08:00:00Z").await;
    let (first, bad, last) = (Item::of(1), Item { company: 1, ..Item::of(2) }, Item::of(3));
    let drafts = [first.draft(), bad.draft(), last.draft()];
    let answers = test
        .app
        .register(
            &TestApp::caller(),
            RegisterPresences { channel: Channel::WebService, drafts: &drafts },
        )
        .await;
    let answers = answers.expect("handled");
    let persons: Vec<_> = answers
        .iter()
        .map(|answer| answer.as_ref().ok().and_then(|stored| stored.submission.who.inss()))
        .collect();
    assert_eq!(persons, [Some(sample::inss(1)), None, Some(sample::inss(3))]);
    assert_eq!(answers[1], Err(ItemError::CompanyShape.into()));
}

#[tokio::test]
async fn the_sector_comes_from_the_work_and_the_sender_from_the_caller() {
    let test = TestApp::at("2026-11-24T08:00:00.123456Z").await;
    let works =
        |index| Item { works: sample::works_reference(index).to_string(), ..Item::of(index) };
    let stored = registered(&test, &[works(1), works(3), works(99)]).await;
    let sectors: Vec<_> = stored.iter().map(|registration| registration.sector).collect();
    assert_eq!(sectors, [Some(Sector::Construction), Some(Sector::Meat), None]);
    assert!(stored.iter().all(|registration| registration.sender == *TestApp::caller().sender()));
    assert_eq!(stored[0].created, "2026-11-24T08:00:00.123Z".parse().expect("a moment"));
}

#[tokio::test]
async fn a_sector_may_have_rules_of_its_own_from_a_day_on() {
    let rule = |sector, from, events, days_ahead| SectorRule {
        sector,
        from,
        events,
        days_ahead,
        cancel_days: 0,
        site_radius: None,
    };
    let policy = Policy::new(vec![
        rule(None, date(2014, 1, 1), vec![EventKind::Day], 1),
        rule(Some(Sector::Meat), date(2026, 11, 25), vec![EventKind::In, EventKind::Out], 1),
        rule(Some(Sector::Guarding), date(2014, 1, 1), vec![EventKind::Day], 7),
    ]);
    let test =
        TestApp::with_policy("2026-11-24T08:00:00Z", policy.expect("a policy"), 10_000).await;
    let at = |works, day| Item {
        works: sample::works_reference(works).to_string(),
        day: DraftDay::On(day),
        ..Item::of(1)
    };
    for (works, day, expected) in [
        (3, date(2026, 11, 24), vec![]),
        (3, date(2026, 11, 25), vec![ItemError::DayNotAllowed]),
        (2, date(2026, 12, 1), vec![]),
        (2, date(2026, 12, 2), vec![ItemError::RegistrationDate]),
        (1, date(2026, 12, 1), vec![ItemError::RegistrationDate]),
    ] {
        assert_eq!(errors(&test, at(works, day).draft()).await, expected, "{works} {day}");
    }
}

#[tokio::test]
async fn a_posted_worker_is_registered_by_limosa_id() {
    let test = TestApp::at("2026-11-24T08:00:00Z").await;
    let works = sample::works_reference(1).to_string();
    let draft = |limosa| Draft {
        day: DraftDay::Today,
        who: DraftWho::Posted { limosa },
        works: &works,
        reference: Some("mine"),
    };
    assert_eq!(errors(&test, draft("12345678901234567")).await, []);
    assert_eq!(errors(&test, draft("twelve")).await, [ItemError::LimosaId]);
}

/// The errors of a day, of a begin and of an end of work in construction, at that moment.
async fn of_construction(test: &TestApp, moment: &str) -> [Vec<ItemError>; 3] {
    test.clock.set(moment);
    let at = moment.parse().expect("a moment");
    let item = |day| Item { day, ..Item::of(1) };
    let event = |kind| {
        let point = Coordinates::new(4.35, 50.84).expect("on earth");
        let place = PlaceOfWork::Coordinates(point);
        DraftDay::Of(Box::new(DraftEvent { kind, at, place, offline_since: None }))
    };
    let [day, begin, end] =
        [item(DraftDay::Today), item(event(MomentKind::In)), item(event(MomentKind::Out))];
    [
        errors(test, day.draft()).await,
        errors(test, begin.draft()).await,
        errors(test, end.draft()).await,
    ]
}

#[tokio::test]
async fn a_policy_file_brings_begin_and_end_of_work_to_construction_without_a_release() {
    let file = include_str!("../../../../docs/examples/policy-2027.toml");
    let policy = app::read_policy(file).expect("a policy");
    let test = TestApp::with_policy("2026-12-31T10:00:00Z", policy, 10_000).await;
    let [day, begin, end] = of_construction(&test, "2026-12-31T22:59:59Z").await;
    assert_eq!(day, [], "the last day of the year is as it was");
    assert!(!begin.is_empty() && begin == end, "{begin:?}");
    let [day, begin, end] = of_construction(&test, "2026-12-31T23:00:00Z").await;
    assert!(!day.is_empty(), "in Belgium it is 2027");
    assert_eq!((begin, end), (vec![], vec![]), "an end of work too");
}
