//! Plain rows by COPY, whatever the types of their columns.

use std::error::Error as StdError;
use std::pin::pin;

use bytes::BytesMut;
use deadpool_postgres::Transaction;
use store::transfer::{Row, Value};
use tokio_postgres::binary_copy::BinaryCopyInWriter;
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};

use crate::failure::Failure;

/// The types of a table's columns.
const TYPES: &str = "SELECT attname::text, atttypid FROM pg_attribute \
                     WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped";

/// Copies rows to these columns of a table.
pub(super) async fn copy(
    transaction: &Transaction<'_>,
    table: &str,
    columns: &[&str],
    rows: &[Row],
) -> Result<(), Failure> {
    if rows.is_empty() {
        return Ok(());
    }
    let types = types(transaction, table, columns).await?;
    let sql = format!("COPY {table} ({}) FROM STDIN BINARY", columns.join(", "));
    let mut writer = pin!(BinaryCopyInWriter::new(transaction.copy_in(&sql).await?, &types));
    for Row(values) in rows {
        let given: Vec<_> = values.iter().map(Given).collect();
        let given: Vec<&(dyn ToSql + Sync)> = given.iter().map(|value| value as _).collect();
        writer.as_mut().write(&given).await?;
    }
    writer.finish().await?;
    Ok(())
}

async fn types(
    transaction: &Transaction<'_>,
    table: &str,
    columns: &[&str],
) -> Result<Vec<Type>, Failure> {
    let found = transaction.query_typed(TYPES, &[(&table, Type::TEXT)]).await?;
    let of = |column: &&str| {
        let row = found.iter().find(|row| row.get::<_, &str>(0) == *column)?;
        Type::from_oid(row.get(1))
    };
    let types: Option<Vec<_>> = columns.iter().map(of).collect();
    types.ok_or_else(|| Failure::OtherColumns(table.into()))
}

/// A value as PostgreSQL takes it, in the type of its column.
struct Given<'v>(&'v Value);

impl std::fmt::Debug for Given<'_> {
    /// Without the value: it may be a person's number.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a value")
    }
}

impl ToSql for Given<'_> {
    fn to_sql(
        &self,
        kind: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn StdError + Sync + Send>> {
        match (self.0, kind) {
            (Value::Nothing, _) => Ok(IsNull::Yes),
            (Value::Whole(number), &Type::INT2) => i16::try_from(*number)?.to_sql(kind, out),
            (Value::Whole(number), &Type::INT4) => i32::try_from(*number)?.to_sql(kind, out),
            (Value::Whole(number), &Type::INT8) => number.to_sql(kind, out),
            (Value::Real(number), &Type::FLOAT8) => number.to_sql(kind, out),
            (Value::Text(text), &Type::TEXT) => text.to_sql(kind, out),
            (Value::Bytes(bytes), &Type::BYTEA) => bytes.to_sql(kind, out),
            // Never the value: it may be a person's number.
            _ => Err(format!("a value does not fit into a column of type {kind}").into()),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}
