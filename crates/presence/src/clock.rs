use domain::Clock;
use jiff::Timestamp;

/// The real time. It is read here and nowhere else.
pub(crate) struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock that is handed to everything")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}
