//! The reference registers: what a registration is checked against.
//!
//! The types are the rows of the registers; what the registers answer "on that day" are the facts of a check.

mod company;
mod period;
mod persons;
mod posted;
mod row;
mod situation;

pub use company::{Employer, Employment, Enterprise, Mandate};
pub use period::Period;
pub use persons::Person;
pub use posted::PostedWorker;
pub use row::{Import, ImportId, Key, Register, Row};
pub use situation::JuridicalSituation;
