//! Copies of a database that others use, and what is found wrong with one.

use std::path::Path;
use std::sync::Arc;

use domain::{
    AuditAction, AuditEntry, Caller, Channel, NewRegistration, Registration, RegistrationId,
};
use domain::{Sender, Submission, Who, sample};
use jiff::Timestamp;
use rusqlite::Connection;
use store::{Audit as _, Beside, Registrations as _, Store as _};
use store_sqlite::backup::{BackupError, Copying, copy, leave_out_ids, quick_check, verify};
use store_sqlite::{FILE_NAME, Options, SqliteStore};
use tempfile::TempDir;

pub(crate) fn open(folder: &Path) -> SqliteStore {
    SqliteStore::open(folder, Options::default()).expect("opened")
}

pub(crate) fn moment() -> Timestamp {
    "2026-11-24T06:30:00Z".parse().expect("a moment")
}

pub(crate) fn workers(count: u32) -> Vec<NewRegistration> {
    let at = moment();
    let worker = |place| {
        let company = sample::enterprise_number(1);
        let submission = Submission {
            day: domain::belgian_day(at),
            moment: None,
            who: Who::Worker { inss: sample::inss(place), company },
            works: sample::works_reference(1),
            reference: None,
        };
        NewRegistration {
            submission,
            sector: None,
            created: at,
            channel: Channel::WebService,
            sender: Sender::default(),
        }
    };
    (0..count).map(worker).collect()
}

pub(crate) async fn register(store: &SqliteStore, count: u32) -> Vec<Registration> {
    let caller = Caller::open(Sender::default());
    let entry = AuditEntry::new(&caller, AuditAction::Register, moment());
    let beside = Beside { entry: Some(entry), ..Beside::default() };
    store.register_with(workers(count), beside).await.expect("stored").now().expect("not repeated")
}

fn copied(folder: &Path, target: &Path) -> Result<store_sqlite::backup::Contents, BackupError> {
    copy(folder, target, &mut Copying { rate: None, progress: &mut |_, _| {} })
}

