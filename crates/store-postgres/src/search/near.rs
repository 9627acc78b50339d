//! A search round a point: the rules of the domain say what lies in the circle, so the places that match are read first.

use deadpool_postgres::Client;
use domain::{Circle, PlaceOfWork, Search, SearchPage};
use tokio_postgres::Row;

use super::statement;
use crate::failure::Failure;
use crate::row;
use crate::sql::Sql;

/// Finds registrations by a statement of [`statement::of_places`].
pub(super) async fn search(
    connection: &Client,
    text: &str,
    sql: &Sql,
    search: &Search,
    circle: Circle,
    budget: u32,
) -> Result<SearchPage, Failure> {
    let rows = connection.query_typed(text, &sql.borrowed()).await?;
    let looked_at: i64 = rows.first().map_or(Ok(0), |row| row.try_get(0))?;
    if looked_at > i64::from(budget) {
        return Err(Failure::TooBroad(budget));
    }
    let mut ids = Vec::new();
    for row in &rows {
        ids.extend(inside(row, circle)?);
    }
    let count = ids.len() as u64;
    let bounds = search.days.intervals().iter().flat_map(|(first, last)| [*first, *last]);
    let (Some(first), Some(last)) = (bounds.clone().min(), bounds.max()) else {
        return Ok(SearchPage::default());
    };
    let mut sql = Sql::default();
    let window = (row::day_number(first), row::day_number(last));
    let text = statement::of_ids(&mut sql, ids, window, search);
    let rows = connection.query_typed(&text, &sql.borrowed()).await?;
    let registrations =
        rows.iter().map(|row| row::registration(row, 0)).collect::<Result<_, _>>()?;
    Ok(SearchPage { count, registrations })
}

/// The id of a registration whose place lies in the circle, of a row that has both behind the count.
pub(super) fn inside(row: &Row, circle: Circle) -> Result<Option<i64>, Failure> {
    let (id, place): (Option<i64>, Option<&str>) = (row.try_get(1)?, row.try_get(2)?);
    let Some((id, place)) = id.zip(place) else { return Ok(None) };
    let place =
        PlaceOfWork::from_stored(place).ok_or(Failure::Unreadable { id, field: "place" })?;
    Ok(place.coordinates().filter(|point| circle.contains(*point)).map(|_| id))
}
