//! A service to try out: sample works, workers and employers, all synthetic, keys of sample clients, and a request to
//! paste.

mod console;
mod fill;
mod keys;
mod samples;
mod works;

pub(crate) use console::console;
pub(crate) use fill::fill;
pub(crate) use keys::{DemoKeysError, keys};
