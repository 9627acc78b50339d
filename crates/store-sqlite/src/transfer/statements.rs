//! How the tables of the content are read from those of this store.

use domain::register::Register;
use store::transfer::Table;

/// Rows behind a mark (all its values are parameters), or from the beginning; the last parameter is how many.
pub(super) fn rows(table: &Table, from_the_beginning: bool) -> String {
    let (source, condition) = source(table);
    let key = key(table);
    let behind = if from_the_beginning {
        String::new()
    } else {
        format!(" AND ({key}) > ({})", parameters(table.key))
    };
    format!(
        "SELECT {} FROM {source} WHERE {condition}{behind} ORDER BY {key} LIMIT ?",
        columns(table)
    )
}

/// The same of addresses of the region that is the first parameter.
pub(super) fn of_region(table: &Table, from_the_beginning: bool) -> String {
    let rest = table.columns[1..table.key].join(", ");
    let behind = if from_the_beginning {
        String::new()
    } else {
        format!(" AND ({rest}) > ({})", parameters(table.key - 1))
    };
    let columns: Vec<_> =
        table.columns.iter().map(|column| expression(table.name, column)).collect();
    format!(
        "SELECT {} FROM {} WHERE generation = \
         (SELECT generation FROM address_region WHERE region = ?1){behind} ORDER BY {rest} LIMIT ?",
        columns.join(", "),
        table.name
    )
}

/// How many rows there are.
pub(super) fn count(table: &Table) -> String {
    let (source, condition) = match table.name {
        // A step that comes in several runs is rare, and so is a history entry without its registration.
        "step" => ("step".to_owned(), "TRUE".to_owned()),
        "history" => ("history".to_owned(), "TRUE".to_owned()),
        name if name.starts_with("address") => (
            name.to_owned(),
            if name == "address_region" {
                "TRUE".to_owned()
            } else {
                "generation IN (SELECT generation FROM address_region)".to_owned()
            },
        ),
        _ => source(table),
    };
    format!("SELECT count(*) FROM {source} WHERE {condition}")
}

fn columns(table: &Table) -> String {
    let columns = table.columns.iter().map(|column| expression(table.name, column));
    columns.collect::<Vec<_>>().join(", ")
}

/// The key in the order of the index that has it.
fn key(table: &Table) -> String {
    let key = table.columns[..table.key].iter().map(|column| expression(table.name, column));
    key.collect::<Vec<_>>().join(", ")
}

/// What stands here for a column.
fn expression(table: &str, column: &str) -> String {
    match (table, column) {
        ("employment", "user_enterprise") => "user".to_owned(),
        ("audit", "chain") => "1".to_owned(),
        ("address_street" | "address_name" | "address", "region") => "?1".to_owned(),
        ("address_street", text) if !matches!(text, "street" | "post_code") => {
            format!("coalesce({text}, '')")
        }
        ("address", "box_number") => "coalesce(box_number, '')".to_owned(),
        ("history", "day" | "company" | "limosa") => format!("r.{column}"),
        ("history", _) => format!("h.{column}"),
        _ => column.to_owned(),
    }
}

/// From where, and which rows.
fn source(table: &Table) -> (String, String) {
    let all = || "TRUE".to_owned();
    match table.name {
        "number" => (
            "(SELECT 'client' AS name, version AS value FROM client_version \
             UNION ALL SELECT 'id', next FROM id_block \
             UNION ALL SELECT 'import', coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'register_import'), 0) \
             UNION ALL SELECT 'step', coalesce(max(number), 0) FROM step)"
                .to_owned(),
            all(),
        ),
        "register_import" => (table.name.to_owned(), "swapped = 1".to_owned()),
        "history" => ("history h JOIN registration r ON r.id = h.registration".to_owned(), all()),
        "check_range" => (check_ranges(), all()),
        name => match register_of(name) {
            Some(register) => {
                let generation = format!(
                    "(SELECT generation FROM register WHERE number = {})",
                    register.number()
                );
                (name.to_owned(), format!("born <= {generation} AND died > {generation}"))
            }
            None => (name.to_owned(), all()),
        },
    }
}

/// What waits: from the high-water id on, in pieces, and what is leased to somebody who will never finish it.
fn check_ranges() -> String {
    const PIECE: u32 = 1000;
    format!(
        "(WITH RECURSIVE piece (first, last) AS (\
         SELECT next, min(next + {PIECE} - 1, (SELECT coalesce(max(id), 0) FROM registration)) FROM check_state \
         UNION ALL SELECT last + 1, min(last + {PIECE}, (SELECT max(id) FROM registration)) FROM piece \
         WHERE last < (SELECT coalesce(max(id), 0) FROM registration)) \
         SELECT first, last FROM piece WHERE first <= last \
         AND EXISTS (SELECT 1 FROM registration WHERE id BETWEEN first AND last) \
         UNION SELECT first, last FROM check_lease WHERE first <= last)"
    )
}

fn register_of(table: &str) -> Option<Register> {
    Some(match table {
        "person" => Register::Persons,
        "enterprise" => Register::Enterprises,
        "mandate" => Register::Mandates,
        "employer" => Register::Employers,
        "employment" => Register::Employments,
        "posted_worker" => Register::PostedWorkers,
        "work" | "work_site" | "work_contract" => Register::Works,
        _ => return None,
    })
}

fn parameters(count: usize) -> String {
    vec!["?"; count].join(", ")
}
