use domain::place::{AddressQuery, Fit, FoundAddress, RegisteredAddress, house_key, name_key};
use rusqlite::Connection;

use super::row;
use super::{Generation, generations};
use crate::failure::Failure;

/// No more streets of one name are looked at, and no more addresses of a house: there are some 1200 post codes.
const STREETS: u32 = 2000;
const ADDRESSES: u32 = 2000;

pub(super) fn find(
    connection: &Connection,
    asked: &AddressQuery,
    most: usize,
) -> Result<Vec<FoundAddress>, Failure> {
    let mut found = Vec::new();
    for generation in generations(connection)? {
        for street in streets(connection, &generation, asked)? {
            found.extend(in_street(connection, &generation, street, asked)?);
        }
    }
    let best = found.iter().map(|one| one.fit).min();
    found.retain(|one| Some(one.fit) == best);
    found.truncate(most);
    Ok(found)
}

/// The streets of that name with that post code, or of that municipality.
fn streets(
    connection: &Connection,
    generation: &Generation,
    asked: &AddressQuery,
) -> Result<Vec<i64>, Failure> {
    let municipality = asked.municipality.as_deref().map(name_key);
    let (first, last) = match (asked.post_code, &municipality) {
        (Some(code), _) => (code, code),
        (None, Some(_)) => (0, u16::MAX),
        (None, None) => return Ok(Vec::new()),
    };
    let mut statement = connection.prepare_cached(
        "SELECT n.street, s.municipality_nl, s.municipality_fr, s.municipality_de \
         FROM address_name AS n JOIN address_street AS s USING (generation, street) \
         WHERE n.generation = ?1 AND n.name = ?2 AND n.post_code BETWEEN ?3 AND ?4 LIMIT ?5",
    )?;
    let mut rows =
        statement.query((generation.number, name_key(&asked.street), first, last, STREETS))?;
    let mut streets = Vec::new();
    while let Some(row) = rows.next()? {
        let mut fits = asked.post_code.is_some();
        for column in 1..=3 {
            let name: Option<Box<str>> = row.get(column)?;
            fits |= name.is_some() && name.as_deref().map(name_key) == municipality;
        }
        if fits {
            streets.push(row.get(0)?);
        }
    }
    Ok(streets)
}

/// The addresses of a street whose house number begins with the number asked for, each with how well it fits.
fn in_street(
    connection: &Connection,
    generation: &Generation,
    street: i64,
    asked: &AddressQuery,
) -> Result<Vec<FoundAddress>, Failure> {
    let house = house_key(&asked.house_number);
    let number = leading_digits(&house);
    let first = if number.is_empty() { house.as_str() } else { number };
    let columns = row::COLUMNS;
    let mut statement = connection.prepare_cached(&format!(
        "SELECT {columns}, a.house FROM address AS a JOIN address_street AS s \
         USING (generation, street) \
         WHERE a.generation = ?1 AND a.street = ?2 AND a.house BETWEEN ?3 AND ?4 LIMIT ?5"
    ))?;
    // Every continuation of the number sorts before the last character of all.
    let last = format!("{first}\u{10ffff}");
    let mut rows = statement.query((generation.number, street, first, last, ADDRESSES))?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let key: Box<str> = row.get(12)?;
        let address = row::address(row, generation.region)?;
        if let Some(fit) = fit(asked, &house, &key, &address) {
            found.push(FoundAddress { address, fit });
        }
    }
    Ok(found)
}

fn fit(asked: &AddressQuery, house: &str, key: &str, found: &RegisteredAddress) -> Option<Fit> {
    let box_key = |number: &Option<Box<str>>| number.as_deref().map(house_key);
    if key == house {
        let same = box_key(&asked.box_number) == box_key(&found.box_number);
        Some(if same { Fit::Exact } else { Fit::House })
    } else {
        let number = leading_digits(house);
        (!number.is_empty() && leading_digits(key) == number).then_some(Fit::Number)
    }
}

fn leading_digits(key: &str) -> &str {
    let end = key.find(|c: char| !c.is_ascii_digit()).unwrap_or(key.len());
    &key[..end]
}
