//! Reads the files that fill the registers: bytes in, rows out, in bounded memory. Whoever calls gives the bytes and
//! takes the rows; a line that cannot be read is told with its place and the others go on.

mod best;
mod cells;
mod dates;
mod flaw;
mod forms;
pub mod kbo;
mod lines;
mod table;
mod work_json;
mod works;

use std::io::Read;

use domain::register::{Key, Register, Row};
use jiff::civil::Date;

pub use best::read_addresses;
pub use flaw::{FileError, Flaw, Problem, Rejected};
pub use work_json::{read_work, work_to_json};

/// Takes what a file holds, in the order of its lines. An error ends the reading.
pub trait Sink<T> {
    /// A row of the register.
    fn put(&mut self, row: T) -> Result<(), FileError>;

    /// In an update: what goes before rows come.
    fn remove(&mut self, key: Key) -> Result<(), FileError>;

    /// A line that cannot be read.
    fn reject(&mut self, rejected: Rejected) -> Result<(), FileError>;

    /// A line that is right, and of which the register keeps nothing.
    fn pass(&mut self) -> Result<(), FileError>;
}

/// Reads a register's file of the form that the contract gives it: CSV, or JSON lines for works.
///
/// `file` is the name that problems are told with, `today` the day after which nobody is born. The enterprises come as a
/// set of files: [`kbo::read_set`].
pub fn read_register(
    register: Register,
    file: &str,
    input: &mut dyn Read,
    today: Date,
    sink: &mut dyn Sink<Row>,
) -> Result<(), FileError> {
    match register {
        Register::Persons => forms::read(file, input, sink, &forms::PERSONS, today),
        Register::Mandates => forms::read(file, input, sink, &forms::MANDATES, today),
        Register::Employers => forms::read(file, input, sink, &forms::EMPLOYERS, today),
        Register::Employments => forms::read(file, input, sink, &forms::EMPLOYMENTS, today),
        Register::PostedWorkers => forms::read(file, input, sink, &forms::LIMOSA, today),
        Register::Works => works::read(file, input, sink),
        Register::Enterprises => Err(FileError::new(
            file,
            "enterprises come as the published set: a zip or a folder with meta.csv".into(),
        )),
    }
}
