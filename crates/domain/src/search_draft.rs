use std::fmt;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};

use crate::{
    Circle, Days, EnterpriseNumber, EventSet, ForeignVatNumber, Inss, ItemError, ItemErrors,
    MAX_FETCH_SIZE, Mark, Page, Remarks, Search, Sector, Sort, StatusSet, WorksReference,
    earliest_instant, latest_instant,
};

/// A search as a caller sent it, of the right form and not yet checked for sense.
#[derive(Clone, Default)]
pub struct SearchDraft<'a> {
    /// The person's number.
    pub inss: Option<&'a str>,
    /// The enterprise number, as SOAP's long.
    pub company: Option<i64>,
    /// The reference of the work.
    pub works: Option<&'a str>,
    /// Any of these statuses.
    pub statuses: Option<StatusSet>,
    /// At least one of these remarks.
    pub remarks: Option<Remarks>,
    /// First and last day of each interval.
    pub periods: Vec<(Date, Date)>,
    /// Created at this moment or later.
    pub created_from: Option<DraftMoment>,
    /// Created at this moment or earlier.
    pub created_until: Option<DraftMoment>,
    /// The number of the sector.
    pub sector: Option<i32>,
    /// Any of these events.
    pub events: Option<EventSet>,
    /// The employer's foreign VAT number.
    pub foreign_vat: Option<&'a str>,
    /// Began or ended at this moment or later.
    pub moment_from: Option<Timestamp>,
    /// Began or ended at this moment or earlier.
    pub moment_until: Option<Timestamp>,
    /// Began or ended at coordinates in this circle.
    pub near: Option<Circle>,
    /// Only what comes after this in the order.
    pub after: Option<Mark>,
    /// In which order.
    pub sort: Sort,
    /// First row and fetch size.
    pub page: Option<(i32, i32)>,
}

/// A moment as sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DraftMoment {
    /// What clocks in Brussels show.
    Belgian(DateTime),
    /// A moment given with its offset.
    Instant(Timestamp),
}

/// Why a search is not done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SearchRefusal {
    /// A period, counted from 1, ends before it begins.
    PeriodEndsBeforeItBegins(usize),
    /// The creation interval ends before it begins.
    CreationEndsBeforeItBegins,
    /// The time range of begin and end ends before it begins.
    MomentsEndBeforeTheyBegin,
    /// Criteria that can be no such thing.
    Invalid(ItemErrors),
    /// It would look at more registrations than one search may.
    TooBroad {
        /// How many registrations one search may look at.
        budget: u32,
    },
}

impl SearchDraft<'_> {
    /// Applies every rule that needs no store, when it is `today` in Brussels.
    pub fn check(&self, today: Date) -> Result<Search, SearchRefusal> {
        self.check_intervals()?;
        let mut errors = Vec::new();
        let inss =
            wanted(self.inss, |text| Inss::parse(text, today).ok_or(ItemError::Inss), &mut errors);
        let company = wanted(
            self.company,
            |number| EnterpriseNumber::from_long(number).map_err(ItemError::from),
            &mut errors,
        );
        let works = wanted(
            self.works,
            |text| WorksReference::parse(text).ok_or(ItemError::WorkPlace),
            &mut errors,
        );
        let sector = wanted(
            self.sector,
            |number| Sector::from_number(number.into()).ok_or(ItemError::Sector),
            &mut errors,
        );
        let foreign_vat = wanted(
            self.foreign_vat,
            |text| ForeignVatNumber::parse(text).ok_or(ItemError::ForeignVat),
            &mut errors,
        );
        let page = wanted(self.page, page_of, &mut errors).unwrap_or_default();
        match ItemErrors::of(errors) {
            Some(errors) => Err(SearchRefusal::Invalid(errors)),
            None => Ok(Search {
                events: self.events,
                foreign_vat,
                moment_from: self.moment_from,
                moment_until: self.moment_until,
                near: self.near,
                after: self.after.clone(),
                inss,
                company,
                works,
                statuses: self.statuses,
                remarks: self.remarks,
                days: Days::new(self.periods.iter().copied()),
                created_from: self.created_from.and_then(DraftMoment::earliest),
                created_until: self.created_until.and_then(DraftMoment::latest),
                sector,
                sort: self.sort,
                page,
            }),
        }
    }

    fn check_intervals(&self) -> Result<(), SearchRefusal> {
        if let Some(place) = self.periods.iter().position(|(first, last)| last < first) {
            return Err(SearchRefusal::PeriodEndsBeforeItBegins(place + 1));
        }
        if self.moment_from.zip(self.moment_until).is_some_and(|(from, until)| until < from) {
            return Err(SearchRefusal::MomentsEndBeforeTheyBegin);
        }
        let from = self.created_from.and_then(DraftMoment::earliest);
        let until = self.created_until.and_then(DraftMoment::latest);
        match (from, until) {
            (Some(from), Some(until)) if until < from => {
                Err(SearchRefusal::CreationEndsBeforeItBegins)
            }
            _ => Ok(()),
        }
    }
}

