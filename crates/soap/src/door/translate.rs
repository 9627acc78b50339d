use domain::{Draft, DraftDay, DraftMoment, DraftWho, SearchDraft, Sort, earliest_instant};
use jiff::Timestamp;
use jiff::civil::Date;

use crate::message::{Moment, SearchRequest, SubmittedItem, Who, XsdDate, XsdDateTime};

/// A registration of the message, for the rules.
pub(super) fn draft<'a>(item: &'a SubmittedItem<'_>) -> Draft<'a> {
    Draft {
        day: match &item.date {
            None => DraftDay::Today,
            Some(XsdDate { day: Some(day), .. }) => DraftDay::On(*day),
            Some(XsdDate { day: None, .. }) => DraftDay::OutOfRange,
        },
        who: match &item.who {
            Who::Worker { inss, company } => DraftWho::Worker { inss, company: *company },
            Who::Limosa(limosa) => DraftWho::Posted { limosa },
        },
        works: &item.work_place,
        reference: item.reference.as_deref(),
    }
}

/// A search of the message, for the rules.
pub(super) fn search<'a>(request: &'a SearchRequest<'_>) -> SearchDraft<'a> {
    SearchDraft {
        inss: request.inss.as_deref(),
        company: request.company,
        works: request.work_place.as_deref(),
        statuses: request.statuses.as_ref().map(|statuses| statuses.iter().copied().collect()),
        remarks: request.remarks.as_ref().map(|remarks| remarks.iter().copied().collect()),
        periods: request
            .periods
            .iter()
            .map(|period| (bound(&period.start), bound(&period.end)))
            .collect(),
        created_from: request.created_from.as_ref().map(moment),
        created_until: request.created_until.as_ref().map(moment),
        sector: request.sector,
        sort: request
            .sort
            .map_or_else(Sort::default, |sort| Sort { key: sort.key, direction: sort.direction }),
        page: request.page.map(|page| (page.first_row, page.fetch_size)),
        ..SearchDraft::default()
    }
}

/// A day of a period; one far out of range is the end of the calendar on its side.
fn bound(date: &XsdDate<'_>) -> Date {
    let end = if is_before_our_era(&date.text) { Date::MIN } else { Date::MAX };
    date.day.unwrap_or(end)
}

/// A bound of the creation; one far out of range is the end of time on its side.
fn moment(time: &XsdDateTime<'_>) -> DraftMoment {
    match time.value {
        Some(Moment::Instant(instant)) => DraftMoment::Instant(instant),
        Some(Moment::Local(local)) if earliest_instant(local).is_some() => {
            DraftMoment::Belgian(local)
        }
        None if is_before_our_era(&time.text) => DraftMoment::Instant(Timestamp::MIN),
        Some(Moment::Local(_)) | None => DraftMoment::Instant(Timestamp::MAX),
    }
}

/// Is the year below 1? (Years of more than four digits do not begin with a zero.)
fn is_before_our_era(text: &str) -> bool {
    text.starts_with('-') || text.starts_with("0000")
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn day(text: &'static str, day: Option<Date>) -> XsdDate<'static> {
        XsdDate { text: text.into(), day }
    }

    fn time(text: &'static str, value: Option<Moment>) -> XsdDateTime<'static> {
        XsdDateTime { text: text.into(), value }
    }

    #[test]
    fn days_of_far_years_are_the_ends_of_the_calendar() {
        assert_eq!(bound(&day("-0044-03-15", None)), Date::MIN);
        assert_eq!(bound(&day("12026-01-01", None)), Date::MAX);
        let known = date(2026, 1, 1);
        assert_eq!(bound(&day("2026-01-01", Some(known))), known);
    }

    #[test]
    fn moments_of_far_years_are_the_ends_of_time() {
        let (first, last) =
            (DraftMoment::Instant(Timestamp::MIN), DraftMoment::Instant(Timestamp::MAX));
        assert_eq!(moment(&time("-0044-03-15T00:00:00", None)), first);
        assert_eq!(moment(&time("12026-01-01T00:00:00", None)), last);
        let end = Moment::Local(date(9999, 12, 31).at(23, 59, 59, 0));
        assert_eq!(moment(&time("9999-12-31T23:59:59", Some(end))), last);
        let usual = date(2026, 1, 1).at(8, 0, 0, 0);
        let told = moment(&time("2026-01-01T08:00:00", Some(Moment::Local(usual))));
        assert_eq!(told, DraftMoment::Belgian(usual));
    }

    #[test]
    fn a_day_that_no_calendar_has_is_out_of_range() {
        let item = SubmittedItem {
            date: Some(day("12026-01-01", None)),
            who: Who::Limosa("1".into()),
            work_place: "W".into(),
            reference: None,
        };
        assert_eq!(draft(&item).day, DraftDay::OutOfRange);
        assert_eq!(draft(&SubmittedItem { date: None, ..item }).day, DraftDay::Today);
    }
}
