//! What a check asks the registers: every question a few steps in an index. All answers to one call are of one state.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use async_trait::async_trait;
use domain::register::{
    EmployerOnDay, Employment, EmploymentsOnDay, Enterprise, EnterpriseOnDay, JuridicalSituation,
    Mandate, MandatesOnDay, Person, PersonOnDay, PostedOnDay, PostedWorker, Register,
};
use domain::{EnterpriseNumber, Error, Inss, LimosaId};
use jiff::civil::Date;
use rusqlite::{Connection, Row, ToSql};
use store::{Employers, Employments, Enterprises, Mandates, Persons, PostedWorkers};

use super::generation;
use super::row::{read_enterprise, read_inss, read_period, read_vat, unreadable};
use crate::SqliteStore;
use crate::failure::Failure;

/// So many replacements of a person's number are followed.
const REPLACEMENTS: usize = 16;

/// A question, with the generation of its register as its last parameter `?9`.
pub(super) struct Question<'c> {
    statement: rusqlite::CachedStatement<'c>,
}

impl<'c> Question<'c> {
    pub(super) fn new(
        connection: &'c Connection,
        register: Register,
        sql: &str,
    ) -> Result<Self, Failure> {
        let mut statement = connection.prepare_cached(sql)?;
        statement.raw_bind_parameter(9, generation(connection, register)?)?;
        Ok(Self { statement })
    }

    pub(super) fn ask<T>(
        &mut self,
        parameters: &[&dyn ToSql],
        read: impl Fn(&Row<'_>) -> Result<T, Failure>,
    ) -> Result<Vec<T>, Failure> {
        for (place, parameter) in parameters.iter().enumerate() {
            self.statement.raw_bind_parameter(place + 1, parameter)?;
        }
        let mut rows = self.statement.raw_query();
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(read(row)?);
        }
        Ok(found)
    }
}

impl SqliteStore {
    /// Answers questions, all of one state.
    pub(super) async fn answer<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Error> {
        self.check_reads(move |connection| {
            let transaction = connection.unchecked_transaction()?;
            read(&transaction)
        })
        .await
    }
}

fn inss(inss: Inss) -> i64 {
    inss.number().cast_signed()
}

fn company(company: EnterpriseNumber) -> i64 {
    company.number().cast_signed()
}

pub(crate) const PERSON: &str = "SELECT inss, known_from, known_until, replaced_by FROM person WHERE inss = ?1 AND \
                                 born <= ?9 AND died > ?9";
pub(crate) const REPLACED: &str = "SELECT inss, known_from, known_until, replaced_by FROM person \
                                   WHERE replaced_by = ?1 AND replaced_by <> 0 AND \
                                   born <= ?9 AND died > ?9";

fn person(row: &Row<'_>) -> Result<Person, Failure> {
    Ok(Person {
        inss: read_inss(row, 0)?.ok_or(unreadable("person"))?,
        known: read_period(row, 1)?,
        replaced_by: read_inss(row, 3)?,
    })
}

/// All rows of a person's numbers: forwards to the newest, and backwards from there.
fn rows_of(
    asked: Inss,
    by_number: &mut Question<'_>,
    replaced: &mut Question<'_>,
) -> Result<(Inss, Vec<Person>), Failure> {
    let mut newest = asked;
    let mut rows = by_number.ask(&[&inss(newest)], person)?;
    for _ in 0..REPLACEMENTS {
        match rows.iter().find_map(|row| row.replaced_by) {
            Some(next) if next != asked => newest = next,
            _ => break,
        }
        rows = by_number.ask(&[&inss(newest)], person)?;
    }
    let mut to_follow = vec![newest];
    let mut followed = 0;
    while let Some(number) = to_follow.pop() {
        if followed == REPLACEMENTS {
            break;
        }
        followed += 1;
        for row in replaced.ask(&[&inss(number)], person)? {
            if rows.iter().all(|known| known.inss != row.inss) {
                to_follow.push(row.inss);
            }
            if !rows.contains(&row) {
                rows.push(row);
            }
        }
    }
    Ok((newest, rows))
}

