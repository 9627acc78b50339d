use std::io::{self, IsTerminal as _};
use std::panic;

use prometheus_client::metrics::counter::Counter;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::util::SubscriberInitExt as _;

use super::writer::{self, LogGuard};
use crate::config::{Config, LogFormat};

/// Begins to log on the standard error output. What is logged last is written when the guard is dropped.
pub(crate) fn start(config: &Config, lost: Counter) -> LogGuard {
    let (writer, guard) = writer::start(io::stderr(), lost);
    let filter = EnvFilter::new(&config.log);
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(writer);
    match config.log_format {
        LogFormat::Text => lines.with_ansi(io::stderr().is_terminal()).finish().init(),
        LogFormat::Json => lines.json().flatten_event(true).finish().init(),
    }
    log_panics();
    guard
}

/// A panic is logged by its place alone: its text may hold what a caller sent.
fn log_panics() {
    panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, "a panic in the service");
    }));
}
