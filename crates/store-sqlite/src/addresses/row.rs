use domain::Coordinates;
use domain::place::{Names, Region, RegisteredAddress};
use rusqlite::Row;

use crate::failure::Failure;

/// Degrees are stored as whole ten millionths: a centimetre, more than the registers publish.
const PER_DEGREE: f64 = 1e7;

/// The columns that [`address`] reads, of `address` (a) and `address_street` (s).
pub(super) const COLUMNS: &str = "a.id, a.house_number, a.box_number, a.longitude, a.latitude, \
     s.post_code, s.municipality_nl, s.municipality_fr, s.municipality_de, s.nl, s.fr, s.de";

#[expect(clippy::cast_possible_truncation, reason = "at most 180 degrees")]
pub(super) fn stored(degrees: f64) -> i64 {
    (degrees * PER_DEGREE).round() as i64
}

pub(super) fn point(longitude: i64, latitude: i64) -> Result<Coordinates, Failure> {
    #[expect(clippy::cast_precision_loss, reason = "no more than ten digits")]
    let degrees = |stored: i64| stored as f64 / PER_DEGREE;
    Coordinates::new(degrees(longitude), degrees(latitude))
        .ok_or(Failure::Unreadable { id: 0, field: "place of an address" })
}

pub(super) fn address(row: &Row<'_>, region: Region) -> Result<RegisteredAddress, Failure> {
    let text = |column: usize| row.get::<_, Option<Box<str>>>(column);
    Ok(RegisteredAddress {
        region,
        id: row.get(0)?,
        house_number: row.get(1)?,
        box_number: text(2)?,
        coordinates: point(row.get(3)?, row.get(4)?)?,
        post_code: row.get(5)?,
        municipality: Names { nl: text(6)?, fr: text(7)?, de: text(8)? },
        street: Names { nl: text(9)?, fr: text(10)?, de: text(11)? },
    })
}
