//! Who may do what with a registration of employer 1, of person 1 at work 1, sent by that employer.

use std::sync::Arc;

use app::{CallKey, Listening, PerformanceQuery};
use domain::register::{Change, Period};
use domain::{
    Caller, CancelPresence, CancelPresences, Channel, Client, Clock, Contract, ContractRole,
    Contractor, Error, ErrorKind, GetPresence, Identity, ItemError, Mandate, MomentKind, Profile,
    RegisterPresences, Registration, RegistrationId, Role, SearchDraft, SearchPage,
    SearchPresences, Sector, Sender, Sort, SortKey, StepPosition, Unseen, Work, sample,
};
use jiff::civil::{Date, date};
use store::AuditPlace;
use testkit::TestApp;

use crate::{Item, moment};

const TODAY: Date = date(2026, 11, 24);

/// Every use case that takes a caller; `ledger.rs` holds the list against the sources.
pub(crate) const OPERATIONS: [&str; 9] = [
    "register",
    "cancel",
    "search",
    "get",
    "performances",
    "hear",
    "register_once",
    "cancel_once",
    "work_seen",
];

pub(crate) async fn service() -> TestApp {
    TestApp::at("2026-11-24T08:00:00Z").await
}

fn client(company: u32, role: Role) -> Client {
    let company = Some(sample::enterprise_number(company));
    Client { company, ..sample::client("client", role) }
}

pub(crate) fn caller(company: u32, role: Role) -> Caller {
    Caller::client(Arc::new(client(company, role)), None).expect("may call")
}

pub(crate) fn employer(company: u32) -> Caller {
    caller(company, Role::Employer)
}

fn mandatary(company: u32, employers: &[u32], period: Period) -> Caller {
    let mandate =
        |employer: &u32| Mandate { employer: sample::enterprise_number(*employer), period };
    caller(company, Role::Mandatary(employers.iter().map(mandate).collect()))
}

fn reader(profile: Profile) -> Caller {
    caller(50, Role::Consulting(profile))
}

fn vouched(company: u32) -> Caller {
    let client = Arc::new(client(60, Role::Intermediary));
    Caller::client(client, Some(sample::enterprise_number(company))).expect("may call")
}

pub(crate) async fn register(
    test: &TestApp,
    caller: &Caller,
    item: Item,
) -> Result<Result<Registration, Vec<ItemError>>, Error> {
    let drafts = [item.draft()];
    let mut answers = test
        .app
        .register(caller, RegisterPresences { channel: Channel::WebService, drafts: &drafts })
        .await?;
    Ok(answers.remove(0).map_err(|errors| errors.iter().collect()))
}

/// Employer 1 registers its person 1.
pub(crate) async fn stored(test: &TestApp) -> Registration {
    register(test, &employer(1), Item::of(1)).await.expect("handled").expect("its own")
}

async fn cancel(
    test: &TestApp,
    caller: &Caller,
    id: i64,
    reason: &str,
) -> Result<Vec<ItemError>, Error> {
    let cancellations = [CancelPresence { id, reason }];
    let command = CancelPresences { channel: Channel::WebService, cancellations: &cancellations };
    let answers = test.app.cancel(caller, command).await?;
    let [answer] = &answers[..] else { panic!("one answer: {answers:?}") };
    Ok(answer.as_ref().map_or_else(|errors| errors.iter().collect(), |_| Vec::new()))
}

pub(crate) async fn search(
    test: &TestApp,
    caller: &Caller,
    draft: SearchDraft<'_>,
) -> Result<SearchPage, Error> {
    let page = test.app.search(caller, SearchPresences { draft }).await?;
    Ok(page.expect("a search that makes sense"))
}

pub(crate) fn all_days() -> SearchDraft<'static> {
    SearchDraft { periods: vec![(date(2026, 1, 1), date(2026, 12, 31))], ..SearchDraft::default() }
}

/// Person 1 of employer 1 begins to work.
async fn begin_of_work(test: &TestApp) {
    let begin = moment(1, MomentKind::In, "2026-11-24T07:30:00Z");
    test.store.registrations().register(vec![begin]).await.expect("stored");
}

const KEY: CallKey<'static> = CallKey { key: "one", request: b"{}" };

/// Employer 1 has a contract in the work from today on.
async fn contract_of_the_employer(test: &TestApp) {
    let mut work = Work::new(sample::works_reference(1), Sector::Construction);
    work.contracts = vec![Contract {
        contractor: Contractor::Enterprise(sample::enterprise_number(1)),
        role: ContractRole::Subcontractor,
        commissioned_by: None,
        period: Period::since(TODAY),
    }];
    let change = Change::put_works(vec![work], "test", test.clock.now());
    test.store.registers().change(change).await.expect("changed");
}

