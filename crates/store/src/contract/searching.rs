use std::sync::Arc;

use domain::register::Period;
use domain::{
    Circle, Coordinates, Days, Direction, ErrorKind, EventKind, ForeignVatNumber, ItemError,
    MAX_FETCH_SIZE, Mark, Page, Registration, Remark, Remarks, Search, SearchPage, Sector, Sight,
    Sort, SortKey, Status, StatusSet, Subject, Visibility, sample,
};
use jiff::{Timestamp, ToSpan};

use super::samples::{DAY, ids, mixed, moment, posted, stored, worker};
use super::{Fixture, model};
use crate::Store;

const BUDGET: u32 = 10_000;

fn all_days() -> Search {
    let page = Page { first_row: 0, fetch_size: MAX_FETCH_SIZE };
    Search { page, ..Search::of(Days::new([(DAY, DAY + 10.days())])) }
}

async fn search(store: &dyn Store, search: &Search) -> SearchPage {
    seen(store, search, Visibility::Everything).await
}

async fn seen(store: &dyn Store, search: &Search, visible: Visibility) -> SearchPage {
    store.registrations().search(search.clone(), visible, BUDGET).await.expect("found")
}

/// Registrations of every status, with and without remarks.
pub(super) async fn filled(store: &dyn Store, random: &mut fastrand::Rng) -> Vec<Registration> {
    let mut all = stored(store, mixed(random, 400)).await;
    for (remarks, part) in [
        (Remarks::NONE, 0..80),
        (Remarks::NONE.with(Remark::WorkUnknown), 80..160),
        (Remarks::NONE.with(Remark::WorkUnknown).with(Remark::Duplicate), 160..240),
    ] {
        let part = &mut all[part];
        let check = move |_: usize, found: Option<&Registration>| {
            let at = moment("2026-11-24T10:00:00Z");
            found.and_then(|found| found.checked(remarks, at)).ok_or(ItemError::Inss.into())
        };
        let answers =
            store.registrations().amend(ids(part), Arc::new(check)).await.expect("amended");
        for (registration, answer) in part.iter_mut().zip(answers) {
            *registration = answer.expect("checked");
        }
    }
    all
}

/// Everything, or a few sights that may overlap, on some days or on all.
pub(super) fn random_visibility(random: &mut fastrand::Rng) -> Visibility {
    if random.u8(..3) == 0 {
        return Visibility::Everything;
    }
    let mut sight = || {
        let enterprise = sample::enterprise_number(random.u32(..4));
        let of = match random.u8(..4) {
            0 => Subject::Person(sample::inss(random.u32(..6))),
            1 => Subject::Employer(enterprise),
            2 => Subject::Sender(sample::enterprise_number(500 + random.u32(..4))),
            _ => Subject::EmployerAtWork(enterprise, sample::works_reference(random.u32(..4))),
        };
        let (from, until) = (DAY + 1.day(), DAY + i64::from(random.u8(1..4)).days());
        let from = random.bool().then_some(from);
        let until = random.bool().then_some(until);
        Sight { of, period: Period::new(from, until).expect("in order") }
    };
    let sights = (0..4).map(|_| sight()).collect();
    Visibility::Only(sights)
}

pub(super) fn random_search(random: &mut fastrand::Rng) -> Search {
    let day = |random: &mut fastrand::Rng| DAY + i64::from(random.u8(..6)).days() - 1.day();
    let instant = |random: &mut fastrand::Rng| -> Timestamp {
        moment("2026-11-24T06:00:00Z") + i64::from(random.u16(..2000)).milliseconds()
    };
    let intervals: Vec<_> = (0..random.usize(1..4)).map(|_| (day(random), day(random))).collect();
    let mut maybe = |chance: u8| random.u8(..chance) == 0;
    let (inss, company, works, statuses, remarks) =
        (maybe(3), maybe(3), maybe(3), maybe(4), maybe(4));
    let (from, until, sector) = (maybe(4), maybe(4), maybe(4));
    let (events, vat, moment_from, moment_until, near) =
        (maybe(5), maybe(12), maybe(12), maybe(12), maybe(16));
    let vat = vat.then(|| ["FR12345678901", "NL123456789B01"][random.usize(..2)]);
    let centre = Coordinates::new(4.35, 50.842).expect("on earth");
    Search {
        events: events.then(|| {
            let events = [EventKind::Day, EventKind::In, EventKind::Out];
            events.into_iter().filter(|_| random.bool()).collect()
        }),
        foreign_vat: vat.and_then(ForeignVatNumber::parse),
        moment_from: moment_from.then(|| instant(random)),
        moment_until: moment_until.then(|| instant(random)),
        near: near.then(|| Circle { centre, radius: random.u32(..700) }),
        after: None,
        inss: inss.then(|| sample::inss(random.u32(..6))),
        company: (company && vat.is_none()).then(|| sample::enterprise_number(random.u32(..4))),
        works: works.then(|| sample::works_reference(random.u32(..4))),
        statuses: statuses.then(|| Status::ALL.into_iter().filter(|_| random.bool()).collect()),
        remarks: remarks.then(|| Remarks::NONE.with(Remark::Duplicate)),
        days: Days::new(intervals),
        created_from: from.then(|| instant(random)),
        created_until: until.then(|| instant(random)),
        sector: sector.then(|| random.choice(Sector::ALL).expect("not empty")),
        sort: Sort {
            key: random.choice(SortKey::ALL).expect("not empty"),
            direction: random.choice(Direction::ALL).expect("not empty"),
        },
        page: Page { first_row: random.u32(..30), fetch_size: random.u16(..60) },
    }
}

