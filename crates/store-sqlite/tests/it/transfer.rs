//! Everything is given, in pieces of any size, while nobody writes.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use domain::place::{Names, Region, RegisteredAddress};
use domain::register::Change;
use domain::{
    AuditAction, AuditEntry, Caller, Coordinates, Policy, Registration, Role, Sector, Sender, Work,
};
use domain::{cancel, sample};
use rusqlite::Connection;
use store::transfer::{Digest, Give as _, Progress, Row, TABLES, Table, Value};
use store::{Beside, Clients as _, Registrations as _, Store as _};
use store_sqlite::transfer::{Lane, Source};
use store_sqlite::{FILE_NAME, Options, SqliteStore};

use crate::backup::{moment, open, register, workers};

/// What lies in tables of the content by other names (counters, what waits, what is made of other rows), or is of no use
/// elsewhere (turns of nodes, what they tell each other).
const ELSEWHERE: &[&str] = &[
    "id_block",
    "client_version",
    "check_state",
    "check_lease",
    "address_cell",
    "webhook_turn",
    "caller_use",
    "journal",
];
/// Columns that only this store needs.
const OWN: &[&str] = &["born", "died", "generation", "digest", "lease", "swapped", "tidy"];

async fn fill(folder: &Path) {
    let store = open(folder);
    let work = Work::new(sample::works_reference(1), Sector::Meat);
    let change = Change::put_works(vec![work], "test", moment());
    store.registers().change(change).await.expect("changed");
    let stored = register(&store, 30).await;
    register(&store, 1).await;
    let ids = stored.iter().step_by(3).map(|registration| Some(registration.id)).collect();
    let rule = |_: usize, found: Option<&Registration>| {
        cancel(found, "OTHER", &Sender::default(), moment(), &Policy::today_and_tomorrow())
    };
    let caller = Caller::open(Sender::default());
    let entry = AuditEntry::new(&caller, AuditAction::Cancel, moment());
    let beside = Beside { entry: Some(entry), ..Beside::default() };
    store.amend_with(ids, Arc::new(rule), beside).await.expect("cancelled");
    for name in ["one", "two"] {
        let added = store.add_audited(sample::client(name, Role::Employer), None).await;
        added.expect("written").expect("new");
    }
}

fn address(region: Region, place: u8) -> RegisteredAddress {
    let names = |nl: &str| Names { nl: Some(nl.into()), fr: None, de: None };
    let point = Coordinates::new(4.35, 50.84 + f64::from(place) / 1000.0);
    RegisteredAddress {
        region,
        id: place.to_string().into(),
        post_code: 1070,
        municipality: names("Anderlecht"),
        street: names(if place.is_multiple_of(2) { "Bergense Steenweg" } else { "Wetstraat" }),
        house_number: place.to_string().into(),
        box_number: None,
        coordinates: point.expect("on earth"),
    }
}

fn every(lane: &mut Lane, table: &'static Table, most: usize) -> (Vec<Row>, Progress) {
    let (mut all, mut progress) = (Vec::new(), Progress::none(table));
    while !progress.complete {
        let rows = lane.rows(table, &progress.mark.0, most).expect("given");
        progress = progress.with(table, &rows);
        all.extend(rows);
    }
    (all, progress)
}

#[tokio::test]
async fn pieces_of_any_size_are_the_same_rows_in_the_order_of_their_keys() {
    let folder = tempfile::tempdir().expect("a folder");
    fill(folder.path()).await;
    let source = Source::hold(folder.path()).expect("held");
    let mut lane = source.lane().expect("opened");
    let mut filled = BTreeSet::new();
    for table in TABLES {
        let (all, progress) = every(&mut lane, table, 1000);
        assert_eq!(progress.rows, all.len() as u64);
        assert_eq!(lane.count(table).expect("counted"), progress.rows, "{}", table.name);
        for most in [1, 3, 7] {
            let (pieces, end) = every(&mut lane, table, most);
            assert!(pieces == all, "{} in pieces of {most}", table.name);
            assert_eq!(end, progress);
        }
        let keys: BTreeSet<_> =
            all.iter().map(|row| Row(row.0[..table.key].to_vec()).to_text()).collect();
        assert_eq!(keys.len(), all.len(), "{}: a key names one row", table.name);
        if !all.is_empty() {
            assert!(all.iter().all(|row| row.0.len() == table.columns.len()), "{}", table.name);
            filled.insert(table.name);
        }
    }
    for name in ["registration", "history", "step", "audit", "client", "work", "check_range"] {
        assert!(filled.contains(name), "{name} was filled");
    }
}

