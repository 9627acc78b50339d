use domain::register::{Change, Period, Person, Register, Row};
use domain::{Cause, Registration, RegistrationId, Sector, Status, sample};
use jiff::ToSpan;

use super::Fixture;
use super::checks::{check_all, finding, finish, lease, now, story, until};
use super::samples::{DAY, stored, worker};
use crate::{Finished, Lease, Store};

/// A sector that only another program knows.
const STRANGE: i64 = 99;

/// Writes a sector that this program cannot read; or one that it can.
async fn put_sector(fixture: &impl Fixture, store: &dyn Store, of: &Registration, sector: i64) {
    // The store itself has then written all that it has acknowledged.
    store.checks().backlog().await.expect("read");
    let id = of.id.number();
    fixture.run_sql(&format!("UPDATE registration SET sector = {sector} WHERE id = {id}")).await;
}

fn numbers(of: &[&Registration]) -> Vec<i64> {
    of.iter().map(|registration| registration.id.number()).collect()
}

fn unfit(lease: &Lease) -> Vec<i64> {
    lease.unfit.iter().map(|unfit| unfit.id).collect()
}

fn leased(lease: &Lease) -> Vec<RegistrationId> {
    lease.registrations.iter().map(|(registration, _)| registration.id).collect()
}

/// Sets aside what a lease has that is not fit to be checked, and finds nothing to object to the others.
async fn check(store: &dyn Store, lease: &Lease) {
    store.checks().set_aside(lease.id, unfit(lease)).await.expect("set aside");
    let findings = lease.registrations.iter().map(finding).collect();
    assert_eq!(finish(store, lease, findings).await, Finished::Kept);
}

async fn person_changes(store: &dyn Store, person: u32) {
    let row = Person { inss: sample::inss(person), known: Period::ALWAYS, replaced_by: None };
    let (rows, source) = (vec![Row::Person(row)], "test".into());
    let change = Change { register: Register::Persons, removed: vec![], rows, source, at: now() };
    store.registers().change(change).await.expect("changed").expect("it changes something");
    while store.checks().spread(DAY, 10).await.expect("found") > 0 {}
}

/// It is told with the reason, and set aside until somebody asks that it be tried again.
pub async fn what_cannot_be_read_keeps_nobody_else_from_being_checked(fixture: &impl Fixture) {
    let store = fixture.open().await;
    let all = stored(&*store, (0..5).map(|person| worker(person, 1, 1)).collect()).await;
    for spoilt in [&all[1], &all[3]] {
        put_sector(fixture, &*store, spoilt, STRANGE).await;
    }
    let first = lease(&*store, 10).await.expect("waiting");
    assert_eq!(leased(&first), [all[0].id, all[2].id, all[4].id]);
    assert_eq!(unfit(&first), numbers(&[&all[1], &all[3]]));
    assert!(first.unfit[0].why.contains("sector"), "{:?}", first.unfit);
    check(&*store, &first).await;
    for place in [0, 2, 4] {
        assert_eq!(story(&*store, all[place].id).await.0.status, Status::Validated);
    }
    let later = store.checks().lease(10, until(), until() + 30.seconds()).await.expect("asked");
    assert!(later.is_none(), "they are in nobody's way");
    let backlog = store.checks().backlog().await.expect("read");
    assert_eq!((backlog.new, backlog.again, backlog.aside), (0, 0, 2));
    assert_eq!(store.checks().aside(10).await.expect("read"), numbers(&[&all[1], &all[3]]));
    assert_eq!(store.checks().aside(1).await.expect("read"), numbers(&[&all[1]]));
    assert!(store.registrations().dossier(all[1].id).await.is_err(), "nothing is made up");
}

