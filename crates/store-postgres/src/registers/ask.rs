//! How questions are asked: all of one call in one statement, each key once however often it comes.

use std::collections::HashMap;
use std::hash::Hash;

use tokio_postgres::Row;
use tokio_postgres::types::{ToSql, Type};

use crate::database::Database;
use crate::failure::Failure;

/// Keys that are asked for, each once.
pub(super) struct Asked<K> {
    pub(super) keys: Vec<K>,
    /// For each question, the place of its key.
    places: Vec<usize>,
}

impl<K: Eq + Hash + Clone> Asked<K> {
    pub(super) fn of(asked: impl Iterator<Item = K>) -> Self {
        let mut known = HashMap::new();
        let mut keys = Vec::new();
        let places = asked.map(|key| {
            *known.entry(key).or_insert_with_key(|key: &K| {
                keys.push(key.clone());
                keys.len() - 1
            })
        });
        Self { places: places.collect(), keys }
    }

    /// One column of the keys.
    pub(super) fn column<C>(&self, column: impl Fn(&K) -> C) -> Vec<C> {
        self.keys.iter().map(column).collect()
    }

    /// What was found for each question, in the order of asking.
    pub(super) fn answers<'f, T>(&'f self, found: &'f [T]) -> impl Iterator<Item = &'f T> {
        self.places.iter().map(|place| &found[*place])
    }
}

/// Runs a statement whose first column is the number of the key, from 1; answers what it found for each key.
pub(super) async fn ask<T>(
    database: &Database,
    sql: &str,
    parameters: &[(&(dyn ToSql + Sync), Type)],
    keys: usize,
    read: impl Fn(&Row) -> Result<T, Failure> + Send + Sync,
) -> Result<Vec<Vec<T>>, Failure>
where
    T: Send,
{
    database
        .repeat_always("ask a register", || async {
            let connection = database.connection().await?;
            sort(&connection.query_typed(sql, parameters).await?, keys, &read)
        })
        .await
}

/// Puts rows under their keys.
pub(super) fn sort<T>(
    rows: &[Row],
    keys: usize,
    read: impl Fn(&Row) -> Result<T, Failure>,
) -> Result<Vec<Vec<T>>, Failure> {
    let mut found: Vec<Vec<T>> = Vec::new();
    found.resize_with(keys, Vec::new);
    for row in rows {
        let number: i64 = row.try_get(0)?;
        let place = usize::try_from(number - 1).ok().filter(|place| *place < keys);
        found[place.ok_or(super::row::unreadable("number of a question"))?].push(read(row)?);
    }
    Ok(found)
}
