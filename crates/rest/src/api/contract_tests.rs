//! Holds the door against `openapi.yaml`.

use std::collections::BTreeSet;

use super::{OPENAPI, performances, query, register, route};

/// The lines below a line, as far as they are indented deeper.
fn below(heading: &str) -> Vec<&'static str> {
    let indent = heading.len() - heading.trim_start().len();
    let deeper = |line: &&str| line.len() - line.trim_start().len() > indent;
    OPENAPI.lines().skip_while(|line| *line != heading).skip(1).take_while(deeper).collect()
}

fn properties(schema: &str) -> BTreeSet<&'static str> {
    let lines = below(&format!("    {schema}:"));
    let inside = lines.iter().skip_while(|line| **line != "      properties:").skip(1);
    let inside = inside.take_while(|line| line.starts_with("        "));
    let names = inside.filter(|line| !line.starts_with("         "));
    names.map(|line| line.trim().trim_end_matches(':')).collect()
}

fn same(schema: &str, members: &[&str]) {
    assert_eq!(properties(schema), members.iter().copied().collect(), "{schema}");
}

#[test]
fn requests_have_the_members_of_their_schemas() {
    same("PresenceRegistrationItem", register::ITEM);
    same("PresenceRegistrationQuery", query::MEMBERS);
    same("PerformanceQuery", performances::MEMBERS);
    same("RegisterInBulkRequest", &["items"]);
    same("CancelInBulkRequest", &["items"]);
    same("CancelItem", &["id", "cancellationReason"]);
    same("Employer", &["enterpriseNumber", "foreignVatNumber"]);
    same("Coordinates", &["longitude", "latitude"]);
    same("Circle", &["coordinates", "radius"]);
    same("Period", &["startDate", "endDate"]);
}

#[test]
fn paths_methods_and_operations_are_those_of_the_contract() {
    let mut told = BTreeSet::new();
    let (mut path, mut method) = ("", "");
    for line in below("paths:") {
        let name = line.trim().trim_end_matches(':');
        match line.len() - line.trim_start().len() {
            2 => path = name,
            4 => method = name,
            6 if line.contains("operationId: ") => {
                let (_, operation) = name.split_once(": ").expect("was looked for");
                told.insert((method.to_uppercase(), path, operation));
            }
            _ => {}
        }
    }
    let served: BTreeSet<_> = route::TABLE
        .iter()
        .filter(|(_, path, ..)| !path.starts_with("/doc"))
        .map(|(method, path, _, operation)| ((*method).to_owned(), *path, *operation))
        .collect();
    assert_eq!(served, told);
}

#[test]
fn the_page_offers_every_operation_and_loads_nothing_from_elsewhere() {
    let page = include_str!("../../page.html");
    for (method, path, operation, _) in route::TABLE {
        // A stream does not end, and so cannot be shown as an answer.
        if path.starts_with("/doc") || operation == route::Operation::Events {
            continue;
        }
        let (before, after) = path.split_once('{').unwrap_or((path, ""));
        let after = after.split_once('}').map_or("", |(_, after)| after);
        let begins = format!("[\"{method}\", \"{}", before.trim_start_matches('/'));
        let offered = page.lines().filter_map(|line| line.split(&begins).nth(1));
        assert!(offered.into_iter().any(|rest| rest.contains(after)), "{method} {path}");
    }
    for from_elsewhere in ["http:", "https:", "src=", "@import", "url("] {
        assert!(!page.contains(from_elsewhere), "{from_elsewhere}");
    }
}
