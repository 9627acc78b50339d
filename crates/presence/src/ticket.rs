use std::fmt::Write as _;

/// A ticket: 32 hexadecimal characters that nobody can guess. A fault and its line in the log carry the same one.
#[expect(clippy::disallowed_methods, reason = "this is the randomness that is handed to the doors")]
pub(crate) fn ticket() -> String {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).expect("the system gives randomness once it has started");
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        write!(text, "{byte:02x}").expect("a String takes every text");
    }
    text
}

/// A key that nobody can guess, for as long as the program runs.
#[expect(clippy::disallowed_methods, reason = "this is the randomness that is handed to the doors")]
pub(crate) fn secret() -> [u8; 32] {
    let mut key = [0; 32];
    getrandom::fill(&mut key).expect("the system gives randomness once it has started");
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tickets_differ_and_are_hexadecimal() {
        let (one, other) = (ticket(), ticket());
        assert_ne!(one, other);
        assert!(one.len() == 32 && one.bytes().all(|byte| byte.is_ascii_hexdigit()), "{one}");
    }
}
