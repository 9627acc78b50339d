//! How rows of the registers lie in their tables.

use domain::register::{Key, Period, Row};
use domain::{
    Address, Contract, ContractRole, Contractor, Coordinates, EnterpriseNumber, ForeignVatNumber,
    Inss, Site,
};
use rusqlite::types::Value;
use store::layout::{self, Cell};

use crate::failure::Failure;
use crate::row::day_of;

/// The rows of the register's tables, each with the place of its table in the register's list.
pub(super) fn values(row: &Row) -> impl Iterator<Item = (usize, Vec<Value>)> {
    layout::values(row).into_iter().map(|(table, cells)| (table, stored(cells)))
}

/// The columns under which an update takes rows away.
pub(super) fn key(key: &Key) -> Vec<Value> {
    stored(layout::key(key))
}

fn stored(cells: Vec<Cell>) -> Vec<Value> {
    let value = |cell| match cell {
        Cell::Long(number) => Value::Integer(number),
        Cell::Int(number) => Value::Integer(number.into()),
        Cell::Text(text) => Value::Text(text.into()),
        Cell::Real(number) => Value::Real(number),
    };
    cells.into_iter().map(value).collect()
}

pub(super) fn unreadable(field: &'static str) -> Failure {
    Failure::Unreadable { id: 0, field }
}

pub(super) fn read_period(row: &rusqlite::Row<'_>, column: usize) -> Result<Period, Failure> {
    let day = |column| day_of(row.get(column).ok()?);
    day(column)
        .zip(day(column + 1))
        .and_then(|(from, until)| Period::new(Some(from), Some(until)))
        .ok_or(unreadable("period of a register's row"))
}

pub(super) fn read_inss(row: &rusqlite::Row<'_>, column: usize) -> Result<Option<Inss>, Failure> {
    let number: i64 = row.get(column)?;
    if number == 0 {
        return Ok(None);
    }
    let inss = u64::try_from(number).ok().and_then(Inss::from_stored);
    inss.map(Some).ok_or(unreadable("person of a register's row"))
}

pub(super) fn read_enterprise(
    row: &rusqlite::Row<'_>,
    column: usize,
) -> Result<Option<EnterpriseNumber>, Failure> {
    let number: i64 = row.get(column)?;
    if number == 0 {
        return Ok(None);
    }
    let enterprise = EnterpriseNumber::from_long(number);
    enterprise.map(Some).map_err(|_| unreadable("enterprise of a register's row"))
}

pub(super) fn read_vat(
    row: &rusqlite::Row<'_>,
    column: usize,
) -> Result<Option<ForeignVatNumber>, Failure> {
    let text: Box<str> = row.get(column)?;
    if text.is_empty() {
        return Ok(None);
    }
    ForeignVatNumber::parse(&text).map(Some).ok_or(unreadable("VAT number of a register's row"))
}

/// Reads a row of the columns of a contract behind its work.
pub(super) fn read_contract(row: &rusqlite::Row<'_>) -> Result<Contract, Failure> {
    let contractor = match (read_enterprise(row, 0)?, read_vat(row, 1)?) {
        (Some(number), _) => Contractor::Enterprise(number),
        (None, Some(vat)) => Contractor::Foreign(vat),
        (None, None) => return Err(unreadable("contractor")),
    };
    Ok(Contract {
        contractor,
        role: ContractRole::from_number(row.get(2)?).ok_or(unreadable("role"))?,
        commissioned_by: read_enterprise(row, 3)?,
        period: read_period(row, 4)?,
    })
}

/// Reads a row of the columns of a site behind its work and place.
pub(super) fn read_site(row: &rusqlite::Row<'_>) -> Result<Site, Failure> {
    let municipality: Box<str> = row.get(1)?;
    let address = if municipality.is_empty() {
        None
    } else {
        let box_number: Box<str> = row.get(4)?;
        Some(Address {
            post_code: row.get(0)?,
            municipality,
            street: row.get(2)?,
            house_number: row.get(3)?,
            box_number: (!box_number.is_empty()).then_some(box_number),
        })
    };
    Ok(Site { address, coordinates: Coordinates::new(row.get(5)?, row.get(6)?) })
}