/// Every number of the person who has one of them, as the register now stands.
pub(crate) fn numbers_of(connection: &Connection, asked: Inss) -> Result<Vec<Inss>, Failure> {
    let mut by_number = Question::new(connection, Register::Persons, PERSON)?;
    let mut replaced = Question::new(connection, Register::Persons, REPLACED)?;
    let (newest, rows) = rows_of(asked, &mut by_number, &mut replaced)?;
    Ok(PersonOnDay::of(asked, newest, &rows, Date::ZERO).numbers)
}

#[async_trait]
impl Persons for SqliteStore {
    async fn persons(&self, asked: Vec<(Inss, Date)>) -> Result<Vec<PersonOnDay>, Error> {
        self.answer(move |connection| {
            let mut by_number = Question::new(connection, Register::Persons, PERSON)?;
            let mut replaced = Question::new(connection, Register::Persons, REPLACED)?;
            let answer = |(asked, day)| {
                let (newest, rows) = rows_of(asked, &mut by_number, &mut replaced)?;
                Ok(PersonOnDay::of(asked, newest, &rows, day))
            };
            asked.into_iter().map(answer).collect()
        })
        .await
    }
}

pub(crate) const ENTERPRISE: &str = "SELECT exists_from, exists_until, situation FROM enterprise WHERE number = ?1 \
                                     AND born <= ?9 AND died > ?9";

#[async_trait]
impl Enterprises for SqliteStore {
    async fn enterprises(
        &self,
        asked: Vec<(EnterpriseNumber, Date)>,
    ) -> Result<Vec<EnterpriseOnDay>, Error> {
        self.answer(move |connection| {
            let mut question = Question::new(connection, Register::Enterprises, ENTERPRISE)?;
            let answer = |(number, day)| {
                let rows = question.ask(&[&company(number)], |row| {
                    Ok(Enterprise {
                        number,
                        exists: read_period(row, 0)?,
                        situation: JuridicalSituation::from_number(row.get(2)?)
                            .ok_or(unreadable("juridical situation"))?,
                    })
                })?;
                Ok(EnterpriseOnDay::of(&rows, day))
            };
            asked.into_iter().map(answer).collect()
        })
        .await
    }
}

pub(crate) const MANDATES: &str = "SELECT enterprise, first, last FROM mandate INDEXED BY mandate_by_person \
                                   WHERE inss = ?1 AND born <= ?9 AND died > ?9";
pub(crate) const HOLDERS: &str =
    "SELECT 1 FROM mandate WHERE enterprise = ?1 AND born <= ?9 AND died > ?9 LIMIT 1";

#[async_trait]
impl Mandates for SqliteStore {
    async fn mandates(
        &self,
        asked: Vec<(Inss, EnterpriseNumber, Date)>,
    ) -> Result<Vec<MandatesOnDay>, Error> {
        self.answer(move |connection| {
            let mut of_person = Question::new(connection, Register::Mandates, MANDATES)?;
            let mut holders = Question::new(connection, Register::Mandates, HOLDERS)?;
            let mut held = HashMap::new();
            let answer = |(person, enterprise, day)| {
                let rows = of_person.ask(&[&inss(person)], |row| {
                    Ok(Mandate {
                        enterprise: read_enterprise(row, 0)?.ok_or(unreadable("enterprise"))?,
                        inss: person,
                        function: Box::default(),
                        period: read_period(row, 1)?,
                    })
                })?;
                let any = match held.entry(enterprise) {
                    Entry::Occupied(known) => *known.get(),
                    Entry::Vacant(place) => {
                        let rows = holders.ask(&[&company(enterprise)], |_| Ok(()))?;
                        *place.insert(!rows.is_empty())
                    }
                };
                Ok(MandatesOnDay::of(&rows, enterprise, any, day))
            };
            asked.into_iter().map(answer).collect()
        })
        .await
    }
}

