use domain::{
    CancellationReason, Cause, Channel, ClientReference, Direction, Dossier, HistoryEntry,
    ItemError, LimosaId, NewRegistration, Registration, RegistrationId, Remark, Remarks,
    SearchPage, Sector, Sender, SortKey, Status, Submission, sample,
};
use jiff::Timestamp;
use jiff::civil::date;

use super::*;
use crate::message::{
    CancelItem, GetRequest, PageRequest, Period, SearchRequest, SortRequest, SubmittedItem, Who,
    XsdDate, XsdDateTime,
};

/// The answer with a line for each tag, to be read; an empty element stays in one.
fn lines(answer: Vec<u8>) -> String {
    let answer = String::from_utf8(answer).expect("UTF-8");
    let (mut lines, mut opens) = (String::new(), false);
    for part in answer.split("><") {
        if !lines.is_empty() {
            lines.push_str(if opens && part.starts_with('/') { "><" } else { ">\n<" });
        }
        lines.push_str(part);
        opens = !part.starts_with('/') && !part.contains('>');
    }
    lines
}

fn at(moment: &str) -> Timestamp {
    moment.parse().expect("a moment")
}

fn day(text: &'static str) -> XsdDate<'static> {
    XsdDate { text: text.into(), day: None }
}

fn time(text: &'static str) -> XsdDateTime<'static> {
    XsdDateTime { text: text.into(), value: None }
}

/// A registration of which everything is known.
fn full() -> Registration {
    let inss = sample::inss(1_234_567);
    let company = sample::enterprise_number(1);
    NewRegistration {
        submission: Submission {
            day: date(2026, 11, 24),
            moment: None,
            who: domain::Who::Worker { inss, company },
            works: sample::works_reference(1),
            reference: ClientReference::parse("<Team & Söhne>\r\n\t\"1\""),
        },
        sector: Some(Sector::Construction),
        created: at("2026-11-24T06:05:04.003Z"),
        channel: Channel::WebService,
        sender: Sender {
            id: Some("100200300".into()),
            company: Some(sample::enterprise_number(900)),
            user_type: Some("EMPLOYER".into()),
        },
    }
    .stored_as(RegistrationId::new(1001).expect("an id"))
}

/// A registration of which as little as can be is known.
fn bare() -> Registration {
    let full = full();
    let limosa = LimosaId::parse("00123456789012345").expect("an id");
    NewRegistration {
        submission: Submission {
            moment: None,
            who: domain::Who::Posted { limosa },
            reference: None,
            ..full.submission
        },
        sector: None,
        created: at("2026-06-30T22:00:00Z"),
        channel: Channel::WebService,
        sender: Sender::default(),
    }
    .stored_as(RegistrationId::new(RegistrationId::MAX).expect("an id"))
}

fn remarks(all: impl IntoIterator<Item = Remark>) -> Remarks {
    all.into_iter().collect()
}

/// The registration, checked with remarks.
fn failed() -> Registration {
    let two = remarks([Remark::CompanyNotInWork, Remark::CompanyUnknown]);
    full().checked(two, at("2026-11-24T06:05:05Z")).expect("a first check").registration
}

fn search_request() -> SearchRequest<'static> {
    SearchRequest {
        inss: Some("00000000000".into()),
        company: Some(5),
        work_place: Some(" <x>".into()),
        statuses: Some(vec![Status::Failed, Status::Cancelled, Status::Failed]),
        remarks: Some(vec![Remark::CompanyNotInWork, Remark::Duplicate]),
        periods: vec![
            Period { start: day("2026-11-01"), end: day("2026-11-24+01:00") },
            Period { start: day("-0001-01-01"), end: day("12026-01-01Z") },
        ],
        created_from: Some(time("2026-11-01T00:00:00.1234567")),
        created_until: Some(time("2026-11-24T24:00:00Z")),
        sector: Some(-7),
        page: Some(PageRequest { first_row: 0, fetch_size: 2 }),
        sort: Some(SortRequest { direction: Direction::Descending, key: SortKey::SenderId }),
    }
}

fn least_search_request() -> SearchRequest<'static> {
    SearchRequest {
        inss: None,
        company: None,
        work_place: None,
        statuses: None,
        remarks: None,
        periods: vec![Period { start: day("2026-11-24"), end: day("2026-11-24") }],
        created_from: None,
        created_until: None,
        sector: None,
        page: None,
        sort: None,
    }
}

