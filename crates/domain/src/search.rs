use jiff::Timestamp;
use jiff::civil::Date;

use crate::{
    Circle, EnterpriseNumber, EventKind, ForeignVatNumber, Inss, Registration, RegistrationId,
    Remarks, Sector, Status, WorksReference,
};

/// The most registrations that a page holds (contract, `PresenceRegistrationList`).
pub const MAX_FETCH_SIZE: u16 = 500;

/// What to find. All that is given must hold; days are always given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Search {
    /// The person.
    pub inss: Option<Inss>,
    /// The employer.
    pub company: Option<EnterpriseNumber>,
    /// The work.
    pub works: Option<WorksReference>,
    /// Any of these statuses; `None` for all.
    pub statuses: Option<StatusSet>,
    /// At least one of these remarks; `None` for with or without.
    pub remarks: Option<Remarks>,
    /// The days registered for.
    pub days: Days,
    /// Created at this moment or later.
    pub created_from: Option<Timestamp>,
    /// Created at this moment or earlier.
    pub created_until: Option<Timestamp>,
    /// The sector of the work.
    pub sector: Option<Sector>,
    /// Any of these events; `None` for all.
    pub events: Option<EventSet>,
    /// The employer, where it has no enterprise number.
    pub foreign_vat: Option<ForeignVatNumber>,
    /// Began or ended at this moment or later.
    pub moment_from: Option<Timestamp>,
    /// Began or ended at this moment or earlier.
    pub moment_until: Option<Timestamp>,
    /// Began or ended at coordinates in this circle.
    pub near: Option<Circle>,
    /// In which order.
    pub sort: Sort,
    /// Only what comes after this in the order.
    pub after: Option<Mark>,
    /// Which part of the result.
    pub page: Page,
}

impl Search {
    /// Everything of these days, in the order of ids, the first page.
    pub fn of(days: Days) -> Self {
        Self {
            inss: None,
            company: None,
            works: None,
            statuses: None,
            remarks: None,
            days,
            created_from: None,
            created_until: None,
            sector: None,
            events: None,
            foreign_vat: None,
            moment_from: None,
            moment_until: None,
            near: None,
            sort: Sort::default(),
            after: None,
            page: Page::default(),
        }
    }
}

/// A set of events.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EventSet(u8);

impl EventSet {
    /// Is `event` in the set?
    pub fn contains(self, event: EventKind) -> bool {
        self.0 & (1 << event as u8) != 0
    }
}

impl FromIterator<EventKind> for EventSet {
    fn from_iter<I: IntoIterator<Item = EventKind>>(events: I) -> Self {
        Self(events.into_iter().fold(0, |set, event| set | 1 << event as u8))
    }
}

/// A place in the order of a result: where a page ended. It stays where it is when others write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The sort key of the last registration of the page, as it was then.
    pub value: SortValue,
    /// Its id.
    pub id: RegistrationId,
}

/// The value by which a registration is sorted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SortValue {
    /// It has none; comes first.
    Nothing,
    /// A number.
    Number(i64),
    /// A text.
    Text(Box<str>),
}

/// A set of statuses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StatusSet(u8);

impl StatusSet {
    /// Is `status` in the set?
    pub fn contains(self, status: Status) -> bool {
        self.0 & (1 << status.number()) != 0
    }
}

impl FromIterator<Status> for StatusSet {
    fn from_iter<I: IntoIterator<Item = Status>>(statuses: I) -> Self {
        Self(statuses.into_iter().fold(0, |set, status| set | 1 << status.number()))
    }
}

/// Days as intervals that neither overlap nor touch, earliest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Days(Vec<(Date, Date)>);

impl Days {
    /// The days of `intervals`, each with its first and last day; one that ends before it begins has none.
    pub fn new(intervals: impl IntoIterator<Item = (Date, Date)>) -> Self {
        let mut sorted: Vec<_> =
            intervals.into_iter().filter(|(first, last)| first <= last).collect();
        sorted.sort_unstable();
        let mut merged: Vec<(Date, Date)> = Vec::with_capacity(sorted.len());
        for (first, last) in sorted {
            match merged.last_mut() {
                Some((_, end)) if first <= end.tomorrow().unwrap_or(Date::MAX) => {
                    *end = last.max(*end);
                }
                _ => merged.push((first, last)),
            }
        }
        Self(merged)
    }

    /// Is `day` one of them?
    pub fn contains(&self, day: Date) -> bool {
        self.0.iter().any(|(first, last)| (first..=last).contains(&&day))
    }

    /// With the day before and the day after each interval.
    #[must_use]
    pub fn with_neighbours(&self) -> Self {
        let wider = |(first, last): &(Date, Date)| {
            (first.yesterday().unwrap_or(*first), last.tomorrow().unwrap_or(*last))
        };
        Self::new(self.0.iter().map(wider))
    }

    /// The intervals: first and last day of each.
    pub fn intervals(&self) -> &[(Date, Date)] {
        &self.0
    }
}

/// The order of a result. Equal keys are ordered by id, ascending, so that pages never overlap.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sort {
    /// By what.
    pub key: SortKey,
    /// Which way.
    pub direction: Direction,
}

