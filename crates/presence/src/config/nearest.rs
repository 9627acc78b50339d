/// The word among `words` that `typed` was most likely meant to be; `None` when none is near.
pub(super) fn nearest<'a>(typed: &str, words: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let typed = typed.to_ascii_lowercase().replace('-', "_");
    words
        .map(|word| (distance(&typed, word), word))
        .min()
        .filter(|(distance, word)| *distance <= 2.max(word.len() / 3))
        .map(|(_, word)| word)
}

/// How many characters must be put in, left out or replaced to make one text of the other.
fn distance(from: &str, to: &str) -> usize {
    let mut row: Vec<usize> = (0..=to.chars().count()).collect();
    for (i, a) in from.chars().enumerate() {
        let mut corner = row[0];
        row[0] = i + 1;
        for (j, b) in to.chars().enumerate() {
            let replaced = corner + usize::from(a != b);
            corner = row[j + 1];
            row[j + 1] = replaced.min(corner + 1).min(row[j] + 1);
        }
    }
    row[row.len() - 1]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_pen_is_understood() {
        let words = || ["listen", "max_body_bytes", "open"].into_iter();
        assert_eq!(nearest("max-body-byte", words()), Some("max_body_bytes"));
        assert_eq!(nearest("lisen", words()), Some("listen"));
        assert_eq!(nearest("Open", words()), Some("open"));
        assert_eq!(nearest("colour_of_the_roof", words()), None);
    }
}
