//! A small change of a register, in one transaction.

use std::collections::HashSet;

use domain::register::{Change, Import, ImportId};
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use super::row;
use super::swap::{NOTE, born, concern, new_import, swap_in};
use super::table::{Table, tables};
use crate::failure::Failure;

/// Rows of one table that go and that come.
struct Difference {
    table: &'static Table,
    gone: Vec<Vec<Value>>,
    come: Vec<Vec<Value>>,
}

pub(super) fn change(connection: &Connection, change: &Change) -> Result<Option<Import>, Failure> {
    let differences = differences(connection, change)?;
    let count = |of: fn(&Difference) -> usize| differences.iter().map(of).sum::<usize>() as u64;
    let (added, removed) = (count(|one| one.come.len()), count(|one| one.gone.len()));
    if added + removed == 0 {
        return Ok(None);
    }
    let (register, at) = (change.register, change.at);
    let id = new_import(connection, register, &change.source, at, added, removed)?;
    for difference in differences {
        write(connection, &difference, id)?;
    }
    swap_in(connection, register, id)?;
    connection.execute("UPDATE register_import SET tidy = 1 WHERE id = ?", (id,))?;
    let source = change.source.clone();
    Ok(Some(Import { id: ImportId(id), register, source, at, added, removed }))
}

fn differences(connection: &Connection, change: &Change) -> Result<Vec<Difference>, Failure> {
    let mut wanted: Vec<Vec<Vec<Value>>> = vec![Vec::new(); tables(change.register).len()];
    for row in &change.rows {
        if row.register() != change.register {
            return Err(Failure::OtherRegister);
        }
        for (table, values) in row::values(row) {
            wanted[table].push(values);
        }
    }
    let differences = tables(change.register).iter().zip(wanted).map(|(table, wanted)| {
        let wanted: HashSet<Comparable> = wanted.into_iter().map(Comparable).collect();
        let mut gone = Vec::new();
        for key in &change.removed {
            let key = row::key(key);
            if key.len() != table.key {
                return Err(Failure::OtherRegister);
            }
            gone.extend(stored(connection, table, table.key, &key)?);
        }
        let gone: HashSet<Comparable> =
            gone.into_iter().map(Comparable).filter(|row| !wanted.contains(row)).collect();
        let mut come = Vec::new();
        for Comparable(row) in wanted {
            if stored(connection, table, table.columns.len(), &row)?.is_empty() {
                come.push(row);
            }
        }
        Ok(Difference { table, gone: gone.into_iter().map(|row| row.0).collect(), come })
    });
    differences.collect()
}

/// A row that can be looked for: the numbers of places are never NaN.
#[derive(PartialEq)]
struct Comparable(Vec<Value>);

impl Eq for Comparable {}

impl std::hash::Hash for Comparable {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        for value in &self.0 {
            match value {
                Value::Integer(number) => number.hash(state),
                Value::Text(text) => text.hash(state),
                Value::Real(number) => number.to_bits().hash(state),
                Value::Null | Value::Blob(_) => {}
            }
        }
    }
}

/// The rows whose first `count` columns are `values`. No import is under way, and none has left anything.
fn stored(
    connection: &Connection,
    table: &Table,
    count: usize,
    values: &[Value],
) -> Result<Vec<Vec<Value>>, Failure> {
    let sql = format!("SELECT {} FROM {} WHERE {}", table.list(), table.name, table.given(count));
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map(params_from_iter(values), |row| {
        (0..table.columns.len()).map(|column| row.get(column)).collect()
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn write(connection: &Connection, difference: &Difference, import: i64) -> Result<(), Failure> {
    let Difference { table, gone, come } = difference;
    let all = table.columns.len();
    let mut delete = connection.prepare_cached(&format!(
        "DELETE FROM {} WHERE {}",
        table.name,
        table.given(all)
    ))?;
    let mut insert = connection.prepare_cached(&born(table))?;
    let mut note = connection.prepare_cached(NOTE)?;
    for row in gone {
        delete.execute(params_from_iter(row))?;
        concern(&mut note, table, import, |column| Ok(row[column].clone()))?;
    }
    for row in come {
        insert.execute(params_from_iter(row.iter().chain([&Value::Integer(import)])))?;
        concern(&mut note, table, import, |column| Ok(row[column].clone()))?;
    }
    Ok(())
}
