use std::collections::HashMap;
use std::sync::Arc;

use domain::{
    Cause, Policy, Registration, RegistrationId, Remark, Remarks, Sector, Status, cancel, sample,
};
use jiff::{Timestamp, ToSpan};

use super::Fixture;
use super::samples::{ids, mixed, moment, moment_of, posted, sender, stored, worker};
use crate::{Finding, Finished, Lease, Repetition, Store, Transition};

pub(super) fn now() -> Timestamp {
    moment("2026-11-24T08:00:00Z")
}

/// When leases that begin [`now`] run out.
pub(super) fn until() -> Timestamp {
    now() + 30.seconds()
}

pub(super) async fn lease(store: &dyn Store, most: u32) -> Option<Lease> {
    store.checks().lease(most, now(), until()).await.expect("asked")
}

/// What a check says that has nothing to object.
pub(super) fn finding(of: &(Registration, Cause)) -> Finding {
    let (id, remarks, cause) = (of.0.id, Remarks::NONE, of.1.clone());
    let (newest, sector, located) = (None, None, None);
    Finding { id, remarks, newest, sector, located, cause }
}

pub(super) async fn finish(store: &dyn Store, lease: &Lease, findings: Vec<Finding>) -> Finished {
    let version = store.registers().version().await.expect("read");
    store.checks().finish(lease.id, version, findings, now()).await.expect("answered")
}

/// Checks everything that waits, and finds nothing to object.
pub(super) async fn check_all(store: &dyn Store) {
    while let Some(lease) = lease(store, 50).await {
        let findings = lease.registrations.iter().map(finding).collect();
        assert_eq!(finish(store, &lease, findings).await, Finished::Kept);
    }
}

pub(super) async fn cancelled(store: &dyn Store, registration: &Registration) {
    let cancelling: Arc<Transition> = Arc::new(|_, found: Option<&Registration>| {
        cancel(found, "OTHER", &sender(2), now(), &Policy::today_and_tomorrow())
    });
    let answers = store.registrations().amend(vec![Some(registration.id)], cancelling).await;
    assert!(answers.expect("amended")[0].is_ok());
}

/// How a registration stands, and the causes of all that became of it.
pub(super) async fn story(store: &dyn Store, id: RegistrationId) -> (Registration, Vec<Cause>) {
    let dossier = store.registrations().dossier(id).await.expect("read").expect("found");
    (dossier.registration, dossier.history.into_iter().map(|entry| entry.cause).collect())
}

fn leased(lease: &Lease) -> Vec<RegistrationId> {
    lease.registrations.iter().map(|(registration, _)| registration.id).collect()
}

/// What is stored waits, in portions, whatever it is; what was taken is nobody else's.
pub async fn what_is_stored_waits_to_be_checked(fixture: &impl Fixture) {
    let store = fixture.open().await;
    assert!(lease(&*store, 10).await.is_none());
    let mut random = fastrand::Rng::with_seed(31);
    let mut new = mixed(&mut random, 30);
    new.extend([posted(), moment_of(&mut random)]);
    let all = stored(&*store, new).await;
    assert!(store.checks().backlog().await.expect("read").new >= 32);
    let mut seen = Vec::new();
    while let Some(lease) = lease(&*store, 10).await {
        assert!(lease.registrations.len() <= 10);
        assert!(lease.registrations.iter().all(|(_, cause)| *cause == Cause::Check));
        seen.extend(lease.registrations.into_iter().map(|(registration, _)| registration));
    }
    seen.sort_by_key(|registration| registration.id);
    assert_eq!(seen, all, "each once, as it was stored");
    assert!(store.checks().backlog().await.expect("read").new >= 32, "none is checked yet");
}

