use std::fmt::Write as _;

/// A ticket: 32 hexadecimal characters that nobody can guess. A fault and its line in the log carry the same one.
pub(crate) fn ticket() -> String {
    let bytes: [u8; 16] = random();
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        write!(text, "{byte:02x}").expect("a String takes every text");
    }
    text
}

/// Bytes that nobody can guess.
#[expect(clippy::disallowed_methods, reason = "this is the randomness that is handed out")]
pub(crate) fn random<const COUNT: usize>() -> [u8; COUNT] {
    let mut bytes = [0; COUNT];
    getrandom::fill(&mut bytes).expect("the system gives randomness once it has started");
    bytes
}

/// A seed for waits that are spread.
pub(crate) fn seed() -> u64 {
    u64::from_ne_bytes(random())
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
