//! The simple types of the contract that are no dates.

use std::borrow::Cow;

use super::content::Decoder;
use super::digits::is_digit;
use super::fault::{DecodeFault, Rule};
use crate::xml::is_blank;

/// The pattern of `INSSType`.
const INSS_PATTERN: &str = r"\d{11}";

impl<'a> Decoder<'a> {
    /// `INSSType`: 11 digits, and not a blank more.
    pub(super) fn inss(&mut self) -> Result<Cow<'a, str>, DecodeFault> {
        self.value("INSS", None, "INSSType", |text| {
            let plain = text.len() == 11 && text.bytes().all(|byte| byte.is_ascii_digit());
            if plain || text.chars().count() == 11 && text.chars().all(is_digit) {
                Ok(text)
            } else {
                Err(Rule::Pattern(INSS_PATTERN))
            }
        })
    }

    /// `CompanyIDType`: at most 10 digits.
    pub(super) fn company(&mut self) -> Result<i64, DecodeFault> {
        self.value("CompanyID", None, "CompanyIDType", |text| integer(&text, 10))
    }

    /// `PresenceRegistrationIdType`: at most 15 digits.
    pub(super) fn registration_id(&mut self) -> Result<i64, DecodeFault> {
        self.value("PresenceRegistrationId", None, "PresenceRegistrationIdType", |text| {
            integer(&text, 15)
        })
    }

    /// `WorkPlaceIdType`: at most 13 characters.
    pub(super) fn work_place(&mut self) -> Result<Cow<'a, str>, DecodeFault> {
        self.short_text("WorkPlaceId", "WorkPlaceIdType", 13)
    }

    /// A text of at most `most` characters, blanks and all.
    pub(super) fn short_text(
        &mut self,
        name: &'static str,
        type_name: &'static str,
        most: usize,
    ) -> Result<Cow<'a, str>, DecodeFault> {
        self.value(name, None, type_name, |text| {
            if text.len() <= most || text.chars().count() <= most {
                Ok(text)
            } else {
                Err(Rule::MaxLength(most))
            }
        })
    }

    /// A number of type `xs:int` with at most `digits` digits, of which there are never more than 9.
    pub(super) fn small_integer(
        &mut self,
        name: &'static str,
        type_name: &'static str,
        digits: usize,
    ) -> Result<i32, DecodeFault> {
        self.value(name, None, type_name, |text| {
            integer(&text, digits).and_then(|value| i32::try_from(value).map_err(|_| Rule::Integer))
        })
    }

    /// One of the texts of an enumeration, to the character.
    pub(super) fn one_of<T>(
        &mut self,
        name: &'static str,
        index: Option<usize>,
        type_name: &'static str,
        read: fn(&str) -> Option<T>,
        texts: &'static [&'static str],
    ) -> Result<T, DecodeFault> {
        self.value(name, index, type_name, |text| read(&text).ok_or(Rule::OneOf(texts)))
    }
}

/// `xs:long` or `xs:int` with `xs:totalDigits`: blanks around it, a sign and leading zeros are allowed and do not count.
///
/// More digits than a long holds are always more than `most`, so no number is too large otherwise.
fn integer(text: &str, most: usize) -> Result<i64, Rule> {
    let text = collapsed(text);
    let (negative, digits) = match text.as_bytes() {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] | digits => (false, digits),
    };
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return Err(Rule::Integer);
    }
    let zeros = digits.iter().take_while(|digit| **digit == b'0').count();
    if digits.len() - zeros > most {
        return Err(Rule::TotalDigits(most));
    }
    let value = digits[zeros..].iter().fold(0, |value, digit| value * 10 + i64::from(digit - b'0'));
    Ok(if negative { -value } else { value })
}

/// The text without the blanks around it. (Blanks inside are an error for every type that collapses them.)
pub(super) fn collapsed(text: &str) -> &str {
    if is_blank(text) { "" } else { text.trim_matches([' ', '\t', '\n', '\r']) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_read_as_the_schema_does() {
        for (text, value) in [
            ("5", 5),
            (" \t\r\n5 ", 5),
            ("+5", 5),
            ("-5", -5),
            ("-0", 0),
            ("1234567890", 1_234_567_890),
            ("-1234567890", -1_234_567_890),
            ("00000000000000000000000000005", 5),
        ] {
            assert_eq!(integer(text, 10), Ok(value), "{text:?}");
        }
        for text in ["", " ", "+", "-", "++5", "+-5", "5 5", "5.0", "1e3", "\u{660}", "5\u{a0}"] {
            assert_eq!(integer(text, 10), Err(Rule::Integer), "{text:?}");
        }
        for text in ["12345678901", "0012345678901", "99999999999999999999999999999999"] {
            assert_eq!(integer(text, 10), Err(Rule::TotalDigits(10)), "{text:?}");
        }
    }
}
