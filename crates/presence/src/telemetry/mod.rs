//! What the operator sees: the log and the metrics. Neither ever holds a body or a person's number.

mod log;
mod metrics;
mod writer;

pub(crate) use log::start as start_log;
pub(crate) use metrics::{EndedCall, Kind, Metrics, Outcome};
