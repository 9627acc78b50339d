use std::sync::LazyLock;

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{RoundMode, Timestamp, TimestampRound, Unit};

static BRUSSELS: LazyLock<TimeZone> = LazyLock::new(|| {
    TimeZone::get("Europe/Brussels").expect("the time-zone database is built into the program")
});

/// The moment, given from outside: the real one in the program, a settable one in tests.
pub trait Clock: Send + Sync {
    /// The present moment.
    fn now(&self) -> Timestamp;
}

/// The calendar day in Europe/Brussels at a moment; the day of "today" in every rule.
pub fn belgian_day(moment: Timestamp) -> Date {
    belgian_time(moment).date()
}

/// The date and time in Europe/Brussels at a moment, as answers show it.
pub fn belgian_time(moment: Timestamp) -> DateTime {
    BRUSSELS.to_datetime(moment)
}

/// Moments are kept to the millisecond; cut, so that none lies in the future.
pub fn to_milliseconds(moment: Timestamp) -> Timestamp {
    let cut = TimestampRound::new().smallest(Unit::Millisecond).mode(RoundMode::Floor);
    moment.round(cut).unwrap_or(moment)
}

/// The first moment at which clocks in Brussels show `time`; for one that the change to summer time skips, the
/// moment that would have been it. `None` at the ends of the calendar.
pub fn earliest_instant(time: DateTime) -> Option<Timestamp> {
    BRUSSELS.to_ambiguous_timestamp(time).earlier().ok()
}

/// The last moment at which clocks in Brussels show `time`: one hour later than the first one in the night that
/// changes to winter time. `None` at the ends of the calendar.
pub fn latest_instant(time: DateTime) -> Option<Timestamp> {
    BRUSSELS.to_ambiguous_timestamp(time).later().ok()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a moment")
    }

    #[test]
    fn the_day_turns_at_belgian_midnight() {
        assert_eq!(belgian_day(at("2026-01-31T22:59:59.999Z")), date(2026, 1, 31));
        assert_eq!(belgian_day(at("2026-01-31T23:00:00Z")), date(2026, 2, 1));
        assert_eq!(belgian_day(at("2026-07-31T21:59:59.999Z")), date(2026, 7, 31));
        assert_eq!(belgian_day(at("2026-07-31T22:00:00Z")), date(2026, 8, 1));
    }

    #[test]
    fn both_daylight_saving_nights_have_one_midnight() {
        for (before, after, day) in [
            ("2026-03-28T22:59:59Z", "2026-03-28T23:00:00Z", date(2026, 3, 29)),
            ("2026-03-29T21:59:59Z", "2026-03-29T22:00:00Z", date(2026, 3, 30)),
            ("2026-10-24T21:59:59Z", "2026-10-24T22:00:00Z", date(2026, 10, 25)),
            ("2026-10-25T22:59:59Z", "2026-10-25T23:00:00Z", date(2026, 10, 26)),
        ] {
            assert_eq!(belgian_day(at(before)).tomorrow().expect("in range"), day);
            assert_eq!(belgian_day(at(after)), day);
        }
    }

    #[test]
    fn a_doubled_hour_has_a_first_and_a_last_moment() {
        let doubled = date(2026, 10, 25).at(2, 30, 0, 0);
        assert_eq!(earliest_instant(doubled), Some(at("2026-10-25T00:30:00Z")));
        assert_eq!(latest_instant(doubled), Some(at("2026-10-25T01:30:00Z")));
        let plain = date(2026, 6, 1).at(12, 0, 0, 0);
        assert_eq!(earliest_instant(plain), latest_instant(plain));
    }
}
