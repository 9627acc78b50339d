//! Performances, and what a person sees.

use app::PerformanceQuery;
use domain::register::{Change, Period, Person, Register, Row};
use domain::{Caller, GetPresence, MomentKind, Performance, SearchDraft, SearchPresences, sample};
use jiff::civil::date;
use store::AuditPlace;
use testkit::TestApp;

use crate::{Item, moment, registered};

const NOW: &str = "2026-11-24T08:00:00Z";

async fn performances(
    test: &TestApp,
    days: (i8, i8),
    page: PerformanceQuery,
) -> (Vec<Performance>, usize, bool) {
    let periods = vec![(date(2026, 11, days.0), date(2026, 11, days.1))];
    let draft = SearchDraft {
        periods,
        company: Some(sample::enterprise_number(1).number().cast_signed()),
        ..SearchDraft::default()
    };
    let found = test.app.performances(&TestApp::caller(), draft, page).await;
    let page = found.expect("handled").expect("makes sense");
    (page.performances, page.total, page.more)
}

const WHOLE: PerformanceQuery = PerformanceQuery { after: None, size: 100 };

#[tokio::test]
async fn a_performance_at_the_edge_of_the_period_is_shown_whole_and_none_beside_it() {
    let test = TestApp::at(NOW).await;
    let nights = vec![
        moment(1, MomentKind::In, "2026-11-19T21:00:00Z"),
        moment(1, MomentKind::Out, "2026-11-20T04:00:00Z"),
        moment(1, MomentKind::In, "2026-11-20T21:00:00Z"),
        moment(1, MomentKind::Out, "2026-11-21T04:00:00Z"),
        moment(1, MomentKind::In, "2026-11-21T08:00:00Z"),
        moment(1, MomentKind::Out, "2026-11-21T12:00:00Z"),
    ];
    test.store.registrations().register(nights).await.expect("stored");
    for (days, hours) in
        [((20, 20), vec![7, 7]), ((19, 19), vec![7]), ((21, 21), vec![7, 4]), ((22, 30), vec![])]
    {
        let (found, total, more) = performances(&test, days, WHOLE).await;
        let worked: Vec<_> =
            found.iter().map(|it| it.worked().expect("whole").as_hours()).collect();
        assert_eq!((worked, total, more), (hours, found.len(), false), "{days:?}");
    }
}

#[tokio::test]
async fn pages_lead_through_all_and_only_what_is_shown_is_written_down() {
    let test = TestApp::at(NOW).await;
    let begins = (1..=5).map(|person| moment(person, MomentKind::In, "2026-11-20T08:00:00Z"));
    test.store.registrations().register(begins.collect()).await.expect("stored");
    let mut after = None;
    let mut seen = Vec::new();
    for (shown, more) in [(2, true), (2, true), (1, false)] {
        let query = PerformanceQuery { after, size: 2 };
        let (found, total, and_more) = performances(&test, (20, 20), query).await;
        assert_eq!((found.len(), total, and_more), (shown, 5, more));
        after = found.last().map(Performance::place);
        seen.extend(found.into_iter().map(|it| it.inss.digits()));
        let records = test.store.audit().records(AuditPlace::before(1), 10).await.expect("read");
        let last = &records.last().expect("written down").body;
        let named = seen.iter().filter(|inss| last.contains(*inss)).count();
        assert_eq!(named, shown, "{last}");
    }
    seen.dedup();
    assert_eq!(seen.len(), 5);
}

#[tokio::test]
async fn a_person_sees_what_was_registered_under_every_number() {
    let test = TestApp::at(NOW).await;
    let person = |index, replaced_by: Option<u32>| {
        let replaced_by = replaced_by.map(sample::inss);
        Row::Person(Person { inss: sample::inss(index), known: Period::ALWAYS, replaced_by })
    };
    let rows = vec![person(1, Some(2)), person(2, None), person(3, None)];
    let at = NOW.parse().expect("a moment");
    let (register, source) = (Register::Persons, "a file".into());
    let change = Change { register, removed: vec![], rows, source, at };
    test.store.registers().change(change).await.expect("changed");
    let stored = registered(&test, &[Item::of(1), Item::of(2), Item::of(3)]).await;
    let begin = moment(1, MomentKind::In, "2026-11-24T07:55:00Z");
    test.store.registrations().register(vec![begin]).await.expect("stored");
    let day = date(2026, 11, 24);
    for (index, expected) in [(1, 3), (2, 3), (3, 1)] {
        let caller = Caller::worker(sample::inss(index));
        let draft = SearchDraft { periods: vec![(day, day)], ..SearchDraft::default() };
        let page = test.app.search(&caller, SearchPresences { draft: draft.clone() }).await;
        let page = page.expect("handled").expect("makes sense");
        assert_eq!(page.count, expected, "{index}");
        let id = Some(stored[0].id);
        let found = test.app.get(&caller, GetPresence { id }).await.expect("handled");
        assert_eq!(found.is_ok(), index != 3);
        let found = test.app.performances(&caller, draft, WHOLE).await;
        let total = found.expect("handled").expect("makes sense").total;
        assert_eq!(total, usize::from(index != 3), "{index}");
    }
}
