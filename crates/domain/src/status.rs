use std::fmt;

/// Where a registration stands in its life (contract, "Statuses").
///
/// The order is that of the protocol texts, so that sorting by status is sorting by what a reader sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// Checked against the registers, with remarks.
    Failed,
    /// Withdrawn by its sender.
    Cancelled,
    /// Stored, not yet checked.
    Registered,
    /// Checked against the registers, without a remark.
    Validated,
}

impl Status {
    /// Every status, in the order of their protocol texts.
    pub const ALL: [Self; 4] = [Self::Failed, Self::Cancelled, Self::Registered, Self::Validated];

    /// The text of the SOAP protocol.
    pub fn protocol(self) -> &'static str {
        match self {
            Self::Failed => "FAILED",
            Self::Cancelled => "SUCCESSFULLY CANCELLED",
            Self::Registered => "SUCCESSFULLY REGISTERED",
            Self::Validated => "VALIDATED",
        }
    }

    /// Reads the text of the SOAP protocol, to the character.
    pub fn from_protocol(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.protocol() == text)
    }

    /// A number for stores: stable for ever, and in the order of the protocol texts.
    pub fn number(self) -> u8 {
        match self {
            Self::Failed => 1,
            Self::Cancelled => 2,
            Self::Registered => 3,
            Self::Validated => 4,
        }
    }

    /// The status of a stored number.
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.number() == number)
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.protocol())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_numbers_and_order_agree() {
        assert!(Status::ALL.is_sorted_by_key(|status| status.protocol()));
        assert!(Status::ALL.is_sorted_by_key(|status| status.number()));
        for status in Status::ALL {
            assert_eq!(Status::from_protocol(status.protocol()), Some(status));
            assert_eq!(Status::from_number(status.number()), Some(status));
        }
        assert_eq!(Status::from_protocol("validated"), None);
        assert_eq!(Status::from_number(0), None);
    }
}
