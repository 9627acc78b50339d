//! What is committed must mean the same on every machine.

use crate::Findings;
use crate::repository::Repository;

/// The first folders of a path that only one machine has.
const FOLDERS: [&str; 5] = ["work", "root", "home", "Users", "tmp"];
/// Where every crate comes from.
const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";
/// Settings that lead a package manager elsewhere. Each is written in two parts, so that this file is not found.
const ELSEWHERE: [(&str, &str); 6] = [
    ("replace", "-with"),
    ("index", "-url"),
    ("_auth", "Token"),
    ("npm_config", "_registry"),
    ("GO", "PROXY="),
    ("CARGO_", "REGISTRIES_"),
];

/// Looks at every line of every file.
pub(crate) fn check(repository: &Repository) -> Findings {
    let mut findings = Vec::new();
    for path in repository.paths(|_| true) {
        let text = repository.read(path)?;
        for (line, number) in text.lines().zip(1..) {
            if let Some(what) = fault(path, line) {
                findings.push(format!("{path}:{number}: {what}"));
            }
        }
    }
    Ok(findings)
}

fn fault(path: &str, line: &str) -> Option<String> {
    if let Some(folder) = FOLDERS.iter().find(|folder| names(line, folder)) {
        return Some(format!("names a path below /{folder}"));
    }
    if let Some((one, other)) = ELSEWHERE.iter().find(|(a, b)| line.contains(&format!("{a}{b}"))) {
        return Some(format!("says {one}{other}"));
    }
    let from = line.strip_prefix("source = ").map(|source| source.trim_matches('"'));
    let strange = from.is_some_and(|source| source != REGISTRY);
    (path.ends_with("Cargo.lock") && strange).then(|| "has another source of crates".to_owned())
}

/// Does a path below `/folder` begin somewhere in the line?
fn names(line: &str, folder: &str) -> bool {
    let prefix = format!("/{folder}/");
    line.match_indices(&prefix).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        !before.is_some_and(|c| c.is_alphanumeric() || "_-.})]*~$>".contains(c))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_one_machine_are_found_and_others_are_not() {
        for folder in FOLDERS {
            for begin in ["", "see ", "path = \"", "file://"] {
                assert!(
                    fault("a.md", &format!("{begin}/{folder}/x")).is_some(),
                    "{begin} {folder}"
                );
            }
            for good in [format!("crates/{folder}/x"), format!("$HERE/{folder}/x")] {
                assert_eq!(fault("a.md", &good), None, "{good}");
            }
        }
    }

    #[test]
    fn other_registries_are_found() {
        assert_eq!(fault("Cargo.lock", &format!("source = \"{REGISTRY}\"")), None);
        assert!(fault("Cargo.lock", "source = \"registry+https://crates.example/\"").is_some());
        for (one, other) in ELSEWHERE {
            assert!(fault("x", &format!("  {one}{other} = 1")).is_some());
        }
    }
}
