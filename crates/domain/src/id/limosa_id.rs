use std::fmt;

/// The id of a Limosa declaration of a posted worker: 1 to 20 digits.
///
/// It leads to a person, so `Debug` hides it.
///
/// Source: contract, registers page, "Identifiers" (published examples have 17 digits).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LimosaId(Box<str>);

impl LimosaId {
    /// Reads 1 to 20 ASCII digits; leading zeros are part of the id. `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let valid =
            (1..=20).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        valid.then(|| Self(text.into()))
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for LimosaId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LimosaId(***)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_to_twenty_digits() {
        for text in ["1", "00000000000000001", "12345678901234567890"] {
            assert_eq!(LimosaId::parse(text).expect(text).as_str(), text);
        }
        for text in ["", "123456789012345678901", "12 3", "L123", "١٢٣"] {
            assert!(LimosaId::parse(text).is_none(), "{text}");
        }
    }
}
