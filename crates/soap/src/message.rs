//! The requests of the service as a caller wrote them: valid against the schema, not yet judged.
//!
//! Everything borrows from the text where it can. What leads to a person is hidden from `Debug`.

use std::borrow::Cow;
use std::fmt;

use domain::{Direction, Remark, SortKey, Status};
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};

/// A request, one for each operation (contract, "Operations").
#[derive(Clone, PartialEq, Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "there is one for each call, and it is never moved in bulk"
)]
pub enum Request<'a> {
    /// `registerPresences`: 1 to 200 items.
    Register(Vec<SubmittedItem<'a>>),
    /// `cancelPresences`: 1 to 200 items.
    Cancel(Vec<CancelItem<'a>>),
    /// `searchPresences`.
    Search(SearchRequest<'a>),
    /// `getPresenceRegistration`.
    Get(GetRequest),
}

/// A registration to make (`PresenceRegistrationSubmitType`).
#[derive(Clone, PartialEq, Debug)]
pub struct SubmittedItem<'a> {
    /// The day; without one it is today's in Belgium.
    pub date: Option<XsdDate<'a>>,
    /// Who will be present.
    pub who: Who<'a>,
    /// The reference of the work: at most 13 characters.
    pub work_place: Cow<'a, str>,
    /// The caller's own reference: at most 24 characters.
    pub reference: Option<Cow<'a, str>>,
}

/// The two ways to say who will be present.
#[derive(Clone, PartialEq)]
pub enum Who<'a> {
    /// A worker and the employer.
    Worker {
        /// The person's number: 11 digits, of any script.
        inss: Cow<'a, str>,
        /// The employer's enterprise number: at most 10 digits, and possibly negative.
        company: i64,
    },
    /// The id of a Limosa declaration: any text.
    Limosa(Cow<'a, str>),
}

impl fmt::Debug for Who<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Worker { company, .. } => {
                f.debug_struct("Worker").field("inss", &Hidden).field("company", company).finish()
            }
            Self::Limosa(_) => f.debug_tuple("Limosa").field(&Hidden).finish(),
        }
    }
}

/// An `xs:date`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct XsdDate<'a> {
    /// As it was written, without the blanks around it: answers repeat it.
    pub text: Cow<'a, str>,
    /// The day, whatever the zone; `None` when the year is not in 1 to 9999.
    pub day: Option<Date>,
}

/// An `xs:dateTime`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct XsdDateTime<'a> {
    /// As it was written, without the blanks around it: answers repeat it.
    pub text: Cow<'a, str>,
    /// The moment, to the nanosecond; `None` when the year is not in 1 to 9999.
    pub value: Option<Moment>,
}

/// A moment, with or without a zone. 24:00:00 is the next day's midnight.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Moment {
    /// Without a zone: local time in Belgium.
    Local(DateTime),
    /// With a zone.
    Instant(Timestamp),
}

/// A registration to cancel (`CancelPresenceRequestType`).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CancelItem<'a> {
    /// Its id: at most 15 digits, and possibly negative.
    pub id: i64,
    /// Why: at most 15 characters.
    pub reason: Cow<'a, str>,
}

/// The registration asked for (`GetPresenceRegistrationRequestType`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct GetRequest {
    /// Its id: at most 15 digits, and possibly negative.
    pub id: i64,
}

/// A search (`SearchPresencesRequestType`).
#[derive(Clone, PartialEq)]
pub struct SearchRequest<'a> {
    /// The person's number: 11 digits, of any script.
    pub inss: Option<Cow<'a, str>>,
    /// The employer's enterprise number: at most 10 digits, and possibly negative.
    pub company: Option<i64>,
    /// The reference of the work: at most 13 characters.
    pub work_place: Option<Cow<'a, str>>,
    /// Any of these statuses: 1 to 4, as the caller listed them.
    pub statuses: Option<Vec<Status>>,
    /// Any of these remarks: 1 to 17, as the caller listed them.
    pub remarks: Option<Vec<Remark>>,
    /// The days: 1 to 31 intervals.
    pub periods: Vec<Period<'a>>,
    /// Created at this moment or later.
    pub created_from: Option<XsdDateTime<'a>>,
    /// Created at this moment or earlier.
    pub created_until: Option<XsdDateTime<'a>>,
    /// The sector's number: at most 3 digits, and possibly negative.
    pub sector: Option<i32>,
    /// The part of the result.
    pub page: Option<PageRequest>,
    /// The order of the result.
    pub sort: Option<SortRequest>,
}

impl fmt::Debug for SearchRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SearchRequest")
            .field("inss", &self.inss.as_ref().map(|_| Hidden))
            .field("company", &self.company)
            .field("work_place", &self.work_place)
            .field("statuses", &self.statuses)
            .field("remarks", &self.remarks)
            .field("periods", &self.periods)
            .field("created_from", &self.created_from)
            .field("created_until", &self.created_until)
            .field("sector", &self.sector)
            .field("page", &self.page)
            .field("sort", &self.sort)
            .finish()
    }
}

/// An interval of days (`RegistrationPeriodType`).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Period<'a> {
    /// Its first day.
    pub start: XsdDate<'a>,
    /// Its last day.
    pub end: XsdDate<'a>,
}

/// A part of a result (`PaginationPropertiesType`). Both have at most 9 digits and can be negative.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PageRequest {
    /// The first registration, counted from 0.
    pub first_row: i32,
    /// How many.
    pub fetch_size: i32,
}

/// An order (`SortingPropertiesType`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SortRequest {
    /// Which way.
    pub direction: Direction,
    /// By what.
    pub key: SortKey,
}

/// Stands in `Debug` for what is secret.
struct Hidden;

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_hides_what_leads_to_a_person() {
        let worker = Who::Worker { inss: "85010100136".into(), company: 403_199_702 };
        assert_eq!(format!("{worker:?}"), "Worker { inss: ***, company: 403199702 }");
        assert_eq!(format!("{:?}", Who::Limosa("123".into())), "Limosa(***)");
        let search = SearchRequest {
            inss: Some("85010100136".into()),
            company: None,
            work_place: None,
            statuses: None,
            remarks: None,
            periods: Vec::new(),
            created_from: None,
            created_until: None,
            sector: None,
            page: None,
            sort: None,
        };
        assert!(!format!("{:?}", Request::Search(search)).contains("85010100136"));
    }
}