#[test]
fn registering_answers_each_item_in_order() {
    let worker = SubmittedItem {
        date: None,
        who: Who::Worker { inss: "١٢٣٤٥٦٧٨٩٠١".into(), company: -5 },
        work_place: " a&b\r".into(),
        reference: Some("".into()),
    };
    let posted = SubmittedItem {
        date: Some(day("2026-11-24+01:00")),
        who: Who::Limosa("<L>".into()),
        work_place: "".into(),
        reference: None,
    };
    let items = [worker.clone(), posted.clone(), worker, posted];
    let wrong = ItemError::WorkPlace.into();
    let answers = [Ok(full()), Ok(bare()), Err(wrong), Err(ItemError::LimosaId.into())];
    insta::assert_snapshot!(lines(registered(&items, &answers)));
}

#[test]
fn cancelling_answers_each_item_in_order() {
    let items = [
        CancelItem { id: 1001, reason: "Holiday".into() },
        CancelItem { id: -7, reason: "<&>".into() },
    ];
    let cancelled_one = Registration {
        status: Status::Cancelled,
        validated: Some(at("2026-11-24T07:00:00.120Z")),
        ..full()
    };
    let answers = [Ok(cancelled_one), Err(ItemError::CancelReason.into())];
    insta::assert_snapshot!(lines(cancelled(&items, &answers)));
}

#[test]
fn a_search_answers_what_was_asked_and_what_was_found() {
    let page = SearchPage { count: 17, registrations: vec![failed(), bare()] };
    insta::assert_snapshot!(lines(found(&search_request(), &page)));
}

#[test]
fn a_search_that_finds_nothing_answers_an_empty_list() {
    let page = SearchPage::default();
    insta::assert_snapshot!(lines(found(&least_search_request(), &page)));
}

#[test]
fn a_search_that_is_not_done_answers_why() {
    let wrong = ItemError::Page.into();
    let request = least_search_request();
    let invalid = lines(refused(&request, &Refused::Invalid(&wrong)));
    let broad = lines(refused(&request, &Refused::TooBroad { budget: 10_000 }));
    insta::assert_snapshot!(format!("{invalid}\n\n{broad}"));
}

#[test]
fn a_registration_is_shown_with_its_whole_history() {
    let checked = failed();
    let reason = CancellationReason::parse("other").expect("a reason");
    let cancelled_at = at("2026-11-24T08:00:00Z");
    let history = vec![
        full().first_entry(),
        HistoryEntry {
            at: at("2026-11-24T06:05:05Z"),
            status: Status::Failed,
            remarks: checked.remarks,
            cause: Cause::Check,
        },
        HistoryEntry {
            at: cancelled_at,
            status: Status::Cancelled,
            remarks: Remarks::NONE,
            cause: Cause::Cancellation { reason, by: Sender::default() },
        },
    ];
    let registration = Registration {
        status: Status::Cancelled,
        remarks: Remarks::NONE,
        validated: Some(cancelled_at),
        ..checked
    };
    let dossier = Dossier { registration, history };
    insta::assert_snapshot!(lines(got(GetRequest { id: 1001 }, Some(&dossier))));
}

#[test]
fn an_unknown_id_is_answered_with_nothing() {
    insta::assert_snapshot!(lines(got(GetRequest { id: 999 }, None)));
}

#[test]
fn no_more_remarks_are_shown_than_the_schema_allows() {
    let all = remarks(Remark::PROTOCOL);
    let registration =
        full().checked(all, at("2026-11-24T06:05:05Z")).expect("a check").registration;
    let page = SearchPage { count: 1, registrations: vec![registration] };
    let answer = lines(found(&least_search_request(), &page));
    assert_eq!(answer.matches("<t:Remark>").count(), 10, "{answer}");
}

#[test]
fn a_soft_remark_is_told_over_rest_alone() {
    let checked = |soft: &[Remark]| {
        let all = remarks(soft.iter().copied());
        full().checked(all, at("2026-11-24T06:05:05Z")).expect("a check").registration
    };
    let shown = |registration| {
        lines(found(
            &least_search_request(),
            &SearchPage { count: 1, registrations: vec![registration] },
        ))
    };
    let far = checked(&[Remark::FarFromSite]);
    assert_eq!(far.status, Status::Validated);
    assert_eq!(shown(far), shown(checked(&[])));
}
