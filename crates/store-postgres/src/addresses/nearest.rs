use deadpool_postgres::Client;
use domain::Coordinates;
use domain::place::{NearAddress, metres_between, window};
use tokio_postgres::types::{ToSql, Type};

use super::row;
use crate::failure::Failure;

/// No farther is looked.
const FARTHEST: u32 = 1000;
/// In a town ten addresses are within some steps; so the first looks are short ones.
const LOOKS: [f64; 3] = [40.0, 120.0, 350.0];

pub(super) async fn nearest(
    connection: &Client,
    to: Coordinates,
    metres: u32,
    most: usize,
) -> Result<Vec<NearAddress>, Failure> {
    let farthest = f64::from(metres.min(FARTHEST));
    let looks = LOOKS.into_iter().filter(|look| *look < farthest).chain([farthest]);
    let mut found = Vec::new();
    for look in looks {
        found = within(connection, to, look).await?;
        if found.len() >= most {
            break;
        }
    }
    found.sort_by(|one, other| {
        let key = |near: &NearAddress| (near.address.region, near.address.id.clone());
        one.metres.total_cmp(&other.metres).then_with(|| key(one).cmp(&key(other)))
    });
    found.truncate(most);
    Ok(found)
}

/// The addresses of some runs of cells.
pub(super) fn in_cells() -> String {
    format!(
        "SELECT {} FROM unnest($1::bigint[], $2::bigint[]) AS run (first, last) CROSS JOIN LATERAL ( \
           SELECT * FROM address WHERE cell BETWEEN run.first AND run.last OFFSET 0) AS a \
         CROSS JOIN LATERAL (SELECT * FROM address_street AS t \
           WHERE t.region = a.region AND t.street = a.street OFFSET 0) AS s",
        row::COLUMNS
    )
}

async fn within(
    connection: &Client,
    to: Coordinates,
    metres: f64,
) -> Result<Vec<NearAddress>, Failure> {
    let (first, last): (Vec<i64>, Vec<i64>) =
        window(to, metres).into_iter().map(|run| (*run.start(), *run.end())).unzip();
    let parameters: [(&(dyn ToSql + Sync), Type); 2] =
        [(&first, Type::INT8_ARRAY), (&last, Type::INT8_ARRAY)];
    let mut found = Vec::new();
    for row in connection.query_typed(&in_cells(), &parameters).await? {
        let distance = metres_between(to, row::point(&row, 4)?);
        if distance <= metres {
            found.push(NearAddress { address: row::address(&row)?, metres: distance });
        }
    }
    Ok(found)
}
