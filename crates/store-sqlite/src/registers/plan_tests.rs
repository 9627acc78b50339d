//! How an import's rows are compared with those of the store: one side is read once, the other is a step in its key for
//! each row. Two reads from end to end inside one another would take hours for a register of some million rows.

use domain::register::Register;
use rusqlite::Connection;
use store::ImportForm;

use super::table::tables;
use super::{staging, swap};
use crate::plan::tests::steps;
use crate::{FILE_NAME, schema};

/// A step that looks rows up by every column of their key, or by those in front.
fn looks_up(step: &str, alias: &str) -> bool {
    step.starts_with(&format!("SEARCH {alias} USING PRIMARY KEY ("))
}

fn gathered(register: Register, of_store: &str) -> Connection {
    let gathered = Connection::open_in_memory().expect("memory");
    staging::create(&gathered, register).expect("the tables of an import");
    gathered.execute("ATTACH ? AS store", (of_store,)).expect("attached");
    gathered
}

#[test]
fn what_comes_and_goes_is_found_by_steps_in_keys() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join(FILE_NAME);
    let mut store = Connection::open(&file).expect("a file");
    schema::migrate(&mut store).expect("the schema");
    for register in Register::ALL {
        let gathered = gathered(register, &file.to_string_lossy());
        for table in tables(register) {
            let come = steps(&gathered, &swap::come(table, 7));
            assert_eq!(come[0], "SCAN n", "{come:?}");
            assert!(come.iter().any(|step| looks_up(step, "s")), "{come:?}");
            assert!(come.iter().all(|step| !step.starts_with("SCAN s")), "{come:?}");

            let go = steps(&gathered, &swap::go(table, 7, ImportForm::Whole));
            assert_eq!(go[0], "SCAN s", "{go:?}");
            let all = table.columns.iter().map(|column| format!("{column}=?"));
            let by_all = all.collect::<Vec<_>>().join(" AND ");
            let step = format!("SEARCH n USING PRIMARY KEY ({by_all})");
            assert!(go.contains(&step), "{go:?}");

            let go = steps(&gathered, &swap::go(table, 7, ImportForm::Update));
            assert_eq!(go[0], "SCAN g", "{go:?}");
            assert!(go.iter().any(|step| looks_up(step, "s")), "{go:?}");
            assert!(go.contains(&step), "{go:?}");
        }
    }
}