/// Does the caller get, or do, something with the registration of employer 1? An error where it may not even ask.
async fn attempt(operation: &str, caller: &Caller) -> Result<bool, ErrorKind> {
    let test = service().await;
    let registration = stored(&test).await;
    let id = registration.id;
    let inss = sample::inss(1).digits();
    let got = match operation {
        "register" => register(&test, caller, Item::of(1)).await.map(|it| it.is_ok()),
        "cancel" => cancel(&test, caller, id.number(), "OTHER").await.map(|it| it.is_empty()),
        "register_once" => {
            let drafts = [Item::of(1)];
            let drafts = [drafts[0].draft()];
            let command = RegisterPresences { channel: Channel::Rest, drafts: &drafts };
            let answers = test.app.register_once(caller, command, Some(KEY)).await;
            answers.map(|answers| answers.expect("a new key")[0].is_ok())
        }
        "cancel_once" => {
            let cancellations = [CancelPresence { id: id.number(), reason: "OTHER" }];
            let channel = Channel::Rest;
            let command = CancelPresences { channel, cancellations: &cancellations };
            let answers = test.app.cancel_once(caller, command, Some(KEY)).await;
            answers.map(|answers| answers.expect("a new key")[0].is_ok())
        }
        "work_seen" => {
            contract_of_the_employer(&test).await;
            let seen = test.app.work_seen(caller, registration.submission.works).await;
            return seen
                .map(|work| !work.expect("the work is known").contracts.is_empty())
                .map_err(|error| error.kind());
        }
        "search" => search(&test, caller, SearchDraft { inss: Some(&inss), ..all_days() })
            .await
            .map(|page| page.count == 1 && page.registrations.len() == 1),
        "get" => {
            test.app.get(caller, GetPresence { id: Some(id) }).await.map(|found| found.is_ok())
        }
        "performances" => {
            begin_of_work(&test).await;
            test.app
                .performances(
                    caller,
                    SearchDraft { inss: Some(&inss), ..all_days() },
                    PerformanceQuery { after: None, size: 10 },
                )
                .await
                .map(|found| found.expect("a search that makes sense").total == 1)
        }
        "hear" => {
            let feed = app::Feed::new(Arc::clone(&test.app));
            let mut listening = Listening::new(None, Some(StepPosition::START));
            feed.hear(caller, &mut listening).await.map(|heard| heard.len() == 1)
        }
        other => panic!("{other} has no test of its permission: add it here"),
    };
    let written =
        test.store.audit().records(AuditPlace { chain: 1, sequence: 1 }, 10).await.expect("read");
    let [record] = &written[..] else { panic!("{operation} is written down once: {written:?}") };
    let action = match operation {
        "performances" => "search",
        "hear" => "listen",
        other => other.trim_end_matches("_once"),
    };
    for text in [format!("presence.{action}"), format!("\"role\":\"{}\"", caller.role())] {
        assert!(record.body.contains(&text), "{operation}: {text} not in {}", record.body);
    }
    let names_person = record.body.contains(&format!("\"persons\":[\"{inss}\"]"));
    assert_eq!(names_person, got.as_ref().is_ok_and(|got| *got), "{operation}: {}", record.body);
    got.map_err(|error| error.kind())
}

