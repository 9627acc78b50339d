use jiff::SignedDuration;
use wss::Policy;

use super::lab::{honest, valid};
use super::{assert_refused, case};
use crate::scene::{Service, now};

/// The valid message, whose Timestamp the caller wrote otherwise and signed.
fn timestamp(from: &str, to: &str) -> String {
    honest("Timestamp", "wsu:Timestamp", from, to)
}

#[test]
fn a_timestamp_is_one_moment_or_two_in_utc() {
    let created = "<wsu:Created>2026-11-25T08:00:00.000Z</wsu:Created>";
    let expires = "<wsu:Expires>2026-11-25T08:05:00.000Z</wsu:Expires>";
    let malformed = "MalformedTimestamp";
    assert_refused(
        &Service::new(Policy::VAR_C),
        vec![
            case("no Created", timestamp(created, ""), malformed),
            case("Created twice", timestamp(created, &created.repeat(2)), malformed),
            case("Expires twice", timestamp(expires, &expires.repeat(2)), malformed),
            case(
                "Expires first",
                timestamp(&format!("{created}{expires}"), &format!("{expires}{created}")),
                malformed,
            ),
            case("something else", timestamp(expires, "<wsu:Other></wsu:Other>"), malformed),
            case("an empty Created", timestamp("2026-11-25T08:00:00.000Z", ""), malformed),
            case("local time", timestamp("08:00:00.000Z", "08:00:00.000"), malformed),
            case("a date", timestamp("2026-11-25T08:00:00.000Z", "2026-11-25"), malformed),
            case(
                "the 13th month",
                timestamp("2026-11-25T08:00:00.000Z", "2026-13-25T08:00:00.000Z"),
                malformed,
            ),
            case(
                "the year 10000",
                timestamp("2026-11-25T08:05:00.000Z", "12026-11-25T08:05:00.000Z"),
                malformed,
            ),
            case("an end before its begin", timestamp("08:05:00.000Z", "07:59:59.000Z"), malformed),
        ],
    );
}

#[test]
fn a_message_is_taken_from_just_before_it_was_made_until_just_after_it_expired() {
    let message = valid();
    for (seconds, expected) in [
        (-301, "MessageFromFuture"),
        (-300, ""),
        (0, ""),
        (600, ""),
        (601, "MessageExpired"),
        (86_400, "MessageExpired"),
        (-86_400, "MessageFromFuture"),
    ] {
        let now = now() + SignedDuration::from_secs(seconds);
        let service = Service { now, ..Service::new(Policy::VAR_C) };
        match service.verify(&message) {
            Ok(_) => assert_eq!(expected, "", "{seconds}"),
            Err(refusal) => {
                assert!(
                    !expected.is_empty() && format!("{refusal:?}").starts_with(expected),
                    "{seconds}: {refusal}"
                );
                assert_eq!(refusal.code().name(), "MessageExpired");
            }
        }
    }
}

#[test]
fn a_long_life_and_no_end_are_cut_to_what_is_kept_against_replays() {
    let now = now() + SignedDuration::from_secs(601);
    for message in [
        timestamp("08:05:00.000Z", "23:59:59.000Z"),
        timestamp("<wsu:Expires>2026-11-25T08:05:00.000Z</wsu:Expires>", ""),
    ] {
        let service = Service::new(Policy::VAR_C);
        let verified = service.verify(&message).expect("is valid now");
        assert_eq!(verified.replay.until, verified.time.created + SignedDuration::from_mins(10));
        let service = Service { now, ..service };
        assert_refused(&service, vec![case("an old message", message, "MessageExpired")]);
    }
}
