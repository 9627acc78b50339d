//! What was acknowledged before the database held it: after a crash, beside other processes, and when the database refuses.

use std::path::Path;

use domain::Registration;
use rusqlite::Connection;
use store::{Audit as _, AuditPlace, Registrations as _, Store as _};
use store_sqlite::backup::{self, Copying, verify};
use store_sqlite::{FILE_NAME, Options, SqliteStore};
use tempfile::TempDir;

use crate::backup::{open, register, workers};

const JOURNAL: &str = "presence.sqlite-calls";

/// A database that another process writes to, so that this one cannot follow its journal.
fn held(folder: &Path) -> Connection {
    let connection = Connection::open(folder.join(FILE_NAME)).expect("opened");
    connection.execute_batch("BEGIN IMMEDIATE").expect("begun");
    connection
}

/// What lies in the folder at this moment, as it would after a crash.
fn crashed(folder: &Path) -> TempDir {
    let image = tempfile::tempdir().expect("a folder");
    for entry in std::fs::read_dir(folder).expect("read") {
        let path = entry.expect("read").path();
        // The index of the log is made anew after a crash.
        if path.extension().is_none_or(|extension| extension != "sqlite-shm") {
            let name = path.file_name().expect("a file");
            std::fs::copy(&path, image.path().join(name)).expect("copied");
        }
    }
    image
}

/// A store with registrations of which the database holds the first, and the journal the others; and its image after a
/// crash.
async fn crash() -> (TempDir, Vec<Registration>) {
    let folder = tempfile::tempdir().expect("a folder");
    let store = open(folder.path());
    let mut stored = register(&store, 3).await;
    store.check().await.expect("written");
    let hold = held(folder.path());
    stored.extend(register(&store, 45).await);
    assert_eq!(rows(folder.path()), 3, "the database is behind");
    let image = crashed(folder.path());
    drop(hold);
    (image, stored)
}

fn rows(folder: &Path) -> i64 {
    let connection = Connection::open(folder.join(FILE_NAME)).expect("opened");
    let sql = "SELECT count(*) FROM registration";
    connection.query_row(sql, (), |row| row.get(0)).expect("counted")
}

async fn all_are_there(store: &SqliteStore, stored: &[Registration]) {
    for registration in stored {
        let found = store.dossier(registration.id).await.expect("read").expect("there");
        assert_eq!(found.registration, *registration);
    }
}

#[tokio::test]
async fn after_a_crash_what_was_acknowledged_is_there_once_with_its_audit() {
    let (image, stored) = crash().await;
    for _ in 0..2 {
        let store = open(image.path());
        all_are_there(&store, &stored).await;
        let records = store.records(AuditPlace { chain: 1, sequence: 0 }, 10).await.expect("read");
        assert_eq!(records.len(), 2);
        assert_eq!(store.checks().backlog().await.expect("read").new, 48);
        let steps: i64 = {
            let connection = Connection::open(image.path().join(FILE_NAME)).expect("opened");
            let sql = "SELECT sum(count) FROM step";
            connection.query_row(sql, (), |row| row.get(0)).expect("read")
        };
        assert_eq!(steps, 48);
        drop(store);
    }
    let store = open(image.path());
    let more = register(&store, 1).await;
    assert!(more[0].id > stored[47].id, "no id is given twice");
    drop(store);
    verify(&image.path().join(FILE_NAME)).expect("sound, and the audit whole");
}

#[tokio::test]
async fn a_backup_after_a_crash_holds_what_was_acknowledged() {
    let (image, stored) = crash().await;
    let target = tempfile::tempdir().expect("a folder");
    let mut how = Copying { rate: None, progress: &mut |_, _| {} };
    backup::copy(image.path(), &target.path().join(FILE_NAME), &mut how).expect("copied");
    all_are_there(&open(target.path()), &stored).await;
}

#[tokio::test]
async fn reads_find_what_was_acknowledged_also_from_another_process() {
    let folder = tempfile::tempdir().expect("a folder");
    let (one, two) = (open(folder.path()), open(folder.path()));
    for _ in 0..20 {
        let stored = register(&one, 2).await;
        all_are_there(&two, &stored).await;
        let stored = register(&two, 2).await;
        all_are_there(&one, &stored).await;
    }
    drop(one);
    // Its journal has a new owner now.
    let stored = register(&two, 2).await;
    all_are_there(&two, &stored).await;
    all_are_there(&open(folder.path()), &stored).await;
}

#[tokio::test]
async fn a_journal_that_is_full_begins_anew() {
    let folder = tempfile::tempdir().expect("a folder");
    let options = Options { journal_bytes: 64 * 1024, ..Options::default() };
    let store = SqliteStore::open(folder.path(), options).expect("opened");
    let mut last = Vec::new();
    for _ in 0..20 {
        last = register(&store, 100).await;
    }
    // More than the whole of it.
    last.extend(register(&store, 1000).await);
    assert!(std::fs::metadata(folder.path().join(JOURNAL)).expect("there").len() <= 64 * 1024);
    all_are_there(&store, &last).await;
    drop(store);
    let store = open(folder.path());
    all_are_there(&store, &last).await;
    store.check().await.expect("written");
    assert_eq!(rows(folder.path()), 3000);
}

#[tokio::test]
async fn a_journal_of_another_database_is_refused_and_kept() {
    let (image, _) = crash().await;
    let other = tempfile::tempdir().expect("a folder");
    register(&open(other.path()), 1).await;
    std::fs::copy(image.path().join(JOURNAL), other.path().join(JOURNAL)).expect("copied");
    let refused = SqliteStore::open(other.path(), Options::default()).err().expect("refused");
    let text = format!("{refused:?}");
    assert!(text.contains("ForeignJournal"), "{text}");
    std::fs::rename(other.path().join(JOURNAL), image.path().join("kept")).expect("moved");
    register(&open(other.path()), 1).await;
}

#[tokio::test]
async fn a_database_that_cannot_follow_loses_nothing_and_takes_no_more_until_it_can() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = open(folder.path());
    register(&store, 1).await;
    store.check().await.expect("written");
    let other = Connection::open(folder.path().join(FILE_NAME)).expect("opened");
    other
        .execute_batch(
            "CREATE TRIGGER full BEFORE INSERT ON registration BEGIN SELECT RAISE(ABORT, 'full'); END",
        )
        .expect("made");
    let stored = register(&store, 5).await;
    store.dossier(stored[0].id).await.expect_err("it would not be found");
    store.register(workers(1)).await.expect_err("it could not follow either");
    other.execute_batch("DROP TRIGGER full").expect("dropped");
    all_are_there(&store, &stored).await;
    register(&store, 1).await;
}
