use std::fmt;
use std::sync::Arc;

/// The id of a client in the register of clients: 1 to 64 letters, digits, `.`, `_` or `-` of ASCII.
///
/// It is what answers show as `SenderId`, what tokens name, and what logs and metrics may show.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClientId(Arc<str>);

impl ClientId {
    /// The most characters that an id has.
    pub const MAX_LENGTH: usize = 64;

    /// Reads an id; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        let valid = (1..=Self::MAX_LENGTH).contains(&text.len()) && text.bytes().all(allowed);
        valid.then(|| Self(text.into()))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The id as text that others may keep.
    pub(crate) fn shared(&self) -> Arc<str> {
        Arc::clone(&self.0)
    }
}

impl fmt::Display for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_short_and_plain() {
        for text in ["a", "acme-payroll_2.test", &"x".repeat(64)] {
            assert_eq!(ClientId::parse(text).expect(text).as_str(), text);
        }
        for text in ["", "a b", "é", "a/b", "a'b", &"x".repeat(65)] {
            assert!(ClientId::parse(text).is_none(), "{text}");
        }
    }
}
