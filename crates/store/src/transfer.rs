//! Everything that a store holds, to be moved to another one: tables of plain rows, in an order in which they can be given and
//! taken in pieces.
//!
//! The tables are those of no store in particular. Who gives makes their rows of its own, who takes makes its own of them; what
//! both write in the same way (the text of a place, the number of a status) goes as it is.

mod digest;
mod tables;
mod text;

use async_trait::async_trait;
use domain::Error;

pub use digest::Digest;
pub use tables::{TABLES, Table};

/// A value of a row.
#[derive(Clone, PartialEq)]
pub enum Value {
    /// None.
    Nothing,
    /// A whole number.
    Whole(i64),
    /// A number with decimals.
    Real(f64),
    /// A text.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
}

/// A row: a value for each column of its table.
#[derive(Clone, PartialEq)]
pub struct Row(pub Vec<Value>);

impl std::fmt::Debug for Row {
    /// Without its values: persons' numbers are among them.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Row of {} columns", self.0.len())
    }
}

/// Gives everything that a store holds while nobody writes to it. Its methods block the thread.
pub trait Give: Send {
    /// Rows of a table behind the one that `mark` names (its key; empty for the beginning), in the order of the key. `most` of
    /// them, about: what belongs together is given together. None: that was all.
    fn rows(
        &mut self,
        table: &'static Table,
        mark: &[Value],
        most: usize,
    ) -> Result<Vec<Row>, Error>;

    /// How many rows there are, about, to show how far it is.
    fn count(&mut self, table: &'static Table) -> Result<u64, Error>;
}

/// Takes what another store gives, and remembers how much of it is there already.
#[async_trait]
pub trait Take: Send + Sync {
    /// Begins to take from a source of this state, or goes on; answers how much of each table is there. A store that holds
    /// anything else, or something of another state, refuses.
    async fn begin(&self, state: &str) -> Result<Vec<Progress>, Error>;

    /// Takes rows of a table, and with them, in the same transaction, how much is then there.
    async fn take(
        &self,
        table: &'static Table,
        rows: Vec<Row>,
        progress: &Progress,
    ) -> Result<(), Error>;

    /// What is there of a table: how many rows, and their digest. They are read anew.
    async fn held(&self, table: &'static Table) -> Result<(u64, Digest), Error>;

    /// All is there and was found to be right: the store may be used from now on.
    async fn finish(&self) -> Result<(), Error>;
}

/// How much of a table is there.
#[derive(Clone, Debug, PartialEq)]
pub struct Progress {
    /// The table's name.
    pub table: String,
    /// The key of the last row that is there; empty before the first.
    pub mark: Row,
    /// How many rows are there.
    pub rows: u64,
    /// Their digest.
    pub digest: Digest,
    /// Is that all?
    pub complete: bool,
}

impl Progress {
    /// Nothing is there yet.
    pub fn none(table: &Table) -> Self {
        Self {
            table: table.name.to_owned(),
            mark: Row(Vec::new()),
            rows: 0,
            digest: Digest::default(),
            complete: false,
        }
    }

    /// How much is there with these rows more; without any, that was all.
    #[must_use]
    pub fn with(&self, table: &Table, rows: &[Row]) -> Self {
        let mut next = self.clone();
        for row in rows {
            next.digest.add(row);
        }
        next.rows += rows.len() as u64;
        match rows.last() {
            Some(last) => next.mark = Row(last.0[..table.key].to_vec()),
            None => next.complete = true,
        }
        next
    }
}
