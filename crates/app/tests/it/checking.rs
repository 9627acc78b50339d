mod workers;

use std::sync::Arc;

use app::Checker;
use domain::register::{
    Change, Employer, Employment, Enterprise, JuridicalSituation, Key, Period, Person, Register,
    Row,
};
use domain::{
    CancelPresence, CancelPresences, Cause, Channel, Contract, ContractRole, Contractor, Dossier,
    Registration, Remark, SearchDraft, SearchPresences, Sector, Status, Work, sample,
};
use jiff::civil::date;
use testkit::TestApp;

use crate::{Item, registered};

const NOW: &str = "2026-11-24T08:00:00Z";

async fn change(test: &TestApp, register: Register, removed: Vec<Key>, rows: Vec<Row>) {
    let at = NOW.parse().expect("a moment");
    let change = Change { register, removed, rows, source: "a file".into(), at };
    test.store.registers().change(change).await.expect("changed").expect("it changes something");
}

fn person(index: u32, replaced_by: Option<u32>) -> Row {
    let replaced_by = replaced_by.map(sample::inss);
    Row::Person(Person { inss: sample::inss(index), known: Period::ALWAYS, replaced_by })
}

/// Registers in which all is right for the sample persons 1 to 3 at the sample company 1 and work 1.
async fn fill(test: &TestApp) {
    let (company, period) = (sample::enterprise_number(1), Period::ALWAYS);
    let persons = [1, 2, 3].map(|index| person(index, None)).to_vec();
    change(test, Register::Persons, vec![], persons).await;
    let situation = JuridicalSituation::NORMAL;
    let enterprise = Enterprise { number: company, exists: period, situation };
    change(test, Register::Enterprises, vec![], vec![Row::Enterprise(enterprise)]).await;
    let employer = Row::Employer(Employer { enterprise: company, period });
    change(test, Register::Employers, vec![], vec![employer]).await;
    let employment = |index| {
        Row::Employment(Employment {
            inss: sample::inss(index),
            enterprise: company,
            worker_type: "OTH".into(),
            period,
            user: None,
        })
    };
    change(test, Register::Employments, vec![], [1, 2, 3].map(employment).to_vec()).await;
    let mut work = Work::new(sample::works_reference(1), Sector::Construction);
    work.contracts = vec![Contract {
        contractor: Contractor::Enterprise(company),
        role: ContractRole::Contractor,
        commissioned_by: None,
        period,
    }];
    let key = Key::Work(work.reference);
    change(test, Register::Works, vec![key], vec![Row::Work(work)]).await;
}

async fn work(test: &TestApp, batch: u32) {
    let clock = Arc::clone(&test.clock);
    let checker = Checker::new(Arc::clone(&test.store), clock, app::default_policy(), batch);
    while checker.step().await.expect("a step").done > 0 {}
}

async fn dossier(test: &TestApp, registration: &Registration) -> Dossier {
    let dossier = test.store.registrations().dossier(registration.id).await;
    dossier.expect("read").expect("found")
}

async fn remarks(test: &TestApp, registration: &Registration) -> (Status, Vec<Remark>) {
    let now = dossier(test, registration).await.registration;
    (now.status, now.remarks.iter().collect())
}

#[tokio::test]
async fn what_is_right_is_validated_and_what_is_not_gets_remarks_that_go_when_it_is_mended() {
    let test = TestApp::at(NOW).await;
    fill(&test).await;
    let stored = registered(&test, &[Item::of(1), Item::of(4)]).await;
    work(&test, 1).await;
    assert_eq!(remarks(&test, &stored[0]).await, (Status::Validated, vec![]));
    let expected = vec![Remark::DimonaNotOk, Remark::PersonUnknown];
    assert_eq!(remarks(&test, &stored[1]).await, (Status::Failed, expected));
    change(&test, Register::Persons, vec![], vec![person(4, None)]).await;
    work(&test, 100).await;
    assert_eq!(remarks(&test, &stored[1]).await, (Status::Failed, vec![Remark::DimonaNotOk]));
    let dossier = dossier(&test, &stored[1]).await;
    assert_eq!(dossier.history.len(), 3);
    assert_eq!(dossier.history[1].cause, Cause::Check);
    let Cause::RegisterChange { register, .. } = dossier.history[2].cause else {
        panic!("{:?}", dossier.history[2]);
    };
    assert_eq!(register, Register::Persons);
}

#[tokio::test]
async fn a_check_that_changes_nothing_leaves_no_entry_and_a_step_without_work_does_nothing() {
    let test = TestApp::at(NOW).await;
    fill(&test).await;
    let stored = registered(&test, &[Item::of(1)]).await;
    work(&test, 100).await;
    change(&test, Register::Persons, vec![], vec![person(9, Some(1))]).await;
    work(&test, 100).await;
    assert_eq!(dossier(&test, &stored[0]).await.history.len(), 2);
    let backlog = test.store.checks().backlog().await.expect("read");
    assert_eq!((backlog.new, backlog.again, backlog.changes), (0, 0, 0));
}

#[tokio::test]
async fn of_the_same_declaration_the_later_one_is_remarked_until_the_earlier_is_cancelled() {
    let test = TestApp::at(NOW).await;
    fill(&test).await;
    let stored = registered(&test, &[Item::of(1), Item::of(1), Item::of(2)]).await;
    work(&test, 100).await;
    assert_eq!(remarks(&test, &stored[0]).await, (Status::Validated, vec![]));
    assert_eq!(remarks(&test, &stored[1]).await, (Status::Failed, vec![Remark::Duplicate]));
    assert_eq!(remarks(&test, &stored[2]).await, (Status::Validated, vec![]));
    let cancellations = [CancelPresence { id: stored[0].id.number(), reason: "OTHER" }];
    let command = CancelPresences { cancellations: &cancellations, channel: Channel::WebService };
    test.app.cancel(&TestApp::caller(), command).await.expect("handled");
    work(&test, 100).await;
    assert_eq!(remarks(&test, &stored[1]).await, (Status::Validated, vec![]));
    let dossier = dossier(&test, &stored[1]).await;
    assert_eq!(dossier.history[2].cause, Cause::EarlierCancelled { id: stored[0].id });
}

