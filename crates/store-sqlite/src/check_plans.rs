//! How the statements of the worker run: by indexes, whatever the number of registrations and the size of registers.

use crate::plan::tests::{database, steps};
use crate::registers::look_up;
use crate::registers::works;
use crate::{aside, checks, spread};

#[test]
fn what_waits_is_found_by_the_id_and_by_the_lease() {
    let connection = database();
    let waits = steps(&connection, checks::WAITS);
    for step in [
        "SEARCH recheck USING COVERING INDEX recheck_by_lease (lease=?)",
        "SEARCH registration USING INTEGER PRIMARY KEY (rowid>?)",
    ] {
        assert!(waits.iter().any(|one| one == step), "{waits:?}");
    }
    let new = steps(&connection, checks::NEW);
    assert!(new.iter().any(|step| step.ends_with("PRIMARY KEY (rowid>?)")), "{new:?}");
    assert!(new.iter().all(|step| !step.contains("TEMP B-TREE")), "{new:?}");
    let again = steps(&connection, checks::AGAIN);
    assert!(again[0].ends_with("INTEGER PRIMARY KEY (rowid=?)"), "{again:?}");
    let by_lease = "SEARCH recheck USING COVERING INDEX recheck_by_lease (lease=?)";
    assert!(again.iter().any(|step| step == by_lease), "{again:?}");
    assert!(again.iter().all(|step| !step.contains("TEMP B-TREE")), "{again:?}");
    let leased = steps(&connection, checks::LEASED_AGAIN);
    assert_eq!(leased, ["SEARCH recheck USING INDEX recheck_by_lease (lease=?)"]);
    for sql in [aside::READ, aside::COUNT] {
        let aside = steps(&connection, sql);
        let [step] = &aside[..] else { panic!("{aside:?}") };
        assert!(
            step.starts_with("SEARCH recheck USING COVERING INDEX recheck_by_lease (lease=?"),
            "{step}"
        );
    }
    let leased = steps(&connection, &checks::leased_new());
    assert_eq!(leased, ["SEARCH registration USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)"]);
}

#[test]
fn repetitions_and_concerned_registrations_are_steps_in_an_index() {
    let connection = database();
    let person = "SEARCH registration USING INDEX registration_by_inss (day=? AND inss=?";
    let newest = "SEARCH registration USING INDEX registration_by_newest (day=? AND newest=?)";
    let limosa = "SEARCH registration USING INDEX registration_by_limosa (day=? AND limosa=?";
    for (sql, expected) in [
        (checks::EARLIER_OF_PERSON.to_owned(), format!("{person} AND rowid<?)")),
        (checks::EARLIER_OF_LIMOSA.to_owned(), format!("{limosa} AND rowid<?)")),
        (checks::LATER_OF_PERSON.to_owned(), format!("{person} AND rowid>?)")),
        (checks::LATER_OF_LIMOSA.to_owned(), format!("{limosa} AND rowid>?)")),
        (spread::by_person(), format!("{person})")),
        (spread::by_newest(), newest.to_owned()),
        (spread::by_limosa(), format!("{limosa})")),
        (
            spread::by_company(),
            "SEARCH registration USING INDEX registration_by_company (day=? AND company=?)".into(),
        ),
        (
            spread::by_works(),
            "SEARCH registration USING INDEX registration_by_works (day=? AND works=?)".into(),
        ),
    ] {
        assert_eq!(steps(&connection, &sql), [expected], "{sql}");
    }
}

#[test]
fn changes_are_read_in_their_order_without_sorting() {
    let connection = database();
    let steps = steps(&connection, spread::CHANGES);
    assert_eq!(steps, ["SCAN c", "SEARCH i USING INTEGER PRIMARY KEY (rowid=?)"]);
    assert!(spread::CHANGES.ends_with("LIMIT ?"), "a scan that ends after a portion");
}

#[test]
fn every_question_to_a_register_is_a_step_in_an_index() {
    let connection = database();
    for (sql, expected) in [
        (look_up::PERSON, "SEARCH person USING PRIMARY KEY (inss=?)"),
        (look_up::REPLACED, "SEARCH person USING INDEX person_replaced (replaced_by=?)"),
        (look_up::ENTERPRISE, "SEARCH enterprise USING PRIMARY KEY (number=?)"),
        (look_up::MANDATES, "SEARCH mandate USING INDEX mandate_by_person (inss=?)"),
        (look_up::HOLDERS, "SEARCH mandate USING PRIMARY KEY (enterprise=?)"),
        (look_up::EMPLOYER, "SEARCH employer USING PRIMARY KEY (enterprise=?)"),
        (look_up::EMPLOYMENT, "SEARCH employment USING PRIMARY KEY (inss=? AND enterprise=?)"),
        (look_up::DECLARATION, "SEARCH posted_worker USING PRIMARY KEY (limosa=?)"),
        (
            look_up::POSTED_PERSON,
            "SEARCH posted_worker USING INDEX posted_worker_by_person (inss=?)",
        ),
        (works::WORK, "SEARCH work USING PRIMARY KEY (reference=?)"),
        (
            works::CONTRACT,
            "SEARCH work_contract USING PRIMARY KEY (work=? AND company=? AND vat=?)",
        ),
    ] {
        assert_eq!(steps(&connection, sql), [expected], "{sql}");
    }
}
