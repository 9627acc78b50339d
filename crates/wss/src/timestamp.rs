//! The Timestamp of a message, and moments as XML Schema writes them.

use jiff::{SignedDuration, Timestamp};
use roxmltree::Node;

use crate::Refusal;
use crate::names::WSU;
use crate::xml::{elements, is, text};

/// How old a message may be, and how far clocks may differ.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Freshness {
    /// How far the caller's clock may differ from ours, in either direction.
    pub skew: SignedDuration,
    /// How long after it was made a message is taken, whatever its `Expires` says. Bounds what must be kept to refuse
    /// replays.
    pub longest: SignedDuration,
}

impl Default for Freshness {
    fn default() -> Self {
        Self { skew: SignedDuration::from_mins(5), longest: SignedDuration::from_mins(5) }
    }
}

/// When a message was made, and until when it is taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct MessageTime {
    /// When it was made, as it says.
    pub created: Timestamp,
    /// Until when it is taken, clocks' difference included.
    pub until: Timestamp,
}

fn malformed(what: &'static str) -> Refusal {
    Refusal::MalformedTimestamp { what }
}

impl MessageTime {
    /// Reads a `wsu:Timestamp`: `Created`, and perhaps `Expires` after it.
    pub(crate) fn of(node: Node<'_, '_>, freshness: &Freshness) -> Result<Self, Refusal> {
        let mut children = elements(node);
        let created = children.next().filter(|it| is(*it, WSU, "Created"));
        let created = moment(text(created.ok_or(malformed("it does not begin with Created"))?)?)
            .ok_or(malformed("Created is no moment in UTC"))?;
        let latest = later(created, freshness.longest);
        let expires = match children.next() {
            None => latest,
            Some(expires) if is(expires, WSU, "Expires") => {
                moment(text(expires)?).ok_or(malformed("Expires is no moment in UTC"))?
            }
            Some(_) => return Err(malformed("something else than Expires follows Created")),
        };
        if children.next().is_some() {
            return Err(malformed("something follows Expires"));
        }
        if expires < created {
            return Err(malformed("Expires is before Created"));
        }
        Ok(Self { created, until: later(expires.min(latest), freshness.skew) })
    }

    /// Is the message fresh at `now`?
    pub(crate) fn check(&self, freshness: &Freshness, now: Timestamp) -> Result<(), Refusal> {
        if self.created > later(now, freshness.skew) {
            return Err(Refusal::MessageFromFuture { created: self.created, now });
        }
        if now > self.until {
            return Err(Refusal::MessageExpired { until: self.until, now });
        }
        Ok(())
    }
}

/// A moment later, or the last one that there is.
pub(crate) fn later(moment: Timestamp, by: SignedDuration) -> Timestamp {
    moment.checked_add(by).unwrap_or(Timestamp::MAX)
}

/// An `xs:dateTime` with an offset, such as `2026-11-25T08:00:00.123Z`.
pub(crate) fn moment(text: &str) -> Option<Timestamp> {
    let bytes = text.as_bytes();
    let form = b"dddd-dd-ddTdd:dd:dd";
    let fits = |(byte, form): (&u8, &u8)| match form {
        b'd' => byte.is_ascii_digit(),
        _ => byte == form,
    };
    if bytes.len() < form.len() || !bytes.iter().zip(form).all(fits) || &text[17..19] == "60" {
        return None;
    }
    let zone = text[19..].trim_start_matches(|c: char| c == '.' || c.is_ascii_digit());
    let fraction = &text[19..text.len() - zone.len()];
    let has_fraction =
        fraction.strip_prefix('.').is_some_and(|it| !it.is_empty() && !it.contains('.'));
    let right_zone = zone == "Z"
        || zone.len() == 6 && zone.starts_with(['+', '-']) && zone.as_bytes()[3] == b':';
    if !(fraction.is_empty() || has_fraction) || !right_zone {
        return None;
    }
    // More digits than nanoseconds have say nothing that matters here.
    let fraction = &fraction[..fraction.len().min(10)];
    format!("{}{fraction}{zone}", &text[..19]).parse().ok()
}

/// A moment as messages carry it: UTC, with milliseconds.
pub(crate) fn written(moment: Timestamp) -> String {
    moment.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_as_xml_schema_writes_them() {
        let expected: Timestamp = "2026-11-25T08:00:00Z".parse().expect("is a moment");
        for text in [
            "2026-11-25T08:00:00Z",
            "2026-11-25T08:00:00.000Z",
            "2026-11-25T09:00:00+01:00",
            "2026-11-25T03:00:00.00000000000000-05:00",
        ] {
            assert_eq!(moment(text), Some(expected), "{text}");
        }
        for text in [
            "",
            "2026-11-25",
            "2026-11-25T08:00:00",
            "2026-11-25T08:00:60Z",
            "2026-11-25 08:00:00Z",
            "2026-11-25t08:00:00z",
            "2026-11-25T08:00:00.Z",
            "2026-11-25T08:00:00.1.2Z",
            "2026-11-25T08:00:00+01",
            "2026-11-25T08:00:00+0100",
            "2026-13-25T08:00:00Z",
            "2026-11-25T08:00:00Z[Europe/Brussels]",
            "2026-11-25T08:00:00\u{e9}Z",
            "\u{e9}026-11-25T08:00:00Z",
        ] {
            assert_eq!(moment(text), None, "{text}");
        }
    }
}