#[tokio::test]
async fn each_role_does_what_the_table_says_and_no_more() {
    const DENIED: Result<bool, ErrorKind> = Err(ErrorKind::NotAuthorized);
    const NOTHING: Result<bool, ErrorKind> = Ok(false);
    const ALL: [Result<bool, ErrorKind>; 6] = [Ok(true); 6];
    const NONE: [Result<bool, ErrorKind>; 6] = [NOTHING; 6];
    const READS: [Result<bool, ErrorKind>; 6] =
        [DENIED, DENIED, Ok(true), Ok(true), Ok(true), Ok(true)];
    // Whoever has to search by something may not hear of everything.
    const SEARCHES: [Result<bool, ErrorKind>; 6] =
        [DENIED, DENIED, Ok(true), Ok(true), Ok(true), DENIED];
    let ever = Period::ALWAYS;
    let over = Period::new(None, Some(date(2026, 11, 23))).expect("in order");
    for (name, caller, expected) in [
        ("open", Caller::open(Sender::default()), ALL),
        ("the employer", employer(1), ALL),
        ("another employer", employer(2), NONE),
        ("its mandatary", mandatary(3, &[2, 1], ever), ALL),
        ("its former mandatary", mandatary(3, &[1], over), NONE),
        ("another mandatary", mandatary(3, &[2], ever), NONE),
        ("vouched for", vouched(1), ALL),
        ("vouched for as another", vouched(2), NONE),
        ("dolsis", reader(Profile::Dolsis), SEARCHES),
        ("mydia", reader(Profile::MyDia), SEARCHES),
        (
            "rva-onem",
            reader(Profile::RvaOnem),
            [DENIED, DENIED, Ok(true), DENIED, Ok(true), DENIED],
        ),
        ("inspector", caller(50, Role::Inspector), READS),
        ("administrator", caller(50, Role::Administrator), ALL),
        ("the worker", Caller::worker(sample::inss(1)), READS),
        (
            "another worker",
            Caller::worker(sample::inss(2)),
            [DENIED, DENIED, NOTHING, NOTHING, NOTHING, NOTHING],
        ),
    ] {
        let [register, cancel, ..] = expected;
        // Of a person no contract is its own.
        let is_person = matches!(caller.identity(), Identity::Worker(_));
        let sees_contract = expected[2] == Ok(true) && !is_person;
        let once = [register, cancel, Ok(sees_contract)];
        for (operation, expected) in OPERATIONS.iter().zip(expected.into_iter().chain(once)) {
            assert_eq!(attempt(operation, &caller).await, expected, "{name}: {operation}");
        }
    }
}

#[tokio::test]
async fn a_sender_sees_and_cancels_what_it_sent_for_others() {
    let test = service().await;
    let sender = mandatary(3, &[1], Period::ALWAYS);
    let sent = register(&test, &sender, Item::of(1)).await.expect("handled").expect("mandated");
    assert_eq!(sent.sender.company, Some(sample::enterprise_number(3)));
    assert_eq!(sent.sender.id.as_deref(), Some("client"));
    assert_eq!(sent.sender.user_type.as_deref(), Some("MANDATARY"));
    // Without the mandate, it is still what it sent.
    let former = employer(3);
    assert_eq!(
        search(&test, &former, all_days()).await.expect("handled").registrations,
        std::slice::from_ref(&sent)
    );
    assert_eq!(cancel(&test, &former, sent.id.number(), "OTHER").await.expect("handled"), []);
}

#[tokio::test]
async fn a_mandate_shows_the_days_that_it_holds_on() {
    let test = service().await;
    let today = stored(&test).await;
    let tomorrow = Item { day: domain::DraftDay::On(date(2026, 11, 25)), ..Item::of(1) };
    let tomorrow = register(&test, &employer(1), tomorrow).await.expect("handled").expect("stored");
    let until_today = Period::new(None, Some(TODAY)).expect("in order");
    let mandated = mandatary(3, &[1], until_today);
    let page = search(&test, &mandated, all_days()).await.expect("handled");
    assert_eq!(page.registrations, std::slice::from_ref(&today));
    let hidden = cancel(&test, &mandated, tomorrow.id.number(), "OTHER").await.expect("handled");
    assert_eq!(hidden, [ItemError::RegistrationNotFound]);
    assert_eq!(cancel(&test, &mandated, today.id.number(), "OTHER").await.expect("handled"), []);
}

#[tokio::test]
async fn nobody_registers_for_an_employer_without_its_mandate() {
    let test = service().await;
    let answer = register(&test, &employer(2), Item::of(1)).await.expect("handled");
    assert_eq!(answer, Err(vec![ItemError::NotForEmployer]));
    let page = search(&test, &caller(50, Role::Administrator), all_days()).await.expect("handled");
    assert_eq!(page.count, 0, "nothing was stored");
}

#[tokio::test]
async fn of_a_registration_that_is_not_seen_nothing_is_told_when_it_is_to_be_cancelled() {
    let test = service().await;
    let id = stored(&test).await.id.number();
    assert_eq!(cancel(&test, &employer(1), id, "OTHER").await.expect("handled"), []);
    test.clock.set("2026-11-26T08:00:00Z");
    for (id, reason, expected) in [
        (id, "OTHER", vec![ItemError::RegistrationNotFound]),
        (id, "no reason", vec![ItemError::RegistrationNotFound, ItemError::CancelReason]),
        (id + 1, "OTHER", vec![ItemError::UnknownRegistration]),
        (0, "no reason", vec![ItemError::UnknownRegistration, ItemError::CancelReason]),
    ] {
        let told = cancel(&test, &employer(2), id, reason).await.expect("handled");
        assert_eq!(told, expected, "{reason}");
    }
}

