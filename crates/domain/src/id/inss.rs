use std::fmt;

use jiff::civil::Date;

use crate::digits::{check_digits, exact_digits};

/// A person's number at the Belgian social security (INSS, NISS, INSZ, SSIN): 11 digits, national or BIS.
///
/// It is secret: neither `Debug` nor any error shows it. Ask for the digits with [`Inss::digits`] where a door must
/// write them.
///
/// Source: contract, registers page, "Identifiers".
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Inss(u64);

/// Which register gave the number out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InssKind {
    /// The national register.
    National,
    /// The Crossroads Bank's register of persons who are not in the national one: month raised by 20 or 40.
    Bis,
}

impl Inss {
    /// Reads 11 ASCII digits.
    ///
    /// The two check digits decide between the centuries; month and day may be 00 where the birth is not known in
    /// full; the counter is 001 to 998; no one is born after `today`. `None` for anything else.
    pub fn parse(text: &str, today: Date) -> Option<Self> {
        let number = exact_digits(text, 11)?;
        let born_from = century(number)?;
        is_birth(number / 100_000, born_from, today).then_some(())?;
        matches!(number / 100 % 1000, 1..=998).then_some(Self(number))
    }

    /// The number of a store, which holds only numbers that were parsed once; `None` when its check digits are off.
    pub fn from_stored(number: u64) -> Option<Self> {
        (number < 100_000_000_000 && century(number).is_some()).then_some(Self(number))
    }

    /// The number, for stores.
    pub fn number(self) -> u64 {
        self.0
    }

    /// The 11 digits, for answers.
    pub fn digits(self) -> String {
        format!("{:011}", self.0)
    }

    /// National or BIS?
    pub fn kind(self) -> InssKind {
        match self.0 / 10_000_000 % 100 {
            0..=12 => InssKind::National,
            _ => InssKind::Bis,
        }
    }
}

/// The first year of the century that the check digits tell: 1900 or 2000.
fn century(number: u64) -> Option<i16> {
    let (base, check) = (number / 100, number % 100);
    if check_digits(base) == check {
        Some(1900)
    } else if check_digits(2_000_000_000 + base) == check {
        Some(2000)
    } else {
        None
    }
}

/// Can `birth` (`YYMMDD`) be a birth, known in part or in full, not after `today`?
fn is_birth(birth: u64, born_from: i16, today: Date) -> bool {
    let part = |value: u64| i8::try_from(value % 100).unwrap_or_default();
    let year = born_from + i16::from(part(birth / 10_000));
    let day = part(birth);
    let month = match part(birth / 100) {
        month @ 0..=12 => month,
        month @ 20..=32 => month - 20,
        month @ 40..=52 => month - 40,
        _ => return false,
    };
    match (month, day) {
        // Where the birth is unknown the day may go on counting, hence 31 at most and no more than that.
        (0, 0..=31) => year <= today.year(),
        (_, 0) => (year, month) <= (today.year(), today.month()),
        _ => Date::new(year, month, day).is_ok_and(|birth| birth <= today),
    }
}

impl fmt::Debug for Inss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Inss(***********)")
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    const TODAY: Date = date(2026, 11, 24);

    fn number(birth: u64, counter: u64, from_2000: bool) -> String {
        let base = birth * 1000 + counter;
        let check = check_digits(if from_2000 { 2_000_000_000 + base } else { base });
        format!("{base:09}{check:02}")
    }

    #[test]
    fn births_of_both_centuries_are_read() {
        for (birth, from_2000) in
            [(720_229, false), (990_101, false), (10_101, true), (261_124, true)]
        {
            let text = number(birth, 1, from_2000);
            let inss = Inss::parse(&text, TODAY).expect(&text);
            assert_eq!(inss.digits(), text);
            assert_eq!(inss.kind(), InssKind::National);
        }
    }

    #[test]
    fn bis_numbers_have_their_month_raised_by_20_or_40() {
        for birth in [722_229, 724_229, 722_000, 724_000, 723_231, 725_231] {
            let inss = Inss::parse(&number(birth, 997, false), TODAY).expect("a BIS number");
            assert_eq!(inss.kind(), InssKind::Bis);
        }
    }

    #[test]
    fn unknown_birth_parts_are_zero() {
        for birth in [720_000, 720_001, 720_500, 724_000, 724_500] {
            assert!(Inss::parse(&number(birth, 5, false), TODAY).is_some(), "{birth}");
        }
    }

    #[test]
    fn births_that_cannot_be_are_refused() {
        for (birth, from_2000) in [
            (720_230, false),
            (721_301, false),
            (721_901, false),
            (723_301, false),
            (725_301, false),
            (720_132, false),
            (720_032, false),
            (261_125, true),
            (261_200, true),
            (270_000, true),
        ] {
            assert!(Inss::parse(&number(birth, 5, from_2000), TODAY).is_none(), "{birth}");
        }
        assert!(Inss::parse(&number(261_100, 5, true), TODAY).is_some(), "this month, day unknown");
    }

    #[test]
    fn counters_go_from_1_to_998() {
        for (counter, valid) in [(0, false), (1, true), (998, true), (999, false)] {
            assert_eq!(Inss::parse(&number(720_229, counter, false), TODAY).is_some(), valid);
        }
    }

    #[test]
    fn other_shapes_are_refused() {
        let good = number(720_229, 5, false);
        for text in
            ["", "7202290", &format!(" {good}"), &format!("{good}0"), "٧٢٠٢٢٩٠٠٥٠٠", "7202290051x"]
        {
            assert!(Inss::parse(text, TODAY).is_none(), "{text}");
        }
    }

    #[test]
    fn debug_shows_no_digit() {
        let inss = Inss::parse(&number(720_229, 5, false), TODAY).expect("valid");
        assert!(!format!("{inss:?}").bytes().any(|byte| byte.is_ascii_digit()));
    }

    proptest! {
        #[test]
        fn any_single_wrong_digit_is_found(counter in 1u64..999, place in 0usize..11, step in 1u8..10) {
            let good = number(720_229, counter, false);
            let mut digits = good.into_bytes();
            digits[place] = b'0' + (digits[place] - b'0' + step) % 10;
            let text = String::from_utf8(digits).expect("digits");
            prop_assert!(Inss::parse(&text, TODAY).is_none());
        }

        #[test]
        fn reading_never_panics(text in "\\PC*") {
            let _ = Inss::parse(&text, TODAY);
        }
    }
}