/// Status, remarks, newest number and sector are kept, and an entry tells it.
pub async fn findings_are_kept_with_an_entry_in_the_history(fixture: &impl Fixture) {
    let store = fixture.open().await;
    let all = stored(&*store, vec![worker(1, 1, 1), worker(2, 1, 1)]).await;
    let lease = lease(&*store, 10).await.expect("waiting");
    let remarks = Remarks::NONE.with(Remark::WorkUnknown).with(Remark::DimonaNotOk);
    let mut findings: Vec<_> = lease.registrations.iter().map(finding).collect();
    findings[1].remarks = remarks;
    findings[1].newest = Some(sample::inss(9));
    findings[1].sector = Some(Sector::Cleaning);
    assert_eq!(finish(&*store, &lease, findings.clone()).await, Finished::Kept);
    assert_eq!(finish(&*store, &lease, findings).await, Finished::Lost, "it is finished");
    let (first, causes) = story(&*store, all[0].id).await;
    assert_eq!((first.status, first.remarks), (Status::Validated, Remarks::NONE));
    assert_eq!((first.newest, first.sector), (None, Some(Sector::Meat)));
    assert_eq!(first.validated, Some(now()));
    assert_eq!(causes, [Cause::Registration, Cause::Check]);
    let (second, causes) = story(&*store, all[1].id).await;
    assert_eq!((second.status, second.remarks), (Status::Failed, remarks));
    assert_eq!((second.newest, second.sector), (Some(sample::inss(9)), Some(Sector::Cleaning)));
    assert_eq!(second.submission, all[1].submission, "what was submitted stays");
    assert_eq!(causes, [Cause::Registration, Cause::Check]);
    let backlog = store.checks().backlog().await.expect("read");
    assert_eq!((backlog.new, backlog.again, backlog.changes), (0, 0, 0));
}

/// Of many workers, while others go on registering, each registration has one.
pub async fn several_workers_check_nothing_twice(fixture: &impl Fixture) {
    let store = fixture.open().await;
    let mut all = stored(&*store, (0..600).map(|person| worker(person, 1, 1)).collect()).await;
    let registering = {
        let store = Arc::clone(&store);
        tokio::spawn(async move {
            let mut more = Vec::new();
            for call in 0..20 {
                let new = (0..20).map(|place| worker(1000 + call * 20 + place, 1, 1)).collect();
                more.extend(stored(&*store, new).await);
            }
            more
        })
    };
    let workers: Vec<_> = [7, 13, 29, 50]
        .map(|most| {
            let store = Arc::clone(&store);
            tokio::spawn(async move {
                let mut seen = Vec::new();
                while let Some(lease) = lease(&*store, most).await {
                    seen.extend(leased(&lease));
                    let findings = lease.registrations.iter().map(finding).collect();
                    assert_eq!(finish(&*store, &lease, findings).await, Finished::Kept);
                }
                seen
            })
        })
        .into();
    let mut times: HashMap<RegistrationId, u32> = HashMap::new();
    for worker in workers {
        for id in worker.await.expect("no panic") {
            *times.entry(id).or_default() += 1;
        }
    }
    all.extend(registering.await.expect("no panic"));
    while let Some(lease) = lease(&*store, 100).await {
        for id in leased(&lease) {
            *times.entry(id).or_default() += 1;
        }
        let findings = lease.registrations.iter().map(finding).collect();
        assert_eq!(finish(&*store, &lease, findings).await, Finished::Kept);
    }
    assert_eq!(times.len(), all.len());
    for registration in all {
        assert_eq!(times[&registration.id], 1);
        let (now, causes) = story(&*store, registration.id).await;
        assert_eq!((now.status, causes.len()), (Status::Validated, 2));
    }
}

/// Two programs over one store give ids in their own way; none is passed over.
pub async fn what_another_program_stores_is_checked_too(fixture: &impl Fixture) {
    let (one, other) = (fixture.open().await, fixture.open().await);
    let mut all = Vec::new();
    let mut seen = Vec::new();
    for round in 0..6 {
        let store = if round % 2 == 0 { &other } else { &one };
        all.extend(ids(&stored(&**store, vec![worker(round, 1, 1), worker(round, 2, 1)]).await));
        if round > 2 {
            let lease = lease(&*one, 3).await.expect("waiting");
            seen.extend(leased(&lease).into_iter().map(Some));
            let findings = lease.registrations.iter().map(finding).collect();
            assert_eq!(finish(&*other, &lease, findings).await, Finished::Kept);
        }
    }
    while let Some(lease) = lease(&*other, 3).await {
        seen.extend(leased(&lease).into_iter().map(Some));
    }
    all.sort_unstable();
    seen.sort_unstable();
    assert_eq!(seen, all);
}

