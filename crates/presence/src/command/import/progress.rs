//! How far an import is: a bar with rate and time left on a terminal, now and then a plain line elsewhere.

use std::cell::Cell;
use std::io::{self, IsTerminal as _, Read};
use std::rc::Rc;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use crate::command::complain;

/// Where nobody watches, a line so often.
const LINES: Duration = Duration::from_secs(10);

/// Cheap to copy: all copies are the same.
#[derive(Clone)]
pub(super) struct Progress {
    shown: Rc<Shown>,
}

struct Shown {
    bar: Option<ProgressBar>,
    total: u64,
    done: Cell<u64>,
    begun: Instant,
    /// When the last line was written, and what it counted. The store tells its steps from wherever it works.
    line: Mutex<Instant>,
}

impl Progress {
    pub(super) fn start(total: u64) -> Self {
        let bar = io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::new(total);
            bar.set_style(style(
                "reading {bar:30} {bytes}/{total_bytes} {bytes_per_sec}, {eta} left",
            ));
            bar
        });
        let now = Instant::now();
        let (done, line) = (Cell::new(0), Mutex::new(now));
        Self { shown: Rc::new(Shown { bar, total, done, begun: now, line }) }
    }

    /// Counts what is read.
    pub(super) fn reader<R: Read>(&self, inner: R) -> Counted<R> {
        Counted { inner, progress: self.clone() }
    }

    fn add(&self, bytes: u64) {
        let shown = &self.shown;
        let done = shown.done.get() + bytes;
        shown.done.set(done);
        match &shown.bar {
            Some(bar) => bar.set_position(done),
            None => shown.now_and_then("read", "MB", done / 1_000_000, shown.total / 1_000_000),
        }
    }

    /// Everything is read.
    pub(super) fn read(&self) {
        let seconds = self.shown.begun.elapsed().as_secs_f64();
        let megabytes = self.shown.done.get() / 1_000_000;
        if let Some(bar) = &self.shown.bar {
            bar.finish_and_clear();
        }
        self.say(&format!("{megabytes} MB read in {seconds:.1} s"));
    }

    /// The watcher of a swap.
    pub(super) fn swapping(&self) -> Swap {
        let bar = self.shown.bar.as_ref().map(|_| {
            let bar = ProgressBar::new(0);
            bar.set_style(style("writing {bar:30} {pos}/{len} rows {per_sec}, {eta} left"));
            bar
        });
        Swap { bar, line: Mutex::new(Instant::now()), begun: Instant::now() }
    }

    /// A line for the operator, beside the bar.
    pub(super) fn say(&self, text: &str) {
        match &self.shown.bar {
            Some(bar) => bar.suspend(|| complain(text)),
            None => complain(text),
        }
    }
}

impl Shown {
    fn now_and_then(&self, what: &str, unit: &str, done: u64, total: u64) {
        line(&self.line, self.begun, what, unit, done, total);
    }
}

/// Shows how far a swap is.
pub(super) struct Swap {
    bar: Option<ProgressBar>,
    line: Mutex<Instant>,
    begun: Instant,
}

impl Swap {
    pub(super) fn step(&self, done: u64, total: u64) {
        match &self.bar {
            Some(bar) => {
                bar.set_length(total);
                bar.set_position(done);
            }
            None => line(&self.line, self.begun, "written", "rows", done, total),
        }
    }

    pub(super) fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

fn line(last: &Mutex<Instant>, begun: Instant, what: &str, unit: &str, done: u64, total: u64) {
    let Ok(mut last) = last.lock() else { return };
    if last.elapsed() < LINES {
        return;
    }
    *last = Instant::now();
    let seconds = begun.elapsed().as_secs().max(1);
    let rate = done / seconds;
    let left = total.saturating_sub(done).checked_div(rate).unwrap_or_default();
    complain(&format!("{what} {done} of {total} {unit}, {rate} {unit}/s, {left} s left"));
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).expect("the templates above are well formed")
}

/// Bytes that are counted as they are read.
pub(super) struct Counted<R> {
    inner: R,
    progress: Progress,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.progress.add(count as u64);
        Ok(count)
    }
}