/// By what a result is sorted (`SortCriteriaType`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SortKey {
    /// The id.
    #[default]
    Id,
    /// The day registered for.
    RegistrationDate,
    /// When it was created.
    CreationDate,
    /// The status, by its protocol text.
    Status,
    /// The reference of the work.
    PlaceOfWork,
    /// The employer; none first.
    CompanyId,
    /// The channel, by its protocol text.
    Channel,
    /// The sender's id; none first.
    SenderId,
}

impl SortKey {
    /// Every key, in the order of the protocol's list.
    pub const ALL: [Self; 8] = [
        Self::Id,
        Self::RegistrationDate,
        Self::CreationDate,
        Self::Status,
        Self::PlaceOfWork,
        Self::CompanyId,
        Self::Channel,
        Self::SenderId,
    ];

    /// The text of the SOAP protocol.
    pub fn protocol(self) -> &'static str {
        match self {
            Self::Id => "ID",
            Self::RegistrationDate => "REGISTRATION DATE",
            Self::CreationDate => "CREATION DATE",
            Self::Status => "STATUS",
            Self::PlaceOfWork => "PLACE OF WORK",
            Self::CompanyId => "COMPANY ID",
            Self::Channel => "CHANNEL",
            Self::SenderId => "SENDER ID",
        }
    }

    /// Reads the text of the SOAP protocol, to the character.
    pub fn from_protocol(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|key| key.protocol() == text)
    }
}

impl SortKey {
    /// The value by which `registration` is sorted.
    pub fn value(self, registration: &Registration) -> SortValue {
        let submission = &registration.submission;
        match self {
            Self::Id => SortValue::Number(registration.id.number()),
            Self::RegistrationDate => SortValue::Number(day_number(submission.day)),
            Self::CreationDate => SortValue::Number(registration.created.as_millisecond()),
            Self::Status => SortValue::Number(registration.status.number().into()),
            Self::PlaceOfWork => SortValue::Text(submission.works.as_str().into()),
            Self::CompanyId => submission.who.company().map_or(SortValue::Nothing, |company| {
                SortValue::Number(company.number().cast_signed())
            }),
            Self::Channel => SortValue::Number(registration.channel.number().into()),
            Self::SenderId => registration
                .sender
                .id
                .as_deref()
                .map_or(SortValue::Nothing, |id| SortValue::Text(id.into())),
        }
    }
}

/// A day as a number: days since 1970-01-01.
pub fn day_number(day: Date) -> i64 {
    const EPOCH: Date = jiff::civil::date(1970, 1, 1);
    day.duration_since(EPOCH).as_hours() / 24
}

/// Which way a result is sorted (`SortDirectionType`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Direction {
    /// Smallest first.
    #[default]
    Ascending,
    /// Largest first.
    Descending,
}

impl Direction {
    /// Both directions.
    pub const ALL: [Self; 2] = [Self::Ascending, Self::Descending];

    /// The text of the SOAP protocol.
    pub fn protocol(self) -> &'static str {
        match self {
            Self::Ascending => "ASCENDING",
            Self::Descending => "DESCENDING",
        }
    }

    /// Reads the text of the SOAP protocol, to the character.
    pub fn from_protocol(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|direction| direction.protocol() == text)
    }
}

/// A part of a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// How many registrations to pass over.
    pub first_row: u32,
    /// How many to answer, 0 (only count) to [`MAX_FETCH_SIZE`].
    pub fetch_size: u16,
}

impl Default for Page {
    /// The contract's: the first 50.
    fn default() -> Self {
        Self { first_row: 0, fetch_size: 50 }
    }
}

/// A page of a result.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SearchPage {
    /// How many registrations the whole result has, exactly.
    pub count: u64,
    /// Those of the page, in order.
    pub registrations: Vec<Registration>,
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn overlapping_and_touching_intervals_become_one() {
        let day = |d| date(2026, 11, d);
        let days = Days::new([
            (day(20), day(22)),
            (day(1), day(5)),
            (day(6), day(7)),
            (day(21), day(21)),
            (day(9), day(8)),
        ]);
        assert_eq!(days.intervals(), [(day(1), day(7)), (day(20), day(22))]);
        assert_eq!(
            Days::new([(Date::MIN, Date::MAX), (Date::MAX, Date::MAX)]).intervals().len(),
            1
        );
    }

    #[test]
    fn protocol_texts_are_read_back() {
        for key in SortKey::ALL {
            assert_eq!(SortKey::from_protocol(key.protocol()), Some(key));
        }
        for direction in Direction::ALL {
            assert_eq!(Direction::from_protocol(direction.protocol()), Some(direction));
        }
    }

    #[test]
    fn a_status_set_holds_what_was_put_in() {
        let set: StatusSet = [Status::Failed, Status::Validated].into_iter().collect();
        assert!(set.contains(Status::Failed) && set.contains(Status::Validated));
        assert!(!set.contains(Status::Registered) && !set.contains(Status::Cancelled));
    }
}
