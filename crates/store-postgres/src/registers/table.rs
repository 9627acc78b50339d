use domain::register::Register;

use crate::import::Kind::{Int, Long, Real, Text};
use crate::import::Table;

const PERSON: Table = Table {
    name: "person",
    columns: &[("inss", Long), ("known_from", Int), ("known_until", Int), ("replaced_by", Long)],
    key: 1,
    // A number that no longer leads to another one leaves that one's registrations, too.
    concerns: &["inss, 0, '', ''", "replaced_by, 0, '', ''"],
};
const ENTERPRISE: Table = Table {
    name: "enterprise",
    columns: &[("number", Long), ("exists_from", Int), ("exists_until", Int), ("situation", Int)],
    key: 1,
    concerns: &["0, number, '', ''"],
};
const MANDATE: Table = Table {
    name: "mandate",
    columns: &[
        ("enterprise", Long),
        ("inss", Long),
        ("function", Text),
        ("first", Int),
        ("last", Int),
    ],
    key: 1,
    concerns: &["inss, enterprise, '', ''"],
};
const EMPLOYER: Table = Table {
    name: "employer",
    columns: &[("enterprise", Long), ("first", Int), ("last", Int)],
    key: 1,
    concerns: &["0, enterprise, '', ''"],
};
const EMPLOYMENT: Table = Table {
    name: "employment",
    columns: &[
        ("inss", Long),
        ("enterprise", Long),
        ("worker_type", Text),
        ("first", Int),
        ("last", Int),
        ("user_enterprise", Long),
    ],
    key: 2,
    concerns: &["inss, enterprise, '', ''"],
};
const POSTED_WORKER: Table = Table {
    name: "posted_worker",
    columns: &[
        ("limosa", Text),
        ("inss", Long),
        ("vat", Text),
        ("employer", Text),
        ("country", Text),
        ("first", Int),
        ("last", Int),
    ],
    key: 1,
    concerns: &["inss, 0, limosa, ''"],
};
const WORK: Table = Table {
    name: "work",
    columns: &[
        ("reference", Text),
        ("sector", Int),
        ("first", Int),
        ("last", Int),
        ("subject", Int),
    ],
    key: 1,
    concerns: &["0, 0, '', reference"],
};
const WORK_SITE: Table = Table {
    name: "work_site",
    columns: &[
        ("work", Text),
        ("place", Int),
        ("post_code", Text),
        ("municipality", Text),
        ("street", Text),
        ("house_number", Text),
        ("box_number", Text),
        ("longitude", Real),
        ("latitude", Real),
    ],
    key: 1,
    concerns: &["0, 0, '', work"],
};
const WORK_CONTRACT: Table = Table {
    name: "work_contract",
    columns: &[
        ("work", Text),
        ("company", Long),
        ("vat", Text),
        ("role", Int),
        ("commissioned_by", Long),
        ("first", Int),
        ("last", Int),
    ],
    key: 1,
    concerns: &["0, 0, '', work"],
};

/// The tables of a register.
pub(super) fn tables(register: Register) -> &'static [Table] {
    match register {
        Register::Persons => &[PERSON],
        Register::Enterprises => &[ENTERPRISE],
        Register::Mandates => &[MANDATE],
        Register::Employers => &[EMPLOYER],
        Register::Employments => &[EMPLOYMENT],
        Register::PostedWorkers => &[POSTED_WORKER],
        Register::Works => &[WORK, WORK_SITE, WORK_CONTRACT],
    }
}
