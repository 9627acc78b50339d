//! How far a command is: a bar on a terminal, now and then a plain line elsewhere.

use std::io::{self, IsTerminal as _};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use super::complain;

/// Where nobody watches, a line so often.
const LINES: Duration = Duration::from_secs(10);

/// Shows how far it is.
pub(crate) struct Bar {
    shown: Option<ProgressBar>,
    what: &'static str,
    unit: &'static str,
    begun: Instant,
    line: Mutex<Line>,
}

/// The last plain line.
struct Line {
    at: Instant,
    /// How many were done already when it began.
    first: Option<u64>,
}

impl Bar {
    /// Begins something that is counted in this unit.
    pub(crate) fn start(what: &'static str, unit: &'static str) -> Self {
        let shown = io::stderr().is_terminal().then(|| {
            let template =
                format!("{what} {{bar:30}} {{pos}}/{{len}} {unit}, {{per_sec}}, {{eta}} left");
            let style = ProgressStyle::with_template(&template);
            ProgressBar::new(0).with_style(style.expect("the template is well formed"))
        });
        let now = Instant::now();
        Self { shown, what, unit, begun: now, line: Mutex::new(Line { at: now, first: None }) }
    }

    /// So many are done, of so many.
    pub(crate) fn step(&self, done: u64, total: u64) {
        if let Some(bar) = &self.shown {
            bar.set_length(total);
            bar.set_position(done);
            return;
        }
        let mut line = self.line.lock().unwrap_or_else(PoisonError::into_inner);
        let first = *line.first.get_or_insert(done);
        if line.at.elapsed() >= LINES {
            line.at = Instant::now();
            let rate = done.saturating_sub(first) / self.begun.elapsed().as_secs().max(1);
            let left = total.saturating_sub(done).checked_div(rate).unwrap_or_default();
            let Self { what, unit, .. } = self;
            complain(&format!("{what}: {done} of {total} {unit}, {rate} {unit}/s, {left} s left"));
        }
    }

    /// It is over.
    pub(crate) fn end(&self) {
        if let Some(bar) = &self.shown {
            bar.finish_and_clear();
        }
    }
}
