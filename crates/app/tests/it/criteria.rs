//! Another employer's registrations, by each criterion that there is and by all of them together.

use app::PerformanceQuery;
use domain::{
    Circle, Coordinates, DraftMoment, EventKind, ForeignVatNumber, MomentKind, Role, SearchDraft,
    Sector, Sort, SortKey, Status, Who, sample,
};
use jiff::Timestamp;

use crate::permission::{all_days, caller, employer, number, register, search, service, stored};
use crate::{Item, moment};

#[tokio::test]
async fn another_employers_registrations_are_found_by_no_criterion_and_not_counted() {
    let test = service().await;
    let registration = stored(&test).await;
    let own = Item { company: number(2), ..Item::of(1) };
    let own = register(&test, &employer(2), own).await.expect("handled").expect("its own");
    let inss = sample::inss(1).digits();
    let works = sample::works_reference(1).to_string();
    for given in 0..64_u32 {
        let given = |bit: u32| given >> bit & 1 == 1;
        let draft = SearchDraft {
            inss: given(0).then_some(&*inss),
            company: given(1).then_some(number(1)),
            works: given(2).then_some(&*works),
            statuses: given(3).then(|| Status::ALL.into_iter().collect()),
            sector: given(4).then_some(1),
            sort: Sort {
                key: if given(5) { SortKey::SenderId } else { SortKey::Id },
                ..Sort::default()
            },
            ..all_days()
        };
        let everyone = search(&test, &caller(50, Role::Inspector), draft.clone()).await;
        let everyone = everyone.expect("handled").registrations;
        assert!(everyone.contains(&registration), "{draft:?} finds it");
        let page = search(&test, &employer(2), draft.clone()).await.expect("handled");
        let expected = if given(1) { vec![] } else { vec![own.clone()] };
        assert_eq!(
            (page.count, page.registrations),
            (expected.len() as u64, expected),
            "{draft:?}"
        );
    }
}

/// What only REST has, and what the loop above leaves out.
#[tokio::test]
async fn another_employers_moments_are_found_by_no_criterion_and_make_no_performance() {
    let test = service().await;
    let at = |text: &str| text.parse::<Timestamp>().expect("a moment");
    let (begin, end) = ("2026-11-24T06:00:00Z", "2026-11-24T07:30:00Z");
    let foreign =
        [moment(1, MomentKind::In, begin), moment(1, MomentKind::Out, end)].map(|mut it| {
            it.sector = Some(Sector::Construction);
            it
        });
    let mut own = foreign.clone();
    for moment in &mut own {
        let company = sample::enterprise_number(2);
        moment.submission.who = Who::Worker { inss: sample::inss(2), company };
    }
    let vat = ForeignVatNumber::parse("NL123456789B01").expect("a number");
    let mut posted = foreign[0].clone();
    posted.submission.who = Who::OfForeign { inss: sample::inss(3), vat };
    let all = foreign.into_iter().chain(own).chain([posted]).collect();
    test.store.registrations().register(all).await.expect("stored");
    let point = Coordinates::new(4.35, 50.84).expect("on earth");
    let circle = Circle { centre: point, radius: 100 };
    let criteria: [fn(&mut SearchDraft<'_>, Circle, [Timestamp; 2]); 7] = [
        |draft, _, _| draft.events = Some([EventKind::In, EventKind::Out].into_iter().collect()),
        |draft, _, [from, _]| draft.moment_from = Some(from),
        |draft, _, [_, until]| draft.moment_until = Some(until),
        |draft, circle, _| draft.near = Some(circle),
        |draft, _, [from, _]| draft.created_from = Some(DraftMoment::Instant(from)),
        |draft, _, [_, until]| draft.created_until = Some(DraftMoment::Instant(until)),
        |draft, _, _| draft.page = Some((0, 1)),
    ];
    let range = [at("2026-11-24T05:00:00Z"), at("2026-11-24T09:00:00Z")];
    for chosen in 0..1_u32 << criteria.len() {
        let mut draft = all_days();
        for (bit, criterion) in criteria.iter().enumerate() {
            if chosen >> bit & 1 == 1 {
                criterion(&mut draft, circle, range);
            }
        }
        let page = search(&test, &employer(2), draft.clone()).await.expect("handled");
        let companies = page.registrations.iter().map(|it| it.submission.who.company());
        let others = companies.filter(|it| *it != Some(sample::enterprise_number(2))).count();
        assert_eq!((page.count, others), (2, 0), "{draft:?}");
        let everyone = search(&test, &caller(50, Role::Inspector), draft.clone()).await;
        assert_eq!(everyone.expect("handled").count, 5, "{draft:?}");
    }
    for (draft, seen) in [
        (all_days(), 1),
        (SearchDraft { company: Some(number(1)), ..all_days() }, 0),
        (SearchDraft { foreign_vat: Some("NL123456789B01"), ..all_days() }, 0),
    ] {
        let page = search(&test, &employer(2), draft.clone()).await.expect("handled");
        assert_eq!(page.count, 2 * seen, "{draft:?}");
        let query = PerformanceQuery { after: None, size: 10 };
        let found = test.app.performances(&employer(2), draft.clone(), query).await;
        let total = found.expect("handled").expect("makes sense").total;
        assert_eq!(total as u64, seen, "{draft:?}");
    }
}
