use domain::register::{
    Change, Employer, Employment, Enterprise, JuridicalSituation, Key, Mandate, Period, Person,
    PostedWorker, Register, Row,
};
use domain::{
    Cause, EnterpriseNumber, Inss, LimosaId, Registration, Remark, Remarks, Sector, Status, Who,
    Work, sample,
};
use jiff::ToSpan;
use jiff::civil::Date;

use super::Fixture;
use super::checks::{cancelled, check_all, finding, finish, lease, now, story, until};
use super::samples::{DAY, moment, posted, stored, worker};
use crate::{Finding, Finished, ImportForm, Store};

fn company(index: u32) -> EnterpriseNumber {
    sample::enterprise_number(index)
}

fn person(index: u32, replaced_by: Option<u32>) -> Row {
    let replaced_by = replaced_by.map(sample::inss);
    Row::Person(Person { inss: sample::inss(index), known: Period::ALWAYS, replaced_by })
}

fn limosa() -> LimosaId {
    let Who::Posted { limosa } = posted().submission.who else { panic!("it is posted") };
    limosa
}

async fn change(store: &dyn Store, register: Register, removed: Vec<Key>, rows: Vec<Row>) {
    let change = Change { register, removed, rows, source: "test".into(), at: now() };
    store.registers().change(change).await.expect("changed").expect("it changes something");
}

/// Finds the registrations of all changes, as a worker does.
async fn spread(store: &dyn Store, since: Date) {
    while store.checks().spread(since, 3).await.expect("found") > 0 {}
}

/// The registrations that wait, of `all`, by their places; they are checked, and found right.
async fn waiting(store: &dyn Store, all: &[Registration]) -> Vec<usize> {
    spread(store, DAY).await;
    let backlog = store.checks().backlog().await.expect("read");
    assert_eq!(backlog.changes, 0);
    let mut places = Vec::new();
    while let Some(lease) = lease(store, 2).await {
        for (registration, _) in &lease.registrations {
            let place = all.iter().position(|one| one.id == registration.id);
            places.push(place.expect("one of them"));
        }
        let findings = lease.registrations.iter().map(finding).collect();
        assert_eq!(finish(store, &lease, findings).await, Finished::Kept);
    }
    assert_eq!(backlog.again, places.len() as u64);
    assert_eq!(store.checks().backlog().await.expect("read").again, 0);
    places.sort_unstable();
    places
}

/// Persons 1 and 2 at companies 1 and 2 and works 1 and 2; a posted worker; all checked.
async fn checked(store: &dyn Store) -> Vec<Registration> {
    let mut new = vec![worker(1, 1, 1), worker(1, 2, 2), worker(2, 1, 2), worker(2, 2, 1)];
    let mut foreign = worker(3, 1, 3);
    let vat = domain::ForeignVatNumber::parse("NL123456789B01").expect("a number");
    foreign.submission.who = Who::OfForeign { inss: sample::inss(3), vat };
    let mut at_fourth = posted();
    at_fourth.submission.works = sample::works_reference(4);
    new.extend([foreign, at_fourth]);
    let all = stored(store, new).await;
    check_all(store).await;
    all
}

