//! What a row has to be like, whatever index led to it.

use domain::{EventKind, MomentKind, Search, Status, StatusSet};
use jiff::Timestamp;
use tokio_postgres::types::Type;

use crate::sql::Sql;
use crate::way;

/// Every criterion, also those that an index has answered.
pub(crate) fn of(sql: &mut Sql, search: &Search) -> String {
    let mut all = vec!["true".to_owned()];
    if let Some(inss) = search.inss {
        let inss = sql.give(inss.number().cast_signed(), Type::INT8);
        all.push(format!("(inss = {inss} OR newest = {inss})"));
    }
    if let Some(works) = search.works {
        all.push(format!("works = {}", sql.give(works.as_str().to_owned(), Type::TEXT)));
    }
    if let Some(employer) = way::employer(search) {
        all.push(format!("company = {}", sql.give(employer, Type::INT8)));
    }
    if let Some(vat) = &search.foreign_vat {
        all.push(format!("foreign_vat = {}", sql.give(vat.as_str().to_owned(), Type::TEXT)));
    }
    if let Some(statuses) = search.statuses {
        all.push(format!("status = ANY({})", sql.give(numbers(statuses), Type::INT2_ARRAY)));
    }
    if let Some(remarks) = search.remarks {
        all.push(format!("remarks & {} <> 0", sql.give(remarks.bits().cast_signed(), Type::INT4)));
    }
    if let Some(from) = search.created_from {
        all.push(format!("created >= {}", sql.give(first_millisecond(from), Type::INT8)));
    }
    if let Some(until) = search.created_until {
        all.push(format!("created <= {}", sql.give(until.as_millisecond(), Type::INT8)));
    }
    if let Some(sector) = search.sector {
        all.push(format!("sector = {}", sql.give(i16::from(sector.number()), Type::INT2)));
    }
    moment(sql, search, &mut all);
    all.join(" AND ")
}

/// What registrations of whole days do not have.
fn moment(sql: &mut Sql, search: &Search, all: &mut Vec<String>) {
    if let Some(events) = search.events {
        let kinds = [MomentKind::In, MomentKind::Out].into_iter();
        let kinds = kinds.filter(|kind| events.contains(EventKind::from(*kind)));
        let kinds: Vec<i16> = kinds.map(|kind| kind.number().into()).collect();
        let days = if events.contains(EventKind::Day) { "event IS NULL OR " } else { "" };
        all.push(format!("({days}event = ANY({}))", sql.give(kinds, Type::INT2_ARRAY)));
    }
    if let Some(from) = search.moment_from {
        all.push(format!("at >= {}", sql.give(first_millisecond(from), Type::INT8)));
    }
    if let Some(until) = search.moment_until {
        all.push(format!("at <= {}", sql.give(until.as_millisecond(), Type::INT8)));
    }
}

fn numbers(statuses: StatusSet) -> Vec<i16> {
    Status::ALL
        .into_iter()
        .filter(|status| statuses.contains(*status))
        .map(|status| status.number().into())
        .collect()
}

/// The first whole millisecond at or after a moment, which may be finer.
fn first_millisecond(from: Timestamp) -> i64 {
    let milliseconds = from.as_millisecond();
    let earlier = Timestamp::from_millisecond(milliseconds).is_ok_and(|cut| cut < from);
    milliseconds + i64::from(earlier)
}
