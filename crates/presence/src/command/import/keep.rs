use std::fmt::Write as _;

use app::import::{FileError, Rejected, Sink};
use domain::place::RegisteredAddress;
use domain::register::{Key, Row};
use store::{AddressStaging, Staging};

use super::report::Report;
use crate::command::Data;

/// How many rows are handed to the store at once.
const BATCH: usize = 2000;

/// What is gathered before it is swapped in.
pub(super) trait Gathers<T>: Send {
    /// Hands rows on.
    fn put(&mut self, data: &Data, rows: Vec<T>) -> Result<(), FileError>;

    /// Hands on what goes.
    fn remove(&mut self, data: &Data, keys: Vec<Key>) -> Result<(), FileError>;
}

impl Gathers<Row> for Box<dyn Staging> {
    fn put(&mut self, data: &Data, rows: Vec<Row>) -> Result<(), FileError> {
        Ok(data.run(Staging::put(self.as_mut(), rows))?)
    }

    fn remove(&mut self, data: &Data, keys: Vec<Key>) -> Result<(), FileError> {
        Ok(data.run(Staging::remove(self.as_mut(), keys))?)
    }
}

impl Gathers<RegisteredAddress> for Box<dyn AddressStaging> {
    fn put(&mut self, data: &Data, rows: Vec<RegisteredAddress>) -> Result<(), FileError> {
        Ok(data.run(AddressStaging::put(self.as_mut(), rows))?)
    }

    /// Regions publish no updates.
    fn remove(&mut self, _data: &Data, _keys: Vec<Key>) -> Result<(), FileError> {
        Ok(())
    }
}

/// Gathers what readers tell, in batches; without a store it only counts.
pub(super) struct Keep<'a, T, S = Box<dyn Staging>> {
    data: Option<&'a Data>,
    staging: Option<S>,
    report: &'a mut Report,
    rows: Vec<T>,
    keys: Vec<Key>,
    read: u64,
    removed: u64,
    passed: u64,
}

/// What was read.
pub(super) struct Told<'a, S> {
    pub(super) data: Option<&'a Data>,
    pub(super) staging: Option<S>,
    pub(super) read: u64,
    pub(super) removed: u64,
    pub(super) passed: u64,
    pub(super) rejected: u64,
}

impl<S> Told<'_, S> {
    pub(super) fn summary(&self) -> String {
        let Self { read, removed, passed, rejected, .. } = self;
        let mut text = format!("{read} rows read, {rejected} lines rejected");
        for (count, what) in [(removed, "to take away"), (passed, "passed over")] {
            if *count > 0 {
                _ = write!(text, ", {count} {what}");
            }
        }
        text
    }
}

impl<'a, T, S: Gathers<T>> Keep<'a, T, S> {
    pub(super) fn new(data: Option<&'a Data>, staging: Option<S>, report: &'a mut Report) -> Self {
        let (rows, keys) = (Vec::new(), Vec::new());
        Self { data, staging, report, rows, keys, read: 0, removed: 0, passed: 0 }
    }

    fn hand_on(&mut self) -> Result<(), FileError> {
        let (rows, keys) = (std::mem::take(&mut self.rows), std::mem::take(&mut self.keys));
        let (Some(data), Some(staging)) = (self.data, &mut self.staging) else { return Ok(()) };
        if !keys.is_empty() {
            staging.remove(data, keys)?;
        }
        if !rows.is_empty() {
            staging.put(data, rows)?;
        }
        Ok(())
    }

    /// Hands on the rest.
    pub(super) fn finish(mut self) -> Result<Told<'a, S>, FileError> {
        self.hand_on()?;
        let rejected = self.report.finish()?;
        Ok(Told {
            data: self.data,
            staging: self.staging,
            read: self.read,
            removed: self.removed,
            passed: self.passed,
            rejected,
        })
    }
}

impl<T, S: Gathers<T>> Sink<T> for Keep<'_, T, S> {
    fn put(&mut self, row: T) -> Result<(), FileError> {
        self.read += 1;
        self.rows.push(row);
        if self.rows.len() >= BATCH { self.hand_on() } else { Ok(()) }
    }

    fn remove(&mut self, key: Key) -> Result<(), FileError> {
        self.removed += 1;
        self.keys.push(key);
        if self.keys.len() >= BATCH { self.hand_on() } else { Ok(()) }
    }

    fn reject(&mut self, rejected: Rejected) -> Result<(), FileError> {
        self.report.add(&rejected)
    }

    fn pass(&mut self) -> Result<(), FileError> {
        self.passed += 1;
        Ok(())
    }
}
