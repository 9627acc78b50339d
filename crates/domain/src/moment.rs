use jiff::Timestamp;

use crate::{EventKind, PlaceOfWork};

/// The begin or the end of work, where a moment is registered and not a whole day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    /// Begin or end.
    pub kind: MomentKind,
    /// When, to the millisecond.
    pub at: Timestamp,
    /// Where.
    pub place: PlaceOfWork,
    /// Since when the sender had been without a connection; only of a moment that came too late for one that is sent
    /// at once.
    pub offline_since: Option<Timestamp>,
}

impl Moment {
    /// Did it come later than a moment that is sent at once may?
    pub fn is_late(&self) -> bool {
        self.offline_since.is_some()
    }
}

/// What happens at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MomentKind {
    /// Work begins.
    In,
    /// Work ends.
    Out,
}

impl MomentKind {
    /// A number for stores, stable for ever.
    pub fn number(self) -> u8 {
        match self {
            Self::In => 1,
            Self::Out => 2,
        }
    }

    /// The kind of a stored number.
    pub fn from_number(number: u8) -> Option<Self> {
        [Self::In, Self::Out].into_iter().find(|kind| kind.number() == number)
    }
}

impl From<MomentKind> for EventKind {
    fn from(kind: MomentKind) -> Self {
        match kind {
            MomentKind::In => Self::In,
            MomentKind::Out => Self::Out,
        }
    }
}

/// How far a moment may lie from the present when it is registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MomentLimits {
    /// How many seconds it may lie ahead, because clocks differ.
    pub ahead_seconds: u32,
    /// How many seconds after it a moment may come in.
    pub age_seconds: u32,
    /// How many seconds after it a moment may come in whose sender had no connection.
    pub offline_seconds: u32,
}

impl Default for MomentLimits {
    /// The contract's: 60 seconds ahead, 10 minutes, 24 hours (REST page, "Rules").
    fn default() -> Self {
        Self { ahead_seconds: 60, age_seconds: 600, offline_seconds: 86_400 }
    }
}
