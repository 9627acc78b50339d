//! Every use case asks for permission: one that no test of `permission.rs` tries breaks this.

use std::fs;
use std::path::Path;

use crate::permission::OPERATIONS;

/// What needs no caller, and why. The list only shrinks: what reads or writes registrations takes a caller.
const WITHOUT_CALLER: [&str; 15] = [
    // The worker checks for the service itself; its program lets what it set aside wait again.
    "step",
    "try_again",
    // The regions publish the addresses; no registration is read.
    "addresses_near",
    // Everybody may see which work a QR code means; no registration is read, and no contract told.
    "work_to_register_at",
    // The operator asks whether the service lives.
    "check",
    // Doors find out with these who calls.
    "by_id",
    "by_certificate",
    "first_time",
    // The operator administers works, by command and on the operator's own address.
    "work",
    "works",
    "add",
    "change",
    "close",
    // The program looks what is new; `hear` asks what of it each may hear.
    "look",
    // The program tells webhooks on its own, each by the permission of its client.
    "round",
];

/// The public functions of the use cases' sources, each with whether it takes a caller.
fn use_cases() -> Vec<(String, bool)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    let mut folders = vec![folder];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("the sources are there") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = fs::read_to_string(path).expect("a source");
            found.extend(text.split("pub async fn ").skip(1).map(|function| {
                let (name, rest) = function.split_once('(').expect("a function has parameters");
                let (parameters, _) = rest.split_once('{').expect("a body");
                (name.to_owned(), parameters.contains("caller: &Caller"))
            }));
        }
    }
    found
}

#[test]
fn no_use_case_is_without_a_test_of_its_permission() {
    let use_cases = use_cases();
    assert!(use_cases.len() >= OPERATIONS.len(), "the sources were read");
    for (name, takes_caller) in &use_cases {
        let tested = OPERATIONS.contains(&name.as_str());
        let needs_none = WITHOUT_CALLER.contains(&name.as_str());
        assert!(
            if *takes_caller { tested && !needs_none } else { needs_none },
            "{name} asks nobody for permission, or no test of permission.rs tries it"
        );
    }
    for listed in OPERATIONS.iter().chain(&WITHOUT_CALLER) {
        assert!(use_cases.iter().any(|(name, _)| name == listed), "{listed} is gone: take it out");
    }
}