/// Every register's change concerns those that were checked against it, and nobody else; whether a row comes or goes.
pub async fn a_change_concerns_exactly_whom_it_may_change(fixture: &impl Fixture) {
    let store = fixture.open().await;
    let all = checked(&*store).await;
    let period = Period::ALWAYS;
    let inss = sample::inss;
    let enterprise = company(1);
    let situation = JuridicalSituation::NORMAL;
    let posted_worker = |inss| {
        Row::PostedWorker(PostedWorker {
            id: limosa(),
            inss,
            vat: None,
            employer: "Bouw BV".into(),
            country: "NL".into(),
            period,
        })
    };
    let employment = Employment {
        inss: inss(1),
        enterprise,
        worker_type: "OTH".into(),
        period,
        user: Some(company(2)),
    };
    let mandate = Mandate { enterprise, inss: inss(1), function: "founder".into(), period };
    let work = Work::new(sample::works_reference(1), Sector::Meat);
    let cases: [(Key, Row, &[usize]); 8] = [
        (Key::Person(inss(1)), person(1, None), &[0, 1]),
        (
            Key::Enterprise(enterprise),
            Row::Enterprise(Enterprise { number: enterprise, exists: period, situation }),
            &[0, 2],
        ),
        (Key::Enterprise(enterprise), Row::Employer(Employer { enterprise, period }), &[0, 2]),
        (Key::Enterprise(enterprise), Row::Mandate(mandate), &[0, 1, 2]),
        (Key::Employment(inss(1), enterprise), Row::Employment(employment), &[0]),
        (Key::PostedWorker(limosa()), posted_worker(None), &[5]),
        (Key::PostedWorker(limosa()), posted_worker(Some(inss(3))), &[4, 5]),
        (Key::Work(work.reference), Row::Work(work), &[0, 3]),
    ];
    for (key, row, expected) in cases {
        let register = row.register();
        change(&*store, register, vec![], vec![row]).await;
        assert_eq!(waiting(&*store, &all).await, expected, "{register:?} comes");
        change(&*store, register, vec![key], vec![]).await;
        assert_eq!(waiting(&*store, &all).await, expected, "{register:?} goes");
    }
    for registration in all {
        assert_eq!(story(&*store, registration.id).await.1.len(), 2, "nothing changed");
    }
}

/// Whatever number of a person changes, all registrations of the person are concerned; those of numbers that part, too.
pub async fn a_number_concerns_all_numbers_of_its_person(fixture: &impl Fixture) {
    let store = fixture.open().await;
    let all = checked(&*store).await;
    change(&*store, Register::Persons, vec![], vec![person(1, Some(2))]).await;
    assert_eq!(waiting(&*store, &all).await, [0, 1, 2, 3], "they are one person");
    let employment = Employment {
        inss: sample::inss(1),
        enterprise: company(1),
        worker_type: "OTH".into(),
        period: Period::ALWAYS,
        user: None,
    };
    change(&*store, Register::Employments, vec![], vec![Row::Employment(employment)]).await;
    assert_eq!(waiting(&*store, &all).await, [0, 2], "under either number");
    change(&*store, Register::Persons, vec![Key::Person(sample::inss(1))], vec![]).await;
    assert_eq!(waiting(&*store, &all).await, [0, 1, 2, 3], "they are two again");
}

/// A person whose number was replaced is found by the newest number, even if nobody registered it.
pub async fn the_newest_number_leads_to_registrations_too(fixture: &impl Fixture) {
    let store = fixture.open().await;
    let all = stored(&*store, vec![worker(1, 1, 1), posted(), worker(2, 1, 1)]).await;
    let taken = lease(&*store, 10).await.expect("waiting");
    let newest = |of: &(Registration, Cause)| -> Option<Inss> {
        (of.0.id != all[2].id).then(|| sample::inss(9))
    };
    let findings = taken.registrations.iter();
    let findings = findings.map(|of| Finding { newest: newest(of), ..finding(of) }).collect();
    assert_eq!(finish(&*store, &taken, findings).await, Finished::Kept);
    change(&*store, Register::Persons, vec![], vec![person(9, None)]).await;
    assert_eq!(waiting(&*store, &all).await, [0, 1]);
}

/// Those that were checked: new ones will see the new state anyway, and cancelled ones are not checked any more.
pub async fn only_what_was_checked_is_checked_again(fixture: &impl Fixture) {
    let store = fixture.open().await;
    let mut all = checked(&*store).await;
    cancelled(&*store, &all[0]).await;
    all.extend(stored(&*store, vec![worker(1, 1, 1)]).await);
    change(&*store, Register::Persons, vec![], vec![person(1, None)]).await;
    spread(&*store, DAY).await;
    assert_eq!(store.checks().backlog().await.expect("read").again, 1);
    let lease = lease(&*store, 10).await.expect("waiting");
    let mut causes = lease.registrations.iter().map(|(one, cause)| (one.id, cause.clone()));
    let first = causes.find(|(id, _)| *id == all[1].id).expect("checked again");
    assert!(matches!(first.1, Cause::RegisterChange { register: Register::Persons, .. }));
    let last = lease.registrations.iter().find(|(one, _)| one.id == all[6].id);
    assert_eq!(last.expect("new").1, Cause::Check);
    assert_eq!(lease.registrations.len(), 2);
}

