//! The page of results.

use std::fmt::Write as _;
use std::time::Duration;

use domain::{Clock as _, belgian_day};

use crate::clock::RealTime;
use crate::door::Speed;
use crate::figures::{grouped, median, milliseconds, number};
use crate::growth::{Grown, Stored};
use crate::population::CALL;
use crate::targets;
use crate::throughput::{Served, Throughput};

/// All that was measured.
pub(crate) struct Measured {
    pub(crate) machine: String,
    pub(crate) door: Speed,
    pub(crate) throughput: Throughput,
    pub(crate) growth: Vec<Stored>,
}

impl Measured {
    /// Rows a second of the bare program when calls are gathered.
    pub(crate) fn limit(&self) -> f64 {
        self.throughput.bare.first().map_or(f64::NAN, |(_, rate)| *rate)
    }
}

/// The page, in Markdown.
pub(crate) fn page(measured: &Measured) -> String {
    let mut page = String::new();
    let parts = [head, targets::table, served, limit, grown];
    for part in parts {
        page.push_str(&part(measured));
        page.push('\n');
    }
    page.truncate(page.trim_end().len());
    page.push('\n');
    page
}

fn head(measured: &Measured) -> String {
    let day = belgian_day(RealTime.now());
    let rounds = measured.throughput.served.iter().flat_map(Served::quiet);
    let others = median(rounds.map(|round| round.spent.disturbance()));
    format!(
        "# Measured\n\nMade by `cargo xtask bench` on {day}; what it means is in `docs/performance.md`. Do not edit.\n\n\
         Machine: {}. 4 KiB appended and flushed: {:.0} µs. The load runs on the same cores; in the \
         rounds that count, programs that have nothing to do with it took {:.0} % of one core.\n",
        measured.machine,
        measured.throughput.flush * 1e6,
        others * 100.0,
    )
}

fn served(measured: &Measured) -> String {
    let mut text = String::from(
        "## Registering over HTTP\n\n\
         | registrations a call | connections | registrations/s | of the bare limit | server CPU ms/call | load CPU ms/call \
         | median ms | p99 ms |\n|--:|--:|--:|--:|--:|--:|--:|--:|\n",
    );
    for kind in &measured.throughput.served {
        _ = writeln!(text, "{}", served_row(kind, measured.limit()));
    }
    text
}

fn served_row(kind: &Served, limit: f64) -> String {
    let time =
        |of: fn(&crate::load::Round) -> Duration| kind.median(|round| milliseconds(of(round)));
    format!(
        "| {} | {} | {} | {:.2} | {:.3} | {:.3} | {:.2} | {:.2} |",
        kind.call,
        kind.connections,
        grouped(kind.registrations()),
        kind.registrations() / limit,
        time(|round| round.server),
        time(|round| round.own),
        time(|round| round.median),
        time(|round| round.p99),
    )
}

fn limit(measured: &Measured) -> String {
    let mut text = String::from("## The bare limit\n\n| what | rate |\n|:--|--:|\n");
    for (shape, rate) in &measured.throughput.bare {
        let rows = shape.call * shape.gathered;
        let what = format!("SQLite, {} registrations a commit", grouped(number(rows)));
        _ = writeln!(text, "| {what} | {} registrations/s |", grouped(*rate));
    }
    let Speed { calls, request, answer } = &measured.door;
    let (request, answer) = (grouped(number(*request)), grouped(number(*answer)));
    let calls = grouped(*calls);
    _ = writeln!(
        text,
        "| the SOAP door alone, one core, calls of {CALL} ({request} bytes, answered with {answer}) | {calls} calls/s |"
    );
    text
}

fn grown(measured: &Measured) -> String {
    let heads: Vec<_> =
        measured.growth.iter().map(|stored| grouped(f64::from(stored.count))).collect();
    let mut text = format!(
        "## Growth\n\nRegistrations stored before:\n\n| | {} |\n|:--|{}\n",
        heads.join(" | "),
        "--:|".repeat(heads.len())
    );
    let mut row = |what: &str, of: &dyn Fn(&Stored) -> String| {
        let cells: Vec<_> = measured.growth.iter().map(of).collect();
        _ = writeln!(text, "| {what} | {} |", cells.join(" | "));
    };
    let time =
        |of: fn(&Grown) -> Duration| move |stored: &Stored| format!("{:.2}", stored.time(of));
    row("size of the database, MiB", &|stored| grouped(mebibytes(stored.size)));
    row("registrations/s, calls of 200 over 16 connections", &|stored| {
        grouped(stored.median(|round| round.load.calls) * number(CALL))
    });
    row("server CPU ms/call of them", &time(|round| round.load.server));
    row("median ms of them", &time(|round| round.load.median));
    row("p99 ms of them", &time(|round| round.load.p99));
    row("search, a work on a day (50 found), ms", &time(|round| round.work));
    row("search, a person on 31 days (15 or 16 found), ms", &time(|round| round.person));
    row("search, an employer on a day (10 found), ms", &time(|round| round.employer));
    row("get, ms", &time(|round| round.get));
    row("start until it listens, ms", &time(|round| round.start));
    row("most memory, MiB", &|stored| {
        let most = stored.rounds.iter().map(|round| round.memory).max().unwrap_or_default();
        format!("{:.0}", mebibytes(most))
    });
    text
}

/// Bytes in MiB.
pub(crate) fn mebibytes(bytes: u64) -> f64 {
    f64::from(u32::try_from(bytes >> 10).unwrap_or(u32::MAX)) / 1024.0
}
