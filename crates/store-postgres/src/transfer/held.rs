//! What is there of each table, in the form in which it was given.

use deadpool_postgres::Client;
use store::transfer::{Digest, Row, Table, Value};
use tokio_postgres::types::Type;

use crate::failure::Failure;

/// So many rows are read at a time.
const PAGE: usize = 20_000;

/// Reads all of a table.
pub(super) async fn read(
    connection: &Client,
    table: &'static Table,
) -> Result<(u64, Digest), Failure> {
    let fetch = format!("FETCH {PAGE} FROM content");
    connection
        .batch_execute(&format!(
            "BEGIN READ ONLY; DECLARE content NO SCROLL CURSOR FOR {}",
            statement(table)
        ))
        .await?;
    let (mut count, mut digest) = (0, Digest::default());
    loop {
        let rows = connection.query_typed(&fetch, &[]).await?;
        if rows.is_empty() {
            break;
        }
        for row in &rows {
            let values = (0..row.len()).map(|column| value(row, column));
            digest.add(&Row(values.collect::<Result<_, Failure>>()?));
        }
        count += rows.len() as u64;
    }
    connection.batch_execute("COMMIT").await?;
    Ok((count, digest))
}

fn statement(table: &Table) -> String {
    if table.name == "history" {
        let columns = table.columns.iter().map(|column| match *column {
            "day" | "company" | "limosa" => format!("r.{column}"),
            other => format!("h.{other}"),
        });
        let columns = columns.collect::<Vec<_>>().join(", ");
        return format!(
            "SELECT {columns} FROM history h JOIN registration r \
             ON r.id = h.registration AND r.day = h.day AND r.employer = h.employer"
        );
    }
    format!("SELECT {} FROM {}", table.columns.join(", "), table.name)
}

fn value(row: &tokio_postgres::Row, column: usize) -> Result<Value, Failure> {
    let kind = row.columns()[column].type_();
    let value = match *kind {
        Type::INT2 => row.try_get::<_, Option<i16>>(column)?.map(|it| Value::Whole(it.into())),
        Type::INT4 => row.try_get::<_, Option<i32>>(column)?.map(|it| Value::Whole(it.into())),
        Type::INT8 => row.try_get::<_, Option<i64>>(column)?.map(Value::Whole),
        Type::FLOAT8 => row.try_get::<_, Option<f64>>(column)?.map(Value::Real),
        Type::BYTEA => row.try_get::<_, Option<Vec<u8>>>(column)?.map(Value::Bytes),
        _ => row.try_get::<_, Option<String>>(column)?.map(Value::Text),
    };
    Ok(value.unwrap_or(Value::Nothing))
}
