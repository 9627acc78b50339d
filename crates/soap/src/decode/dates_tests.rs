use std::borrow::Cow;

use jiff::civil::date as civil;

use super::*;

#[derive(PartialEq, Debug)]
struct NoDate;

fn day_of(text: &str) -> Result<Option<Date>, NoDate> {
    date(Cow::Borrowed(text)).map(|found| found.day).ok_or(NoDate)
}

fn moment_of(text: &str) -> Result<Option<Moment>, NoDate> {
    date_time(Cow::Borrowed(text)).map(|found| found.value).ok_or(NoDate)
}

#[test]
fn a_date_is_its_day_whatever_the_zone() {
    let day = civil(2026, 2, 28);
    for text in
        ["2026-02-28", "2026-02-28Z", "2026-02-28+14:00", "2026-02-28-14:00", " 2026-02-28\n"]
    {
        assert_eq!(day_of(text), Ok(Some(day)), "{text}");
    }
    let kept = date(Cow::Borrowed(" 2026-02-28Z ")).unwrap();
    assert_eq!(kept.text, "2026-02-28Z");
}

#[test]
fn years_out_of_range_are_valid_and_no_day() {
    for text in [
        "-0001-01-01",
        "12026-01-01",
        "-0004-02-29",
        "9223372036854775807-12-31",
        "-9223372036854775807-01-01+01:00",
    ] {
        assert_eq!(day_of(text), Ok(None), "{text}");
    }
    assert_eq!(day_of("9999-12-31"), Ok(Some(civil(9999, 12, 31))));
    assert_eq!(day_of("0001-01-01"), Ok(Some(civil(1, 1, 1))));
}

#[test]
fn what_is_no_date_is_refused() {
    for text in [
        "",
        "0000-01-01",
        "-0000-01-01",
        "02026-01-01",
        "226-01-01",
        "+2026-01-01",
        "2026-1-01",
        "2026-13-01",
        "2026-00-01",
        "2026-01-00",
        "2026-01-32",
        "2026-02-29",
        "1900-02-29",
        "-0001-02-29",
        "2026-01-01z",
        "2026-01-01 Z",
        "2026-01-01+14:01",
        "2026-01-01+13:60",
        "2026-01-01+1:00",
        "2026-01-01+24:00",
        "2026-01-01T00:00:00",
        "2026-01",
        "9223372036854775808-01-01",
        "2026-01-01\u{a0}",
        "\u{662}026-01-01",
        "2026-01-01+",
        "--01-01",
    ] {
        assert_eq!(day_of(text), Err(NoDate), "{text}");
    }
}

#[test]
fn a_date_time_is_local_or_an_instant() {
    let local = Moment::Local(civil(2026, 1, 31).at(8, 5, 9, 120_000_000));
    assert_eq!(moment_of(" 2026-01-31T08:05:09.12 "), Ok(Some(local)));
    let instant = Moment::Instant("2026-01-31T06:05:09Z".parse().unwrap());
    assert_eq!(moment_of("2026-01-31T08:05:09+02:00"), Ok(Some(instant)));
    assert_eq!(moment_of("2026-01-31T06:05:09Z"), Ok(Some(instant)));
    let next = Moment::Local(civil(2026, 2, 1).at(0, 0, 0, 0));
    assert_eq!(moment_of("2026-01-31T24:00:00.000"), Ok(Some(next)));
    assert_eq!(moment_of("9999-12-31T24:00:00"), Ok(None));
    assert_eq!(moment_of("12026-01-31T08:05:09"), Ok(None));
    let last = Moment::Local(civil(2026, 1, 31).at(23, 59, 59, 999_999_999));
    assert_eq!(moment_of("2026-01-31T23:59:59.99999999999999999999"), Ok(Some(last)));
}

#[test]
fn what_is_no_date_time_is_refused() {
    for text in [
        "2026-01-31",
        "2026-01-31T",
        "2026-01-31T08:05",
        "2026-01-31 08:05:09",
        "2026-01-31t08:05:09",
        "2026-01-31T8:05:09",
        "2026-01-31T08:05:09.",
        "2026-01-31T08:05:60",
        "2026-01-31T08:60:00",
        "2026-01-31T25:00:00",
        "2026-01-31T24:00:01",
        "2026-01-31T24:00:00.001",
        "2026-01-31T24:01:00",
        "2026-01-31T08:05:09+14:01",
        "2026-01-31T08:05:09 Z",
        "0000-01-31T08:05:09",
        "2026-01-31T08:05:09.1.2",
    ] {
        assert_eq!(moment_of(text), Err(NoDate), "{text}");
    }
}