/// A folder with some registrations in it, and a copy of its database.
async fn copy_of_some() -> (TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let store = open(folder.path());
    register(&store, 20).await;
    let target = folder.path().join("copy");
    copied(folder.path(), &target).expect("copied");
    (folder, target)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_holds_what_was_acknowledged_before_it_and_nothing_by_half() {
    let folder = tempfile::tempdir().expect("a folder");
    let target = tempfile::tempdir().expect("a folder");
    let store = Arc::new(open(folder.path()));
    let mut before = Vec::new();
    for _ in 0..4 {
        before.extend(register(&store, 5000).await);
    }
    let (from, to) = (folder.path().to_owned(), target.path().join(FILE_NAME));
    let (writer, runtime) = (Arc::clone(&store), tokio::runtime::Handle::current());
    let (contents, written) = tokio::task::spawn_blocking(move || {
        let mut written = 0;
        // Between any two steps others write: the copy goes on and is of the moment when it began.
        let mut progress = |_, _| {
            runtime.block_on(register(&writer, 200));
            written += 1;
        };
        let mut how = Copying { rate: None, progress: &mut progress };
        (copy(&from, &to, &mut how).expect("copied"), written)
    })
    .await
    .expect("no panic");
    assert!(written > 1, "it took more than one step");
    assert_eq!(contents.rows["registration"], 20_000);
    let file = target.path().join(FILE_NAME);
    assert_eq!(verify(&file).expect("sound"), contents);
    verify(&file).expect("sound").check(&contents).expect("the same");
    assert_eq!(quick_check(target.path()).expect("read"), Vec::<String>::new());
    let restored = open(target.path());
    for registration in [&before[0], &before[19_999]] {
        let found = restored.dossier(registration.id).await.expect("read").expect("there");
        assert_eq!(found.registration, *registration);
    }
    assert_eq!(restored.heads().await.expect("read")[0].place.sequence, 4);
    register(&restored, 1).await;
}

#[tokio::test]
async fn a_log_that_a_reader_held_begins_anew_when_the_reader_has_gone() {
    let folder = tempfile::tempdir().expect("a folder");
    let options = Options { checkpoint_pages: 20, ..Options::default() };
    let store = SqliteStore::open(folder.path(), options).expect("opened");
    register(&store, 1).await;
    store.check().await.expect("the database holds it");
    let reader = Connection::open(folder.path().join(FILE_NAME)).expect("opened");
    let moment = reader.unchecked_transaction().expect("begun");
    let count = |connection: &Connection| -> i64 {
        let sql = "SELECT count(*) FROM registration";
        connection.query_row(sql, (), |row| row.get(0)).expect("counted")
    };
    assert_eq!(count(&moment), 1);
    for _ in 0..40 {
        register(&store, 50).await;
        store.check().await.expect("the database holds it");
    }
    assert_eq!(count(&moment), 1, "the moment is kept");
    drop(moment);
    let log = || std::fs::metadata(folder.path().join("presence.sqlite-wal")).expect("there").len();
    let grown = log();
    for _ in 0..80 {
        register(&store, 50).await;
        store.check().await.expect("the database holds it");
    }
    assert!(log() < grown, "{} bytes are given back of {grown}", log());
}

#[tokio::test]
async fn a_copy_is_never_put_in_the_place_of_a_file() {
    let (folder, target) = copy_of_some().await;
    let refused = copied(folder.path(), &target).expect_err("is there");
    assert!(
        matches!(&refused, BackupError::File(error) if error.kind() == std::io::ErrorKind::AlreadyExists)
    );
}

#[tokio::test]
async fn what_is_damaged_changed_or_missing_is_found() {
    let changed = async |sql: &str| {
        let (folder, target) = copy_of_some().await;
        let whole = verify(&target).expect("sound");
        let connection = Connection::open(&target).expect("opened");
        connection.execute_batch(sql).expect("changed");
        drop(connection);
        let verified = verify(&target).and_then(|contents| contents.check(&whole));
        drop(folder);
        verified.expect_err(sql)
    };
    let error = changed(
        "DROP TRIGGER audit_is_never_changed; UPDATE audit SET body = replace(body, '1', '2')",
    )
    .await;
    assert!(matches!(error, BackupError::Audit(_)), "{error}");
    let error =
        changed("DROP TRIGGER registration_stays; DELETE FROM registration WHERE id = 7").await;
    assert!(error.to_string().contains("registration: 19 rows of 20"), "{error}");
    let error = changed("PRAGMA user_version = 1000").await;
    assert!(matches!(error, BackupError::Schema(_)), "{error}");
    let error = changed(
        "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET rootpage = 2 WHERE name = 'registration_by_inss'",
    )
    .await;
    assert!(matches!(error, BackupError::Damaged(_) | BackupError::Sqlite(_)), "{error}");

    let (_folder, target) = copy_of_some().await;
    let mut bytes = std::fs::read(&target).expect("read");
    let half = bytes.len() / 2;
    bytes[half..].fill(0x5a);
    std::fs::write(&target, bytes).expect("written");
    let error = verify(&target).expect_err("is damaged");
    assert!(matches!(error, BackupError::Damaged(_) | BackupError::Sqlite(_)), "{error}");
}

#[tokio::test]
async fn ids_are_left_out_and_not_beyond_the_last() {
    let (folder, target) = copy_of_some().await;
    leave_out_ids(&target, 1_000_000).expect("left out");
    let beyond = leave_out_ids(&target, RegistrationId::MAX.unsigned_abs());
    assert!(matches!(beyond, Err(BackupError::OutOfIds(_))));
    let restored = folder.path().join("restored");
    std::fs::create_dir(&restored).expect("made");
    std::fs::rename(&target, restored.join(FILE_NAME)).expect("moved");
    let first = register(&open(&restored), 1).await.remove(0);
    assert!(first.id.number() > 1_000_000, "{}", first.id);
}

#[test]
fn a_folder_without_data_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let error = copied(folder.path(), &folder.path().join("copy")).expect_err("nothing there");
    assert!(matches!(error, BackupError::Sqlite(_)), "{error}");
    assert!(!folder.path().join("copy").exists());
}