#[tokio::test]
async fn an_id_leads_a_stranger_where_an_unknown_one_leads() {
    let test = service().await;
    let id = stored(&test).await.id;
    for (id, why) in [
        (Some(id), Unseen::Hidden),
        (RegistrationId::new(id.number() + 1), Unseen::Nothing),
        (None, Unseen::Nothing),
    ] {
        let found = test.app.get(&employer(2), GetPresence { id }).await.expect("read");
        assert_eq!(found, Err(why), "for the log alone");
    }
}

/// To reach the disk is what takes time: both ways do it as often, and write as much.
#[tokio::test]
async fn an_id_of_another_costs_what_an_unknown_one_costs() {
    let test = service().await;
    let id = stored(&test).await.id;
    let stranger = employer(2);
    let mut costs = Vec::new();
    for id in [id.number(), id.number() + 1, 0] {
        let before = test.written();
        let read = GetPresence { id: RegistrationId::new(id) };
        assert!(test.app.get(&stranger, read).await.expect("read").is_err());
        let between = test.written();
        let told = cancel(&test, &stranger, id, "OTHER").await.expect("handled");
        assert_eq!(told.len(), 1);
        let after = test.written();
        costs.push([0, 1, 2].map(|it| (between[it] - before[it], after[it] - between[it])));
    }
    assert!(costs[0].iter().any(|(get, cancel)| get * cancel > 0), "both are written down");
    assert!(costs.iter().all(|cost| *cost == costs[0]), "{costs:?}");
}

#[tokio::test]
async fn a_profile_searches_by_its_criteria_alone() {
    let test = service().await;
    let inss = sample::inss(1).digits();
    let works = sample::works_reference(1).to_string();
    let person = || SearchDraft { inss: Some(&inss), ..all_days() };
    let at_work = || SearchDraft { works: Some(&works), ..all_days() };
    let by_sender = Sort { key: SortKey::SenderId, ..Sort::default() };
    for (profile, draft, allowed) in [
        (Profile::RvaOnem, person(), true),
        (Profile::RvaOnem, all_days(), false),
        (Profile::RvaOnem, SearchDraft { works: Some(&works), ..person() }, false),
        (Profile::RvaOnem, SearchDraft { company: Some(number(1)), ..all_days() }, false),
        (Profile::Dolsis, at_work(), true),
        (Profile::Dolsis, all_days(), false),
        (Profile::Dolsis, SearchDraft { sort: by_sender, ..at_work() }, false),
        (Profile::Dolsis, SearchDraft { remarks: Some(domain::Remarks::NONE), ..at_work() }, false),
        (Profile::MyDia, SearchDraft { sort: by_sender, ..at_work() }, true),
        (Profile::MyDia, all_days(), false),
    ] {
        let outcome = search(&test, &reader(profile), draft.clone()).await;
        let kind = outcome.map(|_| ()).map_err(|error| error.kind());
        let expected = if allowed { Ok(()) } else { Err(ErrorKind::NotAuthorized) };
        assert_eq!(kind, expected, "{profile:?} {draft:?}");
    }
}

#[tokio::test]
async fn a_profile_sees_its_fields_alone() {
    let test = service().await;
    let registration = stored(&test).await;
    let cancelled = cancel(&test, &employer(1), registration.id.number(), "OTHER").await;
    assert_eq!(cancelled.expect("handled"), []);
    let get = async |profile| {
        let query = GetPresence { id: Some(registration.id) };
        test.app.get(&reader(profile), query).await.expect("read").expect("seen")
    };
    let dolsis = get(Profile::Dolsis).await;
    assert_eq!(dolsis.registration.sender, Sender::default());
    assert_eq!(dolsis.history.len(), 2);
    let by = |dossier: &domain::Dossier| match &dossier.history[1].cause {
        domain::Cause::Cancellation { by, .. } => by.clone(),
        other => panic!("a cancellation: {other:?}"),
    };
    assert_eq!(by(&dolsis), Sender::default());
    let mydia = get(Profile::MyDia).await;
    assert_eq!(mydia.registration.sender, registration.sender);
    assert_eq!(by(&mydia), registration.sender);
    let inss = sample::inss(1).digits();
    let person = SearchDraft { inss: Some(&inss), ..all_days() };
    let rva = search(&test, &reader(Profile::RvaOnem), person).await.expect("handled");
    assert_eq!(rva.registrations[0].sender, Sender::default());
    assert_eq!(rva.registrations[0].submission.who, registration.submission.who);
}

