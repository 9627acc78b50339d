//! The register of works.

use async_trait::async_trait;
use domain::register::{ContractOnDay, Period, Register, WorkOnDay};
use domain::{Contractor, EnterpriseNumber, Error, Sector, Work, WorksReference};
use jiff::civil::Date;
use rusqlite::{Connection, OptionalExtension, Row};
use store::layout::contractor;
use store::{DeclaredWorks, Works};

use super::generation;
use super::look_up::Question;
use super::row::{read_contract, read_period, read_site, unreadable};
use crate::SqliteStore;
use crate::failure::Failure;

/// How many works are looked up without changing threads.
const FEW: usize = 8;
/// No answer holds more works.
const MOST: u32 = 1000;

#[async_trait]
impl Works for SqliteStore {
    async fn sectors(&self, works: Vec<WorksReference>) -> Result<Vec<Option<Sector>>, Error> {
        if let Some(sectors) = self.sectors_here(&works) {
            return Ok(sectors);
        }
        self.look_up(move |connection| sectors(connection, &works)).await
    }

    async fn work(&self, reference: WorksReference) -> Result<Option<Work>, Error> {
        self.look_up(move |connection| {
            let transaction = connection.unchecked_transaction()?;
            let mut found = Question::new(&transaction, Register::Works, WORK)?
                .ask(&[&reference.as_str()], work)?;
            let Some(mut found) = found.pop() else { return Ok(None) };
            complete(&transaction, &mut found)?;
            Ok(Some(found))
        })
        .await
    }

    async fn works_led_by(&self, company: EnterpriseNumber, most: u32) -> Result<Vec<Work>, Error> {
        self.look_up(move |connection| {
            let transaction = connection.unchecked_transaction()?;
            let company = company.number().cast_signed();
            let references: Vec<Box<str>> =
                Question::new(&transaction, Register::Works, LED_BY)?
                    .ask(&[&company, &most.min(MOST)], |row| Ok(row.get(0)?))?;
            let mut found = Vec::with_capacity(references.len());
            for reference in references {
                found.extend(
                    Question::new(&transaction, Register::Works, WORK)?.ask(&[&reference], work)?,
                );
            }
            for work in &mut found {
                complete(&transaction, work)?;
            }
            Ok(found)
        })
        .await
    }

    async fn works(&self, after: Option<WorksReference>, most: u32) -> Result<Vec<Work>, Error> {
        self.look_up(move |connection| {
            let transaction = connection.unchecked_transaction()?;
            let after = after.as_ref().map_or("", WorksReference::as_str);
            let mut found = Question::new(&transaction, Register::Works, WORKS)?
                .ask(&[&after, &most.min(MOST)], work)?;
            for work in &mut found {
                complete(&transaction, work)?;
            }
            Ok(found)
        })
        .await
    }
}

impl SqliteStore {
    /// The sectors of a few works, read on the caller's own thread: every registration asks for them, and to wake
    /// another thread and wait for it costs far more than the reading. `None` when that would mean to wait.
    fn sectors_here(&self, works: &[WorksReference]) -> Option<Vec<Option<Sector>>> {
        if works.len() > FEW {
            return None;
        }
        let connection = self.here.iter().find_map(|one| one.try_lock().ok())?;
        sectors(&connection, works).ok()
    }
}

/// The statement that reads the sector of a work.
pub(crate) const SECTOR: &str =
    "SELECT sector FROM work WHERE reference = ?1 AND born <= ?2 AND died > ?2";

fn sectors(
    connection: &Connection,
    works: &[WorksReference],
) -> Result<Vec<Option<Sector>>, Failure> {
    // One transaction: an import may swap in between.
    let transaction = connection.unchecked_transaction()?;
    let seen = generation(&transaction, Register::Works)?;
    let mut statement = transaction.prepare_cached(SECTOR)?;
    works
        .iter()
        .map(|works| {
            let number: Option<i64> =
                statement.query_row((works.as_str(), seen), |row| row.get(0)).optional()?;
            Ok(number.and_then(Sector::from_number))
        })
        .collect()
}

pub(crate) const WORK: &str = "SELECT reference, sector, first, last, subject FROM work WHERE reference = ?1 \
                               AND born <= ?9 AND died > ?9";
pub(crate) const WORKS: &str = "SELECT reference, sector, first, last, subject FROM work WHERE reference > ?1 \
                                AND born <= ?9 AND died > ?9 ORDER BY reference LIMIT ?2";
pub(crate) const LED_BY: &str = "SELECT DISTINCT work FROM work_contract WHERE company = ?1 AND role <= 2 \
                                 AND born <= ?9 AND died > ?9 ORDER BY work LIMIT ?2";
pub(crate) const SITES: &str = "SELECT post_code, municipality, street, house_number, box_number, longitude, \
                                latitude FROM work_site WHERE work = ?1 \
                                AND born <= ?9 AND died > ?9 ORDER BY place";
pub(crate) const CONTRACTS: &str = "SELECT company, vat, role, commissioned_by, first, last FROM work_contract \
                                    WHERE work = ?1 AND born <= ?9 AND died > ?9";
pub(crate) const CONTRACT: &str = "SELECT first, last FROM work_contract WHERE work = ?1 AND company = ?2 AND vat = ?3 \
                                   AND born <= ?9 AND died > ?9";

/// A work without its sites and contracts.
fn work(row: &Row<'_>) -> Result<Work, Failure> {
    let reference: Box<str> = row.get(0)?;
    Ok(Work {
        reference: WorksReference::parse(&reference).ok_or(unreadable("work"))?,
        sector: Sector::from_number(row.get(1)?).ok_or(unreadable("sector"))?,
        period: read_period(row, 2)?,
        subject: row.get(4)?,
        sites: Vec::new(),
        contracts: Vec::new(),
    })
}

fn complete(connection: &Connection, work: &mut Work) -> Result<(), Failure> {
    let reference = work.reference.as_str();
    work.sites =
        Question::new(connection, Register::Works, SITES)?.ask(&[&reference], read_site)?;
    work.contracts =
        Question::new(connection, Register::Works, CONTRACTS)?.ask(&[&reference], read_contract)?;
    Ok(())
}

#[async_trait]
impl DeclaredWorks for SqliteStore {
    async fn works_on(
        &self,
        asked: Vec<(WorksReference, Date)>,
    ) -> Result<Vec<Option<WorkOnDay>>, Error> {
        self.answer(move |connection| {
            let mut question = Question::new(connection, Register::Works, WORK)?;
            let answer = |(works, day): (WorksReference, Date)| {
                let found = question.ask(&[&works.as_str()], work)?;
                Ok(found.first().map(|work| WorkOnDay::of(work, day)))
            };
            asked.into_iter().map(answer).collect()
        })
        .await
    }

    async fn contracts_on(
        &self,
        asked: Vec<(WorksReference, Contractor, Date)>,
    ) -> Result<Vec<ContractOnDay>, Error> {
        self.answer(move |connection| {
            let mut question = Question::new(connection, Register::Works, CONTRACT)?;
            let answer = |(works, company, day): (WorksReference, Contractor, Date)| {
                let (number, vat) = contractor(&company);
                let periods: Vec<Period> =
                    question.ask(&[&works.as_str(), &number, &vat], |row| read_period(row, 0))?;
                Ok(ContractOnDay::of(periods, day))
            };
            asked.into_iter().map(answer).collect()
        })
        .await
    }
}