pub(crate) const EMPLOYER: &str =
    "SELECT first, last FROM employer WHERE enterprise = ?1 AND born <= ?9 AND died > ?9";

#[async_trait]
impl Employers for SqliteStore {
    async fn employers(
        &self,
        asked: Vec<(EnterpriseNumber, Date)>,
    ) -> Result<Vec<EmployerOnDay>, Error> {
        self.answer(move |connection| {
            let mut question = Question::new(connection, Register::Employers, EMPLOYER)?;
            let answer = |(number, day)| {
                let periods = question.ask(&[&company(number)], |row| read_period(row, 0))?;
                Ok(EmployerOnDay::of(periods, day))
            };
            asked.into_iter().map(answer).collect()
        })
        .await
    }
}

pub(crate) const EMPLOYMENT: &str = "SELECT first, last, user FROM employment WHERE inss = ?1 AND enterprise = ?2 AND \
                                     born <= ?9 AND died > ?9";

#[async_trait]
impl Employments for SqliteStore {
    async fn employments(
        &self,
        asked: Vec<(Inss, EnterpriseNumber, Date)>,
    ) -> Result<Vec<EmploymentsOnDay>, Error> {
        self.answer(move |connection| {
            let mut question = Question::new(connection, Register::Employments, EMPLOYMENT)?;
            let answer = |(person, enterprise, day)| {
                let rows = question.ask(&[&inss(person), &company(enterprise)], |row| {
                    Ok(Employment {
                        inss: person,
                        enterprise,
                        worker_type: Box::default(),
                        period: read_period(row, 0)?,
                        user: read_enterprise(row, 2)?,
                    })
                })?;
                Ok(EmploymentsOnDay::of(&rows, day))
            };
            asked.into_iter().map(answer).collect()
        })
        .await
    }
}

pub(crate) const DECLARATION: &str = "SELECT limosa, inss, vat, first, last FROM posted_worker WHERE limosa = ?1 AND \
                                      born <= ?9 AND died > ?9";
pub(crate) const POSTED_PERSON: &str = "SELECT limosa, inss, vat, first, last FROM posted_worker \
                                        WHERE inss = ?1 AND inss <> 0 AND \
                                        born <= ?9 AND died > ?9";

fn posted(row: &Row<'_>) -> Result<PostedWorker, Failure> {
    let id: Box<str> = row.get(0)?;
    Ok(PostedWorker {
        id: LimosaId::parse(&id).ok_or(unreadable("Limosa id"))?,
        inss: read_inss(row, 1)?,
        vat: read_vat(row, 2)?,
        employer: Box::default(),
        country: Box::default(),
        period: read_period(row, 3)?,
    })
}

#[async_trait]
impl PostedWorkers for SqliteStore {
    async fn declarations(&self, asked: Vec<(LimosaId, Date)>) -> Result<Vec<PostedOnDay>, Error> {
        self.answer(move |connection| {
            let mut question = Question::new(connection, Register::PostedWorkers, DECLARATION)?;
            let answer = |(id, day): (LimosaId, Date)| {
                Ok(PostedOnDay::of(&question.ask(&[&id.as_str()], posted)?, day))
            };
            asked.into_iter().map(answer).collect()
        })
        .await
    }

    async fn posted_persons(&self, asked: Vec<(Inss, Date)>) -> Result<Vec<PostedOnDay>, Error> {
        self.answer(move |connection| {
            let mut question = Question::new(connection, Register::PostedWorkers, POSTED_PERSON)?;
            let answer =
                |(person, day)| Ok(PostedOnDay::of(&question.ask(&[&inss(person)], posted)?, day));
            asked.into_iter().map(answer).collect()
        })
        .await
    }
}
