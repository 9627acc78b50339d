use crate::Findings;
use crate::repository::Repository;

/// No file is longer.
const MOST: usize = 600;
/// Half of the files are shorter.
const MEDIAN: usize = 150;

/// Counts the lines of every Rust file.
pub(crate) fn check(repository: &Repository) -> Findings {
    let mut lengths = Vec::new();
    for path in repository.with_extension("rs") {
        lengths.push((repository.read(path)?.lines().count(), path));
    }
    Ok(findings(lengths))
}

fn findings(mut lengths: Vec<(usize, &str)>) -> Vec<String> {
    lengths.sort_unstable();
    let long = lengths.iter().filter(|(lines, _)| *lines > MOST);
    let mut findings: Vec<_> =
        long.map(|(lines, path)| format!("{path}: {lines} lines, {MOST} at most")).collect();
    if let Some((lines, _)) = lengths.get(lengths.len() / 2)
        && *lines >= MEDIAN
    {
        findings.push(format!("the median file has {lines} lines, under {MEDIAN} is wanted"));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::findings;

    #[test]
    fn long_files_and_a_long_median_are_found() {
        assert!(findings(vec![(600, "a"), (149, "b"), (1, "c")]).is_empty());
        assert_eq!(findings(vec![(601, "a"), (1, "b"), (1, "c")]), ["a: 601 lines, 600 at most"]);
        assert_eq!(findings(vec![(150, "a")]).len(), 1);
    }
}
