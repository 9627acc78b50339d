//! The addresses of a region as BeSt Address publishes them: CSV, by the names of the columns. Positions are read from the
//! WGS 84 columns; those of the Lambert grids, which changed in 2026, are not looked at.

use std::io::Read;

use domain::Coordinates;
use domain::place::{Names, Region, RegisteredAddress};
use jiff::civil::Date;

use super::cells::Cells;
use super::table::{Fields, Record, Table};
use super::{FileError, Flaw, Rejected, Sink};

const REQUIRED: usize = 7;
/// The required columns, then those that a region may lack.
const COLUMNS: [&str; 14] = [
    "EPSG:4326_lat",
    "EPSG:4326_lon",
    "address_id",
    "house_number",
    "postcode",
    "region_code",
    "status",
    "box_number",
    "municipality_name_nl",
    "municipality_name_fr",
    "municipality_name_de",
    "streetname_nl",
    "streetname_fr",
    "streetname_de",
];
/// Every status that is published.
const STATUSES: [&str; 5] = ["current", "proposed", "reserved", "retired", "rejected"];
/// Those of addresses that are none, or no more. A work may well be where an address is only proposed.
const GONE: [&str; 2] = ["retired", "rejected"];

/// Reads a region's file. Addresses that are retired or rejected, and those without a position, are passed over.
pub fn read_addresses(
    file: &str,
    input: &mut dyn Read,
    sink: &mut dyn Sink<RegisteredAddress>,
) -> Result<(), FileError> {
    let mut table = Table::open(file, input, &COLUMNS[..REQUIRED], &COLUMNS[REQUIRED..])?;
    while let Some((line, record)) = table.next()? {
        let read = match record {
            Record::Broken(reason) => Err(vec![Flaw::new("", reason)]),
            Record::Cells(fields) => line_of(fields),
        };
        match read {
            Ok(Some(address)) => sink.put(address)?,
            Ok(None) => sink.pass()?,
            Err(flaws) => sink.reject(Rejected { file: file.into(), line, flaws })?,
        }
    }
    Ok(())
}

fn line_of(fields: Fields<'_>) -> Result<Option<RegisteredAddress>, Vec<Flaw>> {
    let mut cells = Cells::new(fields, &COLUMNS, Date::MAX);
    let address = address(&mut cells);
    let flaws = cells.into_flaws();
    if flaws.is_empty() { Ok(address) } else { Err(flaws) }
}

/// `None` without a flaw: an address to pass over.
fn address(cells: &mut Cells<'_>) -> Option<RegisteredAddress> {
    let status = cells.needed(6)?;
    if !STATUSES.contains(&status) {
        return cells.flaw(6, format!("is one of {}", STATUSES.join(", ")));
    }
    if GONE.contains(&status) {
        return None;
    }
    let (latitude, longitude) = (degrees(cells, 0), degrees(cells, 1));
    let id = cells.kept(2);
    if id.is_none() {
        cells.needed(2)?;
    }
    let house_number = cells.kept(3);
    if house_number.is_none() {
        cells.needed(3)?;
    }
    let post_code = post_code(cells);
    let region = region(cells);
    let box_number = cells.kept(7);
    let municipality = Names { nl: cells.kept(8), fr: cells.kept(9), de: cells.kept(10) };
    let street = Names { nl: cells.kept(11), fr: cells.kept(12), de: cells.kept(13) };
    if street.iter().next().is_none() {
        return cells.flaw(12, "has no name in any language");
    }
    // Where no position is known the files have zeros, or nothing.
    let (latitude, longitude) = (latitude?, longitude?);
    if latitude == 0.0 || longitude == 0.0 {
        return None;
    }
    let Some(coordinates) = Coordinates::new(longitude, latitude) else {
        return cells.flaw(0, "is on no place of the earth, with EPSG:4326_lon");
    };
    Some(RegisteredAddress {
        region: region?,
        id: id?,
        post_code: post_code?,
        municipality,
        street,
        house_number: house_number?,
        box_number,
        coordinates,
    })
}

/// Degrees; zero for an empty cell.
fn degrees(cells: &mut Cells<'_>, place: usize) -> Option<f64> {
    let Some(text) = cells.text(place) else { return Some(0.0) };
    match text.parse::<f64>() {
        Ok(degrees) if degrees.is_finite() => Some(degrees),
        _ => cells.flaw(place, "is no number of degrees"),
    }
}

fn post_code(cells: &mut Cells<'_>) -> Option<u16> {
    let text = cells.needed(4)?;
    match text.parse() {
        Ok(code @ 1000..=9999) if text.len() == 4 => Some(code),
        _ => cells.flaw(4, "is no post code: 4 digits"),
    }
}

fn region(cells: &mut Cells<'_>) -> Option<Region> {
    let code = cells.needed(5)?;
    match Region::from_code(code) {
        None => cells.flaw(5, "is one of BE-BRU, BE-VLG, BE-WAL"),
        region => region,
    }
}
