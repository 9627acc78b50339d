/// The way by which a registration came in (`ChannelType`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Channel {
    /// The SOAP web service.
    WebService,
}

impl Channel {
    /// Every channel, in the order of their protocol texts.
    pub const ALL: [Self; 1] = [Self::WebService];

    /// The text of the SOAP protocol.
    pub fn protocol(self) -> &'static str {
        match self {
            Self::WebService => "WS",
        }
    }

    /// A number for stores, stable for ever.
    pub fn number(self) -> u8 {
        match self {
            Self::WebService => 1,
        }
    }

    /// The channel of a stored number.
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|channel| channel.number() == number)
    }
}
