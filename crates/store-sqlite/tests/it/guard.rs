use domain::{Error, ErrorKind};
use store_sqlite::{FILE_NAME, Options, SqliteStore};

fn refused(write: impl FnOnce(&std::path::Path)) -> Error {
    let folder = tempfile::tempdir().expect("a folder");
    write(&folder.path().join(FILE_NAME));
    match SqliteStore::open(folder.path(), Options::default()) {
        Ok(_) => panic!("opened"),
        Err(error) => error,
    }
}

#[test]
fn a_file_that_is_no_database_is_refused() {
    let error = refused(|file| std::fs::write(file, "no database ".repeat(100)).expect("written"));
    assert_eq!(error.kind(), ErrorKind::StoreRefused);
}

#[test]
fn a_database_of_another_program_is_refused() {
    let error = refused(|file| {
        let connection = rusqlite::Connection::open(file).expect("made");
        connection.execute_batch("CREATE TABLE theirs (x)").expect("set up");
    });
    assert_eq!(error.kind(), ErrorKind::StoreRefused);
}

#[test]
fn a_folder_that_cannot_be_made_is_refused() {
    let file = tempfile::NamedTempFile::new().expect("a file");
    let Err(error) = SqliteStore::open(&file.path().join("below"), Options::default()) else {
        panic!("opened");
    };
    assert_eq!(error.kind(), ErrorKind::StoreRefused);
}
