use domain::place::{NearAddress, metres_between, window};
use domain::{Coordinates, place};
use rusqlite::Connection;

use super::row::{self, point};
use super::{Generation, generations};
use crate::failure::Failure;

/// No farther is looked.
const FARTHEST: u32 = 1000;
/// In a town ten addresses are within some steps; so the first looks are short ones.
const LOOKS: [f64; 3] = [40.0, 120.0, 350.0];

/// An address that is near, not read yet.
struct Near {
    metres: f64,
    generation: usize,
    street: i64,
    house: Box<str>,
    id: Box<str>,
}

pub(super) fn nearest(
    connection: &Connection,
    to: Coordinates,
    metres: u32,
    most: u32,
) -> Result<Vec<NearAddress>, Failure> {
    let generations = generations(connection)?;
    let farthest = f64::from(metres.min(FARTHEST));
    let looks = LOOKS.into_iter().filter(|look| *look < farthest).chain([farthest]);
    let mut found = Vec::new();
    for look in looks {
        found = within(connection, &generations, to, look)?;
        if found.len() >= most as usize {
            break;
        }
    }
    let region = |near: &Near| generations[near.generation].region;
    found.sort_by(|one, other| {
        let key = |near: &Near| (region(near), near.id.clone());
        one.metres.total_cmp(&other.metres).then_with(|| key(one).cmp(&key(other)))
    });
    found.truncate(most as usize);
    found.iter().map(|near| read(connection, &generations[near.generation], near)).collect()
}

pub(crate) const IN_CELLS: &str = "SELECT longitude, latitude, street, house, id FROM address_cell \
     WHERE generation = ?1 AND cell BETWEEN ?2 AND ?3";

fn within(
    connection: &Connection,
    generations: &[Generation],
    to: Coordinates,
    metres: f64,
) -> Result<Vec<Near>, Failure> {
    let mut statement = connection.prepare_cached(IN_CELLS)?;
    let mut found = Vec::new();
    for (place, generation) in generations.iter().enumerate() {
        for run in window(to, metres) {
            let mut rows = statement.query((generation.number, run.start(), run.end()))?;
            while let Some(row) = rows.next()? {
                let distance = metres_between(to, point(row.get(0)?, row.get(1)?)?);
                if distance <= metres {
                    found.push(Near {
                        metres: distance,
                        generation: place,
                        street: row.get(2)?,
                        house: row.get(3)?,
                        id: row.get(4)?,
                    });
                }
            }
        }
    }
    Ok(found)
}

fn read(
    connection: &Connection,
    generation: &Generation,
    near: &Near,
) -> Result<NearAddress, Failure> {
    let columns = row::COLUMNS;
    let mut statement = connection.prepare_cached(&format!(
        "SELECT {columns} FROM address AS a JOIN address_street AS s USING (generation, street) \
         WHERE a.generation = ?1 AND a.street = ?2 AND a.house = ?3 AND a.id = ?4"
    ))?;
    let mut rows = statement.query((generation.number, near.street, &*near.house, &*near.id))?;
    let Some(row) = rows.next()? else {
        return Err(Failure::Unreadable { id: near.street, field: "address of a cell" });
    };
    let address: place::RegisteredAddress = row::address(row, generation.region)?;
    Ok(NearAddress { address, metres: near.metres })
}
