use deadpool_postgres::Client;
use domain::place::{AddressQuery, Fit, FoundAddress, RegisteredAddress, house_key, name_key};
use tokio_postgres::types::{ToSql, Type};

use super::row;
use crate::failure::Failure;

pub(super) async fn find(
    connection: &Client,
    asked: &AddressQuery,
    most: usize,
) -> Result<Vec<FoundAddress>, Failure> {
    let municipality = asked.municipality.as_deref().map(name_key);
    let (first, last) = match (asked.post_code, &municipality) {
        (Some(code), _) => (code.into(), code.into()),
        (None, Some(_)) => (0, i32::from(u16::MAX)),
        (None, None) => return Ok(Vec::new()),
    };
    let (street, house) = (name_key(&asked.street), house_key(&asked.house_number));
    let number = leading_digits(&house);
    let beginning = if number.is_empty() { house.as_str() } else { number };
    // Every continuation of the number sorts before the last character of all.
    let end = format!("{beginning}\u{10ffff}");
    let parameters: [(&(dyn ToSql + Sync), Type); 5] = [
        (&street, Type::TEXT),
        (&first, Type::INT4),
        (&last, Type::INT4),
        (&beginning, Type::TEXT),
        (&end, Type::TEXT),
    ];
    let mut found = Vec::new();
    for row in connection.query_typed(&in_streets(), &parameters).await? {
        let address = row::address(&row)?;
        let here = municipality.as_ref().is_some_and(|name| address.municipality.has_key(name));
        if asked.post_code.is_none() && !here {
            continue;
        }
        if let Some(fit) = fit(asked, &house, row.try_get(13)?, &address) {
            found.push(FoundAddress { address, fit });
        }
    }
    let best = found.iter().map(|one| one.fit).min();
    found.retain(|one| Some(one.fit) == best);
    found.truncate(most);
    Ok(found)
}

/// The addresses whose house number begins with the number asked for, in streets of that name with those post codes. No
/// more than 2000 streets are looked at, and no more than 2000 addresses of each: there are some 1200 post codes.
pub(super) fn in_streets() -> String {
    format!(
        "SELECT {}, a.house FROM (SELECT region, street FROM address_name \
           WHERE name = $1 AND post_code BETWEEN $2 AND $3 LIMIT 2000) AS n \
         CROSS JOIN LATERAL (SELECT * FROM address_street AS t \
           WHERE t.region = n.region AND t.street = n.street OFFSET 0) AS s \
         CROSS JOIN LATERAL (SELECT * FROM address AS t WHERE t.street = n.street AND t.region = n.region \
           AND t.house BETWEEN $4 AND $5 LIMIT 2000) AS a \
         ORDER BY a.region, a.street, a.house, a.id",
        row::COLUMNS
    )
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
