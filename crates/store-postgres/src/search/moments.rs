use deadpool_postgres::Client;
use domain::{Inss, MomentKind, RegistrationId, Search, WorkMoment, WorksReference};
use tokio_postgres::Row;

use super::{Try, near, statement};
use crate::failure::Failure;
use crate::row;
use crate::sql::Sql;

/// The begins and ends of work on these ways.
pub(super) async fn of(
    connection: &Client,
    try_: Try<'_>,
    search: &Search,
    budget: u32,
) -> Result<Vec<WorkMoment>, Failure> {
    if try_.ways.is_empty() {
        return Ok(Vec::new());
    }
    try_.hold_to(budget)?;
    let mut sql = Sql::default();
    let matching = try_.conditions(&mut sql, search);
    let narrow = try_.sights.is_none() && is_narrow(search);
    let text = statement::of_moments(&mut sql, try_.layout, &try_.ways, &matching, narrow, budget);
    let rows = connection.query_typed(&text, &sql.borrowed()).await?;
    let looked_at: i64 = rows.first().map_or(Ok(0), |row| row.try_get(0))?;
    if looked_at > i64::from(budget) {
        return Err(Failure::TooBroad(budget));
    }
    let mut moments = Vec::new();
    for row in &rows {
        let Some(id) = row.try_get::<_, Option<i64>>(1)? else { continue };
        let inside = match search.near {
            Some(circle) => near::inside(row, circle)?.is_some(),
            None => true,
        };
        if inside {
            moments.push(read(row, id)?);
        }
    }
    Ok(moments)
}

/// Does the index of an employer's moments have all that the criteria look at?
fn is_narrow(search: &Search) -> bool {
    search.inss.is_none()
        && search.statuses.is_none()
        && search.remarks.is_none()
        && search.created_from.is_none()
        && search.created_until.is_none()
        && search.sector.is_none()
        && search.near.is_none()
}

fn read(row: &Row, id: i64) -> Result<WorkMoment, Failure> {
    let unreadable = |field| Failure::Unreadable { id, field };
    let inss: i64 = row.try_get(3)?;
    let kind = u8::try_from(row.try_get::<_, i16>(5)?).ok();
    Ok(WorkMoment {
        id: RegistrationId::new(id).ok_or(unreadable("id"))?,
        inss: Inss::from_stored(inss.cast_unsigned()).ok_or(unreadable("person"))?,
        works: WorksReference::parse(row.try_get(4)?).ok_or(unreadable("works"))?,
        kind: kind.and_then(MomentKind::from_number).ok_or(unreadable("event"))?,
        at: row::moment(row.try_get(6)?).ok_or(unreadable("moment"))?,
        late: row.try_get(7)?,
    })
}
