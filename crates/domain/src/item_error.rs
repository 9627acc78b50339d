use std::collections::BTreeMap;
use std::fmt;

/// What is wrong with one item of a call: the other items are handled all the same.
///
/// Codes 1 to 11 and their texts are the contract's (SOAP page, "Error codes per item"); from 101 on they are ours, for
/// what the contract gives no code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ItemError {
    /// The caller may not cancel this registration.
    NotAuthorized,
    /// An enterprise number of a wrong shape.
    CompanyShape,
    /// An enterprise number with wrong check digits.
    CompanyCheck,
    /// No reference of a declaration of works.
    WorkPlace,
    /// No person's number.
    Inss,
    /// A day that may not be registered now.
    RegistrationDate,
    /// An id that was never given out.
    UnknownRegistration,
    /// A registration that is cancelled already.
    AlreadyCancelled,
    /// The registration's day, and what the policy grants after it, is over.
    TooLateToCancel,
    /// A registration that the caller may not see.
    RegistrationNotFound,
    /// No reason of the contract's list.
    CancelReason,
    /// No Limosa id.
    LimosaId,
    /// A page out of bounds.
    Page,
    /// No sector's number.
    Sector,
    /// The sector of the work does not register whole days.
    DayNotAllowed,
    /// The caller may not register for this employer.
    NotForEmployer,
    /// The sector of the work does not register begin and end times.
    MomentNotAllowed,
    /// A moment that lies ahead.
    MomentAhead,
    /// A moment that is too long ago.
    MomentTooOld,
    /// The connection was lost after the moment that is late because of that, or not yet.
    OfflineSince,
    /// No VAT number of another country.
    ForeignVat,
    /// The channel has no form for this registration.
    OtherChannel,
}

impl ItemError {
    /// Every error.
    pub const ALL: [Self; 22] = [
        Self::NotAuthorized,
        Self::CompanyShape,
        Self::CompanyCheck,
        Self::WorkPlace,
        Self::Inss,
        Self::RegistrationDate,
        Self::UnknownRegistration,
        Self::AlreadyCancelled,
        Self::TooLateToCancel,
        Self::RegistrationNotFound,
        Self::CancelReason,
        Self::LimosaId,
        Self::Page,
        Self::Sector,
        Self::DayNotAllowed,
        Self::NotForEmployer,
        Self::MomentNotAllowed,
        Self::MomentAhead,
        Self::MomentTooOld,
        Self::OfflineSince,
        Self::ForeignVat,
        Self::OtherChannel,
    ];

    /// Reads the code of the protocol.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|error| error.code() == code)
    }

    /// The code of the protocol.
    pub fn code(self) -> &'static str {
        match self {
            Self::NotAuthorized => "1",
            Self::CompanyShape => "2",
            Self::CompanyCheck => "3",
            Self::WorkPlace => "4",
            Self::Inss => "5",
            Self::RegistrationDate => "6",
            Self::UnknownRegistration => "7",
            Self::AlreadyCancelled => "8",
            Self::TooLateToCancel => "9",
            Self::RegistrationNotFound => "10",
            Self::CancelReason => "11",
            Self::LimosaId => "101",
            Self::Page => "103",
            Self::Sector => "104",
            Self::DayNotAllowed => "105",
            Self::NotForEmployer => "112",
            Self::MomentNotAllowed => "106",
            Self::MomentAhead => "107",
            Self::MomentTooOld => "108",
            Self::OfflineSince => "109",
            Self::ForeignVat => "110",
            Self::OtherChannel => "111",
        }
    }

    /// The text of the protocol.
    pub fn description(self) -> &'static str {
        match self {
            Self::NotAuthorized => {
                "The user has no authorization to cancel this Presence Registration"
            }
            Self::CompanyShape | Self::CompanyCheck => {
                "Invalid companyId node content. Invalid KBO/BCE number"
            }
            Self::WorkPlace => {
                "Invalid WorkPlaceId node content. Invalid Déclaration de Travaux/Aangifte van Werken number"
            }
            Self::Inss => "Invalid INSS node content. Invalid INSZ/INSS number",
            Self::RegistrationDate => {
                "Invalid registration date (only today or tomorrow are allowed)"
            }
            Self::UnknownRegistration => "Unknown RegistrationId",
            Self::AlreadyCancelled => "Presence registration already cancelled",
            Self::TooLateToCancel => "Too late to cancel this presence registration",
            Self::RegistrationNotFound => "Presence registration not found",
            Self::CancelReason => "Invalid cancel reason",
            Self::LimosaId => "Invalid LimosaId node content. A Limosa id has 1 to 20 digits",
            Self::Page => "Invalid page. FirstRow is 0 or more, FetchSize is 0 to 500",
            Self::Sector => "Unknown sector. 1 is construction, 2 guarding, 3 meat and 4 cleaning",
            Self::DayNotAllowed => {
                "The sector of this work registers begin and end times, not whole days"
            }
            Self::NotForEmployer => {
                "The user has no authorization to register for this employer at this place of work"
            }
            Self::MomentNotAllowed => {
                "The sector of this work registers whole days, not begin and end times"
            }
            Self::MomentAhead => "Invalid registration moment. It lies in the future",
            Self::MomentTooOld => "Invalid registration moment. It is too long ago",
            Self::OfflineSince => {
                "Invalid offlineSince. The connection was lost before the moment that is late, and not in the future"
            }
            Self::ForeignVat => {
                "Invalid foreign VAT number. It is a country code other than BE and 1 to 18 capitals or digits"
            }
            Self::OtherChannel => {
                "The employer of this registration has a foreign VAT number. Cancel it over REST"
            }
        }
    }
}

