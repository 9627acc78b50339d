use std::fmt;

/// The VAT number of a foreign company: a two-letter country code, not `BE`, and 1 to 18 letters or digits.
///
/// Letters are upper case. The contract bounds only the country code; 20 characters are what fits the longest
/// number in use, with room.
///
/// Source: contract, registers page, "Identifiers".
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ForeignVatNumber(Box<str>);

impl ForeignVatNumber {
    /// Reads a number without blanks or punctuation; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let (country, number) = text.split_at_checked(2)?;
        let valid = country.bytes().all(|byte| byte.is_ascii_uppercase())
            && country != "BE"
            && (1..=18).contains(&number.len())
            && number.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
        valid.then(|| Self(text.into()))
    }

    /// The number as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ForeignVatNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_country_and_its_number() {
        for text in ["NL123456789B01", "FRXX999999999", "PL1", "XI123456789"] {
            assert_eq!(ForeignVatNumber::parse(text).expect(text).as_str(), text);
        }
    }

    #[test]
    fn other_shapes_are_refused() {
        for text in [
            "",
            "N",
            "NL",
            "nl123",
            "BE0400000086",
            "N1123",
            "NL 123",
            "NL.123",
            "éa1",
            "PL1234567890123456789",
        ] {
            assert!(ForeignVatNumber::parse(text).is_none(), "{text}");
        }
    }
}
