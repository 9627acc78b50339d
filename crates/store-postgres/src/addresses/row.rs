use domain::Coordinates;
use domain::place::{Names, Region, RegisteredAddress, cell, house_key, name_key};
use store::layout::Cell;
use tokio_postgres::Row;

use super::staging::{ADDRESS, NAME, STREET};
use crate::failure::Failure;

/// Degrees are stored as whole ten millionths: a centimetre, more than the registers publish.
const PER_DEGREE: f64 = 1e7;

/// The columns that [`address`] reads, of `address` (a) and `address_street` (s).
pub(super) const COLUMNS: &str = "a.region, a.id, a.house_number, a.box_number, a.longitude, a.latitude, \
     s.post_code, s.municipality_nl, s.municipality_fr, s.municipality_de, s.nl, s.fr, s.de";

pub(super) fn unreadable(field: &'static str) -> Failure {
    Failure::Unreadable { id: 0, field }
}

pub(super) fn region(number: i32) -> Result<Region, Failure> {
    Region::from_number(number.into()).ok_or(unreadable("region"))
}

#[expect(clippy::cast_possible_truncation, reason = "at most 180 degrees")]
fn stored(degrees: f64) -> i32 {
    (degrees * PER_DEGREE).round() as i32
}

pub(super) fn point(row: &Row, first: usize) -> Result<Coordinates, Failure> {
    let degrees =
        |column| row.try_get::<_, i32>(column).map(|stored| f64::from(stored) / PER_DEGREE);
    Coordinates::new(degrees(first)?, degrees(first + 1)?).ok_or(unreadable("place of an address"))
}

pub(super) fn address(row: &Row) -> Result<RegisteredAddress, Failure> {
    let text = |column: usize| -> Result<Option<Box<str>>, Failure> {
        let text: &str = row.try_get(column)?;
        Ok((!text.is_empty()).then(|| text.into()))
    };
    let post_code: i32 = row.try_get(6)?;
    Ok(RegisteredAddress {
        region: region(row.try_get(0)?)?,
        id: row.try_get(1)?,
        house_number: row.try_get(2)?,
        box_number: text(3)?,
        coordinates: point(row, 4)?,
        post_code: u16::try_from(post_code).map_err(|_| unreadable("post code"))?,
        municipality: Names { nl: text(7)?, fr: text(8)?, de: text(9)? },
        street: Names { nl: text(10)?, fr: text(11)?, de: text(12)? },
    })
}

fn text(text: Option<&str>) -> Cell {
    Cell::Text(text.unwrap_or_default().into())
}

/// The row of an address, with the place of its table.
pub(super) fn of_address(street: i64, address: &RegisteredAddress) -> (usize, Vec<Cell>) {
    let point = address.coordinates;
    let values = vec![
        Cell::Int(address.region.number().into()),
        Cell::Long(cell(point)),
        Cell::Long(street),
        Cell::Text(house_key(&address.house_number).into()),
        text(Some(&address.id)),
        text(Some(&address.house_number)),
        text(address.box_number.as_deref()),
        Cell::Int(stored(point.longitude())),
        Cell::Int(stored(point.latitude())),
    ];
    (ADDRESS, values)
}

/// The rows of a street and of its names.
pub(super) fn of_street(
    street: i64,
    address: &RegisteredAddress,
) -> impl Iterator<Item = (usize, Vec<Cell>)> {
    let region = Cell::Int(address.region.number().into());
    let post_code = Cell::Int(address.post_code.into());
    let (municipality, names) = (&address.municipality, &address.street);
    let mut row = vec![region.clone(), Cell::Long(street), post_code.clone()];
    for name in
        [municipality, names].into_iter().flat_map(|names| [&names.nl, &names.fr, &names.de])
    {
        row.push(text(name.as_deref()));
    }
    let spelt = names.iter().map(move |name| {
        let name = Cell::Text(name_key(name).into());
        (NAME, vec![region.clone(), name, post_code.clone(), Cell::Long(street)])
    });
    std::iter::once((STREET, row)).chain(spelt)
}

/// The key of the street in which an address lies: a hash (FNV-1a) of all that makes the street different from others.
pub(super) fn street_key(address: &RegisteredAddress) -> i64 {
    let mut hash = Fnv(BASIS);
    hash.bytes(&[address.region.number()]);
    hash.bytes(&address.post_code.to_be_bytes());
    for names in [&address.municipality, &address.street] {
        for name in [&names.nl, &names.fr, &names.de] {
            hash.bytes(name.as_deref().unwrap_or_default().as_bytes());
            // No text holds it: what follows is another text.
            hash.bytes(&[0xff]);
        }
    }
    let folded = hash.0 ^ (hash.0 >> 64);
    #[expect(clippy::cast_possible_truncation, reason = "the lower half is meant")]
    (folded as u64).cast_signed()
}

const BASIS: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;

struct Fnv(u128);

impl Fnv {
    fn bytes(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u128::from(*byte)).wrapping_mul(PRIME);
        }
    }
}
