use jiff::Timestamp;
use jiff::civil::Date;

use super::Xml;

impl Xml {
    /// An element with a day.
    pub(super) fn day(&mut self, name: &str, day: Date) {
        self.element(name, |xml| xml.ascii(&day_digits(day)));
    }

    /// An element with a moment: Belgian local time with milliseconds and no offset, as the published examples have it.
    pub(super) fn moment(&mut self, name: &str, moment: Timestamp) {
        let local = domain::belgian_time(moment);
        let mut time = *b"T00:00:00.000";
        for (place, value) in [(1, local.hour()), (4, local.minute()), (7, local.second())] {
            two_digits(&mut time[place..], value.unsigned_abs());
        }
        let millisecond = local.millisecond().unsigned_abs();
        time[10] = digit(millisecond / 100);
        time[11] = digit(millisecond / 10);
        time[12] = digit(millisecond);
        self.element(name, |xml| {
            xml.ascii(&day_digits(local.date()));
            xml.ascii(&time);
        });
    }
}

/// `yyyy-mm-dd`. Registered days lie near today, so the year has four digits.
fn day_digits(day: Date) -> [u8; 10] {
    let mut digits = *b"0000-00-00";
    let year = day.year().unsigned_abs();
    digits[0] = digit(year / 1000);
    digits[1] = digit(year / 100);
    two_digits(&mut digits[2..], u8::try_from(year % 100).unwrap_or_default());
    two_digits(&mut digits[5..], day.month().unsigned_abs());
    two_digits(&mut digits[8..], day.day().unsigned_abs());
    digits
}

fn two_digits(place: &mut [u8], value: u8) {
    place[0] = digit((value / 10).into());
    place[1] = digit(value.into());
}

fn digit(value: u16) -> u8 {
    b'0' + u8::try_from(value % 10).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_belgian_with_three_decimals() {
        for (moment, expected) in [
            ("2013-12-01T15:00:00.769Z", "2013-12-01T16:00:00.769"),
            ("2026-07-05T22:01:02.003999Z", "2026-07-06T00:01:02.003"),
        ] {
            let mut xml = Xml::envelope(0);
            xml.moment("CreationDate", moment.parse().expect("a moment"));
            let text = String::from_utf8(xml.end()).expect("UTF-8");
            assert!(text.contains(&format!(">{expected}<")), "{text}");
        }
    }
}
