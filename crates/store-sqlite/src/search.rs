//! Searching: the days one after the other, each by one index, no more registrations than the budget allows, all that
//! match sorted, one page of them read whole.

use std::cmp::Ordering;

use domain::{
    Direction, EventKind, Inss, MomentKind, PlaceOfWork, Registration, RegistrationId, Remarks,
    Search, SearchPage, Sort, SortKey, SortValue, Status, Visibility, WorkMoment, WorksReference,
};
use rusqlite::{Connection, OptionalExtension, Row, ToSql};

use crate::failure::Failure;
use crate::plan::Breadth;
use crate::row;
use crate::way::Way;

pub(crate) fn search(
    connection: &Connection,
    search: &Search,
    visible: &Visibility,
    budget: u32,
) -> Result<SearchPage, Failure> {
    // One transaction, so that count, order and page are of one moment.
    let transaction = connection.unchecked_transaction()?;
    let mut hits = found(&transaction, search, visible, budget, Aim::Registrations, &|row| {
        Ok(Some(Hit { key: key(row, search.sort)?, id: row.get(0)? }))
    })?;
    let direction = search.sort.direction;
    hits.sort_unstable_by(|a, b| a.compare(&b.key, b.id, direction));
    // Several ways may lead to the same registration; equal ones now stand side by side.
    hits.dedup_by_key(|hit| hit.id);
    let count = hits.len() as u64;
    let passed = search.after.as_ref().map_or(0, |mark| {
        hits.partition_point(|hit| hit.compare(&mark.value, mark.id.number(), direction).is_le())
    });
    let first = usize::try_from(search.page.first_row).unwrap_or(usize::MAX);
    let first = first.saturating_add(passed);
    let page = hits.iter().skip(first).take(search.page.fetch_size.into());
    let registrations = read_page(&transaction, page)?;
    Ok(SearchPage { count, registrations })
}

/// A registration that matches, with what decides its place.
struct Hit {
    key: SortValue,
    id: i64,
}

impl Hit {
    /// Equal keys are ordered by id, ascending in both directions.
    fn compare(&self, key: &SortValue, id: i64, direction: Direction) -> Ordering {
        let keys = self.key.cmp(key);
        let keys = match direction {
            Direction::Ascending => keys,
            Direction::Descending => keys.reverse(),
        };
        keys.then(self.id.cmp(&id))
    }
}

/// The begins and ends of work that a search finds.
pub(crate) fn moments(
    connection: &Connection,
    search: &Search,
    visible: &Visibility,
    budget: u32,
) -> Result<Vec<WorkMoment>, Failure> {
    let transaction = connection.unchecked_transaction()?;
    let mut moments = found(&transaction, search, visible, budget, Aim::Moments, &moment)?;
    // Several ways may lead to the same one.
    moments.sort_unstable_by_key(|moment| moment.id);
    moments.dedup_by_key(|moment| moment.id);
    Ok(moments)
}

/// What is looked for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Aim {
    Registrations,
    Moments,
}

/// What `read` makes of each row that matches, by every way that has to be gone.
fn found<T>(
    connection: &Connection,
    search: &Search,
    visible: &Visibility,
    budget: u32,
    aim: Aim,
    read: &dyn Fn(&Row<'_>) -> Result<Option<T>, Failure>,
) -> Result<Vec<T>, Failure> {
    let stored = stored_days(connection)?;
    let go = |ways: Vec<Way<'_>>| {
        let ways = match aim {
            Aim::Registrations => ways,
            Aim::Moments => ways.into_iter().map(|way| way.into_moments(search)).collect(),
        };
        go(connection, &ways, search, stored, budget, read)
    };
    let sights = match visible {
        Visibility::Everything => {
            let way = Way::of(search);
            let newest = search.inss.map(|_| way.newest(search));
            return go(std::iter::once(way).chain(newest).collect());
        }
        Visibility::Only(sights) => sights,
    };
    if search.inss.is_some() {
        let way = Way::of_person(search, sights);
        let newest = way.newest(search);
        match go(vec![way, newest]) {
            // Too much of the person that the caller may not see: its own ways then, whose length is its own alone.
            Err(Failure::TooBroad(_)) => {}
            other => return other,
        }
    }
    go(Way::of_sights(search, sights))
}

