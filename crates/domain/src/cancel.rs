use jiff::Timestamp;

use crate::{
    Amended, Cause, ItemError, ItemErrors, Policy, Registration, Sender, Status, belgian_day,
};

/// Why a registration is cancelled: one of the contract's reasons, in the letters that the caller used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CancellationReason(Box<str>);

impl CancellationReason {
    /// The reasons of the contract (SOAP page, "Statuses").
    pub const ALL: [&'static str; 5] = ["HOLIDAY", "DISEASE", "PLANNING", "C32A", "OTHER"];

    /// Reads a reason without regard to case, and keeps it as given; `None` for any other text.
    pub fn parse(text: &str) -> Option<Self> {
        let known = Self::ALL.iter().any(|reason| reason.eq_ignore_ascii_case(text));
        known.then(|| Self(text.into()))
    }

    /// The reason as given.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Cancels `found` for `by`, or says all that forbids it.
///
/// A registration is cancelled once, and until the end of its day in Brussels plus the days that the policy of its
/// sector grants. `found` is `None` for an id that was never given out; `reason` is as the caller sent it.
pub fn cancel(
    found: Option<&Registration>,
    reason: &str,
    by: &Sender,
    now: Timestamp,
    policy: &Policy,
) -> Result<Amended, ItemErrors> {
    let mut errors = Vec::new();
    let parsed = CancellationReason::parse(reason);
    if parsed.is_none() {
        errors.push(ItemError::CancelReason);
    }
    match found {
        None => errors.push(ItemError::UnknownRegistration),
        Some(registration) => errors.extend(obstacles(registration, now, policy)),
    }
    match (ItemErrors::of(errors), found, parsed) {
        (None, Some(registration), Some(reason)) => {
            Ok(registration.cancelled(now, Cause::Cancellation { reason, by: by.clone() }))
        }
        (Some(errors), ..) => Err(errors),
        (None, ..) => Err(ItemError::UnknownRegistration.into()),
    }
}

/// What a caller hears who may not cancel a registration, and no more than that: that it may not
/// ([`ItemError::NotAuthorized`]), or, where it may not even see it, that there is none
/// ([`ItemError::RegistrationNotFound`]). A reason that is none is its own mistake, and told.
pub fn not_to_cancel(error: ItemError, reason: &str) -> ItemErrors {
    let bad_reason = CancellationReason::parse(reason).is_none().then_some(ItemError::CancelReason);
    let errors = [Some(error), bad_reason].into_iter().flatten().collect();
    ItemErrors::of(errors).unwrap_or_else(|| error.into())
}

fn obstacles(
    registration: &Registration,
    now: Timestamp,
    policy: &Policy,
) -> impl Iterator<Item = ItemError> {
    let day = registration.submission.day;
    let rule = policy.rule(registration.sector, day);
    let cancelled = registration.status == Status::Cancelled;
    let late = !rule.cancellable(day, belgian_day(now));
    [(cancelled, ItemError::AlreadyCancelled), (late, ItemError::TooLateToCancel)]
        .into_iter()
        .filter_map(|(holds, error)| holds.then_some(error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registration::tests::registration;

    fn codes(found: Option<&Registration>, reason: &str, now: &str) -> Vec<&'static str> {
        let now = now.parse().expect("a moment");
        match cancel(found, reason, &Sender::default(), now, &Policy::today_and_tomorrow()) {
            Ok(_) => Vec::new(),
            Err(errors) => errors.iter().map(ItemError::code).collect(),
        }
    }

    #[test]
    fn reasons_are_read_without_regard_to_case_and_kept_as_given() {
        for text in ["HOLIDAY", "c32a", "Other"] {
            assert_eq!(CancellationReason::parse(text).expect(text).as_str(), text);
        }
        assert!(CancellationReason::parse("VACATION").is_none());
        assert!(CancellationReason::parse("HOLIDAY ").is_none());
    }

    #[test]
    fn a_day_is_cancellable_until_belgian_midnight() {
        let registration = registration("2026-11-24");
        assert!(codes(Some(&registration), "OTHER", "2026-11-23T09:00:00Z").is_empty());
        assert!(codes(Some(&registration), "OTHER", "2026-11-24T22:59:59Z").is_empty());
        assert_eq!(codes(Some(&registration), "OTHER", "2026-11-24T23:00:00Z"), ["9"]);
    }

    #[test]
    fn daylight_saving_days_end_at_their_own_midnight() {
        for (day, last, over) in [
            ("2026-03-29", "2026-03-29T21:59:59Z", "2026-03-29T22:00:00Z"),
            ("2026-10-25", "2026-10-25T22:59:59Z", "2026-10-25T23:00:00Z"),
        ] {
            let registration = registration(day);
            assert!(codes(Some(&registration), "OTHER", last).is_empty(), "{day}");
            assert_eq!(codes(Some(&registration), "OTHER", over), ["9"], "{day}");
        }
    }

    #[test]
    fn who_may_not_cancel_hears_nothing_of_the_registration() {
        for error in [ItemError::NotAuthorized, ItemError::RegistrationNotFound] {
            let told: Vec<_> = not_to_cancel(error, "OTHER").iter().collect();
            assert_eq!(told, [error]);
            let told: Vec<_> = not_to_cancel(error, "no reason").iter().collect();
            assert_eq!(told, [error, ItemError::CancelReason]);
        }
    }

    #[test]
    fn every_obstacle_is_listed() {
        let now = "2026-11-26T09:00:00Z";
        assert_eq!(codes(None, "no reason", now), ["7", "11"]);
        let policy = Policy::today_and_tomorrow();
        let early = "2026-11-24T09:00:00Z".parse().expect("a moment");
        let cancelled = cancel(
            Some(&registration("2026-11-24")),
            "disease",
            &Sender::default(),
            early,
            &policy,
        )
        .expect("cancellable");
        assert_eq!(cancelled.registration.status, Status::Cancelled);
        assert_eq!(codes(Some(&cancelled.registration), "no reason", now), ["8", "9", "11"]);
    }
}
