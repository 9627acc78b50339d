//! The register of works.

use async_trait::async_trait;
use deadpool_postgres::{Client, Transaction};
use domain::register::{ContractOnDay, WorkOnDay};
use domain::{Contractor, EnterpriseNumber, Error, Sector, Work, WorksReference};
use jiff::civil::Date;
use store::layout::contractor;
use store::{DeclaredWorks, Works};
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{IsolationLevel, Row};

use super::ask::{Asked, ask, sort};
use super::row::{read_contract, read_period, read_site, unreadable};
use crate::PostgresStore;
use crate::failure::Failure;

/// No answer holds more works.
const MOST: u32 = 1000;

pub(crate) const SECTORS: &str = "SELECT q.question, r.sector \
     FROM unnest($1::text[]) WITH ORDINALITY AS q (reference, question) CROSS JOIN LATERAL ( \
       SELECT sector FROM work WHERE work.reference = q.reference COLLATE \"C\" OFFSET 0) AS r";
/// The same of one work, which nearly every call asks for: to plan the other takes twice as long.
pub(crate) const SECTOR: &str = "SELECT 1::bigint, sector FROM work WHERE reference = $1";
pub(crate) const WORKS_OF: &str = "SELECT q.question, r.* \
     FROM unnest($1::text[]) WITH ORDINALITY AS q (reference, question) CROSS JOIN LATERAL ( \
       SELECT reference, sector, first, last, subject FROM work \
       WHERE work.reference = q.reference COLLATE \"C\" OFFSET 0) AS r";
pub(crate) const SITES_OF: &str = "SELECT q.question, r.* \
     FROM unnest($1::text[]) WITH ORDINALITY AS q (reference, question) CROSS JOIN LATERAL ( \
       SELECT post_code, municipality, street, house_number, box_number, longitude, latitude \
       FROM work_site WHERE work_site.work = q.reference COLLATE \"C\" ORDER BY place) AS r";
pub(crate) const CONTRACTS_OF: &str = "SELECT q.question, r.* \
     FROM unnest($1::text[]) WITH ORDINALITY AS q (reference, question) CROSS JOIN LATERAL ( \
       SELECT company, vat, role, commissioned_by, first, last FROM work_contract \
       WHERE work_contract.work = q.reference COLLATE \"C\" \
       ORDER BY company, vat, role, commissioned_by, first, last) AS r";
pub(crate) const CONTRACTS: &str = "SELECT q.question, r.first, r.last \
     FROM unnest($1::text[], $2::bigint[], $3::text[]) WITH ORDINALITY \
       AS q (reference, company, vat, question) CROSS JOIN LATERAL ( \
       SELECT first, last FROM work_contract WHERE work_contract.work = q.reference COLLATE \"C\" \
       AND work_contract.company = q.company AND work_contract.vat = q.vat COLLATE \"C\" OFFSET 0) AS r";
/// From one reference to the next by the index: what is counted are works, not their rows.
pub(crate) const PAGE: &str = "WITH RECURSIVE page (reference, place) AS ( \
       (SELECT reference, 1::bigint FROM work WHERE reference > $1 ORDER BY reference LIMIT 1) \
       UNION ALL SELECT next.reference, page.place + 1 FROM page CROSS JOIN LATERAL ( \
         SELECT reference FROM work WHERE work.reference > page.reference ORDER BY reference LIMIT 1) AS next \
       WHERE page.place < $2) \
     SELECT reference FROM page WHERE place <= $2 ORDER BY place";
pub(crate) const LED_BY: &str = "SELECT DISTINCT work FROM work_contract WHERE company = $1 AND role <= 2 \
     ORDER BY work LIMIT $2";

#[async_trait]
impl Works for PostgresStore {
    async fn sectors(&self, works: Vec<WorksReference>) -> Result<Vec<Option<Sector>>, Error> {
        let once = Asked::of(works.into_iter());
        let references: Vec<&str> = once.keys.iter().map(WorksReference::as_str).collect();
        let (sql, parameters): (_, [(&(dyn ToSql + Sync), Type); 1]) = match references.as_slice() {
            [reference] => (SECTOR, [(reference, Type::TEXT)]),
            _ => (SECTORS, [(&references, Type::TEXT_ARRAY)]),
        };
        let found =
            ask(&self.database, sql, &parameters, references.len(), |row| sector(row, 1)).await?;
        Ok(once.answers(&found).map(|rows| rows.first().copied()).collect())
    }

    async fn work(&self, reference: WorksReference) -> Result<Option<Work>, Error> {
        let found = self.database.repeat_always("read a work", || async {
            whole(&mut self.database.connection().await?, Selection::These(&[reference])).await
        });
        Ok(found.await?.pop())
    }

    async fn works_led_by(&self, company: EnterpriseNumber, most: u32) -> Result<Vec<Work>, Error> {
        let company = company.number().cast_signed();
        let most = i64::from(most.min(MOST));
        let found = self.database.repeat_always("works of a company", || async {
            let parameters: [_; 2] = [(&company as _, Type::INT8), (&most as _, Type::INT8)];
            let selection = Selection::Found(LED_BY, &parameters);
            whole(&mut self.database.connection().await?, selection).await
        });
        Ok(found.await?)
    }

