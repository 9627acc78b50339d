//! What a check asks the registers: one statement for all questions of a call, each a few steps in an index. `OFFSET 0`
//! keeps it so, whatever the planner knows of a table that has just been filled.

use async_trait::async_trait;
use domain::register::{
    EmployerOnDay, Employment, EmploymentsOnDay, Enterprise, EnterpriseOnDay, JuridicalSituation,
    Mandate, MandatesOnDay, Period, PostedOnDay, PostedWorker,
};
use domain::{EnterpriseNumber, Error, Inss, LimosaId};
use jiff::civil::Date;
use store::{Employers, Employments, Enterprises, Mandates, PostedWorkers};
use tokio_postgres::Row;
use tokio_postgres::types::Type;

use super::ask::{Asked, ask};
use super::row::{read_enterprise, read_inss, read_period, read_vat, unreadable};
use crate::PostgresStore;
use crate::failure::Failure;

fn inss(inss: Inss) -> i64 {
    inss.number().cast_signed()
}

fn company(company: EnterpriseNumber) -> i64 {
    company.number().cast_signed()
}

pub(crate) const ENTERPRISES: &str = "SELECT q.question, r.* \
     FROM unnest($1::bigint[]) WITH ORDINALITY AS q (number, question) CROSS JOIN LATERAL ( \
       SELECT exists_from, exists_until, situation, number FROM enterprise \
       WHERE enterprise.number = q.number OFFSET 0) AS r";

fn enterprise(row: &Row) -> Result<Enterprise, Failure> {
    let situation: i32 = row.try_get(3)?;
    Ok(Enterprise {
        number: read_enterprise(row, 4)?.ok_or(unreadable("enterprise"))?,
        exists: read_period(row, 1)?,
        situation: JuridicalSituation::from_number(situation.into())
            .ok_or(unreadable("juridical situation"))?,
    })
}

#[async_trait]
impl Enterprises for PostgresStore {
    async fn enterprises(
        &self,
        asked: Vec<(EnterpriseNumber, Date)>,
    ) -> Result<Vec<EnterpriseOnDay>, Error> {
        let once = Asked::of(asked.iter().map(|(number, _)| *number));
        let numbers = once.column(|number| company(*number));
        let parameters: [_; 1] = [(&numbers as _, Type::INT8_ARRAY)];
        let found =
            ask(&self.database, ENTERPRISES, &parameters, once.keys.len(), enterprise).await?;
        let days = asked.iter().map(|(_, day)| *day);
        Ok(once
            .answers(&found)
            .zip(days)
            .map(|(rows, day)| EnterpriseOnDay::of(rows, day))
            .collect())
    }
}

/// The mandates of persons; and, with no period, the enterprises asked for in which anybody holds one.
pub(crate) const MANDATES: &str = "SELECT q.question, r.enterprise, r.first, r.last \
     FROM unnest($1::bigint[]) WITH ORDINALITY AS q (inss, question) CROSS JOIN LATERAL ( \
       SELECT enterprise, first, last FROM mandate WHERE mandate.inss = q.inss OFFSET 0) AS r \
     UNION ALL SELECT q.question, r.enterprise, NULL, NULL \
     FROM unnest($2::bigint[]) WITH ORDINALITY AS q (enterprise, question) CROSS JOIN LATERAL ( \
       SELECT enterprise FROM mandate WHERE mandate.enterprise = q.enterprise LIMIT 1) AS r";

/// Either a mandate of the person or a holder of the enterprise under one number.
fn mandate(row: &Row) -> Result<Option<(EnterpriseNumber, Period)>, Failure> {
    if row.try_get::<_, Option<i32>>(2)?.is_none() {
        return Ok(None);
    }
    let enterprise = read_enterprise(row, 1)?.ok_or(unreadable("enterprise"))?;
    Ok(Some((enterprise, read_period(row, 2)?)))
}

#[async_trait]
impl Mandates for PostgresStore {
    async fn mandates(
        &self,
        asked: Vec<(Inss, EnterpriseNumber, Date)>,
    ) -> Result<Vec<MandatesOnDay>, Error> {
        let persons = Asked::of(asked.iter().map(|(inss, ..)| *inss));
        let enterprises = Asked::of(asked.iter().map(|(_, enterprise, _)| *enterprise));
        let inss = persons.column(|number| inss(*number));
        let numbers = enterprises.column(|number| company(*number));
        let parameters: [_; 2] =
            [(&inss as _, Type::INT8_ARRAY), (&numbers as _, Type::INT8_ARRAY)];
        let keys = persons.keys.len().max(enterprises.keys.len());
        let found = ask(&self.database, MANDATES, &parameters, keys, mandate).await?;
        let of_persons = asked.iter().zip(persons.answers(&found));
        let answers = of_persons.zip(enterprises.answers(&found)).map(|((asked, rows), others)| {
            let (inss, here, day) = *asked;
            let mandate = |(enterprise, period): &(EnterpriseNumber, Period)| Mandate {
                enterprise: *enterprise,
                inss,
                function: Box::default(),
                period: *period,
            };
            let rows: Vec<Mandate> = rows.iter().flatten().map(mandate).collect();
            MandatesOnDay::of(&rows, here, others.contains(&None), day)
        });
        Ok(answers.collect())
    }
}

