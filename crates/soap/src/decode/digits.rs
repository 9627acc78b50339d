//! What `\d` means in a pattern: the decimal digits of Unicode 3.1, on which XML Schema 1.0 stands, as libxml2 reads
//! them. Later scripts are not among them; the Ethiopic digits, no decimal digits any more today, are.

/// First and last character of each range, in order. The 268 code points were found by asking libxml2 2.14 for each.
const RANGES: [(char, char); 23] = [
    ('\u{30}', '\u{39}'),
    ('\u{660}', '\u{669}'),
    ('\u{6F0}', '\u{6F9}'),
    ('\u{966}', '\u{96F}'),
    ('\u{9E6}', '\u{9EF}'),
    ('\u{A66}', '\u{A6F}'),
    ('\u{AE6}', '\u{AEF}'),
    ('\u{B66}', '\u{B6F}'),
    ('\u{BE7}', '\u{BEF}'),
    ('\u{C66}', '\u{C6F}'),
    ('\u{CE6}', '\u{CEF}'),
    ('\u{D66}', '\u{D6F}'),
    ('\u{E50}', '\u{E59}'),
    ('\u{ED0}', '\u{ED9}'),
    ('\u{F20}', '\u{F29}'),
    ('\u{1040}', '\u{1049}'),
    ('\u{1369}', '\u{1371}'),
    ('\u{17E0}', '\u{17E9}'),
    ('\u{1810}', '\u{1819}'),
    ('\u{1946}', '\u{194F}'),
    ('\u{FF10}', '\u{FF19}'),
    ('\u{104A0}', '\u{104A9}'),
    ('\u{1D7CE}', '\u{1D7FF}'),
];

/// Does `\d` match the character?
pub(super) fn is_digit(character: char) -> bool {
    let after = RANGES.partition_point(|(first, _)| *first <= character);
    after > 0 && character <= RANGES[after - 1].1
}

#[cfg(test)]
mod tests {
    use super::is_digit;

    #[test]
    fn the_digits_are_those_of_unicode_3_1() {
        assert_eq!(('\0'..=char::MAX).filter(|character| is_digit(*character)).count(), 268);
        for digit in ['0', '9', '\u{660}', '\u{1369}', '\u{FF19}', '\u{1D7FF}'] {
            assert!(is_digit(digit), "{digit:?}");
        }
        for other in ['/', ':', '\u{7C0}', '\u{BE6}', '\u{1A80}', '\u{1D800}', 'A', '\u{B2}'] {
            assert!(!is_digit(other), "{other:?}");
        }
    }
}
