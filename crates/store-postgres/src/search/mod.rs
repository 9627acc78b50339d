//! Searching: one statement looks at no more registrations than the budget, counts what matches, and reads one page.

mod filters;
mod moments;
mod near;
mod statement;

use deadpool_postgres::Client;
use domain::{Search, SearchPage, Sight, Visibility, WorkMoment};
use tokio_postgres::Row;

use crate::citus::Layout;
use crate::failure::Failure;
use crate::sql::Sql;
use crate::way::{self, Stored, Way};
use crate::{partition, row};

/// Two months, which is more than the contract's longest period.
const FEW_DAYS: i32 = 62;

/// Finds registrations.
pub(crate) async fn search(
    connection: &Client,
    layout: Layout,
    search: &Search,
    visible: &Visibility,
    budget: u32,
) -> Result<SearchPage, Failure> {
    let mut found = Ok(SearchPage::default());
    for try_ in tries(connection, layout, search, visible).await? {
        found = page(connection, try_, search, budget).await;
        if !matches!(found, Err(Failure::TooBroad(_))) {
            break;
        }
    }
    found
}

/// Finds begins and ends of work.
pub(crate) async fn moments(
    connection: &Client,
    layout: Layout,
    search: &Search,
    visible: &Visibility,
    budget: u32,
) -> Result<Vec<WorkMoment>, Failure> {
    let mut found = Ok(Vec::new());
    for try_ in tries(connection, layout, search, visible).await? {
        found = moments::of(connection, try_, search, budget).await;
        if !matches!(found, Err(Failure::TooBroad(_))) {
            break;
        }
    }
    found
}

/// Ways that lead to everything that is searched for and may be seen.
struct Try<'v> {
    layout: Layout,
    ways: Vec<Way>,
    /// What of it may be seen; `None` where the ways meet nothing else.
    sights: Option<&'v [Sight]>,
}

impl Try<'_> {
    /// What a row has to be like.
    fn conditions(&self, sql: &mut Sql, search: &Search) -> String {
        let matching = filters::of(sql, search);
        match self.sights {
            Some(sights) => matching + " AND " + &way::shown(sights, sql),
            None => matching,
        }
    }

    /// Refuses ways that step into an index more often than the budget allows.
    fn hold_to(&self, budget: u32) -> Result<(), Failure> {
        let steps = self.ways.iter().map(Way::steps).sum::<usize>();
        let too_many = self.ways.len() > 1 && steps > budget as usize;
        if too_many { Err(Failure::TooBroad(budget)) } else { Ok(()) }
    }
}

/// One after the other, as long as one is too broad. By a person there is too much perhaps that the caller may not see:
/// then the caller's own ways, whose length is its own alone.
async fn tries<'v>(
    connection: &Client,
    layout: Layout,
    search: &Search,
    visible: &'v Visibility,
) -> Result<Vec<Try<'v>>, Failure> {
    let stored = match few_days(search) {
        Some(days) => days,
        None => match stored_days(connection, layout).await? {
            Some(stored) => stored,
            None => return Ok(Vec::new()),
        },
    };
    let sights = match visible {
        Visibility::Everything => {
            let ways = Way::all_of(search, stored);
            return Ok(vec![Try { layout, ways, sights: None }]);
        }
        Visibility::Only(sights) => sights,
    };
    let own = Try { layout, ways: Way::of_sights(search, sights, stored), sights: None };
    if search.inss.is_none() {
        return Ok(vec![own]);
    }
    let all = Try { layout, ways: Way::all_of(search, stored), sights: Some(sights) };
    Ok(vec![all, own])
}

/// The first and the last day of a search that names few: so many steps are fewer than to ask which days there are.
fn few_days(search: &Search) -> Option<Stored> {
    let intervals = search.days.intervals();
    let first = intervals.iter().map(|(first, _)| row::day_number(*first)).min()?;
    let last = intervals.iter().map(|(_, last)| row::day_number(*last)).max()?;
    (last - first < FEW_DAYS).then_some((first, last))
}

async fn page(
    connection: &Client,
    try_: Try<'_>,
    search: &Search,
    budget: u32,
) -> Result<SearchPage, Failure> {
    if try_.ways.is_empty() {
        return Ok(SearchPage::default());
    }
    try_.hold_to(budget)?;
    let mut sql = Sql::default();
    let matching = try_.conditions(&mut sql, search);
    if let Some(circle) = search.near {
        let text = statement::of_places(&mut sql, try_.layout, &try_.ways, &matching, budget);
        return near::search(connection, &text, &sql, search, circle, budget).await;
    }
    let text = statement::of_page(&mut sql, try_.layout, &try_.ways, &matching, search, budget);
    let rows = connection.query_typed(&text, &sql.borrowed()).await?;
    read(&rows, budget)
}

fn read(rows: &[Row], budget: u32) -> Result<SearchPage, Failure> {
    let Some(first) = rows.first() else { return Ok(SearchPage::default()) };
    let (looked_at, count): (i64, i64) = (first.try_get(0)?, first.try_get(1)?);
    if looked_at > i64::from(budget) {
        return Err(Failure::TooBroad(budget));
    }
    // The counts stand on a row of their own when the page is empty.
    let on_page = |row: &&Row| matches!(row.try_get::<_, Option<i64>>(2), Ok(Some(_)));
    let registrations = rows
        .iter()
        .filter(on_page)
        .map(|row| row::registration(row, 2))
        .collect::<Result<_, _>>()?;
    Ok(SearchPage { count: count.cast_unsigned(), registrations })
}

/// The first and the last day that have registrations: one step in an index for each end. Of several servers none is asked:
/// those of the partitions.
pub(crate) async fn stored_days(
    connection: &Client,
    layout: Layout,
) -> Result<Option<Stored>, Failure> {
    if layout.is_distributed() {
        return partition::days(connection).await;
    }
    let row = connection.query_typed_one(STORED_DAYS, &[]).await?;
    let (first, last): (Option<i32>, Option<i32>) = (row.try_get(0)?, row.try_get(1)?);
    Ok(first.zip(last))
}

pub(crate) const STORED_DAYS: &str = "SELECT min(day), max(day) FROM registration";

#[cfg(test)]
mod distributed_tests;
#[cfg(test)]
#[path = "../plan_tests.rs"]
mod every_plan_tests;
#[cfg(test)]
mod plan_tests;
