use domain::{Draft, DraftDay, DraftMoment, DraftWho, SearchDraft, Sort};
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
    }
}

/// A day of a period; one far out of range is the end of the calendar on its side.
fn bound(date: &XsdDate<'_>) -> Date {
    let out_of_range = if date.text.starts_with('-') { Date::MIN } else { Date::MAX };
    date.day.unwrap_or(out_of_range)
}

/// A bound of the creation; one far out of range is the end of the calendar on its side.
fn moment(time: &XsdDateTime<'_>) -> DraftMoment {
    let out_of_range = if time.text.starts_with('-') { Date::MIN } else { Date::MAX };
    match time.value {
        Some(Moment::Local(local)) => DraftMoment::Belgian(local),
        Some(Moment::Instant(instant)) => DraftMoment::Instant(instant),
        None => DraftMoment::Belgian(out_of_range.at(0, 0, 0, 0)),
    }
}
