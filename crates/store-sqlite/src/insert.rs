//! The statement that puts new registrations into their table.

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, Statement};

use crate::cells::Cells;
use crate::failure::Failure;
use crate::row;

/// The place of the sender's id among the cells of a row.
const SENDER: usize = 9;

/// The statement, prepared once.
pub(crate) struct Inserting<'c> {
    /// Of one row: SQLite copies each page that a statement of several changes aside, to be able to go back.
    insert: Statement<'c>,
    /// How many cells a row has after its id.
    cells: usize,
}

/// Registrations in a row that one sender sent.
pub(crate) struct Run<'b> {
    pub(crate) first: i64,
    pub(crate) count: i64,
    pub(crate) sender: Option<&'b str>,
}

impl<'c> Inserting<'c> {
    pub(crate) fn prepare(connection: &'c Connection) -> rusqlite::Result<Self> {
        let columns = row::COLUMNS;
        let cells = columns.split(',').count() - 1;
        let values = ", ?".repeat(cells);
        let sql = format!("INSERT INTO registration ({columns}) VALUES (?{values})");
        Ok(Self { insert: connection.prepare(&sql)?, cells })
    }

    /// Inserts the rows of `count` registrations, told in `bytes` as [`crate::cells::of`] writes them, under ids from
    /// `first` on.
    pub(crate) fn rows<'b>(
        &mut self,
        first: i64,
        count: usize,
        bytes: &'b [u8],
    ) -> Result<Vec<Run<'b>>, Failure> {
        let (mut cells, mut runs) = (Cells(bytes), Vec::new());
        let mut bound: Vec<Option<ValueRef<'b>>> = vec![None; self.cells];
        for id in (first..).take(count) {
            self.insert.raw_bind_parameter(1, id)?;
            for (parameter, bound) in (2..).zip(&mut bound) {
                let cell = cells.next()?;
                // Most of what a call tells is the same in all of its rows.
                if *bound != Some(cell) {
                    self.insert.raw_bind_parameter(parameter, ToSqlOutput::Borrowed(cell))?;
                    *bound = Some(cell);
                }
            }
            follow(&mut runs, id, bound.get(SENDER).copied().flatten())?;
            self.insert.raw_execute()?;
        }
        Ok(runs)
    }
}

/// Notes who sent the next registration.
fn follow<'b>(
    runs: &mut Vec<Run<'b>>,
    id: i64,
    sender: Option<ValueRef<'b>>,
) -> Result<(), Failure> {
    let sender = sender.unwrap_or(ValueRef::Null).as_str_or_null();
    let sender = sender.map_err(|_| Failure::UnreadableJournal)?;
    match runs.last_mut().filter(|run| run.sender == sender) {
        Some(run) => run.count += 1,
        None => runs.push(Run { first: id, count: 1, sender }),
    }
    Ok(())
}
