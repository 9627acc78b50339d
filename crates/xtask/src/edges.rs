//! Edges point only as the table says: a room that could use any other would soon do so.

use toml::{Table, Value};

use crate::Findings;
use crate::repository::Repository;

/// Which rooms a room may use.
enum May {
    Only(&'static [&'static str]),
    All,
}

const TABLE: &[(&str, May)] = &[
    ("domain", May::Only(&[])),
    ("store", May::Only(&["domain"])),
    ("store-sqlite", May::Only(&["store", "domain"])),
    ("store-postgres", May::Only(&["store", "domain"])),
    ("app", May::Only(&["domain", "store"])),
    ("wss", May::Only(&[])),
    ("soap", May::Only(&["domain", "app", "wss"])),
    ("rest", May::Only(&["domain", "app"])),
    ("presence", May::All),
    ("testkit", May::All),
    ("xtask", May::All),
    ("bench", May::All),
    ("fuzz", May::All),
];
/// What the tests of every room may use beside.
const FOR_TESTS: [&str; 2] = ["testkit", "store"];
/// The feature of `store` that only tests may ask for.
const TESTS_FEATURE: &str = "contract";

/// Reads every manifest but the workspace's.
pub(crate) fn check(repository: &Repository) -> Findings {
    let mut findings = Vec::new();
    for path in repository.paths(|path| path.ends_with("/Cargo.toml")) {
        let manifest: Table = repository.read(path)?.parse()?;
        findings.extend(of_manifest(&manifest).into_iter().map(|text| format!("{path}: {text}")));
    }
    Ok(findings)
}

fn of_manifest(manifest: &Table) -> Vec<String> {
    let name = manifest.get("package").and_then(|package| package.get("name")?.as_str());
    let Some(name) = name else { return vec!["has no package name".into()] };
    let Some((_, may)) = TABLE.iter().find(|(room, _)| *room == name) else {
        return vec![format!("{name} has no row in the table of crates/xtask/src/edges.rs")];
    };
    let May::Only(may) = may else { return Vec::new() };
    let mut findings = Vec::new();
    let targets = manifest.get("target").and_then(Value::as_table);
    let targets = targets.into_iter().flat_map(Table::values).filter_map(Value::as_table);
    for table in std::iter::once(manifest).chain(targets) {
        for (kind, for_tests) in
            [("dependencies", false), ("build-dependencies", false), ("dev-dependencies", true)]
        {
            let entries = table.get(kind).and_then(Value::as_table);
            for (key, value) in entries.into_iter().flatten() {
                let room = value.get("package").and_then(Value::as_str).unwrap_or(key);
                let known = TABLE.iter().any(|(other, _)| *other == room);
                let allowed = may.contains(&room) || for_tests && FOR_TESTS.contains(&room);
                if known && !allowed {
                    findings.push(format!("{name} may not use {room} ({kind})"));
                }
                if room == "store" && !for_tests && asks_for(value, TESTS_FEATURE) {
                    findings.push(format!("only tests may use the {TESTS_FEATURE} of store"));
                }
            }
        }
    }
    findings
}

fn asks_for(dependency: &Value, feature: &str) -> bool {
    let features = dependency.get("features").and_then(Value::as_array);
    features.is_some_and(|features| features.iter().any(|other| other.as_str() == Some(feature)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(text: &str) -> Vec<String> {
        of_manifest(&text.parse().expect("TOML"))
    }

    #[test]
    fn an_edge_against_the_table_is_found_wherever_it_stands() {
        for (rest, found) in [
            ("[dependencies]\nserde = \"1\"\ndomain = { workspace = true }", 0),
            ("[dependencies]\nsoap.workspace = true", 1),
            ("[dependencies]\nhidden = { package = \"soap\", path = \"../soap\" }", 1),
            ("[target.'cfg(unix)'.dependencies]\nsoap.workspace = true", 1),
            ("[build-dependencies]\ntestkit.workspace = true", 1),
            ("[dependencies]\nstore = { workspace = true, features = [\"contract\"] }", 1),
            ("[dev-dependencies]\nstore = { workspace = true, features = [\"contract\"] }", 0),
            ("[dev-dependencies]\ntestkit.workspace = true", 0),
            ("[dev-dependencies]\nsoap.workspace = true", 1),
        ] {
            let text = format!("[package]\nname = \"app\"\n{rest}");
            assert_eq!(findings(&text).len(), found, "{text}");
        }
    }

    #[test]
    fn a_room_without_a_row_is_found_and_the_binary_may_use_all() {
        assert_eq!(findings("[package]\nname = \"cellar\"").len(), 1);
        assert!(
            findings("[package]\nname = \"presence\"\n[dependencies]\nsoap = \"1\"").is_empty()
        );
    }
}
