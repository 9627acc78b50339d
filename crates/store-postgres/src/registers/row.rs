//! How rows of the registers lie in their tables.

use domain::register::{Key, Period, Row};
use domain::{
    Address, Contract, ContractRole, Contractor, Coordinates, EnterpriseNumber, ForeignVatNumber,
    Inss, Site, Work,
};
use jiff::civil::Date;

use crate::failure::Failure;
use crate::import::Value;
use crate::row::{day_number, day_of};

/// The longitude of a site without coordinates.
const NOWHERE: f64 = 999.0;

fn number(number: u64) -> Value {
    Value::Long(number.cast_signed())
}

fn small(number: impl Into<i32>) -> Value {
    Value::Int(number.into())
}

fn text(text: &str) -> Value {
    Value::Text(text.into())
}

fn first(period: Period) -> Value {
    Value::Int(day_number(period.from().unwrap_or(Date::MIN)))
}

fn last(period: Period) -> Value {
    Value::Int(day_number(period.until().unwrap_or(Date::MAX)))
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
            small(row.situation.number()),
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
        small(work.sector.number()),
        first(work.period),
        last(work.period),
        small(work.subject),
    ];
    let sites =
        work.sites.iter().zip(1..).map(|(site, place)| (1, of_site(reference, site, place)));
    let contracts = work.contracts.iter().map(|contract| (2, of_contract(reference, contract)));
    std::iter::once((0, row)).chain(sites).chain(contracts).collect()
}

fn of_site(work: &str, site: &Site, place: i32) -> Vec<Value> {
    let part = |part: fn(&Address) -> &str| text(site.address.as_ref().map_or("", part));
    vec![
        text(work),
        Value::Int(place),
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
        small(contract.role.number()),
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
