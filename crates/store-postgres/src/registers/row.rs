//! Reads what the registers' tables hold.

use domain::register::Period;
use domain::{
    Address, Contract, ContractRole, Contractor, Coordinates, EnterpriseNumber, ForeignVatNumber,
    Inss, Site,
};

use crate::failure::Failure;
use crate::row::day_of;

pub(super) fn unreadable(field: &'static str) -> Failure {
    Failure::Unreadable { id: 0, field }
}

pub(super) fn read_period(row: &tokio_postgres::Row, column: usize) -> Result<Period, Failure> {
    let day = |column| day_of(row.try_get(column).ok()?);
    day(column)
        .zip(day(column + 1))
        .and_then(|(from, until)| Period::new(Some(from), Some(until)))
        .ok_or(unreadable("period of a register's row"))
}

pub(super) fn read_inss(row: &tokio_postgres::Row, column: usize) -> Result<Option<Inss>, Failure> {
    let number: i64 = row.try_get(column)?;
    if number == 0 {
        return Ok(None);
    }
    let inss = u64::try_from(number).ok().and_then(Inss::from_stored);
    inss.map(Some).ok_or(unreadable("person of a register's row"))
}

pub(super) fn read_enterprise(
    row: &tokio_postgres::Row,
    column: usize,
) -> Result<Option<EnterpriseNumber>, Failure> {
    let number: i64 = row.try_get(column)?;
    if number == 0 {
        return Ok(None);
    }
    let enterprise = EnterpriseNumber::from_long(number);
    enterprise.map(Some).map_err(|_| unreadable("enterprise of a register's row"))
}

pub(super) fn read_vat(
    row: &tokio_postgres::Row,
    column: usize,
) -> Result<Option<ForeignVatNumber>, Failure> {
    let text: &str = row.try_get(column)?;
    if text.is_empty() {
        return Ok(None);
    }
    ForeignVatNumber::parse(text).map(Some).ok_or(unreadable("VAT number of a register's row"))
}

/// Reads the columns of a contract behind its work, from `first` on.
pub(super) fn read_contract(row: &tokio_postgres::Row, first: usize) -> Result<Contract, Failure> {
    let contractor = match (read_enterprise(row, first)?, read_vat(row, first + 1)?) {
        (Some(number), _) => Contractor::Enterprise(number),
        (None, Some(vat)) => Contractor::Foreign(vat),
        (None, None) => return Err(unreadable("contractor")),
    };
    let role: i32 = row.try_get(first + 2)?;
    Ok(Contract {
        contractor,
        role: ContractRole::from_number(role.into()).ok_or(unreadable("role"))?,
        commissioned_by: read_enterprise(row, first + 3)?,
        period: read_period(row, first + 4)?,
    })
}

/// Reads the columns of a site behind its work and place, from `first` on.
pub(super) fn read_site(row: &tokio_postgres::Row, first: usize) -> Result<Site, Failure> {
    let text = |column: usize| row.try_get::<_, Box<str>>(first + column);
    let municipality = text(1)?;
    let address = if municipality.is_empty() {
        None
    } else {
        let box_number = text(4)?;
        Some(Address {
            post_code: text(0)?,
            municipality,
            street: text(2)?,
            house_number: text(3)?,
            box_number: (!box_number.is_empty()).then_some(box_number),
        })
    };
    let coordinates = Coordinates::new(row.try_get(first + 5)?, row.try_get(first + 6)?);
    Ok(Site { address, coordinates })
}
