use std::fmt;

use crate::{ClientId, HistoryEntry, Registration};

/// One step of a registration's life, as others are told of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Where it stands in the order of all steps.
    pub position: StepPosition,
    /// Its place in the life of the registration: 1 for the first, that it was stored.
    pub version: u32,
    /// The registration as it now stands; later steps may have changed it.
    pub registration: Registration,
    /// The step.
    pub entry: HistoryEntry,
}

impl Step {
    /// A name that no other step has, and that stays: the registration's id and the version.
    pub fn name(&self) -> String {
        format!("{}.{}", self.registration.id, self.version)
    }
}

/// A place in the one order of all steps: that in which they were stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct StepPosition {
    /// The entry of the store: one for all that was written together of registrations in a row.
    pub entry: i64,
    /// The place within the entry, from 0.
    pub within: u32,
}

impl StepPosition {
    /// Before the first step.
    pub const START: Self = Self { entry: 0, within: 0 };

    /// Reads what is written.
    pub fn parse(text: &str) -> Option<Self> {
        let (entry, within) = text.split_once('-')?;
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(entry) || !digits(within) {
            return None;
        }
        Some(Self { entry: entry.parse().ok()?, within: within.parse().ok()? })
    }
}

impl fmt::Display for StepPosition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.entry, self.within)
    }
}

/// Of whose registrations steps are told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StepSelection {
    /// Of all.
    Everything,
    /// Of those that this client sent.
    SentBy(ClientId),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_are_read_as_they_are_written() {
        let position = StepPosition { entry: 17, within: 3 };
        assert_eq!(StepPosition::parse(&position.to_string()), Some(position));
        for text in ["", "17", "-1-0", "17-", "1-2-3", "a-b", "+1-0", "99999999999999999999-0"] {
            assert_eq!(StepPosition::parse(text), None, "{text}");
        }
        assert!(StepPosition::START < position);
    }
}
