//! Searching: step by step through the days, each step by one index, no more registrations than the budget allows, all that
//! match sorted, one page of them read whole.

use std::cmp::Ordering;
use std::ops::RangeInclusive;

use domain::{Direction, Registration, Remarks, Search, SearchPage, Sort, SortKey, Status};
use rusqlite::{Connection, OptionalExtension, Row, Statement, ToSql};

use crate::failure::Failure;
use crate::plan::{Access, Breadth, Plan};
use crate::row;

pub(crate) fn search(
    connection: &Connection,
    search: &Search,
    budget: u32,
) -> Result<SearchPage, Failure> {
    // One transaction, so that count, order and page are of one moment.
    let transaction = connection.unchecked_transaction()?;
    let mut hits = hits(&transaction, search, budget)?;
    hits.sort_unstable_by(|a, b| a.compare(b, search.sort.direction));
    let count = hits.len() as u64;
    let first = usize::try_from(search.page.first_row).unwrap_or(usize::MAX);
    let page = hits.iter().skip(first).take(search.page.fetch_size.into());
    let registrations = read_page(&transaction, page)?;
    Ok(SearchPage { count, registrations })
}

/// A registration that matches, with what decides its place.
struct Hit {
    key: Key,
    id: i64,
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Nothing,
    Number(i64),
    Text(Box<str>),
}

impl Hit {
    /// Equal keys are ordered by id, ascending in both directions.
    fn compare(&self, other: &Self, direction: Direction) -> Ordering {
        let keys = self.key.cmp(&other.key);
        let keys = match direction {
            Direction::Ascending => keys,
            Direction::Descending => keys.reverse(),
        };
        keys.then(self.id.cmp(&other.id))
    }
}

fn hits(connection: &Connection, search: &Search, budget: u32) -> Result<Vec<Hit>, Failure> {
    let plan = Plan::of(search);
    let mut statement = connection.prepare_cached(&plan.sql())?;
    let mut hits = Vec::new();
    let mut looked_at = 0;
    for days in steps(connection, search, plan)? {
        bind(&mut statement, plan.access, &days, search)?;
        let mut rows = statement.raw_query();
        while let Some(row) = rows.next()? {
            looked_at += 1;
            if looked_at > budget {
                return Err(Failure::TooBroad(budget));
            }
            if plan.breadth == Breadth::Id || matches(row, search)? {
                hits.push(Hit { key: key(row, search.sort)?, id: row.get(0)? });
            }
        }
    }
    Ok(hits)
}

/// The days of the search that can have registrations, as numbers, in the steps of the plan.
fn steps(
    connection: &Connection,
    search: &Search,
    plan: Plan,
) -> Result<impl Iterator<Item = RangeInclusive<i64>> + use<>, Failure> {
    let end =
        |sql: &str| connection.prepare_cached(sql)?.query_row((), |row| row.get(0)).optional();
    let first: Option<i64> = end(FIRST_DAY)?;
    let last: Option<i64> = end(LAST_DAY)?;
    let stored = first.zip(last).unwrap_or((0, -1));
    let cut = move |interval: &(jiff::civil::Date, jiff::civil::Date)| {
        (row::day_number(interval.0).max(stored.0), row::day_number(interval.1).min(stored.1))
    };
    let intervals: Vec<_> = search.days.intervals().iter().map(cut).collect();
    Ok(intervals.into_iter().flat_map(move |(mut next, end)| {
        std::iter::from_fn(move || {
            let first = next;
            let last = plan.last_of_step(first).min(end);
            next = last + 1;
            (first <= end).then_some(first..=last)
        })
    }))
}

/// The first and the last day that have registrations; one step in an index each.
pub(crate) const FIRST_DAY: &str =
    "SELECT day FROM registration INDEXED BY registration_by_company ORDER BY day LIMIT 1";
pub(crate) const LAST_DAY: &str =
    "SELECT day FROM registration INDEXED BY registration_by_company ORDER BY day DESC LIMIT 1";

