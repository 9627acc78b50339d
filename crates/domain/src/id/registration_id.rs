use std::fmt;

/// The id of a registration: 1 to 999 999 999 999 999, unique over all nodes and never used again.
///
/// Source: contract, SOAP page, "Facets" (a long of at most 15 digits).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RegistrationId(i64);

impl RegistrationId {
    /// The largest id: 15 nines.
    pub const MAX: i64 = 999_999_999_999_999;
    /// The largest id, which leads to nothing: ids are given out from 1 on.
    pub const LARGEST: Self = Self(Self::MAX);

    /// The id of a number; `None` when it is not one that is ever given out.
    pub fn new(number: i64) -> Option<Self> {
        (1..=Self::MAX).contains(&number).then_some(Self(number))
    }

    /// The id as a number.
    pub fn number(self) -> i64 {
        self.0
    }
}

impl fmt::Display for RegistrationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_one_to_fifteen_digits() {
        for (number, valid) in [
            (i64::MIN, false),
            (-1, false),
            (0, false),
            (1, true),
            (RegistrationId::MAX, true),
            (RegistrationId::MAX + 1, false),
        ] {
            assert_eq!(RegistrationId::new(number).is_some(), valid, "{number}");
        }
    }
}
