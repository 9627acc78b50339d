use domain::Clock;
use jiff::Timestamp;

/// The real time, by which the program judges which days are open.
pub(crate) struct RealTime;

impl Clock for RealTime {
    #[expect(clippy::disallowed_methods, reason = "the program that is measured keeps real time")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}
