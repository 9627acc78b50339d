//! From the changes of registers to the registrations that they concern: by indexes, never by a scan.

use deadpool_postgres::{Client, Transaction};
use domain::register::Register;
use domain::{Inss, Status};
use jiff::civil::Date;
use tokio_postgres::Row;
use tokio_postgres::types::{ToSql, Type};

use super::repeated::wait_again;
use crate::citus::Layout;
use crate::failure::Failure;
use crate::sql::Sql;
use crate::{registers, row, search};

/// How many registrations begin to wait in one transaction: nobody waits for all that a change of a great work or
/// company concerns.
const TOGETHER: usize = 2000;

/// Only one node at a time looks; when it ends in the middle of it, another goes on after a minute. Nor does the other wait
/// to hear that it is not its turn.
const BEGIN: &str = "UPDATE check_state SET spread_until = now() + interval '1 minute' WHERE ctid = \
                     (SELECT ctid FROM check_state WHERE spread_until <= now() FOR UPDATE SKIP LOCKED)";
const END: &str = "UPDATE check_state SET spread_until = '-infinity'";

const SOME: &str =
    "SELECT FROM register_change c JOIN register_import i ON i.id = c.import LIMIT 1";

/// The oldest changes whose registrations are not known yet.
const CHANGES: &str = "SELECT c.import, i.register, c.inss, c.company, c.limosa, c.works \
                       FROM register_change c JOIN register_import i ON i.id = c.import \
                       ORDER BY c.import, c.inss, c.company, c.limosa, c.works LIMIT $1";

const FORGET: &str = "DELETE FROM register_change WHERE import = $1 AND inss = $2 AND company = $3 AND limosa = $4 \
                      AND works = $5";

/// What an import changed.
pub(super) struct Change {
    pub(super) import: i64,
    pub(super) register: Register,
    pub(super) inss: i64,
    pub(super) company: i64,
    pub(super) limosa: String,
    pub(super) works: String,
}

/// Looks at the oldest changes; answers how many.
pub(super) async fn spread(
    connection: &mut Client,
    layout: Layout,
    since: Date,
    most: u32,
) -> Result<u64, Failure> {
    let limit = i64::from(most);
    if connection.query_typed_opt(SOME, &[]).await?.is_none()
        || connection.execute_typed(BEGIN, &[]).await? == 0
    {
        return Ok(0);
    }
    let rows = connection.query_typed(CHANGES, &[(&limit, Type::INT8)]).await?;
    let spread = each(connection, layout, &rows, since).await;
    connection.execute_typed(END, &[]).await?;
    spread?;
    Ok(rows.len() as u64)
}

async fn each(
    connection: &mut Client,
    layout: Layout,
    rows: &[Row],
    since: Date,
) -> Result<(), Failure> {
    let Some((first, last)) = search::stored_days(connection, layout).await? else {
        return forget(connection, rows).await;
    };
    let days: Vec<i32> = (row::day_number(since).max(first)..=last).collect();
    for row in rows {
        let change = read(row)?;
        let transaction = connection.transaction().await?;
        let concerned = concerned(&transaction, &change, &days).await?;
        transaction.commit().await?;
        for some in concerned.chunks(TOGETHER) {
            let register = Some(change.register.number().into());
            wait_again(&***connection, some.to_vec(), register, change.import).await?;
        }
    }
    // Only now: whatever happens before this, the changes are looked at again.
    forget(connection, rows).await
}

fn read(row: &Row) -> Result<Change, Failure> {
    let import = row.try_get(0)?;
    let register: i16 = row.try_get(1)?;
    Ok(Change {
        import,
        register: Register::from_number(register.into())
            .ok_or(Failure::Unreadable { id: import, field: "register of an import" })?,
        inss: row.try_get(2)?,
        company: row.try_get(3)?,
        limosa: row.try_get(4)?,
        works: row.try_get(5)?,
    })
}

async fn forget(connection: &mut Client, rows: &[Row]) -> Result<(), Failure> {
    let transaction = connection.transaction().await?;
    for row in rows {
        let change = read(row)?;
        let parameters: [(&(dyn ToSql + Sync), Type); 5] = [
            (&change.import, Type::INT8),
            (&change.inss, Type::INT8),
            (&change.company, Type::INT8),
            (&change.limosa, Type::TEXT),
            (&change.works, Type::TEXT),
        ];
        transaction.execute_typed(FORGET, &parameters).await?;
    }
    Ok(transaction.commit().await?)
}

/// The registrations of a change.
async fn concerned(
    transaction: &Transaction<'_>,
    change: &Change,
    days: &[i32],
) -> Result<Vec<i64>, Failure> {
    let mut sql = Sql::default();
    let numbers = numbers(transaction, change.inss).await?;
    let Some(text) = statement(&mut sql, change, numbers, days) else { return Ok(Vec::new()) };
    let rows = transaction.query_typed(&text, &sql.borrowed()).await?;
    Ok(rows.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?)
}

/// Only what was checked already: new ones see the new state anyway.
pub(super) fn statement(
    sql: &mut Sql,
    change: &Change,
    numbers: Vec<i64>,
    days: &[i32],
) -> Option<String> {
    let (validated, failed) = (Status::Validated.number(), Status::Failed.number());
    let checked = format!("status IN ({validated}, {failed})");
    let days = sql.give(days.to_vec(), Type::INT4_ARRAY);
    let mut of: Vec<String> = Vec::new();
    if !numbers.is_empty() {
        let numbers = sql.give(numbers, Type::INT8_ARRAY);
        // An employment concerns the person there; a mandate the person elsewhere, too. A person has few registrations
        // in so many days and an employer may have thousands a day: the sum keeps the planner from the employer's index.
        let there = if change.register == Register::Employments && change.company != 0 {
            format!(" AND company + 0 = {}", sql.give(change.company, Type::INT8))
        } else {
            String::new()
        };
        of.push(format!("inss = ANY({numbers}){there}"));
        of.push(format!("newest = ANY({numbers}) AND newest IS NOT NULL{there}"));
    }
    if change.company != 0 && change.register != Register::Employments {
        of.push(format!("company = {}", sql.give(change.company, Type::INT8)));
    }
    if !change.limosa.is_empty() {
        let limosa = sql.give(change.limosa.clone(), Type::TEXT);
        of.push(format!("limosa = {limosa} AND limosa IS NOT NULL"));
    }
    if !change.works.is_empty() {
        of.push(format!("works = {}", sql.give(change.works.clone(), Type::TEXT)));
    }
    let each = |of: &String| {
        format!("SELECT id FROM registration WHERE day = ANY({days}) AND {of} AND {checked}")
    };
    let all: Vec<_> = of.iter().map(each).collect();
    (!all.is_empty()).then(|| all.join(" UNION ALL "))
}

async fn numbers(transaction: &Transaction<'_>, inss: i64) -> Result<Vec<i64>, Failure> {
    let Some(inss) = u64::try_from(inss).ok().filter(|inss| *inss != 0).and_then(Inss::from_stored)
    else {
        return Ok(Vec::new());
    };
    let numbers = registers::numbers_of(transaction, &[inss]).await?;
    Ok(numbers.iter().flatten().map(|number| number.number().cast_signed()).collect())
}