pub(crate) const EMPLOYERS: &str = "SELECT q.question, r.first, r.last \
     FROM unnest($1::bigint[]) WITH ORDINALITY AS q (enterprise, question) CROSS JOIN LATERAL ( \
       SELECT first, last FROM employer WHERE employer.enterprise = q.enterprise OFFSET 0) AS r";

#[async_trait]
impl Employers for PostgresStore {
    async fn employers(
        &self,
        asked: Vec<(EnterpriseNumber, Date)>,
    ) -> Result<Vec<EmployerOnDay>, Error> {
        let once = Asked::of(asked.iter().map(|(number, _)| *number));
        let numbers = once.column(|number| company(*number));
        let parameters: [_; 1] = [(&numbers as _, Type::INT8_ARRAY)];
        let read = |row: &Row| read_period(row, 1);
        let found = ask(&self.database, EMPLOYERS, &parameters, once.keys.len(), read).await?;
        let questions = asked.iter().zip(once.answers(&found));
        Ok(questions.map(|((_, day), periods)| EmployerOnDay::of(periods.clone(), *day)).collect())
    }
}

pub(crate) const EMPLOYMENTS: &str = "SELECT q.question, r.first, r.last, r.user_enterprise \
     FROM unnest($1::bigint[], $2::bigint[]) WITH ORDINALITY AS q (inss, enterprise, question) \
     CROSS JOIN LATERAL (SELECT first, last, user_enterprise FROM employment \
       WHERE employment.inss = q.inss AND employment.enterprise = q.enterprise OFFSET 0) AS r";

#[async_trait]
impl Employments for PostgresStore {
    async fn employments(
        &self,
        asked: Vec<(Inss, EnterpriseNumber, Date)>,
    ) -> Result<Vec<EmploymentsOnDay>, Error> {
        let once = Asked::of(asked.iter().map(|(inss, enterprise, _)| (*inss, *enterprise)));
        let numbers = once.column(|(number, _)| inss(*number));
        let enterprises = once.column(|(_, number)| company(*number));
        let parameters: [_; 2] =
            [(&numbers as _, Type::INT8_ARRAY), (&enterprises as _, Type::INT8_ARRAY)];
        let read = |row: &Row| Ok((read_period(row, 1)?, read_enterprise(row, 3)?));
        let found = ask(&self.database, EMPLOYMENTS, &parameters, once.keys.len(), read).await?;
        let answers = asked.iter().zip(once.answers(&found)).map(|(asked, rows)| {
            let (inss, enterprise, day) = *asked;
            let employment = |(period, user): &(Period, Option<EnterpriseNumber>)| Employment {
                inss,
                enterprise,
                worker_type: Box::default(),
                period: *period,
                user: *user,
            };
            let rows: Vec<Employment> = rows.iter().map(employment).collect();
            EmploymentsOnDay::of(&rows, day)
        });
        Ok(answers.collect())
    }
}

pub(crate) const DECLARATIONS: &str = "SELECT q.question, r.* \
     FROM unnest($1::text[]) WITH ORDINALITY AS q (limosa, question) CROSS JOIN LATERAL ( \
       SELECT limosa, inss, vat, first, last FROM posted_worker \
       WHERE posted_worker.limosa = q.limosa COLLATE \"C\" OFFSET 0) AS r";
pub(crate) const POSTED_PERSONS: &str = "SELECT q.question, r.* \
     FROM unnest($1::bigint[]) WITH ORDINALITY AS q (inss, question) CROSS JOIN LATERAL ( \
       SELECT limosa, inss, vat, first, last FROM posted_worker \
       WHERE posted_worker.inss = q.inss AND posted_worker.inss <> 0 OFFSET 0) AS r";

fn posted(row: &Row) -> Result<PostedWorker, Failure> {
    Ok(PostedWorker {
        id: LimosaId::parse(row.try_get(1)?).ok_or(unreadable("Limosa id"))?,
        inss: read_inss(row, 2)?,
        vat: read_vat(row, 3)?,
        employer: Box::default(),
        country: Box::default(),
        period: read_period(row, 4)?,
    })
}

#[async_trait]
impl PostedWorkers for PostgresStore {
    async fn declarations(&self, asked: Vec<(LimosaId, Date)>) -> Result<Vec<PostedOnDay>, Error> {
        let once = Asked::of(asked.iter().map(|(id, _)| id.clone()));
        let ids: Vec<&str> = once.keys.iter().map(LimosaId::as_str).collect();
        let parameters: [_; 1] = [(&ids as _, Type::TEXT_ARRAY)];
        let found = ask(&self.database, DECLARATIONS, &parameters, ids.len(), posted).await?;
        let questions = asked.iter().zip(once.answers(&found));
        Ok(questions.map(|((_, day), rows)| PostedOnDay::of(rows, *day)).collect())
    }

    async fn posted_persons(&self, asked: Vec<(Inss, Date)>) -> Result<Vec<PostedOnDay>, Error> {
        let once = Asked::of(asked.iter().map(|(number, _)| *number));
        let numbers = once.column(|number| inss(*number));
        let parameters: [_; 1] = [(&numbers as _, Type::INT8_ARRAY)];
        let found = ask(&self.database, POSTED_PERSONS, &parameters, numbers.len(), posted).await?;
        let questions = asked.iter().zip(once.answers(&found));
        Ok(questions.map(|((_, day), rows)| PostedOnDay::of(rows, *day)).collect())
    }
}
