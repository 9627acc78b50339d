//! The tables of the registers, as far as imports need to know them.

use domain::register::Register;

/// A table; its columns are its key, beside the generations that see a row.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) name: &'static str,
    /// The columns, with those in front under which an update takes rows away.
    pub(super) columns: &'static [&'static str],
    /// How many columns stand in front.
    pub(super) key: usize,
    /// Of the columns of a change (person, company, Limosa id, work), where each comes from; for each change that a row
    /// is.
    pub(super) concerns: &'static [[Option<usize>; 4]],
}

const PERSON: Table = Table {
    name: "person",
    columns: &["inss", "known_from", "known_until", "replaced_by"],
    key: 1,
    // A number that no longer leads to another one leaves that one's registrations, too.
    concerns: &[[Some(0), None, None, None], [Some(3), None, None, None]],
};
const ENTERPRISE: Table = Table {
    name: "enterprise",
    columns: &["number", "exists_from", "exists_until", "situation"],
    key: 1,
    concerns: &[[None, Some(0), None, None]],
};
const MANDATE: Table = Table {
    name: "mandate",
    columns: &["enterprise", "inss", "function", "first", "last"],
    key: 1,
    concerns: &[[Some(1), Some(0), None, None]],
};
const EMPLOYER: Table = Table {
    name: "employer",
    columns: &["enterprise", "first", "last"],
    key: 1,
    concerns: &[[None, Some(0), None, None]],
};
const EMPLOYMENT: Table = Table {
    name: "employment",
    columns: &["inss", "enterprise", "worker_type", "first", "last", "user"],
    key: 2,
    concerns: &[[Some(0), Some(1), None, None]],
};
const POSTED_WORKER: Table = Table {
    name: "posted_worker",
    columns: &["limosa", "inss", "vat", "employer", "country", "first", "last"],
    key: 1,
    concerns: &[[Some(1), None, Some(0), None]],
};
pub(super) const WORK: Table = Table {
    name: "work",
    columns: &["reference", "sector", "first", "last", "subject"],
    key: 1,
    concerns: &[[None, None, None, Some(0)]],
};
pub(super) const WORK_SITE: Table = Table {
    name: "work_site",
    columns: &[
        "work",
        "place",
        "post_code",
        "municipality",
        "street",
        "house_number",
        "box_number",
        "longitude",
        "latitude",
    ],
    key: 1,
    concerns: &[[None, None, None, Some(0)]],
};
pub(super) const WORK_CONTRACT: Table = Table {
    name: "work_contract",
    columns: &["work", "company", "vat", "role", "commissioned_by", "first", "last"],
    key: 1,
    concerns: &[[None, None, None, Some(0)]],
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

impl Table {
    /// The columns, separated by commas.
    pub(super) fn list(&self) -> String {
        self.columns.join(", ")
    }

    /// As many parameters as there are columns.
    pub(super) fn parameters(&self) -> String {
        vec!["?"; self.columns.len()].join(", ")
    }

    /// The condition that a row of `a` has the same columns as one of `b`, the first `count` of them.
    pub(super) fn same(&self, a: &str, b: &str, count: usize) -> String {
        let same = |column: &&str| format!("{a}.{column} = {b}.{column}");
        self.columns[..count].iter().map(same).collect::<Vec<_>>().join(" AND ")
    }

    /// The condition that the first `count` columns are the first parameters.
    pub(super) fn given(&self, count: usize) -> String {
        let given = |(place, column): (usize, &&str)| format!("{column} = ?{}", place + 1);
        self.columns[..count].iter().enumerate().map(given).collect::<Vec<_>>().join(" AND ")
    }
}
