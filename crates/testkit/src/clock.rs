use std::sync::{Mutex, PoisonError};

use domain::Clock;
use jiff::Timestamp;

/// A clock that stands still until it is set.
#[derive(Debug)]
pub struct FakeClock(Mutex<Timestamp>);

impl FakeClock {
    /// A clock that shows `moment`, such as `2026-11-24T08:00:00Z`.
    pub fn at(moment: &str) -> Self {
        Self(Mutex::new(parse(moment)))
    }

    /// Sets it.
    pub fn set(&self, moment: &str) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = parse(moment);
    }
}

impl Clock for FakeClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn parse(moment: &str) -> Timestamp {
    moment.parse().expect("tests write moments as 2026-11-24T08:00:00Z")
}
