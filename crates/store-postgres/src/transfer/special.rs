//! Tables that lie here in another way than they are given.

use deadpool_postgres::{Client, Transaction};
use domain::{Coordinates, belgian_day, place};
use jiff::Timestamp;
use store::transfer::{Row, Table, Value};
use tokio_postgres::types::{ToSql, Type};

use super::copy::copy;
use crate::citus::Layout;
use crate::failure::Failure;
use crate::{partition, row};

/// The partitions for the days of rows.
pub(super) async fn make_partitions(
    connection: &Client,
    layout: Layout,
    table: &Table,
    rows: &[Row],
) -> Result<(), Failure> {
    if !matches!(table.name, "registration" | "history" | "step") {
        return Ok(());
    }
    let day = place_of(table, "day");
    let days = || rows.iter().filter_map(|row| day_of(&row.0[day]));
    match (days().min(), days().max()) {
        (Some(first), Some(last)) => partition::ensure(connection, layout, first..=last).await,
        _ => Ok(()),
    }
}

/// Puts rows where they lie here.
pub(super) async fn put(
    transaction: &Transaction<'_>,
    table: &Table,
    mut rows: Vec<Row>,
) -> Result<(), Failure> {
    let mut columns = table.columns.to_vec();
    match table.name {
        "number" => return numbers(transaction, &rows).await,
        "register" => return register(transaction, &rows).await,
        "registration" => {
            let (company, limosa) = (place_of(table, "company"), place_of(table, "limosa"));
            blocks(transaction, table, &rows).await?;
            columns.push("employer");
            for row in &mut rows {
                row.0.push(employer(row, company, limosa));
            }
        }
        "history" => {
            let (company, limosa) = (place_of(table, "company"), place_of(table, "limosa"));
            columns.truncate(company);
            columns.push("employer");
            for row in &mut rows {
                let employer = employer(row, company, limosa);
                row.0.truncate(company);
                row.0.push(employer);
            }
        }
        "address" => {
            let (x, y) = (place_of(table, "longitude"), place_of(table, "latitude"));
            columns.push("cell");
            for row in &mut rows {
                row.0.push(cell(&row.0[x], &row.0[y]));
            }
        }
        "audit" => chains(transaction, &rows).await?,
        _ => {}
    }
    copy(transaction, table.name, &columns, &rows).await
}

fn place_of(table: &Table, column: &str) -> usize {
    let place = table.columns.iter().position(|other| *other == column);
    place.expect("the tables of the content have these columns")
}

fn day_of(value: &Value) -> Option<jiff::civil::Date> {
    match value {
        Value::Whole(number) => row::day_of(i32::try_from(*number).ok()?),
        _ => None,
    }
}

/// Whom a registration belongs to, as [`row::employer`] says.
fn employer(row: &Row, company: usize, limosa: usize) -> Value {
    match (&row.0[company], &row.0[limosa]) {
        (Value::Whole(company), _) => Value::Whole(*company),
        (_, Value::Text(limosa)) => Value::Whole(row::key_of(limosa)),
        _ => Value::Whole(0),
    }
}

fn cell(longitude: &Value, latitude: &Value) -> Value {
    let degrees = |value: &Value| match value {
        #[expect(clippy::cast_precision_loss, reason = "ten millionths of a degree are few enough")]
        Value::Whole(number) => *number as f64 / 10_000_000.0,
        _ => f64::NAN,
    };
    Coordinates::new(degrees(longitude), degrees(latitude))
        .map_or(Value::Nothing, |point| Value::Whole(place::cell(point)))
}

/// From which id on registrations were created on which day: an id alone then tells where its row can be.
async fn blocks(transaction: &Transaction<'_>, table: &Table, rows: &[Row]) -> Result<(), Failure> {
    let created = place_of(table, "created");
    let (mut first, mut day): (Vec<i64>, Vec<i32>) = (Vec::new(), Vec::new());
    for row in rows {
        let (Value::Whole(id), Value::Whole(at)) = (&row.0[0], &row.0[created]) else { continue };
        let Ok(at) = Timestamp::from_millisecond(*at) else { continue };
        let number = row::day_number(belgian_day(at));
        if day.last() != Some(&number) {
            first.push(*id);
            day.push(number);
        }
    }
    let sql = "INSERT INTO id_block (first, created_day) SELECT * FROM unnest($1::bigint[], $2::integer[]) \
               ON CONFLICT DO NOTHING";
    let parameters: [(&(dyn ToSql + Sync), Type); 2] =
        [(&first, Type::INT8_ARRAY), (&day, Type::INT4_ARRAY)];
    transaction.execute_typed(sql, &parameters).await?;
    Ok(())
}

/// Where counting goes on.
async fn numbers(transaction: &Transaction<'_>, rows: &[Row]) -> Result<(), Failure> {
    for Row(values) in rows {
        let [Value::Text(name), Value::Whole(value)] = values.as_slice() else { continue };
        let sql = match name.as_str() {
            // Blocks of 10 000 from 1 on: the first that begins behind all that were given out.
            "id" => {
                "SELECT setval('id_block_start', ($1::bigint + 9998) / 10000 * 10000 + 1, false)"
            }
            "import" => "SELECT setval('import_number', greatest($1::bigint, 1), $1::bigint > 0)",
            "step" => "UPDATE step_base SET base = $1::bigint",
            "client" => "UPDATE client_version SET version = $1::bigint",
            _ => continue,
        };
        transaction.query_typed(sql, &[(value, Type::INT8)]).await?;
    }
    Ok(())
}

/// Its rows are there from the beginning.
async fn register(transaction: &Transaction<'_>, rows: &[Row]) -> Result<(), Failure> {
    for Row(values) in rows {
        let [Value::Whole(number), Value::Whole(swaps)] = values.as_slice() else { continue };
        let sql = "UPDATE register SET swaps = $2 WHERE number = $1";
        let parameters: [(&(dyn ToSql + Sync), Type); 2] =
            [(&i16::try_from(*number).unwrap_or(0), Type::INT2), (swaps, Type::INT8)];
        transaction.execute_typed(sql, &parameters).await?;
    }
    Ok(())
}

/// Each chain goes on from its last record.
async fn chains(transaction: &Transaction<'_>, rows: &[Row]) -> Result<(), Failure> {
    for records in rows.chunk_by(|one, next| one.0[0] == next.0[0]) {
        let Some(Row(values)) = records.last() else { continue };
        let [Value::Whole(chain), Value::Whole(sequence), _, Value::Bytes(hash)] =
            values.as_slice()
        else {
            continue;
        };
        let sql = "INSERT INTO audit_chain (chain, sequence, hash) OVERRIDING SYSTEM VALUE VALUES ($1, $2, $3) \
                   ON CONFLICT (chain) DO UPDATE SET sequence = excluded.sequence, hash = excluded.hash";
        let parameters: [(&(dyn ToSql + Sync), Type); 3] = [
            (&i32::try_from(*chain).unwrap_or(0), Type::INT4),
            (sequence, Type::INT8),
            (hash, Type::BYTEA),
        ];
        transaction.execute_typed(sql, &parameters).await?;
    }
    Ok(())
}