/// What has never been checked is checked for the first time, what a change concerns because of that change; what still
/// cannot be read is set aside again.
pub async fn what_is_set_aside_waits_again_with_its_cause(fixture: &impl Fixture) {
    let store = fixture.open().await;
    let old = stored(&*store, vec![worker(1, 1, 1)]).await.remove(0);
    check_all(&*store).await;
    person_changes(&*store, 1).await;
    let new = stored(&*store, vec![worker(2, 1, 1), worker(3, 1, 1)]).await;
    for spoilt in [&old, &new[0], &new[1]] {
        put_sector(fixture, &*store, spoilt, STRANGE).await;
    }
    let all = lease(&*store, 10).await.expect("waiting");
    assert_eq!(leased(&all), []);
    check(&*store, &all).await;
    assert_eq!(store.checks().backlog().await.expect("read").aside, 3);
    let meat = i64::from(Sector::Meat.number());
    for mended in [&old, &new[0]] {
        put_sector(fixture, &*store, mended, meat).await;
    }
    drop(store);
    let store = fixture.open().await;
    assert_eq!(store.checks().try_again().await.expect("done"), 3);
    assert_eq!(store.checks().backlog().await.expect("read").again, 3);
    let mut seen = Vec::new();
    while let Some(lease) = lease(&*store, 10).await {
        check(&*store, &lease).await;
        seen.extend(lease.registrations);
    }
    seen.sort_by_key(|(registration, _)| registration.id);
    let [(one, because), (other, first)] = &seen[..] else { panic!("{seen:?}") };
    assert_eq!((one.id, other.id), (old.id, new[0].id));
    assert!(matches!(because, Cause::RegisterChange { register: Register::Persons, .. }));
    assert_eq!(*first, Cause::Check);
    assert_eq!(story(&*store, new[0].id).await.1, [Cause::Registration, Cause::Check]);
    assert_eq!(store.checks().aside(10).await.expect("read"), numbers(&[&new[1]]));
    assert_eq!(store.checks().try_again().await.expect("done"), 1);
}

/// Another worker has it, and says itself what it cannot check.
pub async fn who_has_lost_a_lease_sets_nothing_aside(fixture: &impl Fixture) {
    let store = fixture.open().await;
    let all = stored(&*store, vec![worker(1, 1, 1), worker(2, 1, 1)]).await;
    put_sector(fixture, &*store, &all[0], STRANGE).await;
    let lost = lease(&*store, 10).await.expect("waiting");
    let second = store.checks().lease(10, until(), until() + 30.seconds()).await;
    let second = second.expect("asked").expect("waiting again");
    assert_eq!((unfit(&second), leased(&second)), (unfit(&lost), leased(&lost)));
    store.checks().set_aside(lost.id, numbers(&[&all[0], &all[1]])).await.expect("left");
    assert_eq!(store.checks().aside(10).await.expect("read"), [0_i64; 0]);
    check(&*store, &second).await;
    store.checks().set_aside(second.id, numbers(&[&all[1]])).await.expect("left");
    assert_eq!(store.checks().aside(10).await.expect("read"), numbers(&[&all[0]]));
}

/// Of what was checked before, a register's change is a new reason.
pub async fn a_change_lets_what_is_set_aside_wait_again(fixture: &impl Fixture) {
    let store = fixture.open().await;
    let all = stored(&*store, vec![worker(1, 1, 1), worker(2, 1, 1)]).await;
    check_all(&*store).await;
    person_changes(&*store, 1).await;
    put_sector(fixture, &*store, &all[0], STRANGE).await;
    let first = lease(&*store, 10).await.expect("waiting");
    check(&*store, &first).await;
    assert_eq!(store.checks().aside(10).await.expect("read"), numbers(&[&all[0]]));
    person_changes(&*store, 2).await;
    assert_eq!(store.checks().aside(10).await.expect("read"), numbers(&[&all[0]]), "another's");
    put_sector(fixture, &*store, &all[0], i64::from(Sector::Meat.number())).await;
    let row = Person { inss: sample::inss(1), known: Period::ALWAYS, replaced_by: None };
    let removed = vec![domain::register::Key::Person(row.inss)];
    let (rows, source) = (vec![], "test".into());
    let change = Change { register: Register::Persons, removed, rows, source, at: now() };
    store.registers().change(change).await.expect("changed").expect("it changes something");
    while store.checks().spread(DAY, 10).await.expect("found") > 0 {}
    let last = lease(&*store, 10).await.expect("waiting");
    let mut seen = leased(&last);
    seen.sort_unstable();
    assert_eq!((seen, unfit(&last)), (vec![all[0].id, all[1].id], vec![]));
    assert_eq!(store.checks().aside(10).await.expect("read"), [0_i64; 0]);
}