/// Whatever the criteria, the order and the page.
pub async fn random_searches_agree_with_the_plain_definition(fixture: &impl Fixture) {
    let store = fixture.open().await;
    let mut random = fastrand::Rng::with_seed(26);
    let all = filled(&*store, &mut random).await;
    let mut found_some = 0;
    for _ in 0..2000 {
        let wanted = random_search(&mut random);
        let visible = random_visibility(&mut random);
        let page = seen(&*store, &wanted, visible.clone()).await;
        let expected = model::found(&all, &wanted, &visible);
        assert_eq!(page.count, expected.len() as u64, "{wanted:?} {visible:?}");
        let first = wanted.page.first_row as usize;
        let expected: Vec<_> =
            expected.into_iter().skip(first).take(wanted.page.fetch_size.into()).collect();
        assert_eq!(page.registrations, expected, "{wanted:?} {visible:?}");
        found_some += usize::from(!expected.is_empty());
    }
    assert!(found_some > 200, "the searches say something: {found_some}");
}

/// Pages neither overlap nor leave out, whatever the order.
pub async fn pages_in_every_order_show_everything_once(fixture: &impl Fixture) {
    let store = fixture.open().await;
    let all = filled(&*store, &mut fastrand::Rng::with_seed(27)).await;
    for key in SortKey::ALL {
        for direction in Direction::ALL {
            let sort = Sort { key, direction };
            let mut seen = Vec::new();
            for first_row in (0..400).step_by(37) {
                let page = Page { first_row, fetch_size: 37 };
                let page = search(&*store, &Search { sort, page, ..all_days() }).await;
                assert_eq!(page.count, all.len() as u64);
                seen.extend(page.registrations);
            }
            let whole = model::found(&all, &Search { sort, ..all_days() }, &Visibility::Everything);
            assert_eq!(seen, whole, "{sort:?}");
        }
    }
}

/// A page that begins after a mark is the same whatever was written meanwhile, and marks lead through everything once.
pub async fn marks_lead_through_everything_while_others_write(fixture: &impl Fixture) {
    let store = fixture.open().await;
    let mut random = fastrand::Rng::with_seed(28);
    let all = filled(&*store, &mut random).await;
    for key in SortKey::ALL {
        for direction in Direction::ALL {
            let sort = Sort { key, direction };
            let page = Page { first_row: 0, fetch_size: 61 };
            let mut wanted = Search { sort, page, ..all_days() };
            let mut seen = Vec::new();
            loop {
                let page = search(&*store, &wanted).await;
                let Some(last) = page.registrations.last() else { break };
                wanted.after = Some(Mark { value: key.value(last), id: last.id });
                let full = page.registrations.len() == 61;
                seen.extend(page.registrations);
                if !full {
                    break;
                }
                stored(&*store, mixed(&mut random, 3)).await;
            }
            let known: Vec<_> = seen.iter().filter(|seen| all.contains(seen)).cloned().collect();
            let whole = model::found(&all, &Search { sort, ..all_days() }, &Visibility::Everything);
            assert_eq!(known, whole, "{sort:?}");
            let ids: std::collections::HashSet<_> = seen.iter().map(|seen| seen.id).collect();
            assert_eq!(ids.len(), seen.len(), "{sort:?}: nothing twice");
        }
    }
    let mark = Mark { value: SortKey::Id.value(&all[9]), id: all[9].id };
    let wanted = Search { after: Some(mark), ..all_days() };
    let known = model::after_mark(all.clone(), &wanted);
    assert_eq!(known, all[10..]);
    let found = search(&*store, &wanted).await.registrations;
    assert_eq!(found[..390], known[..], "the count is of all, the page after the mark");
}

