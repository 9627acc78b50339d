//! Persons' numbers: which of them are of one person is followed in one statement.

use std::collections::HashSet;

use async_trait::async_trait;
use deadpool_postgres::Transaction;
use domain::register::{Person, PersonOnDay};
use domain::{Error, Inss};
use jiff::civil::Date;
use store::Persons;
use tokio_postgres::Row;
use tokio_postgres::types::Type;

use super::ask::{Asked, ask, sort};
use super::row::{read_inss, read_period, unreadable};
use crate::PostgresStore;
use crate::failure::Failure;

/// So many replacements of a person's number are followed.
const REPLACEMENTS: usize = 16;

/// The rows of every number that is led to from the numbers asked, to newer ones and to older ones: 16 steps to the newest
/// and as many back.
pub(crate) const NUMBERS: &str = "WITH RECURSIVE led (question, inss, step) AS ( \
     SELECT q.question, q.inss, 0 FROM unnest($1::bigint[]) WITH ORDINALITY AS q (inss, question) \
     UNION SELECT led.question, other.inss, led.step + 1 FROM led CROSS JOIN LATERAL ( \
       SELECT newer.replaced_by AS inss FROM person AS newer \
         WHERE newer.inss = led.inss AND newer.replaced_by <> 0 \
       UNION ALL SELECT older.inss FROM person AS older \
         WHERE older.replaced_by = led.inss AND older.replaced_by <> 0 OFFSET 0) AS other \
     WHERE led.step < 32 AND other.inss <> led.inss) \
     SELECT one.question, p.inss, p.known_from, p.known_until, p.replaced_by \
     FROM (SELECT DISTINCT question, inss FROM led) AS one CROSS JOIN LATERAL ( \
       SELECT inss, known_from, known_until, replaced_by FROM person \
       WHERE person.inss = one.inss OFFSET 0) AS p";

fn person(row: &Row) -> Result<Person, Failure> {
    Ok(Person {
        inss: read_inss(row, 1)?.ok_or(unreadable("person"))?,
        known: read_period(row, 2)?,
        replaced_by: read_inss(row, 4)?,
    })
}

fn numbers(asked: &Asked<Inss>) -> Vec<i64> {
    asked.column(|inss| inss.number().cast_signed())
}

/// The newest number of the person asked for, and the rows of that number and of all that lead to it.
fn of_person(asked: Inss, rows: &[Person]) -> (Inss, Vec<Person>) {
    let of = |number| rows.iter().filter(move |row| row.inss == number);
    let mut newest = asked;
    for _ in 0..REPLACEMENTS {
        match of(newest).find_map(|row| row.replaced_by) {
            Some(next) if next != asked => newest = next,
            _ => break,
        }
    }
    let mut found: HashSet<Inss> = HashSet::from([newest]);
    let mut to_follow = vec![newest];
    while let Some(number) = to_follow.pop() {
        for older in rows.iter().filter(|row| row.replaced_by == Some(number)) {
            if found.insert(older.inss) {
                to_follow.push(older.inss);
            }
        }
    }
    // Of an older number only what leads to the newest.
    let leads = |row: &&Person| {
        row.inss == newest
            || found.contains(&row.inss) && row.replaced_by.is_some_and(|by| found.contains(&by))
    };
    (newest, rows.iter().filter(leads).cloned().collect())
}

/// Every number of the persons who have these numbers, with the numbers asked.
pub(crate) async fn numbers_of(
    transaction: &Transaction<'_>,
    asked: &[Inss],
) -> Result<Vec<Vec<Inss>>, Failure> {
    let once = Asked::of(asked.iter().copied());
    let rows = transaction.query_typed(NUMBERS, &[(&numbers(&once), Type::INT8_ARRAY)]).await?;
    let found = sort(&rows, once.keys.len(), person)?;
    let answer = |(asked, rows): (&Inss, &Vec<Person>)| {
        let (newest, rows) = of_person(*asked, rows);
        PersonOnDay::of(*asked, newest, &rows, Date::ZERO).numbers
    };
    Ok(asked.iter().zip(once.answers(&found)).map(answer).collect())
}

#[async_trait]
impl Persons for PostgresStore {
    async fn persons(&self, asked: Vec<(Inss, Date)>) -> Result<Vec<PersonOnDay>, Error> {
        let once = Asked::of(asked.iter().map(|(inss, _)| *inss));
        let numbers = numbers(&once);
        let parameters: [_; 1] = [(&numbers as _, Type::INT8_ARRAY)];
        let found = ask(&self.database, NUMBERS, &parameters, once.keys.len(), person).await?;
        let answer = |((asked, day), rows): (&(Inss, Date), &Vec<Person>)| {
            let (newest, rows) = of_person(*asked, rows);
            PersonOnDay::of(*asked, newest, &rows, *day)
        };
        Ok(asked.iter().zip(once.answers(&found)).map(answer).collect())
    }
}