    async fn works(&self, after: Option<WorksReference>, most: u32) -> Result<Vec<Work>, Error> {
        let after = after.as_ref().map_or("", WorksReference::as_str);
        let most = i64::from(most.min(MOST));
        let found = self.database.repeat_always("a page of works", || async {
            let parameters: [_; 2] = [(&after as _, Type::TEXT), (&most as _, Type::INT8)];
            whole(&mut self.database.connection().await?, Selection::Found(PAGE, &parameters)).await
        });
        Ok(found.await?)
    }
}

/// Which works are read whole.
enum Selection<'a> {
    These(&'a [WorksReference]),
    /// Those whose references a statement answers.
    Found(&'a str, &'a [(&'a (dyn ToSql + Sync), Type)]),
}

/// Reads works with their sites and contracts, all of one moment.
async fn whole(connection: &mut Client, selection: Selection<'_>) -> Result<Vec<Work>, Failure> {
    let moment = connection.build_transaction().isolation_level(IsolationLevel::RepeatableRead);
    let transaction = moment.read_only(true).start().await?;
    let references: Vec<String> = match selection {
        Selection::These(references) => {
            references.iter().map(|reference| reference.as_str().to_owned()).collect()
        }
        Selection::Found(sql, parameters) => {
            let rows = transaction.query_typed(sql, parameters).await?;
            rows.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?
        }
    };
    let works = these(&transaction, WORKS_OF, &references, work).await?;
    let sites = these(&transaction, SITES_OF, &references, |row| read_site(row, 1)).await?;
    let contracts =
        these(&transaction, CONTRACTS_OF, &references, |row| read_contract(row, 1)).await?;
    transaction.commit().await?;
    let parts = sites.into_iter().zip(contracts);
    let complete = |(found, (sites, contracts)): (Vec<Work>, _)| {
        let work = found.into_iter().next()?;
        Some(Work { sites, contracts, ..work })
    };
    Ok(works.into_iter().zip(parts).filter_map(complete).collect())
}

async fn these<T>(
    transaction: &Transaction<'_>,
    sql: &str,
    references: &Vec<String>,
    read: impl Fn(&Row) -> Result<T, Failure>,
) -> Result<Vec<Vec<T>>, Failure> {
    let rows = transaction.query_typed(sql, &[(references, Type::TEXT_ARRAY)]).await?;
    sort(&rows, references.len(), read)
}

fn sector(row: &Row, column: usize) -> Result<Sector, Failure> {
    Sector::from_number(row.try_get::<_, i32>(column)?.into()).ok_or(unreadable("sector"))
}

/// A work without its sites and contracts.
fn work(row: &Row) -> Result<Work, Failure> {
    Ok(Work {
        reference: WorksReference::parse(row.try_get(1)?).ok_or(unreadable("work"))?,
        sector: sector(row, 2)?,
        period: read_period(row, 3)?,
        subject: row.try_get::<_, i32>(5)? != 0,
        sites: Vec::new(),
        contracts: Vec::new(),
    })
}

#[async_trait]
impl DeclaredWorks for PostgresStore {
    async fn works_on(
        &self,
        asked: Vec<(WorksReference, Date)>,
    ) -> Result<Vec<Option<WorkOnDay>>, Error> {
        let once = Asked::of(asked.iter().map(|(reference, _)| *reference));
        let references: Vec<&str> = once.keys.iter().map(WorksReference::as_str).collect();
        let parameters: [_; 1] = [(&references as _, Type::TEXT_ARRAY)];
        let found = ask(&self.database, WORKS_OF, &parameters, references.len(), work).await?;
        let questions = asked.iter().zip(once.answers(&found));
        let answers =
            questions.map(|((_, day), works)| works.first().map(|work| WorkOnDay::of(work, *day)));
        Ok(answers.collect())
    }

    async fn contracts_on(
        &self,
        asked: Vec<(WorksReference, Contractor, Date)>,
    ) -> Result<Vec<ContractOnDay>, Error> {
        let once = Asked::of(asked.iter().map(|(works, company, _)| (*works, company.clone())));
        let references: Vec<&str> = once.keys.iter().map(|(works, _)| works.as_str()).collect();
        let (companies, vats): (Vec<i64>, Vec<&str>) =
            once.keys.iter().map(|(_, company)| contractor(company)).unzip();
        let parameters: [_; 3] = [
            (&references as _, Type::TEXT_ARRAY),
            (&companies as _, Type::INT8_ARRAY),
            (&vats as _, Type::TEXT_ARRAY),
        ];
        let read = |row: &Row| read_period(row, 1);
        let found = ask(&self.database, CONTRACTS, &parameters, references.len(), read).await?;
        let questions = asked.iter().zip(once.answers(&found));
        Ok(questions.map(|((.., day), periods)| ContractOnDay::of(periods.clone(), *day)).collect())
    }
}
