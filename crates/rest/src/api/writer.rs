//! Writes JSON where there is much of it: answers have hundreds of registrations.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;
use serde::Serialize;

/// JSON in the making. The names of members come from the code, and nobody looks in them for what has to be escaped.
pub(super) struct Writer(Vec<u8>);

impl Writer {
    /// Begins; `capacity` bytes are set aside.
    pub(super) fn new(capacity: usize) -> Self {
        Self(Vec::with_capacity(capacity))
    }

    /// What was written.
    pub(super) fn end(self) -> Vec<u8> {
        self.0
    }

    /// An object with the members that `members` writes.
    pub(super) fn object(&mut self, members: impl FnOnce(&mut Self)) {
        self.begin();
        self.0.push(b'{');
        members(self);
        self.0.push(b'}');
    }

    /// A list; `element` writes each.
    pub(super) fn list<T>(
        &mut self,
        elements: impl IntoIterator<Item = T>,
        mut element: impl FnMut(&mut Self, T),
    ) {
        self.begin();
        self.0.push(b'[');
        elements.into_iter().for_each(|it| element(self, it));
        self.0.push(b']');
    }

    /// The name of a member, whose value comes next.
    pub(super) fn name(&mut self, name: &'static str) -> &mut Self {
        debug_assert!(name.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{name}");
        self.begin();
        self.quoted(name.as_bytes());
        self.0.push(b':');
        self
    }

    /// A text.
    pub(super) fn text(&mut self, text: &str) {
        let plain = |byte: u8| byte >= b' ' && byte != b'"' && byte != b'\\';
        if text.bytes().all(plain) {
            self.begin();
            self.quoted(text.as_bytes());
        } else {
            self.value(&text);
        }
    }

    /// A whole number.
    pub(super) fn number(&mut self, number: impl itoa::Integer) {
        self.begin();
        self.0.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
    }

    /// True or false.
    pub(super) fn flag(&mut self, flag: bool) {
        self.begin();
        self.0.extend_from_slice(if flag { b"true" } else { b"false" });
    }

    /// A number of `LENGTH` digits with its leading zeros, as a text.
    pub(super) fn digits<const LENGTH: usize>(&mut self, number: u64) {
        let mut digits = [b'0'; LENGTH];
        put(&mut digits, number);
        self.begin();
        self.quoted(&digits);
    }

    /// A day.
    pub(super) fn day(&mut self, day: Date) {
        match day_digits(day) {
            Some(digits) => {
                self.begin();
                self.quoted(&digits);
            }
            None => self.text(&day.to_string()),
        }
    }

    /// A moment, in UTC with as many decimals as it has.
    pub(super) fn moment(&mut self, moment: Timestamp) {
        let utc = Offset::UTC.to_datetime(moment);
        let whole_seconds = moment.subsec_nanosecond() == 0;
        let (Some(day), true) = (day_digits(utc.date()), whole_seconds || is_milliseconds(moment))
        else {
            return self.text(&moment.to_string());
        };
        let mut time = *b"T00:00:00.000";
        for (place, value) in [(1, utc.hour()), (4, utc.minute()), (7, utc.second())] {
            put(&mut time[place..place + 2], value.unsigned_abs().into());
        }
        put(&mut time[10..], utc.millisecond().unsigned_abs().into());
        let length = if whole_seconds {
            9
        } else {
            time.iter().rposition(|digit| *digit != b'0').map_or(0, |last| last + 1)
        };
        self.begin();
        self.0.push(b'"');
        self.0.extend_from_slice(&day);
        self.0.extend_from_slice(&time[..length]);
        self.0.extend_from_slice(b"Z\"");
    }

    /// Any other value.
    pub(super) fn value(&mut self, value: &impl Serialize) {
        self.begin();
        serde_json::to_writer(&mut self.0, value)
            .expect("what is shown is JSON: the names of members are texts");
    }

    /// Divides what comes from what stands before it.
    fn begin(&mut self) {
        if !matches!(self.0.last(), None | Some(b'{' | b'[' | b':')) {
            self.0.push(b',');
        }
    }

    fn quoted(&mut self, text: &[u8]) {
        self.0.push(b'"');
        self.0.extend_from_slice(text);
        self.0.push(b'"');
    }
}

fn is_milliseconds(moment: Timestamp) -> bool {
    moment.subsec_nanosecond() % 1_000_000 == 0
}

/// `yyyy-mm-dd`, where the year has four digits.
fn day_digits(day: Date) -> Option<[u8; 10]> {
    let year = u64::try_from(day.year()).ok()?;
    let mut digits = *b"0000-00-00";
    put(&mut digits[..4], year);
    put(&mut digits[5..7], day.month().unsigned_abs().into());
    put(&mut digits[8..], day.day().unsigned_abs().into());
    Some(digits)
}

/// Writes the last decimals of a number over zeros.
fn put(place: &mut [u8], number: u64) {
    let mut rest = number;
    for digit in place.iter_mut().rev() {
        *digit = b'0' + u8::try_from(rest % 10).unwrap_or_default();
        rest /= 10;
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn written(write: impl FnOnce(&mut Writer)) -> String {
        let mut writer = Writer::new(0);
        write(&mut writer);
        String::from_utf8(writer.end()).expect("UTF-8")
    }

    #[test]
    fn what_is_written_is_read_as_it_was() {
        let texts = ["", "plain", "{", "[", ":", "a \"b\" \\ c", "é\u{1F600}\u{7f}", "\u{1}\n\t"];
        let text = written(|to| {
            to.object(|to| {
                to.name("texts").list(texts, Writer::text);
                to.name("nothing").list([0_u8; 0], Writer::number);
                to.name("empty").object(|_| {});
                to.name("number").number(-17_i64);
                to.name("flags").list([true, false], Writer::flag);
                to.name("ssin").digits::<11>(1_022_612_345);
                to.name("value").value(&json!({ "a": [1.5, null] }));
                to.name("objects").list([1, 2], |to, it| to.object(|to| to.name("it").number(it)));
            });
        });
        let read: Value = serde_json::from_str(&text).expect("JSON");
        let expected = json!({
            "texts": texts, "nothing": [], "empty": {}, "number": -17, "flags": [true, false],
            "ssin": "01022612345", "value": { "a": [1.5, null] }, "objects": [{ "it": 1 }, { "it": 2 }],
        });
        assert_eq!(read, expected, "{text}");
        assert_eq!(text, expected.to_string(), "without a blank");
    }

    #[test]
    fn days_and_moments_are_written_as_jiff_does() {
        for moment in [
            "2026-11-24T08:00:00Z",
            "2026-11-24T08:00:00.001Z",
            "2026-01-02T23:59:59.12Z",
            "2026-11-24T00:00:10.5Z",
            "2026-11-24T08:00:00.100200300Z",
            "0000-01-01T00:00:00Z",
            "-000044-03-15T12:00:00.25Z",
            "9999-12-30T22:00:00.999Z",
            "1969-12-31T23:59:59.999Z",
        ] {
            let moment: Timestamp = moment.parse().expect("a moment");
            assert_eq!(written(|to| to.moment(moment)), format!("\"{moment}\""));
            let day = Offset::UTC.to_datetime(moment).date();
            assert_eq!(written(|to| to.day(day)), format!("\"{day}\""));
        }
    }
}