/// Asking too far, or for nothing, still counts.
pub async fn a_page_past_the_end_is_empty_and_the_count_exact(fixture: &impl Fixture) {
    let store = fixture.open().await;
    stored(&*store, (0..600).map(|person| worker(person, 1, 1)).collect()).await;
    for (first_row, fetch_size, rows) in [(0, 500, 500), (500, 500, 100), (600, 500, 0), (0, 0, 0)]
    {
        let page = Page { first_row, fetch_size };
        let page = search(&*store, &Search { page, ..all_days() }).await;
        assert_eq!((page.count, page.registrations.len()), (600, rows));
    }
    let far = Page { first_row: 999_999_999, fetch_size: 1 };
    assert_eq!(search(&*store, &Search { page: far, ..all_days() }).await.count, 600);
}

/// The budget counts what is looked at, not what matches.
pub async fn a_search_over_the_budget_is_refused_and_one_within_it_not(fixture: &impl Fixture) {
    let store = fixture.open().await;
    stored(&*store, (0..100).map(|person| worker(person, person % 2, 1)).collect()).await;
    let bounded = async |search, budget| {
        store.registrations().search(search, Visibility::Everything, budget).await
    };
    let none = StatusSet::from_iter([Status::Cancelled]);
    let broad = Search { statuses: Some(none), ..all_days() };
    assert_eq!(bounded(broad.clone(), 100).await.expect("within").count, 0);
    let error = bounded(broad.clone(), 99).await.expect_err("over");
    assert_eq!(error.kind(), ErrorKind::SearchTooBroad { budget: 99 });
    let narrow = Search { company: Some(sample::enterprise_number(1)), ..broad };
    assert_eq!(bounded(narrow, 50).await.expect("by the company").count, 0);
}

/// Whatever others store, and whatever is searched for.
pub async fn what_may_not_be_seen_makes_no_search_too_broad(fixture: &impl Fixture) {
    let store = fixture.open().await;
    let others = (0..200).map(|person| worker(person % 4, 1, 1)).collect();
    stored(&*store, others).await;
    stored(&*store, (0..5).map(|person| worker(person, 2, 1)).collect()).await;
    let own = |index| {
        let of = Subject::Employer(sample::enterprise_number(index));
        Visibility::Only(vec![Sight { of, period: Period::ALWAYS }])
    };
    let searches = [
        (all_days(), 5),
        (Search { works: Some(sample::works_reference(1)), ..all_days() }, 5),
        (Search { inss: Some(sample::inss(1)), ..all_days() }, 1),
        (Search { company: Some(sample::enterprise_number(1)), ..all_days() }, 0),
    ];
    for (search, count) in searches {
        let page = store.registrations().search(search.clone(), own(2), 10).await;
        assert_eq!(page.expect("narrow enough").count, count, "{search:?}");
        let nothing = store.registrations().search(search, own(3), 10).await;
        assert_eq!(nothing.expect("narrow enough"), SearchPage::default());
    }
    let all = store.registrations().search(all_days(), own(2), 4).await.expect_err("five of four");
    assert_eq!(all.kind(), ErrorKind::SearchTooBroad { budget: 4 });
}

/// Nothing is no error.
pub async fn an_empty_store_answers_an_empty_page(fixture: &impl Fixture) {
    let store = fixture.open().await;
    assert_eq!(search(&*store, &all_days()).await, SearchPage::default());
}

/// A bound between two milliseconds leaves out the earlier one.
pub async fn creation_bounds_are_inclusive_to_the_millisecond(fixture: &impl Fixture) {
    let store = fixture.open().await;
    stored(&*store, vec![posted()]).await;
    let created = moment("2026-11-24T06:30:00.123Z");
    let count = async |from: Timestamp, until: Timestamp| {
        let bounds = Search { created_from: Some(from), created_until: Some(until), ..all_days() };
        search(&*store, &bounds).await.count
    };
    assert_eq!(count(created, created).await, 1);
    assert_eq!(count(created + 1.microsecond(), created + 1.hour()).await, 0);
    assert_eq!(count(created - 1.hour(), created + 1.microsecond()).await, 1);
    assert_eq!(count(created - 1.hour(), created - 1.microsecond()).await, 0);
}
