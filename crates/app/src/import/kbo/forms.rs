//! The lines of the published files.

use domain::EnterpriseNumber;
use domain::register::{Enterprise, JuridicalSituation, Period};

use crate::import::cells::Cells;
use crate::import::dates;
use crate::import::forms::Form;

/// What a line is about.
#[derive(Clone, Copy)]
pub(super) enum Entity {
    Enterprise(EnterpriseNumber),
    Unit(u64),
    Branch,
}

pub(super) const CODES: Form<()> = Form {
    columns: &["Category", "Code", "Language", "Description"],
    read: |cells| {
        let (category, code) = (cells.needed(0), cells.needed(1));
        cells.needed(2).and(category).and(code).map(|_| ())
    },
};
pub(super) const ENTERPRISES: Form<Enterprise> = Form {
    columns: &[
        "EnterpriseNumber",
        "Status",
        "JuridicalSituation",
        "TypeOfEnterprise",
        "JuridicalForm",
        "StartDate",
    ],
    read: enterprise,
};
pub(super) const ESTABLISHMENTS: Form<(u64, EnterpriseNumber)> = Form {
    columns: &["EstablishmentNumber", "StartDate", "EnterpriseNumber"],
    read: |cells| {
        let (unit, since, of) = (unit(cells, 0), started(cells, 1), number(cells, 2));
        since.and(Some((unit?, of?)))
    },
};
pub(super) const DENOMINATIONS: Form<Entity> = Form {
    columns: &["EntityNumber", "Language", "TypeOfDenomination", "Denomination"],
    read: |cells| {
        let (entity, kind) = (entity(cells), cells.needed(2));
        cells.needed(3).and(kind).and(entity)
    },
};
pub(super) const ADDRESSES: Form<Entity> = Form {
    columns: &["EntityNumber", "TypeOfAddress", "Zipcode", "DateStrikingOff"],
    read: |cells| {
        let (entity, kind) = (entity(cells), cells.needed(1));
        if let Some(text) = cells.text(3)
            && dates::day_first(text).is_none()
        {
            return cells.flaw(3, NO_DATE);
        }
        kind.and(entity)
    },
};
pub(super) const ACTIVITIES: Form<Entity> = Form {
    columns: &["EntityNumber", "ActivityGroup", "NaceVersion", "NaceCode", "Classification"],
    read: |cells| {
        let (entity, code) = (entity(cells), cells.needed(3));
        match cells.needed(4)? {
            "MAIN" | "SECO" | "ANCI" => code.and(entity),
            _ => cells.flaw(4, "is one of MAIN, SECO, ANCI"),
        }
    },
};
pub(super) const DELETED: Form<EnterpriseNumber> =
    Form { columns: &["EnterpriseNumber"], read: |cells| number(cells, 0) };
pub(super) const CLOSED: Form<u64> =
    Form { columns: &["EstablishmentNumber"], read: |cells| unit(cells, 0) };
pub(super) const ENTITIES: Form<Entity> = Form { columns: &["EntityNumber"], read: entity };

const NO_DATE: &str = "is no date: dd-mm-yyyy";

fn enterprise(cells: &mut Cells<'_>) -> Option<Enterprise> {
    let number = number(cells, 0);
    let status = cells.needed(1);
    let situation = match cells.needed(2).map(JuridicalSituation::parse) {
        Some(None) => cells.flaw(2, "is no code of 3 digits"),
        situation => situation.flatten(),
    };
    let since = started(cells, 5);
    // The open data has active enterprises only.
    if status.is_some_and(|status| status != "AC") {
        return cells.flaw(1, "is AC in the open data");
    }
    Some(Enterprise { number: number?, exists: Period::since(since?), situation: situation? })
}

fn started(cells: &mut Cells<'_>, place: usize) -> Option<jiff::civil::Date> {
    match cells.needed(place).map(dates::day_first) {
        Some(None) => cells.flaw(place, NO_DATE),
        date => date.flatten(),
    }
}

/// The ten digits of `0xxx.xxx.xxx`, as enterprises are written, or of `2.xxx.xxx.xxx`, as their parts are.
fn digits(text: &str) -> Option<[u8; 10]> {
    let bytes = text.as_bytes();
    let points: &[usize] = match bytes.len() {
        12 => &[4, 8],
        13 => &[1, 5, 9],
        _ => return None,
    };
    let mut digits = [0; 10];
    let mut place = 0;
    for (at, byte) in bytes.iter().enumerate() {
        if points.contains(&at) {
            (*byte == b'.').then_some(())?;
        } else {
            digits[place] = byte.is_ascii_digit().then_some(*byte)?;
            place += 1;
        }
    }
    Some(digits)
}

fn number(cells: &mut Cells<'_>, place: usize) -> Option<EnterpriseNumber> {
    let text = cells.needed(place)?;
    let Some(digits) = digits(text) else {
        return cells.flaw(place, "is no enterprise number: 0xxx.xxx.xxx or 1xxx.xxx.xxx");
    };
    let digits = std::str::from_utf8(&digits).unwrap_or_default();
    match EnterpriseNumber::parse(digits) {
        Ok(number) => Some(number),
        Err(error) => cells.flaw(place, error.to_string()),
    }
}

/// An establishment unit: the first digit 2 to 8, the last two 97 less the remainder of the first eight.
fn unit(cells: &mut Cells<'_>, place: usize) -> Option<u64> {
    let text = cells.needed(place)?;
    let number = digits(text)
        .filter(|digits| matches!(digits[0], b'2'..=b'8'))
        .map(|digits| digits.iter().fold(0, |number, digit| number * 10 + u64::from(digit - b'0')));
    match number {
        Some(number) if 97 - number / 100 % 97 == number % 100 => Some(number),
        Some(_) => cells.flaw(place, "the check digits of the establishment unit are wrong"),
        None => cells.flaw(place, "is no establishment unit: 2.xxx.xxx.xxx to 8.xxx.xxx.xxx"),
    }
}

/// An enterprise, an establishment unit, or a branch of a foreign enterprise, which begins with 9.
fn entity(cells: &mut Cells<'_>) -> Option<Entity> {
    match cells.needed(0)?.as_bytes().first() {
        Some(b'0' | b'1') => number(cells, 0).map(Entity::Enterprise),
        Some(b'9') => match cells.needed(0).and_then(digits) {
            Some(_) => Some(Entity::Branch),
            None => cells.flaw(0, "is no number of a branch: 9.xxx.xxx.xxx"),
        },
        _ => unit(cells, 0).map(Entity::Unit),
    }
}
