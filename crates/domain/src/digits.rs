//! The check that persons' and enterprises' numbers share.

/// The two check digits of `base`: 97 less its remainder, 1 to 97.
pub(crate) fn check_digits(base: u64) -> u64 {
    97 - base % 97
}

/// Reads exactly `length` ASCII digits.
pub(crate) fn exact_digits(text: &str, length: usize) -> Option<u64> {
    if text.len() != length || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}
