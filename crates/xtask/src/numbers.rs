//! Persons' numbers are secret, so none may get into the repository. A number cannot tell whether it belongs to somebody:
//! those that are written down here are listed, and their list says that they were made up.

use domain::Inss;
use jiff::civil::Date;

use crate::Findings;
use crate::repository::Repository;

/// Numbers that were made up, one a line; `#` begins a comment.
const SYNTHETIC: &str = "crates/xtask/synthetic-numbers.txt";
/// The check of the demonstration holds these to the generator, which only makes synthetic numbers.
const MADE: &str = "demo/";
const DIGITS: usize = 11;

/// Looks for runs of 11 digits that are valid numbers of persons, also written `YY.MM.DD-CCC.KK`.
pub(crate) fn check(repository: &Repository) -> Findings {
    let listed = repository.read(SYNTHETIC)?;
    let listed: Vec<_> = listed
        .lines()
        .filter_map(|line| line.split('#').next())
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    let mut findings = Vec::new();
    for path in repository
        .paths(|path| path != SYNTHETIC && !path.starts_with(MADE) && !path.ends_with("Cargo.lock"))
    {
        let text = repository.read(path)?;
        for (line, number) in text.lines().zip(1..) {
            if persons(line).any(|digits| !listed.contains(&digits.as_str())) {
                findings.push(format!(
                    "{path}:{number}: has a number that may be a person's: take one of domain::sample"
                ));
            }
        }
    }
    Ok(findings)
}

/// The valid numbers in a line.
fn persons(line: &str) -> impl Iterator<Item = String> {
    let runs = line.split(|c: char| !c.is_ascii_digit());
    let plain = runs.filter(|run| run.len() == DIGITS).map(str::to_owned);
    let words = line.split(|c: char| !c.is_ascii_digit() && c != '.' && c != '-');
    let punctuated = words
        .filter(|word| word.len() == DIGITS + 4)
        .filter(|word| {
            let marks: Vec<_> = word.match_indices(['.', '-']).map(|(at, _)| at).collect();
            marks == [2, 5, 8, 12]
        })
        .map(|word| word.replace(['.', '-'], ""));
    plain.chain(punctuated).filter(|digits| Inss::parse(digits, Date::MAX).is_some())
}

#[cfg(test)]
mod tests {
    use super::persons;

    #[test]
    fn valid_numbers_are_found_in_any_writing() {
        let digits = domain::sample::inss(4321).digits();
        let (birth, rest) = digits.split_at(6);
        let punctuated = format!(
            "{}.{}.{}-{}.{}",
            &birth[..2],
            &birth[2..4],
            &birth[4..],
            &rest[..3],
            &rest[3..]
        );
        for line in [digits.clone(), format!("inss=\"{digits}\","), punctuated] {
            assert_eq!(persons(&line).collect::<Vec<_>>(), [digits.as_str()], "{line}");
        }
        let longer = format!("{digits}0");
        assert_eq!(persons(&longer).count(), 0);
        assert_eq!(persons("12345678901 2026-11-24T10.00").count(), 0);
    }
}
