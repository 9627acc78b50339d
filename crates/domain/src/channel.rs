use crate::Submission;

/// The way by which a registration came in (`ChannelType`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Channel {
    /// The REST web service.
    Rest,
    /// The SOAP web service.
    WebService,
}

impl Channel {
    /// Every channel, in the order of their protocol texts.
    pub const ALL: [Self; 2] = [Self::Rest, Self::WebService];

    /// The text of the SOAP protocol.
    pub fn protocol(self) -> &'static str {
        match self {
            Self::Rest => "REST",
            Self::WebService => "WS",
        }
    }

    /// Can an answer of this channel show what was submitted? SOAP has no form for an employer's foreign VAT number in
    /// answers to a cancellation.
    pub fn can_answer(self, submission: &Submission) -> bool {
        self == Self::Rest || submission.who.foreign_vat().is_none()
    }

    /// A number for stores: stable for ever, and in the order of the protocol texts, between which room is left.
    pub fn number(self) -> u8 {
        match self {
            Self::Rest => 20,
            Self::WebService => 40,
        }
    }

    /// The channel of a stored number.
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|channel| channel.number() == number)
    }
}
