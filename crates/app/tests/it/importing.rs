//! Files to rows, line by line.

mod addresses;
mod hostile;
mod kbo;
mod registers;
mod works;

use app::import::{FileError, Rejected, Sink};
use domain::register::Key;

/// Everything that a reader told.
pub(crate) struct Told<T> {
    pub(crate) rows: Vec<T>,
    pub(crate) keys: Vec<Key>,
    pub(crate) rejected: Vec<Rejected>,
    pub(crate) passed: u64,
}

impl<T> Default for Told<T> {
    fn default() -> Self {
        Self { rows: Vec::new(), keys: Vec::new(), rejected: Vec::new(), passed: 0 }
    }
}

impl<T> Told<T> {
    /// The lines of a report.
    pub(crate) fn report(&self) -> Vec<String> {
        self.rejected
            .iter()
            .flat_map(|rejected| rejected.problems().map(|problem| problem.to_string()))
            .collect()
    }
}

impl<T> Sink<T> for Told<T> {
    fn put(&mut self, row: T) -> Result<(), FileError> {
        self.rows.push(row);
        Ok(())
    }

    fn remove(&mut self, key: Key) -> Result<(), FileError> {
        self.keys.push(key);
        Ok(())
    }

    fn reject(&mut self, rejected: Rejected) -> Result<(), FileError> {
        self.rejected.push(rejected);
        Ok(())
    }

    fn pass(&mut self) -> Result<(), FileError> {
        self.passed += 1;
        Ok(())
    }
}