/// From the day on that is named, and however far ahead.
pub async fn days_before_the_given_one_are_left_alone(fixture: &impl Fixture) {
    let store = fixture.open().await;
    let days = [-31, -30, -1, 0, 1].map(|days| DAY + days.days());
    let on = |day| {
        let mut new = worker(1, 1, 1);
        new.submission.day = day;
        new
    };
    let all = stored(&*store, days.map(on).to_vec()).await;
    check_all(&*store).await;
    change(&*store, Register::Persons, vec![], vec![person(1, None)]).await;
    spread(&*store, DAY - 30.days()).await;
    let lease = lease(&*store, 10).await.expect("waiting");
    let mut seen: Vec<_> = lease.registrations.iter().map(|(one, _)| one.submission.day).collect();
    seen.sort_unstable();
    assert_eq!(seen, days[1..]);
    assert_eq!(all.len(), 5);
}

/// The history names the register and the import, and only changes of status or remarks make an entry.
pub async fn the_history_tells_which_change_it_was(fixture: &impl Fixture) {
    let store = fixture.open().await;
    let all = checked(&*store).await;
    let begun = store.registers().begin(Register::Works, ImportForm::Whole).await;
    let mut staging = begun.expect("begun");
    let work = Work::new(sample::works_reference(1), Sector::Cleaning);
    staging.put(vec![Row::Work(work)]).await.expect("put");
    let at = moment("2026-11-24T07:00:00Z");
    let import = staging.swap("works.jsonl", at, None, &|_, _| ()).await.expect("swapped");
    let import = import.expect("it changes something");
    spread(&*store, DAY).await;
    let lease = lease(&*store, 10).await.expect("waiting");
    let remarks = Remarks::NONE.with(Remark::CompanyNotInWork);
    let findings = lease.registrations.iter().map(|of| Finding {
        remarks: if of.0.id == all[0].id { remarks } else { Remarks::NONE },
        sector: Some(Sector::Cleaning),
        ..finding(of)
    });
    assert_eq!(finish(&*store, &lease, findings.collect()).await, Finished::Kept);
    let (first, causes) = story(&*store, all[0].id).await;
    let cause = Cause::RegisterChange { register: Register::Works, import: import.id };
    assert_eq!((first.status, causes.last()), (Status::Failed, Some(&cause)));
    let (fourth, causes) = story(&*store, all[3].id).await;
    assert_eq!((fourth.sector, causes.len()), (Some(Sector::Cleaning), 2));
}

/// What is gathered and never swapped in concerns nobody.
pub async fn an_import_that_is_dropped_concerns_nobody(fixture: &impl Fixture) {
    let store = fixture.open().await;
    let all = checked(&*store).await;
    let begun = store.registers().begin(Register::Persons, ImportForm::Whole).await;
    let mut staging = begun.expect("begun");
    staging.put(vec![person(1, None)]).await.expect("put");
    assert_eq!(waiting(&*store, &all).await, [0; 0]);
    drop(staging);
    assert_eq!(waiting(&*store, &all).await, [0; 0]);
}

/// A change during a check is not lost with it: what is being checked waits again.
pub async fn a_change_during_a_check_is_checked_again(fixture: &impl Fixture) {
    let store = fixture.open().await;
    let all = checked(&*store).await;
    change(&*store, Register::Persons, vec![], vec![person(1, None)]).await;
    spread(&*store, DAY).await;
    let taken = lease(&*store, 10).await.expect("waiting");
    let removed = vec![Key::Person(sample::inss(1))];
    change(&*store, Register::Persons, removed, vec![]).await;
    spread(&*store, DAY).await;
    let findings: Vec<_> = taken.registrations.iter().map(finding).collect();
    assert_eq!(finish(&*store, &taken, findings).await, Finished::Kept);
    assert_eq!(waiting(&*store, &all).await, [0, 1]);
}