impl ItemError {
    /// What the log adds to [`Self::description`]: which check it was, and how to mend it, where a caller is not told.
    fn in_the_log(self) -> &'static str {
        match self {
            Self::NotAuthorized => {
                " [it is seen as a work's leader alone; who cancels is its employer or its sender, or has the mandate of one]"
            }
            Self::RegistrationNotFound => {
                " [it exists, and the caller is neither its employer nor its sender, nor has the mandate of one]"
            }
            Self::NotForEmployer => {
                " [a mandate of the employer for that day is missing, `presence client change --mandate`, and the work \
                 does not name the caller's enterprise]"
            }
            Self::UnknownRegistration => " [no such id was ever given out]",
            _ => "",
        }
    }
}

impl fmt::Display for ItemError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code(), self.description())
    }
}

/// All that is wrong with one item, in the order of the codes; never empty, never more than the contract's ten.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemErrors(Vec<ItemError>);

impl ItemErrors {
    /// The errors as a list; `None` when there is none.
    pub(crate) fn of(mut errors: Vec<ItemError>) -> Option<Self> {
        errors.sort_unstable();
        errors.dedup();
        (!errors.is_empty()).then_some(Self(errors))
    }

    /// The codes as one text, for stores; read back by [`Self::from_stored`].
    pub fn to_stored(&self) -> String {
        self.0.iter().map(|error| error.code()).collect::<Vec<_>>().join(",")
    }

    /// Reads stored codes.
    pub fn from_stored(text: &str) -> Option<Self> {
        Self::of(text.split(',').map(ItemError::from_code).collect::<Option<_>>()?)
    }

    /// The errors, lowest code first.
    pub fn iter(&self) -> impl Iterator<Item = ItemError> + '_ {
        self.0.iter().copied()
    }
}

/// What the log says of items that were refused: how many have which error. `None` where there are none.
pub fn tally<'e>(refused: impl IntoIterator<Item = &'e ItemErrors>) -> Option<String> {
    let mut counts = BTreeMap::new();
    for error in refused.into_iter().flat_map(ItemErrors::iter) {
        *counts.entry(error).or_insert(0_u32) += 1;
    }
    let told = counts
        .into_iter()
        .map(|(error, count)| format!("{count} of error {error}{}", error.in_the_log()));
    let told = told.collect::<Vec<_>>().join("; ");
    (!told.is_empty()).then_some(told)
}

impl From<ItemError> for ItemErrors {
    fn from(error: ItemError) -> Self {
        Self(vec![error])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_counts_items_by_their_errors_and_says_what_callers_are_not_told() {
        let both = ItemErrors::of(vec![ItemError::Inss, ItemError::NotForEmployer]).expect("two");
        let told = tally([&both, &ItemError::NotForEmployer.into()]).expect("some");
        assert!(told.starts_with("1 of error 5: Invalid INSS"), "{told}");
        assert!(told.contains("; 2 of error 112: ") && told.contains("--mandate"), "{told}");
        assert_eq!(tally([]), None);
    }

    #[test]
    fn stored_errors_are_read_back() {
        for error in ItemError::ALL {
            assert_eq!(ItemError::from_code(error.code()), Some(error));
            let errors = ItemErrors::of(vec![error, ItemError::Inss]).expect("two or one");
            assert_eq!(ItemErrors::from_stored(&errors.to_stored()), Some(errors));
        }
        for text in ["", ",", "5,", "102"] {
            assert_eq!(ItemErrors::from_stored(text), None, "{text:?}");
        }
    }
}