#[tokio::test]
async fn a_replaced_number_is_answered_with_the_newest_and_does_not_fail() {
    let test = TestApp::at(NOW).await;
    fill(&test).await;
    let stored = registered(&test, &[Item::of(1)]).await;
    work(&test, 100).await;
    let removed = vec![Key::Person(sample::inss(1))];
    change(&test, Register::Persons, removed, vec![person(1, Some(7)), person(7, None)]).await;
    work(&test, 100).await;
    assert_eq!(remarks(&test, &stored[0]).await, (Status::Validated, vec![]));
    let now = dossier(&test, &stored[0]).await.registration;
    assert_eq!(now.submission.who.inss(), Some(sample::inss(1)));
    assert_eq!(now.inss(), Some(sample::inss(7)));
    for number in [1, 7] {
        let digits = sample::inss(number).digits();
        let day = date(2026, 11, 24);
        let draft = SearchDraft {
            inss: Some(&digits),
            periods: vec![(day, day)],
            ..SearchDraft::default()
        };
        let found = test.app.search(&TestApp::caller(), SearchPresences { draft }).await;
        assert_eq!(found.expect("handled").expect("found").count, 1, "{number}");
    }
}

#[tokio::test]
async fn days_that_are_long_past_are_not_checked_again() {
    let test = TestApp::at(NOW).await;
    fill(&test).await;
    let stored = registered(&test, &[Item::of(4)]).await;
    work(&test, 100).await;
    test.clock.set("2026-12-25T08:00:00Z");
    change(&test, Register::Persons, vec![], vec![person(4, None)]).await;
    work(&test, 100).await;
    assert_eq!(dossier(&test, &stored[0]).await.history.len(), 2, "31 days later");
}

#[tokio::test]
async fn several_workers_check_each_registration_once() {
    let test = TestApp::at(NOW).await;
    fill(&test).await;
    let items: Vec<_> = (0..200).map(|_| Item::of(1)).collect();
    let stored = registered(&test, &items).await;
    tokio::join!(work(&test, 7), work(&test, 5), work(&test, 11));
    for registration in &stored {
        assert_eq!(dossier(&test, registration).await.history.len(), 2);
    }
}

#[tokio::test]
async fn what_a_worker_took_and_did_not_finish_is_checked_by_another() {
    let test = TestApp::at(NOW).await;
    fill(&test).await;
    let stored = registered(&test, &[Item::of(1)]).await;
    let now = NOW.parse().expect("a moment");
    let until = "2026-11-24T08:00:30Z".parse().expect("a moment");
    let lost = test.store.checks().lease(10, now, until).await.expect("leased").expect("waiting");
    work(&test, 100).await;
    assert_eq!(dossier(&test, &stored[0]).await.history.len(), 1, "it is another's");
    test.clock.set("2026-11-24T08:00:31Z");
    work(&test, 100).await;
    assert_eq!(dossier(&test, &stored[0]).await.history.len(), 2);
    let version = test.store.registers().version().await.expect("read");
    let late = test.store.checks().finish(lost.id, version, vec![], now).await.expect("answered");
    assert_eq!(late, store::Finished::Lost);
}

#[tokio::test]
async fn one_that_cannot_be_checked_keeps_nobody_else_from_it_and_is_tried_again() {
    let test = TestApp::at(NOW).await;
    fill(&test).await;
    let (number, other) = (sample::enterprise_number(1), sample::enterprise_number(2));
    let (exists, situation) = (Period::ALWAYS, JuridicalSituation::NORMAL);
    let enterprise = Row::Enterprise(Enterprise { number: other, exists, situation });
    change(&test, Register::Enterprises, vec![], vec![enterprise]).await;
    let of_other =
        Item { company: i64::try_from(other.number()).expect("ten digits"), ..Item::of(2) };
    let stored = registered(&test, &[Item::of(1), of_other, Item::of(3)]).await;
    let put = |situation: u16| {
        let number = other.number();
        test.run_sql(&format!(
            "UPDATE enterprise SET situation = {situation} WHERE number = {number}"
        ));
    };
    // A row of a register that nobody can read.
    put(5000);
    work(&test, 100).await;
    assert_eq!(remarks(&test, &stored[0]).await, (Status::Validated, vec![]), "{number}");
    assert_eq!(remarks(&test, &stored[1]).await, (Status::Registered, vec![]));
    assert_eq!(remarks(&test, &stored[2]).await, (Status::Validated, vec![]));
    let aside = async || test.store.checks().backlog().await.expect("read").aside;
    assert_eq!(aside().await, 1);
    put(0);
    work(&test, 100).await;
    assert_eq!(aside().await, 1, "nobody asked");
    let clock = Arc::clone(&test.clock);
    let checker = Checker::new(Arc::clone(&test.store), clock, app::default_policy(), 100);
    assert_eq!(checker.try_again().await.expect("asked"), 1);
    work(&test, 100).await;
    assert_eq!(aside().await, 0);
    let (status, remarks) = remarks(&test, &stored[1]).await;
    assert_eq!((status, remarks.is_empty()), (Status::Failed, false));
    assert_eq!(dossier(&test, &stored[1]).await.history[1].cause, Cause::Check);
}