/// What waits again waits after a crash too, with its cause, and so do changes that nobody has looked at.
pub async fn what_waits_again_survives_a_crash(fixture: &impl Fixture) {
    let store = fixture.open().await;
    let all = checked(&*store).await;
    change(&*store, Register::Persons, vec![], vec![person(1, None)]).await;
    drop(store);
    let store = fixture.open().await;
    assert_eq!(store.checks().backlog().await.expect("read").changes, 1);
    spread(&*store, DAY).await;
    let before = lease(&*store, 10).await.expect("waiting");
    assert_eq!(before.registrations.len(), 2);
    drop(store);
    let store = fixture.open().await;
    assert!(lease(&*store, 10).await.is_none(), "they are still somebody's");
    let again = store.checks().lease(10, until(), until() + 30.seconds()).await;
    let again = again.expect("asked").expect("waiting again");
    let by_id = |lease: &crate::Lease| {
        let mut all: Vec<_> = lease.registrations.clone();
        all.sort_by_key(|(one, _)| one.id);
        all
    };
    assert_eq!(by_id(&again), by_id(&before), "with their causes");
    let findings = again.registrations.iter().map(finding).collect();
    assert_eq!(finish(&*store, &again, findings).await, Finished::Kept);
    assert_eq!(waiting(&*store, &all).await, [0; 0]);
}

/// Changes are looked at in portions, and each once.
pub async fn changes_are_looked_at_in_portions(fixture: &impl Fixture) {
    let store = fixture.open().await;
    let all = checked(&*store).await;
    let rows = (1..=5).map(|index| person(index, None)).collect();
    change(&*store, Register::Persons, vec![], rows).await;
    assert_eq!(store.checks().backlog().await.expect("read").changes, 5);
    let mut looked_at = 0;
    loop {
        let step = store.checks().spread(DAY, 2).await.expect("found");
        assert!(step <= 2);
        looked_at += step;
        if step == 0 {
            break;
        }
    }
    assert_eq!(looked_at, 5);
    assert_eq!(waiting(&*store, &all).await, [0, 1, 2, 3, 4]);
}

/// Many registrations of one change wait, too.
pub async fn a_change_may_concern_many(fixture: &impl Fixture) {
    let store = fixture.open().await;
    let new = (0..5000).map(|person| worker(person, 1, 1)).collect();
    let all = stored(&*store, new).await;
    check_all(&*store).await;
    let work = Work::new(sample::works_reference(1), Sector::Meat);
    change(&*store, Register::Works, vec![], vec![Row::Work(work)]).await;
    spread(&*store, DAY).await;
    assert_eq!(store.checks().backlog().await.expect("read").again, all.len() as u64);
    let mut seen = 0;
    while let Some(lease) = lease(&*store, 1000).await {
        seen += lease.registrations.len();
        let findings = lease.registrations.iter().map(finding).collect();
        assert_eq!(finish(&*store, &lease, findings).await, Finished::Kept);
    }
    assert_eq!(seen, all.len());
}

/// When an earlier declaration is cancelled, those that only repeated it are checked again, and know why.
pub async fn repetitions_of_what_is_cancelled_wait(fixture: &impl Fixture) {
    let store = fixture.open().await;
    let mut new = vec![worker(1, 1, 1), worker(1, 1, 1), worker(1, 1, 1), worker(1, 1, 2)];
    new.extend([posted(), posted()]);
    let all = stored(&*store, new).await;
    let taken = lease(&*store, 10).await.expect("waiting");
    let repeats = [1, 2, 5].map(|place| all[place].id);
    let findings = taken.registrations.iter().map(|of| Finding {
        remarks: if repeats.contains(&of.0.id) {
            Remarks::NONE.with(Remark::Duplicate)
        } else {
            Remarks::NONE
        },
        ..finding(of)
    });
    assert_eq!(finish(&*store, &taken, findings.collect()).await, Finished::Kept);
    assert_eq!(waiting(&*store, &all).await, [0; 0]);
    cancelled(&*store, &all[0]).await;
    cancelled(&*store, &all[4]).await;
    let taken = lease(&*store, 10).await.expect("waiting");
    let mut seen: Vec<_> =
        taken.registrations.iter().map(|(one, cause)| (one.id, cause.clone())).collect();
    seen.sort_by_key(|(id, _)| *id);
    let because = |earlier: usize| Cause::EarlierCancelled { id: all[earlier].id };
    assert_eq!(seen, [(all[1].id, because(0)), (all[2].id, because(0)), (all[5].id, because(4))]);
}
