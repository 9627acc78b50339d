//! The SOAP door's tests that need more than one file of it.

mod answers;
mod differential;
mod faults;
mod fuzz_forms;
