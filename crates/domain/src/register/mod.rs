//! The reference registers: what a registration is checked against.
//!
//! The types are the rows of the registers; what the registers answer "on that day" are the facts of a check.

mod change;
mod company;
mod on_day;
mod period;
mod persons;
mod posted;
mod row;
mod situation;

pub use change::{Change, Import, ImportId, Key};
pub use company::{Employer, Employment, Enterprise, Mandate};
pub use on_day::{
    ContractOnDay, EmployerOnDay, EmploymentsOnDay, EnterpriseOnDay, MandatesOnDay, PersonOnDay,
    PostedOnDay, WorkOnDay,
};
pub use period::Period;
pub use persons::Person;
pub use posted::PostedWorker;
pub use row::{Register, Row};
pub use situation::JuridicalSituation;
