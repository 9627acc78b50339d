use std::sync::Arc;

use domain::register::{Change, Register, Row};
use domain::{
    AuditAction, AuditEntry, AuditPerson, Caller, Client, ItemError, Policy, Registration, Role,
    Sector, Sender, Work, cancel, sample,
};

use super::Fixture;
use super::samples::{ids, moment, posted, sender, worker};
use crate::{AuditCheck, AuditPlace, AuditRecord, ImportForm, Store, audit_body};

fn entry(action: AuditAction) -> AuditEntry {
    let caller = Caller::open(sender(1)).with_ticket("ticket-1");
    AuditEntry::new(&caller, action, moment("2026-11-24T06:30:00Z"))
}

/// The records of all chains, one after the other.
async fn records(store: &dyn Store) -> Vec<AuditRecord> {
    let mut all = Vec::new();
    for head in store.audit().heads().await.expect("read") {
        let chain = AuditPlace::before(head.place.chain);
        all.extend(store.audit().records(chain, 1000).await.expect("read"));
    }
    all
}

/// Holds the records against their hashes, and the heads of the store against the last; answers how many there are.
async fn verified(store: &dyn Store) -> u64 {
    let mut check = AuditCheck::new(Vec::new());
    for record in records(store).await {
        check.next(&record).expect("a whole chain");
    }
    let heads = check.end().expect("to its end");
    assert_eq!(store.audit().heads().await.expect("read"), heads);
    heads.iter().map(|head| head.place.sequence).sum()
}

/// With the ids that they were given.
pub async fn registrations_are_written_down_with_their_ids(fixture: &impl Fixture) {
    let store = fixture.open().await;
    let new = vec![worker(1, 1, 1), posted(), worker(2, 1, 1)];
    let asked = entry(AuditAction::Register).about(&new, 4);
    let stored = store.registrations().register_with(new, Some(asked.clone()).into()).await;
    let stored = stored.expect("stored").now().expect("stored now");
    let expected = AuditEntry {
        registrations: stored.iter().map(|registration| registration.id).collect(),
        ..asked
    };
    let written = records(&*store).await;
    assert_eq!(written.len(), 1);
    assert_eq!(written[0].body, audit_body(&expected));
    assert!(written[0].body.contains(&sample::inss(2).digits()));
    verified(&*store).await;
}

/// All that were asked for, and the persons of those that were changed.
pub async fn decisions_are_written_down_with_what_became_of_them(fixture: &impl Fixture) {
    let store = fixture.open().await;
    let new = vec![worker(1, 1, 1), worker(2, 1, 1)];
    let ids = ids(&store.registrations().register(new).await.expect("stored"));
    assert_eq!(records(&*store).await, [], "what the service does of itself, the history tells");
    let first_only = |place: usize, found: Option<&Registration>| {
        if place > 0 {
            return Err(ItemError::NotAuthorized.into());
        }
        let now = moment("2026-11-24T09:00:00Z");
        cancel(found, "OTHER", &Sender::default(), now, &Policy::today_and_tomorrow())
    };
    let asked = entry(AuditAction::Cancel);
    for answered in 0..2 {
        let answers = store
            .registrations()
            .amend_with(ids.clone(), Arc::new(first_only), Some(asked.clone()).into())
            .await
            .expect("handled")
            .now()
            .expect("decided now");
        let body = audit_body(&asked.clone().decided(&ids, &answers));
        let written = records(&*store).await;
        assert_eq!((written.len(), &written[answered].body), (answered + 1, &body));
        assert_eq!(body.contains(&sample::inss(1).digits()), answered == 0);
        assert!(!body.contains(&sample::inss(2).digits()));
        assert!(body.contains(if answered == 0 { "done" } else { "nothing" }), "{body}");
    }
    verified(&*store).await;
}

/// Together with the change, and not when it is refused.
pub async fn changes_of_clients_are_written_down(fixture: &impl Fixture) {
    let store = fixture.open().await;
    let client = sample::client("one", Role::Employer);
    let add = entry(AuditAction::AddClient);
    let added = store.clients().add_audited(client.clone(), Some(add.clone())).await;
    assert_eq!(added.expect("written"), Ok(()));
    let again = store.clients().add_audited(client.clone(), Some(add.clone())).await;
    assert!(again.expect("handled").is_err());
    let change = entry(AuditAction::ChangeClient);
    let changed = Client { name: "other".into(), ..client };
    let changed = store.clients().change_audited(changed, Some(change.clone())).await;
    assert_eq!(changed.expect("written"), Ok(()));
    let bodies: Vec<_> = records(&*store).await.into_iter().map(|record| record.body).collect();
    assert_eq!(bodies, [audit_body(&add), audit_body(&change)]);
}