#[tokio::test]
async fn steps_tell_of_registrations_of_one_month_each() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = open(folder.path());
    let mut new = workers(6);
    for (place, registration) in new.iter_mut().enumerate() {
        if place >= 4 {
            registration.submission.day = jiff::civil::date(2026, 12, 1);
        }
    }
    store.register(new).await.expect("stored");
    drop(store);
    let source = Source::hold(folder.path()).expect("held");
    let table = Table::of("step").expect("a table");
    let (runs, _) = every(&mut source.lane().expect("opened"), table, 1000);
    let whole = |row: &Row| match row.0[..6] {
        [_, Value::Whole(first), _, Value::Whole(id), Value::Whole(count), Value::Whole(place)] => {
            (first, id, count, place)
        }
        _ => panic!("not of a step"),
    };
    assert_eq!(runs.iter().map(whole).collect::<Vec<_>>(), [(0, 1, 4, 0), (4, 5, 2, 0)]);
}

#[tokio::test]
async fn nobody_writes_while_it_is_held_and_its_state_tells_every_change() {
    let folder = tempfile::tempdir().expect("a folder");
    fill(folder.path()).await;
    let source = Source::hold(folder.path()).expect("held");
    let state = source.state().expect("read");
    let other = Connection::open(folder.path().join(FILE_NAME)).expect("opened");
    other.busy_timeout(std::time::Duration::ZERO).expect("set");
    assert!(other.execute_batch("BEGIN IMMEDIATE").is_err(), "it is held");
    drop(source);
    let again = Source::hold(folder.path()).expect("held").state().expect("read");
    assert_eq!(again, state);
    register(&open(folder.path()), 1).await;
    let later = Source::hold(folder.path()).expect("held").state().expect("read");
    assert_ne!(later, state);
}

#[tokio::test]
async fn addresses_are_given_region_by_region() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = open(folder.path());
    let mut staging = store.addresses().begin().await.expect("begun");
    let all: Vec<RegisteredAddress> = [Region::Brussels, Region::Flanders]
        .into_iter()
        .flat_map(|region| (0..20).map(move |place| address(region, place)))
        .collect();
    staging.put(all).await.expect("put");
    staging.swap(moment(), None, &|_, _| {}).await.expect("swapped");
    drop(store);
    let source = Source::hold(folder.path()).expect("held");
    let mut lane = source.lane().expect("opened");
    let table = Table::of("address").expect("a table");
    let (one, _) = every(&mut lane, table, 1000);
    let (other, _) = every(&mut lane, table, 3);
    assert_eq!(one.len(), 40);
    assert!(one == other);
    let digest = |rows: &[Row]| {
        let mut digest = Digest::default();
        for row in rows {
            digest.add(row);
        }
        digest
    };
    assert_eq!(digest(&one), digest(&other));
}

#[test]
fn every_table_and_column_of_the_schema_is_given() {
    let folder = tempfile::tempdir().expect("a folder");
    drop(SqliteStore::open(folder.path(), Options::default()).expect("opened"));
    let connection = Connection::open(folder.path().join(FILE_NAME)).expect("opened");
    let mut columns = connection
        .prepare(
            "SELECT t.name, c.name FROM sqlite_schema t JOIN pragma_table_info(t.name) c \
             WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite%'",
        )
        .expect("prepared");
    let columns = columns.query_map((), |row| Ok((row.get(0)?, row.get(1)?))).expect("read");
    for column in columns {
        let (table, column): (String, String) = column.expect("read");
        if ELSEWHERE.contains(&table.as_str()) || OWN.contains(&column.as_str()) {
            continue;
        }
        let given = Table::of(&table).unwrap_or_else(|| panic!("{table} is not given"));
        let column = match (table.as_str(), column.as_str()) {
            ("employment", "user") => "user_enterprise",
            ("step", "number") => "entry",
            (_, column) => column,
        };
        assert!(given.columns.contains(&column), "{table}.{column} is not given");
    }
}