/// What a worker took and did not finish is another's when its time is over, not before, and the first one has lost it.
pub async fn what_is_not_finished_in_time_waits_again(fixture: &impl Fixture) {
    let store = fixture.open().await;
    let all = stored(&*store, (0..5).map(|person| worker(person, 1, 1)).collect()).await;
    let late = lease(&*store, 10).await.expect("waiting");
    assert!(lease(&*store, 10).await.is_none());
    let again = |at: Timestamp| store.checks().lease(10, at, at + 30.seconds());
    assert!(again(until() - 1.millisecond()).await.expect("asked").is_none());
    let second = again(until()).await.expect("asked").expect("waiting again");
    assert_ne!(second.id, late.id);
    assert_eq!(leased(&second), leased(&late));
    let failed: Vec<_> = late
        .registrations
        .iter()
        .map(|of| Finding { remarks: Remarks::NONE.with(Remark::WorkUnknown), ..finding(of) })
        .collect();
    assert_eq!(finish(&*store, &late, failed.clone()).await, Finished::Lost);
    assert_eq!(story(&*store, all[0].id).await.0.status, Status::Registered);
    let findings = second.registrations.iter().map(finding).collect();
    assert_eq!(finish(&*store, &second, findings).await, Finished::Kept);
    assert_eq!(finish(&*store, &late, failed).await, Finished::Lost);
    for registration in all {
        let (now, causes) = story(&*store, registration.id).await;
        assert_eq!((now.status, causes.len()), (Status::Validated, 2));
    }
}

/// A program that ends between lease and finish loses nothing, and doubles nothing.
pub async fn a_crash_between_lease_and_finish_loses_nothing(fixture: &impl Fixture) {
    let store = fixture.open().await;
    let all = stored(&*store, (0..5).map(|person| worker(person, 1, 1)).collect()).await;
    let before = lease(&*store, 2).await.expect("waiting");
    drop(store);
    let store = fixture.open().await;
    let rest = lease(&*store, 10).await.expect("waiting");
    assert_eq!(rest.registrations.len(), 3, "the others are still somebody's");
    let findings = rest.registrations.iter().map(finding).collect();
    assert_eq!(finish(&*store, &rest, findings).await, Finished::Kept);
    let taken_over = store.checks().lease(10, until(), until() + 30.seconds()).await;
    let taken_over = taken_over.expect("asked").expect("waiting again");
    assert_eq!(leased(&taken_over), leased(&before));
    let findings = taken_over.registrations.iter().map(finding).collect();
    assert_eq!(finish(&*store, &taken_over, findings).await, Finished::Kept);
    assert!(store.checks().lease(10, until(), until()).await.expect("asked").is_none());
    for registration in all {
        assert_eq!(story(&*store, registration.id).await.1.len(), 2);
    }
}

/// What was found before a register changed is not kept; the lease stays for a second look.
pub async fn findings_of_an_older_state_are_not_kept(fixture: &impl Fixture) {
    let store = fixture.open().await;
    let id = stored(&*store, vec![worker(1, 1, 1)]).await[0].id;
    let lease = lease(&*store, 10).await.expect("waiting");
    let version = store.registers().version().await.expect("read");
    let work = domain::Work::new(sample::works_reference(1), Sector::Meat);
    super::samples::put_works(&*store, vec![work]).await;
    let findings: Vec<_> = lease.registrations.iter().map(finding).collect();
    let early = store.checks().finish(lease.id, version, findings.clone(), now()).await;
    assert_eq!(early.expect("answered"), Finished::Stale);
    assert_eq!(story(&*store, id).await.1.len(), 1);
    assert_eq!(finish(&*store, &lease, findings).await, Finished::Kept);
    assert_eq!(story(&*store, id).await.1.len(), 2);
}

/// Who cancels while a worker is at it has the last word.
pub async fn what_is_cancelled_meanwhile_stays_cancelled(fixture: &impl Fixture) {
    let store = fixture.open().await;
    let all = stored(&*store, vec![worker(1, 1, 1), worker(2, 1, 1)]).await;
    let lease = lease(&*store, 10).await.expect("waiting");
    cancelled(&*store, &all[0]).await;
    let findings = lease.registrations.iter().map(finding).collect();
    assert_eq!(finish(&*store, &lease, findings).await, Finished::Kept);
    let (first, causes) = story(&*store, all[0].id).await;
    assert_eq!((first.status, causes.len()), (Status::Cancelled, 2));
    assert_eq!(story(&*store, all[1].id).await.0.status, Status::Validated);
}

async fn repeated(store: &dyn Store, registration: &Registration, persons: &[u32]) -> bool {
    let numbers = persons.iter().map(|person| sample::inss(*person)).collect();
    let asked = vec![Repetition { registration: registration.clone(), numbers }];
    store.checks().repeated(asked).await.expect("answered")[0]
}

