//! How rows of the registers lie in tables: alike in every store that has tables, so that what moves from one to another is
//! the same.

use domain::register::{Key, Period, Row};
use domain::{
    Address, Contract, Contractor, Coordinates, EnterpriseNumber, ForeignVatNumber, Inss, Site,
    Work, day_number,
};
use jiff::civil::Date;

/// A value of a column.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// A number that a person, an enterprise or a count may have.
    Long(i64),
    /// A day, counted from 1970, or a small number.
    Int(i32),
    /// A text; an empty one where there is none.
    Text(Box<str>),
    /// Degrees.
    Real(f64),
}

/// The longitude of a site without coordinates.
const NOWHERE: f64 = 999.0;

fn number(number: u64) -> Cell {
    Cell::Long(number.cast_signed())
}

fn small(number: impl Into<i32>) -> Cell {
    Cell::Int(number.into())
}

fn text(text: &str) -> Cell {
    Cell::Text(text.into())
}

fn day(day: Date) -> Cell {
    Cell::Int(i32::try_from(day_number(day)).expect("every calendar day fits"))
}

fn first(period: Period) -> Cell {
    day(period.from().unwrap_or(Date::MIN))
}

fn last(period: Period) -> Cell {
    day(period.until().unwrap_or(Date::MAX))
}

fn inss(inss: Option<Inss>) -> Cell {
    number(inss.map_or(0, Inss::number))
}

fn enterprise(enterprise: Option<EnterpriseNumber>) -> Cell {
    number(enterprise.map_or(0, EnterpriseNumber::number))
}

/// The rows of the register's tables, each with the place of its table in the register's list.
pub fn values(row: &Row) -> Vec<(usize, Vec<Cell>)> {
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

fn of_work(work: &Work) -> Vec<(usize, Vec<Cell>)> {
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

fn of_site(work: &str, site: &Site, place: i32) -> Vec<Cell> {
    let part = |part: fn(&Address) -> &str| text(site.address.as_ref().map_or("", part));
    vec![
        text(work),
        Cell::Int(place),
        part(|address| &address.post_code),
        part(|address| &address.municipality),
        part(|address| &address.street),
        part(|address| &address.house_number),
        part(|address| address.box_number.as_deref().unwrap_or_default()),
        Cell::Real(site.coordinates.map_or(NOWHERE, Coordinates::longitude)),
        Cell::Real(site.coordinates.map_or(NOWHERE, Coordinates::latitude)),
    ]
}

fn of_contract(work: &str, contract: &Contract) -> Vec<Cell> {
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
pub fn contractor(contractor: &Contractor) -> (i64, &str) {
    match contractor {
        Contractor::Enterprise(number) => (number.number().cast_signed(), ""),
        Contractor::Foreign(vat) => (0, vat.as_str()),
    }
}

/// The columns under which an update takes rows away.
pub fn key(key: &Key) -> Vec<Cell> {
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