#[tokio::test]
async fn the_log_is_told_which_check_failed() {
    let error = attempt_error(&caller(50, Role::Inspector)).await;
    let cause = std::error::Error::source(&error).expect("a cause").to_string();
    assert!(cause.contains("inspector") && cause.contains("register"), "{cause}");
    assert!(!error.to_string().contains("inspector"), "the caller hears nothing of it: {error}");
    assert!(matches!(employer(1).identity(), Identity::Client(_)));
}

async fn attempt_error(caller: &Caller) -> Error {
    let test = service().await;
    register(&test, caller, Item::of(1)).await.expect_err("denied")
}

/// At work 1, enterprise 10 builds, 11 is its contractor, and 1 works for 11 until today; 12 is another contractor.
async fn with_contracts(test: &TestApp) {
    let contract = |company: u32, role, by: Option<u32>, until: Option<Date>| Contract {
        contractor: Contractor::Enterprise(sample::enterprise_number(company)),
        role,
        commissioned_by: by.map(sample::enterprise_number),
        period: Period::new(None, until).expect("in order"),
    };
    let mut work = Work::new(sample::works_reference(1), Sector::Construction);
    work.contracts = vec![
        contract(10, ContractRole::Builder, None, None),
        contract(11, ContractRole::Contractor, Some(10), None),
        contract(12, ContractRole::Contractor, Some(10), None),
        contract(1, ContractRole::Subcontractor, Some(11), Some(TODAY)),
    ];
    let change = Change::put_works(vec![work], "test", test.clock.now());
    test.store.registers().change(change).await.expect("changed");
}

#[tokio::test]
async fn builder_and_contractor_consult_those_beneath_them_and_cancel_nothing() {
    let test = service().await;
    with_contracts(&test).await;
    let registration = stored(&test).await;
    let tomorrow = Item { day: domain::DraftDay::On(date(2026, 11, 25)), ..Item::of(1) };
    register(&test, &employer(1), tomorrow).await.expect("handled").expect("stored");
    let elsewhere = Item { works: sample::works_reference(2).to_string(), ..Item::of(1) };
    register(&test, &employer(1), elsewhere).await.expect("handled").expect("stored");
    let (inss, works) = (sample::inss(1).digits(), sample::works_reference(1).to_string());
    for (name, caller, sees) in [
        ("builder", employer(10), true),
        ("contractor", employer(11), true),
        ("its mandatary", mandatary(3, &[11], Period::ALWAYS), true),
        ("another contractor", employer(12), false),
        ("a stranger", employer(2), false),
    ] {
        let expected: &[Registration] =
            if sees { std::slice::from_ref(&registration) } else { &[] };
        for draft in [
            all_days(),
            SearchDraft { works: Some(&works), ..all_days() },
            SearchDraft { company: Some(number(1)), ..all_days() },
            SearchDraft { inss: Some(&inss), ..all_days() },
        ] {
            let page = search(&test, &caller, draft.clone()).await.expect("handled");
            assert_eq!(page.registrations, expected, "{name}: {draft:?}");
            assert_eq!(page.count, expected.len() as u64, "{name}: {draft:?}");
        }
        let query = GetPresence { id: Some(registration.id) };
        let got = test.app.get(&caller, query).await.expect("read");
        assert_eq!(got.is_ok(), sees, "{name}");
        let refusal = if sees { ItemError::NotAuthorized } else { ItemError::RegistrationNotFound };
        let id = registration.id.number();
        let told = cancel(&test, &caller, id, "OTHER").await.expect("handled");
        assert_eq!(told, [refusal], "{name}");
    }
}

#[tokio::test]
async fn whoever_leads_a_work_registers_everyone_who_is_there() {
    let test = service().await;
    with_contracts(&test).await;
    let elsewhere = || Item { works: sample::works_reference(2).to_string(), ..Item::of(1) };
    for (company, item, allowed) in [
        (10, Item::of(1), true),
        (11, Item::of(1), true),
        (11, elsewhere(), false),
        (2, Item::of(1), false),
    ] {
        let answer = register(&test, &employer(company), item).await.expect("handled");
        assert_eq!(answer.is_ok(), allowed, "{company}: {answer:?}");
    }
    // What it has sent it sees and cancels.
    let page = search(&test, &employer(11), all_days()).await.expect("handled");
    let own: Vec<_> = page
        .registrations
        .iter()
        .filter(|it| it.sender.company == Some(sample::enterprise_number(11)))
        .collect();
    let [own] = &own[..] else { panic!("one of its own: {page:?}") };
    assert_eq!(cancel(&test, &employer(11), own.id.number(), "OTHER").await.expect("handled"), []);
}

pub(crate) fn number(company: u32) -> i64 {
    i64::try_from(sample::enterprise_number(company).number()).expect("ten digits")
}
