use domain::{
    CancelPresence, CancelPresences, GetPresence, RegisterPresences, SearchDraft, SearchPresences,
    Sector, Work, sample,
};
use jiff::civil::date;
use store::{AuditCheck, AuditPlace};
use testkit::TestApp;

use crate::{Item, registered};

/// What was written down, in a chain that is whole.
async fn bodies(test: &TestApp) -> Vec<String> {
    let mut check = AuditCheck::new(Vec::new());
    let records = test.store.audit().records(AuditPlace::before(1), 100).await.expect("read");
    for record in &records {
        check.next(record).expect("a whole chain");
    }
    records.into_iter().map(|record| record.body).collect()
}

#[tokio::test]
async fn a_day_of_one_registration_is_told_from_end_to_end() {
    let test = TestApp::at("2026-11-24T08:00:00.5Z").await;
    let id = registered(&test, &[Item::of(1)]).await[0].id;
    let caller = TestApp::caller().with_ticket("ticket-7");
    let inss = sample::inss(1).digits();
    let day = date(2026, 11, 24);
    let draft =
        SearchDraft { inss: Some(&inss), periods: vec![(day, day)], ..SearchDraft::default() };
    let found = test.app.search(&caller, SearchPresences { draft }).await.expect("handled");
    assert_eq!(found.expect("found").count, 1);
    test.app.get(&caller, GetPresence { id: Some(id) }).await.expect("read").expect("found");
    let cancellations = [CancelPresence { id: id.number(), reason: "OTHER" }];
    let command =
        CancelPresences { cancellations: &cancellations, channel: domain::Channel::WebService };
    test.app.cancel(&caller, command).await.expect("handled");
    let by = "\"role\":\"open\",\"client\":\"test-sender\",\"company\":\"0100090046\"";
    let company = sample::enterprise_number(900).to_string();
    let by = by.replace("0100090046", &company);
    let at = "\"at\":\"2026-11-24T08:00:00.5Z\"";
    let about = format!("\"refused\":0,\"registrations\":\"1\",\"persons\":[\"{inss}\"]");
    let record = |action: &str, rest: &str| {
        format!("{{{at},\"action\":\"presence.{action}\",\"outcome\":\"done\",{by},{rest}{about}}}")
    };
    let ticket = "\"ticket\":\"ticket-7\",";
    let went_by = format!("days={day}/{day} inss={inss} first=0 most=50");
    assert_eq!(
        bodies(&test).await,
        [
            record("register", ""),
            record("search", &format!("{ticket}\"detail\":\"{went_by}\",")),
            record("get", &format!("{ticket}\"detail\":\"id=1\",")),
            record("cancel", ticket),
        ]
    );
}

#[tokio::test]
async fn calls_of_which_nothing_is_right_are_written_down() {
    let test = TestApp::at("2026-11-24T08:00:00Z").await;
    let caller = TestApp::caller().with_ticket("ticket-8");
    let wrong = Item { company: 7, ..Item::of(1) };
    let drafts = [wrong.draft()];
    let command = RegisterPresences { channel: domain::Channel::WebService, drafts: &drafts };
    let answers = test.app.register(&caller, command).await.expect("handled");
    assert!(answers[0].is_err());
    let nonsense = SearchDraft { inss: Some("1"), ..SearchDraft::default() };
    let found = test.app.search(&caller, SearchPresences { draft: nonsense }).await;
    assert!(found.expect("handled").is_err());
    let bodies = bodies(&test).await;
    assert_eq!(bodies.len(), 2);
    for body in &bodies {
        assert!(body.contains("\"outcome\":\"nothing\""), "{body}");
        assert!(body.contains("\"ticket\":\"ticket-8\""), "{body}");
    }
    assert!(bodies[0].contains("presence.register") && bodies[0].contains("\"refused\":1"));
    assert!(bodies[1].contains("presence.search"));
}

#[tokio::test]
async fn works_are_written_down_when_they_are_put_by_hand() {
    let test = TestApp::at("2026-11-24T08:00:00Z").await;
    let admin = test.app.work_admin("presence work", "keeper");
    let mut work = Work::new(sample::works_reference(77), Sector::Meat);
    admin.add(work.clone()).await.expect("added");
    assert!(admin.add(work.clone()).await.is_err(), "it is there");
    work.subject = false;
    admin.change(work.clone()).await.expect("changed");
    admin.change(work.clone()).await.expect("the same");
    admin.close(work.reference, Some(date(2026, 12, 31))).await.expect("closed");
    let bodies = bodies(&test).await;
    let record = |action: &str, outcome: &str, rest: &str| {
        format!(
            "{{\"at\":\"2026-11-24T08:00:00Z\",\"action\":\"work.{action}\",\"outcome\":\"{outcome}\",\
             \"role\":\"operator\",\"client\":\"keeper\",\"detail\":\"work={} sector=meat from=- {rest}\",\
             \"refused\":0,\"registrations\":\"\",\"persons\":[]}}",
            work.reference
        )
    };
    let rest = |until: &str, subject: bool, more: &str| {
        format!("until={until} subject={subject} sites=0 contracts= via=presence work{more}")
    };
    let imports = test.store.registers().imports(3).await.expect("read");
    let [closed, changed, added] = [0, 1, 2].map(|place| imports[place].id.0);
    let expected = [
        record("add", "done", &rest("-", true, &format!(" import={added} added=1 removed=0"))),
        record(
            "change",
            "done",
            &rest("-", false, &format!(" import={changed} added=1 removed=1")),
        ),
        record("change", "nothing", &rest("-", false, "")),
        record(
            "close",
            "done",
            &rest("2026-12-31", false, &format!(" import={closed} added=1 removed=1")),
        ),
    ];
    assert_eq!(bodies, expected);
}

#[tokio::test]
async fn what_is_asked_for_in_vain_is_written_down_too() {
    let test = TestApp::at("2026-11-24T08:00:00Z").await;
    let caller = TestApp::caller();
    let unseen = test.app.get(&caller, GetPresence { id: None }).await.expect("read");
    assert_eq!(unseen, Err(domain::Unseen::Nothing));
    let cancellations = [CancelPresence { id: 7, reason: "OTHER" }];
    let command =
        CancelPresences { cancellations: &cancellations, channel: domain::Channel::WebService };
    test.app.cancel(&caller, command).await.expect("handled");
    let bodies = bodies(&test).await;
    assert_eq!(bodies.len(), 2);
    assert!(bodies.iter().all(|body| body.contains("\"outcome\":\"nothing\"")), "{bodies:?}");
    assert!(bodies[1].contains("\"refused\":1,\"registrations\":\"7\""), "{bodies:?}");
}
