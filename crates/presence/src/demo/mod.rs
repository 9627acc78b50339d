//! A service to try out: sample works, workers and employers, all synthetic, and a request to paste.

mod console;
mod works;

pub(crate) use console::console;
pub(crate) use works::fill;
