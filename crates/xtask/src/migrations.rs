//! A migration that ran somewhere is never changed: a database that has it would differ from a new one.

use std::error::Error;
use std::fs;

use crate::Findings;
use crate::repository::Repository;

/// The hashes of the migrations, one a line: hash, two blanks, path. Lines are only ever added.
const RECORD: &str = "crates/xtask/migrations.txt";

/// Holds each migration against its recorded hash.
pub(crate) fn check(repository: &Repository) -> Findings {
    Ok(findings(&repository.read(RECORD)?, &present(repository)?))
}

/// Records what is new. What is recorded already is left alone.
pub(crate) fn record(repository: &Repository) -> Result<(), Box<dyn Error>> {
    let mut text = repository.read(RECORD)?;
    for (path, hash) in present(repository)? {
        if !recorded(&text).any(|(_, other)| other == path) {
            text.extend([hash.as_str(), "  ", path.as_str(), "\n"]);
        }
    }
    Ok(fs::write(repository.root.join(RECORD), text)?)
}

/// The migrations and their hashes.
fn present(repository: &Repository) -> Result<Vec<(String, String)>, Box<dyn Error>> {
    let paths = repository.with_extension("sql").filter(|path| path.contains("/migrations/"));
    paths.map(|path| Ok((path.to_owned(), repository.hash(path)?))).collect()
}

fn recorded(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.lines().filter_map(|line| line.split_once("  "))
}

fn findings(record: &str, present: &[(String, String)]) -> Vec<String> {
    let mut findings = Vec::new();
    for (hash, path) in recorded(record) {
        match present.iter().find(|(other, _)| other == path) {
            Some((_, now)) if now == hash => {}
            Some(_) => findings.push(format!("{path} was changed: write a new migration instead")),
            None => findings.push(format!("{path} is gone")),
        }
    }
    for (path, _) in present {
        if !recorded(record).any(|(_, other)| other == path) {
            findings.push(format!("{path} is not recorded: cargo xtask record-migrations"));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::findings;

    #[test]
    fn changed_lost_and_new_migrations_are_found() {
        let present =
            [("1.sql", "aa"), ("2.sql", "bb")].map(|(path, hash)| (path.into(), hash.into()));
        assert!(findings("aa  1.sql\nbb  2.sql\n", &present).is_empty());
        assert_eq!(findings("ab  1.sql\nbb  2.sql\n", &present).len(), 1, "changed");
        assert_eq!(findings("aa  1.sql\nbb  2.sql\ncc  3.sql\n", &present).len(), 1, "lost");
        assert_eq!(findings("aa  1.sql\n", &present).len(), 1, "new");
    }
}