fn bind(
    statement: &mut Statement<'_>,
    access: Access,
    days: &RangeInclusive<i64>,
    search: &Search,
) -> rusqlite::Result<()> {
    let inss = search.inss.map(|inss| inss.number().cast_signed());
    let company = search.company.map(|company| company.number().cast_signed());
    let works = search.works.as_ref().map(domain::WorksReference::as_str);
    statement.raw_bind_parameter(1, days.start())?;
    match access {
        Access::Inss => {
            statement.raw_bind_parameter(2, inss)?;
            statement.raw_bind_parameter(3, days.end())
        }
        Access::Works => statement.raw_bind_parameter(2, works),
        Access::Company => statement.raw_bind_parameter(2, company),
        Access::WorksAndCompany => {
            statement.raw_bind_parameter(2, works)?;
            statement.raw_bind_parameter(3, company)
        }
        Access::Day => Ok(()),
    }
}

/// Does the registration of a [`Breadth::Row`] hold against every criterion?
fn matches(row: &Row<'_>, search: &Search) -> Result<bool, Failure> {
    let id = row.get(0)?;
    let unreadable = |field| Failure::Unreadable { id, field };
    let works = row.get_ref(2)?.as_str().map_err(rusqlite::Error::from)?;
    let company: Option<i64> = row.get(3)?;
    let status = Status::from_number(row.get(4)?).ok_or(unreadable("status"))?;
    let remarks = Remarks::from_bits(row.get(5)?).ok_or(unreadable("remarks"))?;
    let created: i64 = row.get(6)?;
    let sector: Option<u8> = row.get(7)?;
    Ok(search.works.is_none_or(|wanted| wanted.as_str() == works)
        && search.company.is_none_or(|wanted| company == Some(wanted.number().cast_signed()))
        && search.statuses.is_none_or(|wanted| wanted.contains(status))
        && search.remarks.is_none_or(|wanted| wanted.intersects(remarks))
        && search.created_from.is_none_or(|from| at_or_after(created, from))
        && search.created_until.is_none_or(|until| created <= until.as_millisecond())
        && search.sector.is_none_or(|wanted| sector == Some(wanted.number())))
}

/// Is the stored millisecond at or after `from`, which may be finer?
fn at_or_after(created: i64, from: jiff::Timestamp) -> bool {
    jiff::Timestamp::from_millisecond(created).is_ok_and(|created| created >= from)
}

fn key(row: &Row<'_>, sort: Sort) -> Result<Key, Failure> {
    let number = |number: Option<i64>| number.map_or(Key::Nothing, Key::Number);
    Ok(match sort.key {
        SortKey::Id => Key::Number(row.get(0)?),
        SortKey::RegistrationDate => Key::Number(row.get(1)?),
        SortKey::CreationDate => Key::Number(row.get(6)?),
        SortKey::Status => Key::Number(row.get(4)?),
        SortKey::PlaceOfWork => Key::Text(row.get(2)?),
        SortKey::CompanyId => number(row.get(3)?),
        SortKey::Channel => Key::Number(row.get(8)?),
        SortKey::SenderId => row.get::<_, Option<Box<str>>>(9)?.map_or(Key::Nothing, Key::Text),
    })
}

fn read_page<'h>(
    connection: &Connection,
    page: impl Iterator<Item = &'h Hit>,
) -> Result<Vec<Registration>, Failure> {
    let mut statement = connection.prepare_cached(&by_id())?;
    page.map(|hit| {
        let mut rows = statement.query([&hit.id as &dyn ToSql])?;
        let row = rows.next()?.ok_or(Failure::Unreadable { id: hit.id, field: "row" })?;
        row::registration(row)
    })
    .collect()
}

/// The statement that reads one registration.
pub(crate) fn by_id() -> String {
    format!("SELECT {} FROM registration WHERE id = ?", row::COLUMNS)
}
