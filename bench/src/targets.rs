//! What was aimed at, and whether it was met.

use std::fmt::Write as _;

use crate::figures::{milliseconds, number};
use crate::growth::{Grown, Stored};
use crate::population::CALL;
use crate::report::{Measured, mebibytes};
use crate::throughput::Served;

/// A target: what, how much it is, and how much it should be.
pub(crate) struct Target {
    pub(crate) what: &'static str,
    pub(crate) is: f64,
    pub(crate) bound: Bound,
    pub(crate) unit: &'static str,
}

#[derive(Clone, Copy)]
pub(crate) enum Bound {
    AtLeast(f64),
    AtMost(f64),
}

impl Target {
    fn row(&self) -> String {
        let (should, met) = match self.bound {
            Bound::AtLeast(bound) => (format!("≥ {bound}"), self.is >= bound),
            Bound::AtMost(bound) => (format!("≤ {bound}"), self.is <= bound),
        };
        let is =
            if self.is < 100.0 { format!("{:.2}", self.is) } else { format!("{:.0}", self.is) };
        let met = if met { "yes" } else { "**no**" };
        format!("| {} | {should}{} | {is}{} | {met} |", self.what, self.unit, self.unit)
    }
}

/// The table of targets.
pub(crate) fn table(measured: &Measured) -> String {
    let targets = targets_of_rate(measured).into_iter().chain(targets_of_growth(measured));
    rows_of(&targets.collect::<Vec<_>>())
}

/// A table of these.
pub(crate) fn rows_of(targets: &[Target]) -> String {
    let mut text =
        String::from("## Targets\n\n| what | should be | is | met |\n|:--|--:|--:|:--|\n");
    for target in targets {
        _ = writeln!(text, "{}", target.row());
    }
    text
}

fn targets_of_rate(measured: &Measured) -> [Target; 5] {
    let served = &measured.throughput.served;
    let of = |call, connections| {
        served.iter().find(|kind| kind.call == call && kind.connections == connections)
    };
    let best = served.iter().filter(|kind| kind.call == CALL).map(Served::registrations);
    let best = best.fold(0.0, f64::max);
    let cost =
        of(CALL, 16).map_or(f64::NAN, |kind| kind.median(|round| milliseconds(round.server)));
    let single = of(1, 8).map_or(f64::NAN, |kind| kind.median(|round| milliseconds(round.median)));
    let most = measured.growth.iter().flat_map(|stored| &stored.rounds).map(|round| round.memory);
    let most = most.chain(served.iter().map(|kind| kind.memory)).max().unwrap_or_default();
    [
        Target {
            what: "durable registrations a second in calls of 200, to the bare limit",
            is: best / measured.limit(),
            bound: Bound::AtLeast(0.5),
            unit: "",
        },
        Target {
            what: "server CPU for a call of 200 (16 connections)",
            is: cost,
            bound: Bound::AtMost(2.0),
            unit: " ms",
        },
        Target {
            what: "the SOAP door alone, calls of 200 a second on a core",
            is: measured.door.calls,
            bound: Bound::AtLeast(1500.0),
            unit: "",
        },
        Target {
            what: "a registration alone at 8 connections, median, to the time of a flush",
            is: single / (measured.throughput.flush * 1e3),
            bound: Bound::AtMost(3.0),
            unit: "",
        },
        Target {
            what: "most memory throughout",
            is: mebibytes(most),
            bound: Bound::AtMost(150.0),
            unit: " MiB",
        },
    ]
}

/// The largest against the smallest number of stored registrations.
fn targets_of_growth(measured: &Measured) -> Vec<Target> {
    let (Some(small), Some(large)) = (measured.growth.first(), measured.growth.last()) else {
        return Vec::new();
    };
    let rate = |stored: &Stored| stored.median(|round| round.load.calls) * number(CALL);
    let grown = |of: fn(&Grown) -> std::time::Duration| large.time(of) / small.time(of);
    let target = |what, is, most| Target { what, is, bound: Bound::AtMost(most), unit: "" };
    vec![
        target(
            "calls of 200, how much slower when most are stored",
            rate(small) / rate(large),
            1.2,
        ),
        target("search of a work on a day, the same", grown(|round| round.work), 2.0),
        target("search of a person on 31 days, the same", grown(|round| round.person), 2.0),
        target("search of an employer on a day, the same", grown(|round| round.employer), 2.0),
        target("get, the same", grown(|round| round.get), 2.0),
        Target {
            what: "start until it listens when most are stored",
            is: large.time(|round| round.start),
            bound: Bound::AtMost(1000.0),
            unit: " ms",
        },
    ]
}