/// Goes these ways, looking at no more than `budget` registrations, and stepping no more often into an index.
fn go<T>(
    connection: &Connection,
    ways: &[Way<'_>],
    search: &Search,
    stored: (i64, i64),
    budget: u32,
    read: &dyn Fn(&Row<'_>) -> Result<Option<T>, Failure>,
) -> Result<Vec<T>, Failure> {
    let mut found = Vec::new();
    let (mut looked_at, mut stepped) = (0, 0);
    for way in ways {
        let mut statement = connection.prepare_cached(&way.plan.sql())?;
        for day in way.days(stored) {
            stepped += 1;
            if ways.len() > 1 && stepped > budget {
                return Err(Failure::TooBroad(budget));
            }
            way.bind(&mut statement, day)?;
            let mut rows = statement.raw_query();
            while let Some(row) = rows.next()? {
                looked_at += 1;
                if looked_at > budget {
                    return Err(Failure::TooBroad(budget));
                }
                let wanted =
                    way.plan.breadth == Breadth::Id || matches(row, search)? && way.shows(row)?;
                if wanted {
                    found.extend(read(row)?);
                }
            }
        }
    }
    Ok(found)
}

/// What a row tells as a moment; nothing if it is a whole day, or cancelled.
fn moment(row: &Row<'_>) -> Result<Option<WorkMoment>, Failure> {
    let number = row.get(0)?;
    let unreadable = |field| Failure::Unreadable { id: number, field };
    let Some(kind) = row.get::<_, Option<u8>>(12)? else { return Ok(None) };
    let status: u8 = row.get(4)?;
    let Some(inss) = row.get::<_, Option<i64>>(10)? else { return Ok(None) };
    if status == Status::Cancelled.number() {
        return Ok(None);
    }
    let works = row.get_ref(2)?.as_str().map_err(rusqlite::Error::from)?;
    let late: Option<i64> = row.get(17)?;
    Ok(Some(WorkMoment {
        id: RegistrationId::new(number).ok_or(unreadable("id"))?,
        inss: Inss::from_stored(inss.cast_unsigned()).ok_or(unreadable("person"))?,
        works: WorksReference::parse(works).ok_or(unreadable("works"))?,
        kind: MomentKind::from_number(kind).ok_or(unreadable("event"))?,
        at: row::moment(row.get(13)?).ok_or(unreadable("moment"))?,
        late: late.is_some(),
    }))
}

/// The first and the last day that have registrations.
fn stored_days(connection: &Connection) -> rusqlite::Result<(i64, i64)> {
    let end =
        |sql: &str| connection.prepare_cached(sql)?.query_row((), |row| row.get(0)).optional();
    let (first, last): (Option<i64>, Option<i64>) = (end(FIRST_DAY)?, end(LAST_DAY)?);
    Ok(first.zip(last).unwrap_or((0, -1)))
}

/// The first and the last day that have registrations; one step in an index each.
pub(crate) const FIRST_DAY: &str =
    "SELECT day FROM registration INDEXED BY registration_by_company ORDER BY day LIMIT 1";
pub(crate) const LAST_DAY: &str =
    "SELECT day FROM registration INDEXED BY registration_by_company ORDER BY day DESC LIMIT 1";

/// The employer, as the column of employers has it.
pub(crate) fn employer(search: &Search) -> Option<i64> {
    let company = search.company.map(|company| company.number().cast_signed());
    company.or_else(|| search.foreign_vat.as_ref().map(row::foreign_key))
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
    let (inss, newest): (Option<i64>, Option<i64>) = (row.get(10)?, row.get(16)?);
    Ok(search.works.is_none_or(|wanted| wanted.as_str() == works)
        && employer(search).is_none_or(|wanted| company == Some(wanted))
        && search.inss.is_none_or(|wanted| {
            let wanted = Some(wanted.number().cast_signed());
            inss == wanted || newest == wanted
        })
        && search.statuses.is_none_or(|wanted| wanted.contains(status))
        && search.remarks.is_none_or(|wanted| wanted.intersects(remarks))
        && search.created_from.is_none_or(|from| at_or_after(created, from))
        && search.created_until.is_none_or(|until| created <= until.as_millisecond())
        && search.sector.is_none_or(|wanted| sector == Some(wanted.number()))
        && matches_moment(row, search)?)
}

/// Does it hold against the criteria of moments and their employers?
fn matches_moment(row: &Row<'_>, search: &Search) -> Result<bool, Failure> {
    let id = row.get(0)?;
    let unreadable = |field| Failure::Unreadable { id, field };
    if let Some(wanted) = &search.foreign_vat {
        let vat = row.get_ref(15)?.as_str_or_null().map_err(rusqlite::Error::from)?;
        if vat != Some(wanted.as_str()) {
            return Ok(false);
        }
    }
    let event: Option<u8> = row.get(12)?;
    let event = event.map_or(Ok(EventKind::Day), |number| {
        MomentKind::from_number(number).map(EventKind::from).ok_or(unreadable("event"))
    })?;
    if search.events.is_some_and(|wanted| !wanted.contains(event)) {
        return Ok(false);
    }
    let at: Option<i64> = row.get(13)?;
    let from = search.moment_from.is_none_or(|from| at.is_some_and(|at| at_or_after(at, from)));
    let until =
        search.moment_until.is_none_or(|until| at.is_some_and(|at| at <= until.as_millisecond()));
    let Some(near) = search.near.filter(|_| from && until) else { return Ok(from && until) };
    let place = row.get_ref(14)?.as_str_or_null().map_err(rusqlite::Error::from)?;
    let place = place
        .map(|place| PlaceOfWork::from_stored(place).ok_or(unreadable("place")))
        .transpose()?;
    Ok(place.and_then(|place| place.coordinates()).is_some_and(|point| near.contains(point)))
}

/// Is the stored millisecond at or after `from`, which may be finer?
fn at_or_after(created: i64, from: jiff::Timestamp) -> bool {
    jiff::Timestamp::from_millisecond(created).is_ok_and(|created| created >= from)
}

fn key(row: &Row<'_>, sort: Sort) -> Result<SortValue, Failure> {
    Ok(match sort.key {
        SortKey::Id => SortValue::Number(row.get(0)?),
        SortKey::RegistrationDate => SortValue::Number(row.get(1)?),
        SortKey::CreationDate => SortValue::Number(row.get(6)?),
        SortKey::Status => SortValue::Number(row.get(4)?),
        SortKey::PlaceOfWork => SortValue::Text(row.get(2)?),
        // Negative numbers stand for employers without an enterprise number.
        SortKey::CompanyId => row
            .get::<_, Option<i64>>(3)?
            .filter(|number| *number >= 0)
            .map_or(SortValue::Nothing, SortValue::Number),
        SortKey::Channel => SortValue::Number(row.get(8)?),
        SortKey::SenderId => {
            row.get::<_, Option<Box<str>>>(9)?.map_or(SortValue::Nothing, SortValue::Text)
        }
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