/// The same person, company, work and day, earlier, not cancelled, and for whole days only.
pub async fn repetitions_are_earlier_and_say_the_same(fixture: &impl Fixture) {
    let store = fixture.open().await;
    let first = worker(1, 1, 1);
    let mut foreign = first.clone();
    let vat = |text| domain::ForeignVatNumber::parse(text).expect("a number");
    foreign.submission.who =
        domain::Who::OfForeign { inss: sample::inss(1), vat: vat("NL123456789B01") };
    let mut other_foreign = foreign.clone();
    other_foreign.submission.who =
        domain::Who::OfForeign { inss: sample::inss(1), vat: vat("FR12345678901") };
    let mut tomorrow = first.clone();
    tomorrow.submission.day = first.submission.day + 1.day();
    let at_another_work = {
        let mut new = posted();
        new.submission.works = sample::works_reference(2);
        new
    };
    let mut random = fastrand::Rng::with_seed(32);
    let a_moment = {
        let mut new = moment_of(&mut random);
        new.submission.who = first.submission.who.clone();
        new.submission.works = first.submission.works;
        new
    };
    let new = [
        (first.clone(), false),
        (worker(1, 2, 1), false),
        (worker(1, 1, 2), false),
        (worker(2, 1, 1), false),
        (tomorrow, false),
        (foreign.clone(), false),
        (other_foreign, false),
        (posted(), false),
        (at_another_work, false),
        (a_moment.clone(), false),
        (a_moment, false),
        (first.clone(), true),
        (foreign, true),
        (posted(), true),
    ];
    let all = stored(&*store, new.iter().map(|(new, _)| new.clone()).collect()).await;
    for (registration, (new, expected)) in all.iter().zip(&new) {
        let who = &registration.submission.who;
        let person = (0..3).filter(|index| who.inss() == Some(sample::inss(*index)));
        let persons: Vec<_> = person.collect();
        assert_eq!(repeated(&*store, registration, &persons).await, *expected, "{new:?}");
    }
    let of_replaced = stored(&*store, vec![worker(9, 1, 1)]).await.remove(0);
    assert!(!repeated(&*store, &of_replaced, &[9]).await);
    assert!(repeated(&*store, &of_replaced, &[9, 1]).await, "by any number of the person");
    let last = &all[11];
    cancelled(&*store, &all[0]).await;
    assert!(!repeated(&*store, last, &[1]).await, "a cancelled one says nothing");
    assert!(store.checks().repeated(vec![]).await.expect("answered").is_empty());
}

/// An earlier one that is cancelled while the later one is being checked counts no more.
pub async fn a_repetition_is_looked_at_once_more_when_it_is_kept(fixture: &impl Fixture) {
    let store = fixture.open().await;
    let all = stored(&*store, vec![worker(1, 1, 1), worker(1, 1, 1), worker(1, 1, 1)]).await;
    let lease = lease(&*store, 10).await.expect("waiting");
    let mut findings: Vec<_> = lease.registrations.iter().map(finding).collect();
    let duplicate = Remarks::NONE.with(Remark::Duplicate);
    findings[1].remarks = duplicate.with(Remark::WorkUnknown);
    findings[2].remarks = duplicate;
    cancelled(&*store, &all[0]).await;
    assert_eq!(finish(&*store, &lease, findings).await, Finished::Kept);
    check_rest(&*store).await;
    let second = story(&*store, all[1].id).await.0;
    assert_eq!(second.remarks, Remarks::NONE.with(Remark::WorkUnknown));
    let third = story(&*store, all[2].id).await.0;
    assert_eq!((third.status, third.remarks), (Status::Failed, duplicate), "of the second");
}

/// A store may as well let a registration wait again; then its check says what is true by then.
async fn check_rest(store: &dyn Store) {
    while let Some(lease) = lease(store, 50).await {
        let mut findings = Vec::new();
        for of in &lease.registrations {
            let persons = (0..3).filter(|index| of.0.inss() == Some(sample::inss(*index)));
            let persons: Vec<_> = persons.collect();
            let rest = of.0.remarks.iter().filter(|remark| *remark != Remark::Duplicate);
            let rest = rest.fold(Remarks::NONE, Remarks::with);
            let duplicate = repeated(store, &of.0, &persons).await;
            let remarks = if duplicate { rest.with(Remark::Duplicate) } else { rest };
            findings.push(Finding { remarks, ..finding(of) });
        }
        assert_eq!(finish(store, &lease, findings).await, Finished::Kept);
    }
}
