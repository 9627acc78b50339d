//! `xs:date` and `xs:dateTime` (XML Schema 1.0, part 2).

use std::borrow::Cow;

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::Offset;

use super::content::Decoder;
use super::fault::{DecodeFault, Rule};
use super::values::collapsed;
use crate::message::{Moment, XsdDate, XsdDateTime};

impl<'a> Decoder<'a> {
    /// `RegistrationDateType`: an `xs:date`.
    pub(super) fn date(&mut self, name: &'static str) -> Result<XsdDate<'a>, DecodeFault> {
        self.value(name, None, "RegistrationDateType", |text| date(text).ok_or(Rule::Date))
    }

    /// `CreationDateType`: an `xs:dateTime`.
    pub(super) fn date_time(&mut self, name: &'static str) -> Result<XsdDateTime<'a>, DecodeFault> {
        self.value(name, None, "CreationDateType", |text| date_time(text).ok_or(Rule::DateTime))
    }
}

fn date(text: Cow<'_, str>) -> Option<XsdDate<'_>> {
    let mut scanner = Scanner(collapsed(&text).as_bytes());
    let day = scanner.day()?;
    scanner.zone()?;
    scanner.end().then(|| XsdDate { day: day.to_date(), text: trimmed(text) })
}

fn date_time(text: Cow<'_, str>) -> Option<XsdDateTime<'_>> {
    let mut scanner = Scanner(collapsed(&text).as_bytes());
    let day = scanner.day()?;
    scanner.eat(b'T').then_some(())?;
    let (time, next_day) = scanner.time()?;
    let zone = scanner.zone()?;
    scanner.end().then_some(())?;
    let value = day.to_date().and_then(|day| moment(day, time, next_day, zone));
    Some(XsdDateTime { value, text: trimmed(text) })
}

/// `None` when it is out of range.
fn moment(day: Date, time: Time, next_day: bool, zone: Zone) -> Option<Moment> {
    let day = if next_day { day.tomorrow().ok()? } else { day };
    let local = DateTime::from_parts(day, time);
    match zone {
        Zone::Open => Some(Moment::Local(local)),
        Zone::At(offset) => offset.to_timestamp(local).ok().map(Moment::Instant),
    }
}

fn trimmed(text: Cow<'_, str>) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(collapsed(text)),
        Cow::Owned(text) => Cow::Owned(collapsed(&text).to_owned()),
    }
}

/// A day of the calendar, in any year.
struct Parts {
    year: i64,
    month: u8,
    day: u8,
}

impl Parts {
    fn is_valid(&self) -> bool {
        let leap = self.year % 4 == 0 && self.year % 100 != 0 || self.year % 400 == 0;
        let days = match self.month {
            1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
            4 | 6 | 9 | 11 => 30,
            2 if leap => 29,
            2 => 28,
            _ => return false,
        };
        (1..=days).contains(&self.day)
    }

    fn to_date(&self) -> Option<Date> {
        let year = i16::try_from(self.year).ok().filter(|year| *year > 0)?;
        // Both are below 32.
        Date::new(year, i8::try_from(self.month).ok()?, i8::try_from(self.day).ok()?).ok()
    }
}

/// What a lexical form says of its zone.
#[derive(Clone, Copy)]
enum Zone {
    /// Nothing.
    Open,
    /// So far from UTC.
    At(Offset),
}

/// Reads a lexical form from the left.
struct Scanner<'t>(&'t [u8]);

impl<'t> Scanner<'t> {
    fn eat(&mut self, byte: u8) -> bool {
        let found = self.0.first() == Some(&byte);
        if found {
            self.0 = &self.0[1..];
        }
        found
    }

    fn end(&self) -> bool {
        self.0.is_empty()
    }

    fn digits(&mut self) -> &'t [u8] {
        let length = self.0.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (digits, rest) = self.0.split_at(length);
        self.0 = rest;
        digits
    }

    fn two_digits(&mut self) -> Option<u8> {
        let [tens @ b'0'..=b'9', ones @ b'0'..=b'9', rest @ ..] = self.0 else { return None };
        self.0 = rest;
        Some((tens - b'0') * 10 + (ones - b'0'))
    }

    /// `'-'? yyyy '-' mm '-' dd`. A year has at least 4 digits, more only without leading zeros; there is no year 0.
    fn day(&mut self) -> Option<Parts> {
        let negative = self.eat(b'-');
        let digits = self.digits();
        if digits.len() < 4 || digits.len() > 4 && digits[0] == b'0' {
            return None;
        }
        // Like libxml2, a year goes to the end of 64 bits.
        let year: i64 = str::from_utf8(digits).ok()?.parse().ok().filter(|year| *year != 0)?;
        self.eat(b'-').then_some(())?;
        let month = self.two_digits()?;
        self.eat(b'-').then_some(())?;
        let day =
            Parts { year: if negative { -year } else { year }, month, day: self.two_digits()? };
        day.is_valid().then_some(day)
    }

    /// `hh ':' mm ':' ss ('.' s+)?`, and 24:00:00, for which the answer says that it is the next day's midnight.
    fn time(&mut self) -> Option<(Time, bool)> {
        let hour = self.two_digits()?;
        self.eat(b':').then_some(())?;
        let minute = self.two_digits()?;
        self.eat(b':').then_some(())?;
        let second = self.two_digits()?;
        let mut fraction: &[u8] = &[];
        if self.eat(b'.') {
            fraction = self.digits();
            if fraction.is_empty() {
                return None;
            }
        }
        if hour == 24 {
            let midnight =
                minute == 0 && second == 0 && fraction.iter().all(|digit| *digit == b'0');
            return midnight.then_some((Time::midnight(), true));
        }
        let signed = |number| i8::try_from(number).ok();
        // Refuses what is above 23:59:59.
        let time =
            Time::new(signed(hour)?, signed(minute)?, signed(second)?, nanoseconds(fraction));
        Some((time.ok()?, false))
    }

    /// `('Z' | ('+' | '-') hh ':' mm)?`, at most 14 hours either way.
    fn zone(&mut self) -> Option<Zone> {
        if self.eat(b'Z') {
            return Some(Zone::At(Offset::UTC));
        }
        let sign = if self.eat(b'-') {
            -1
        } else if self.eat(b'+') {
            1
        } else {
            return Some(Zone::Open);
        };
        let hours = i32::from(self.two_digits()?);
        self.eat(b':').then_some(())?;
        let minutes = i32::from(self.two_digits()?);
        if minutes > 59 || hours * 60 + minutes > 14 * 60 {
            return None;
        }
        Offset::from_seconds(sign * (hours * 60 + minutes) * 60).ok().map(Zone::At)
    }
}

/// The first nine digits after the point.
fn nanoseconds(fraction: &[u8]) -> i32 {
    let digits = fraction.iter().map(|digit| i32::from(digit - b'0')).chain(std::iter::repeat(0));
    digits.take(9).fold(0, |value, digit| value * 10 + digit)
}

#[cfg(test)]
#[path = "dates_tests.rs"]
mod tests;
