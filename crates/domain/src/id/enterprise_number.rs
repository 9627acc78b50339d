use std::fmt;

use thiserror::Error;

use crate::digits::{check_digits, exact_digits};

/// A Belgian enterprise number (KBO/BCE): 10 digits, the first 0 or 1, the last two 97 less the remainder of the
/// first eight.
///
/// Source: contract, registers page, "Identifiers"; SOAP page, error codes 2 and 3.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EnterpriseNumber(u64);

/// Why a text or a number is no enterprise number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum EnterpriseNumberError {
    /// Not 9 digits, and not 10 beginning with 0 or 1.
    #[error("an enterprise number has 10 digits and begins with 0 or 1")]
    Shape,
    /// The last two digits do not fit the others.
    #[error("the check digits of the enterprise number are wrong")]
    Check,
}

impl EnterpriseNumber {
    /// Reads 10 ASCII digits, the first of them 0 or 1.
    pub fn parse(text: &str) -> Result<Self, EnterpriseNumberError> {
        let number = exact_digits(text, 10).ok_or(EnterpriseNumberError::Shape)?;
        Self::checked(number)
    }

    /// The number as SOAP has it: a long, whose leading zero is lost. It has 9 digits, or 10 beginning with 1.
    pub fn from_long(number: i64) -> Result<Self, EnterpriseNumberError> {
        match u64::try_from(number) {
            Ok(number @ 100_000_000..) => Self::checked(number),
            _ => Err(EnterpriseNumberError::Shape),
        }
    }

    fn checked(number: u64) -> Result<Self, EnterpriseNumberError> {
        if number >= 2_000_000_000 {
            Err(EnterpriseNumberError::Shape)
        } else if check_digits(number / 100) == number % 100 {
            Ok(Self(number))
        } else {
            Err(EnterpriseNumberError::Check)
        }
    }

    /// The number, for stores and for SOAP, which drops leading zeros.
    pub fn number(self) -> u64 {
        self.0
    }
}

impl fmt::Display for EnterpriseNumber {
    /// The ten digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:010}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_leading_zero_may_be_missing_in_a_long() {
        let number = EnterpriseNumber::parse("0400000086").expect("valid");
        assert_eq!(EnterpriseNumber::from_long(400_000_086), Ok(number));
        assert_eq!(number.to_string(), "0400000086");
    }

    #[test]
    fn shape_and_check_are_told_apart() {
        use EnterpriseNumberError::{Check, Shape};
        assert_eq!(EnterpriseNumber::from_long(400_000_087), Err(Check));
        for number in
            [0, -1, -400_000_086, 99_999_999, 2_000_000_000, 9_999_999_999, i64::MAX, i64::MIN]
        {
            assert_eq!(EnterpriseNumber::from_long(number), Err(Shape), "{number}");
        }
        for text in ["", "400000086", "2400000086", "0400.000.086", "04000000860"] {
            assert_eq!(EnterpriseNumber::parse(text), Err(Shape), "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_base_has_one_number(base in 1_000_000u64..20_000_000) {
            let number = base * 100 + check_digits(base);
            let long = i64::try_from(number).expect("ten digits");
            let read = EnterpriseNumber::from_long(long).expect("valid");
            prop_assert_eq!(EnterpriseNumber::parse(&read.to_string()), Ok(read));
            prop_assert_eq!(read.number(), number);
        }
    }
}