/// With what became of it, in the transaction that swaps; also when the register was the same already.
pub async fn imports_and_changes_of_registers_are_written_down(fixture: &impl Fixture) {
    let store = fixture.open().await;
    let at = moment("2026-11-24T06:30:00Z");
    let asked = AuditEntry {
        detail: "register=works works.jsonl=sha256:00".into(),
        ..AuditEntry::of_operator("keeper", AuditAction::Import, at)
    };
    let work = Work::new(sample::works_reference(1), Sector::Meat);
    let mut expected = Vec::new();
    for _ in 0..2 {
        let begun = store.registers().begin(Register::Works, ImportForm::Whole).await;
        let mut staging = begun.expect("begun");
        staging.put(vec![Row::Work(work.clone())]).await.expect("put");
        let import = staging.swap("works.jsonl", at, Some(asked.clone()), &|_, _| ()).await;
        let import = import.expect("swapped");
        expected.push(audit_body(&asked.clone().imported(import.as_ref())));
    }
    let asked = AuditEntry {
        detail: "work=1".into(),
        ..AuditEntry::of_operator("keeper", AuditAction::AddWork, at)
    };
    let other = Work::new(sample::works_reference(2), Sector::Meat);
    for _ in 0..2 {
        let change = Change::put_works(vec![other.clone()], "by hand", at);
        let import = store.registers().change_audited(change, Some(asked.clone())).await;
        let import = import.expect("changed");
        expected.push(audit_body(&asked.clone().imported(import.as_ref())));
    }
    let bodies: Vec<_> = records(&*store).await.into_iter().map(|record| record.body).collect();
    assert_eq!(bodies, expected);
    assert!(bodies[0].contains("\"done\"") && bodies[0].contains(" added=1 removed=0"));
    assert!(bodies[1].contains("\"nothing\"") && !bodies[1].contains("added"));
    assert!(bodies[2].contains("\"done\"") && bodies[3].contains("\"nothing\""));
    verified(&*store).await;
}

/// An import that is dropped, and a change that is refused, leave no record.
pub async fn what_is_not_swapped_in_is_not_written_down(fixture: &impl Fixture) {
    let store = fixture.open().await;
    let at = moment("2026-11-24T06:30:00Z");
    let begun = store.registers().begin(Register::Works, ImportForm::Whole).await;
    let staging = begun.expect("begun");
    let work = Work::new(sample::works_reference(1), Sector::Meat);
    let change = Change::put_works(vec![work], "by hand", at);
    let asked = AuditEntry::of_operator("keeper", AuditAction::AddWork, at);
    assert!(store.registers().change_audited(change, Some(asked)).await.is_err(), "it is busy");
    drop(staging);
    assert_eq!(records(&*store).await, []);
}

/// The regions that changed, and how many addresses they have.
pub async fn imports_of_addresses_are_written_down(fixture: &impl Fixture) {
    let store = fixture.open().await;
    let at = moment("2026-11-24T06:30:00Z");
    let asked = AuditEntry {
        detail: "register=addresses".into(),
        ..AuditEntry::of_operator("keeper", AuditAction::Import, at)
    };
    for _ in 0..2 {
        let mut staging = store.addresses().begin().await.expect("begun");
        staging.put(vec![super::addresses::address(1, "475", None)]).await.expect("put");
        let swapped = staging.swap(at, Some(asked.clone()), &|_, _| ()).await;
        swapped.expect("swapped");
    }
    let bodies: Vec<_> = records(&*store).await.into_iter().map(|record| record.body).collect();
    assert_eq!(bodies.len(), 2);
    assert!(bodies[0].contains("register=addresses BE-BRU=1"), "{bodies:?}");
    assert!(bodies[1].contains("\"nothing\""), "{bodies:?}");
    verified(&*store).await;
}

/// However many append at once, through however many openings of the data, and after a restart.
pub async fn the_chain_has_no_gap_whoever_appends(fixture: &impl Fixture) {
    let stores = [fixture.open().await, fixture.open().await];
    let calls: Vec<_> = (0..60_u32)
        .map(|call| {
            let store = Arc::clone(&stores[call as usize % stores.len()]);
            tokio::spawn(async move {
                let persons = vec![AuditPerson::Inss(sample::inss(call))];
                let entry = AuditEntry { persons, ..entry(AuditAction::Search) };
                if call % 3 == 0 {
                    let new = vec![worker(call, 1, 1)];
                    store.registrations().register_with(new, Some(entry).into()).await.map(drop)
                } else {
                    store.audit().append(entry).await
                }
            })
        })
        .collect();
    for call in calls {
        call.await.expect("no panic").expect("appended");
    }
    drop(stores);
    let store = fixture.open().await;
    assert_eq!(verified(&*store).await, 60);
    let head = store.audit().heads().await.expect("read")[0].place;
    let after = AuditPlace { sequence: head.sequence - 3, ..head };
    let page = store.audit().records(after, 2).await.expect("read");
    assert_eq!(
        page.iter().map(|record| record.place).collect::<Vec<_>>(),
        [after.next(), after.next().next()]
    );
    let nowhere = AuditPlace::before(1_000_000);
    assert_eq!(store.audit().records(nowhere, 2).await.expect("read"), []);
}