impl DraftMoment {
    /// The first instant that it can mean; `None` when that is before all time that can be kept.
    fn earliest(self) -> Option<Timestamp> {
        match self {
            Self::Belgian(time) => earliest_instant(time),
            Self::Instant(instant) => Some(instant),
        }
    }

    /// The last instant that it can mean; `None` when that is after all time that can be kept.
    fn latest(self) -> Option<Timestamp> {
        match self {
            Self::Belgian(time) => latest_instant(time),
            Self::Instant(instant) => Some(instant),
        }
    }
}

fn wanted<T, U>(
    sent: Option<T>,
    read: impl FnOnce(T) -> Result<U, ItemError>,
    errors: &mut Vec<ItemError>,
) -> Option<U> {
    read(sent?).map_err(|error| errors.push(error)).ok()
}

fn page_of((first_row, fetch_size): (i32, i32)) -> Result<Page, ItemError> {
    let first_row = u32::try_from(first_row).ok();
    let fetch_size = u16::try_from(fetch_size).ok().filter(|size| *size <= MAX_FETCH_SIZE);
    first_row
        .zip(fetch_size)
        .map(|(first_row, fetch_size)| Page { first_row, fetch_size })
        .ok_or(ItemError::Page)
}

impl fmt::Debug for SearchDraft<'_> {
    /// Without the person's number.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SearchDraft")
            .field("inss", &self.inss.map(|_| "***"))
            .field("company", &self.company)
            .field("works", &self.works)
            .field("periods", &self.periods)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::sample;

    const TODAY: Date = date(2026, 11, 24);

    fn draft() -> SearchDraft<'static> {
        SearchDraft { periods: vec![(TODAY, TODAY)], ..SearchDraft::default() }
    }

    fn codes(draft: &SearchDraft<'_>) -> Vec<&'static str> {
        match draft.check(TODAY) {
            Err(SearchRefusal::Invalid(errors)) => errors.iter().map(ItemError::code).collect(),
            other => panic!("not refused for its criteria: {other:?}"),
        }
    }

    #[test]
    fn without_a_page_it_is_the_first_50_in_the_order_of_ids() {
        let search = draft().check(TODAY).expect("right");
        assert_eq!((search.page.first_row, search.page.fetch_size), (0, 50));
        assert_eq!(search.sort, Sort::default());
    }

    #[test]
    fn pages_are_bounded() {
        for page in [(0, 0), (0, 500), (999_999_999, 1)] {
            assert!(SearchDraft { page: Some(page), ..draft() }.check(TODAY).is_ok(), "{page:?}");
        }
        for page in [(-1, 50), (0, -1), (0, 501), (0, 999_999_999)] {
            assert_eq!(codes(&SearchDraft { page: Some(page), ..draft() }), ["103"], "{page:?}");
        }
    }

    #[test]
    fn every_wrong_criterion_is_named() {
        let wrong = SearchDraft {
            inss: Some("1"),
            company: Some(400_000_087),
            works: Some("x"),
            sector: Some(9),
            page: Some((0, 501)),
            ..draft()
        };
        assert_eq!(codes(&wrong), ["3", "4", "5", "103", "104"]);
    }

    #[test]
    fn intervals_that_end_before_they_begin_contradict_themselves() {
        let yesterday = TODAY.yesterday().expect("in range");
        let periods = vec![(TODAY, TODAY), (TODAY, yesterday)];
        let refusal = SearchDraft { periods, ..draft() }.check(TODAY).expect_err("contradicts");
        assert_eq!(refusal, SearchRefusal::PeriodEndsBeforeItBegins(2));
        let creation = SearchDraft {
            created_from: Some(DraftMoment::Belgian(TODAY.at(8, 0, 0, 0))),
            created_until: Some(DraftMoment::Instant(
                "2026-11-24T06:59:59Z".parse().expect("moment"),
            )),
            ..draft()
        };
        let refusal = creation.check(TODAY).expect_err("contradicts");
        assert_eq!(refusal, SearchRefusal::CreationEndsBeforeItBegins);
    }

    #[test]
    fn the_doubled_hour_of_the_night_is_wholly_inside_its_bounds() {
        let night = DraftMoment::Belgian(date(2026, 10, 25).at(2, 30, 0, 0));
        let sent = SearchDraft { created_from: Some(night), created_until: Some(night), ..draft() };
        let search = sent.check(TODAY).expect("right");
        let hour = search.created_until.expect("given") - search.created_from.expect("given");
        assert_eq!(hour.as_secs(), 3600);
    }

    #[test]
    fn debug_hides_the_person() {
        let digits = sample::inss(7).digits();
        let draft = SearchDraft { inss: Some(&digits), ..draft() };
        assert!(!format!("{draft:?}").contains(&digits));
    }
}
