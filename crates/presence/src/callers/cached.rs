use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};

/// How long what files say is taken as it was read.
const AGE: SignedDuration = SignedDuration::from_secs(1);

/// What is made of files, and made anew soon after they change.
pub(super) struct Cached<T> {
    held: Mutex<Held<T>>,
}

struct Held<T> {
    at: Timestamp,
    value: Arc<T>,
}

impl<T> Cached<T> {
    /// What was made at this moment.
    pub(super) fn new(value: T, at: Timestamp) -> Self {
        Self { held: Mutex::new(Held { at, value: Arc::new(value) }) }
    }

    /// What is held, or what `make` makes of it once it is old: `None` leaves it as it is.
    pub(super) fn current<E>(
        &self,
        now: Timestamp,
        make: impl FnOnce(&T) -> Result<Option<T>, E>,
    ) -> Result<Arc<T>, E> {
        // A panic while it was locked left a whole value behind: it is replaced in one step.
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if now.duration_since(held.at).abs() >= AGE {
            if let Some(value) = make(&held.value)? {
                held.value = Arc::new(value);
            }
            held.at = now;
        }
        Ok(Arc::clone(&held.value))
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;

    #[test]
    fn what_is_old_is_made_anew_and_nothing_else() {
        let start: Timestamp = "2026-03-02T08:00:00Z".parse().expect("a moment");
        let cached = Cached::new(1, start);
        let next = |seconds: i64, value| {
            let now = start + SignedDuration::from_secs(seconds);
            let made = cached.current(now, |_| Ok::<_, Infallible>(value));
            *made.unwrap_or_else(|never| match never {})
        };
        assert_eq!(next(0, Some(2)), 1, "it is young");
        assert_eq!(next(1, Some(2)), 2);
        assert_eq!(next(2, None), 2, "nothing has changed");
        assert_eq!(next(2, Some(3)), 2, "it was looked at just now");
        assert_eq!(next(-5, Some(4)), 4, "a clock that was set back does not keep it for ever");
    }
}
