//! How rows of the registers lie in their tables.

use domain::register::{Key, Period, Row};
use domain::{
    Address, Contract, ContractRole, Contractor, Coordinates, EnterpriseNumber, ForeignVatNumber,
    Inss, Site, Work, day_number,
};
use jiff::civil::Date;
use rusqlite::types::Value;

use crate::failure::Failure;
use crate::row::day_of;

/// The longitude of a site without coordinates.
const NOWHERE: f64 = 999.0;

fn number(number: u64) -> Value {
    Value::Integer(number.cast_signed())
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn first(period: Period) -> Value {
    Value::Integer(day_number(period.from().unwrap_or(Date::MIN)))
}

fn last(period: Period) -> Value {
    Value::Integer(day_number(period.until().unwrap_or(Date::MAX)))
}

fn inss(inss: Option<Inss>) -> Value {
    number(inss.map_or(0, Inss::number))
}

fn enterprise(enterprise: Option<EnterpriseNumber>) -> Value {
    number(enterprise.map_or(0, EnterpriseNumber::number))
}

/// The rows of the register's tables, each with the place of its table in the register's list.
pub(super) fn values(row: &Row) -> Vec<(usize, Vec<Value>)> {
    let one = |values| vec![(0, values)];
    match row {
        Row::Person(row) => one(vec![
            number(row.inss.number()),
            first(row.known),
            last(row.known),
            inss(row.replaced_by),
        ]),
        Row::Enterprise(row) => one(vec![
            number(row.number.number()),
            first(row.exists),
            last(row.exists),
            number(row.situation.number().into()),
        ]),
        Row::Mandate(row) => one(vec![
            number(row.enterprise.number()),
            number(row.inss.number()),
            text(&row.function),
            first(row.period),
            last(row.period),
        ]),
        Row::Employer(row) => {
            one(vec![number(row.enterprise.number()), first(row.period), last(row.period)])
        }
        Row::Employment(row) => one(vec![
            number(row.inss.number()),
            number(row.enterprise.number()),
            text(&row.worker_type),
            first(row.period),
            last(row.period),
            enterprise(row.user),
        ]),
        Row::PostedWorker(row) => one(vec![
            text(row.id.as_str()),
            inss(row.inss),
            text(row.vat.as_ref().map_or("", ForeignVatNumber::as_str)),
            text(&row.employer),
            text(&row.country),
            first(row.period),
            last(row.period),
        ]),
        Row::Work(work) => of_work(work),
    }
}

fn of_work(work: &Work) -> Vec<(usize, Vec<Value>)> {
    let reference = work.reference.as_str();
    let row = vec![
        text(reference),
        number(work.sector.number().into()),
        first(work.period),
        last(work.period),
        number(work.subject.into()),
    ];
    let sites =
        work.sites.iter().zip(1..).map(|(site, place)| (1, of_site(reference, site, place)));
    let contracts = work.contracts.iter().map(|contract| (2, of_contract(reference, contract)));
    std::iter::once((0, row)).chain(sites).chain(contracts).collect()
}

fn of_site(work: &str, site: &Site, place: u64) -> Vec<Value> {
    let part = |part: fn(&Address) -> &str| text(site.address.as_ref().map_or("", part));
    vec![
        text(work),
        number(place),
        part(|address| &address.post_code),
        part(|address| &address.municipality),
        part(|address| &address.street),
        part(|address| &address.house_number),
        part(|address| address.box_number.as_deref().unwrap_or_default()),
        Value::Real(site.coordinates.map_or(NOWHERE, Coordinates::longitude)),
        Value::Real(site.coordinates.map_or(NOWHERE, Coordinates::latitude)),
    ]
}

fn of_contract(work: &str, contract: &Contract) -> Vec<Value> {
    let (company, vat) = contractor(&contract.contractor);
    vec![
        text(work),
        number(company.cast_unsigned()),
        text(vat),
        number(contract.role.number().into()),
        enterprise(contract.commissioned_by),
        first(contract.period),
        last(contract.period),
    ]
}

/// The number and the VAT number of a contractor, of which one is there.
pub(super) fn contractor(contractor: &Contractor) -> (i64, &str) {
    match contractor {
        Contractor::Enterprise(number) => (number.number().cast_signed(), ""),
        Contractor::Foreign(vat) => (0, vat.as_str()),
    }
}

/// The columns under which an update takes rows away.
pub(super) fn key(key: &Key) -> Vec<Value> {
    match key {
        Key::Person(inss) => vec![number(inss.number())],
        Key::Enterprise(enterprise) => vec![number(enterprise.number())],
        Key::Employment(inss, enterprise) => {
            vec![number(inss.number()), number(enterprise.number())]
        }
        Key::PostedWorker(limosa) => vec![text(limosa.as_str())],
        Key::Work(reference) => vec![text(reference.as_str())],
    }
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
