//! The page of results.

use std::fmt::{self, Write as _};
use std::time::Duration;

use domain::{Clock as _, belgian_day};

use super::bare::By;
use super::cost::Cost;
use super::growth::Stored;
use super::nodes::Seen;
use super::throughput::{Kind, Throughput, WAYS};
use crate::Outcome;
use crate::clock::RealTime;
use crate::figures::{grouped, median, milliseconds, number};
use crate::growth::Grown;
use crate::load::Round;
use crate::machine;
use crate::population::CALL;
use crate::report::mebibytes;
use crate::targets::{Bound, Target, rows_of};

/// All that was measured.
pub(crate) struct Measured {
    pub(crate) database: String,
    pub(crate) cost: Cost,
    pub(crate) nodes: Seen,
    pub(crate) throughput: Throughput,
    pub(crate) growth: Vec<Stored>,
}

/// The page, in Markdown.
pub(crate) fn page(measured: &Measured) -> Outcome<String> {
    let mut page = head(measured)?;
    page.push_str(&rows_of(&targets(measured)));
    let two_nodes = |measured: &Measured, page: &mut String| nodes(&measured.nodes, page);
    for part in [served, bare, cost, two_nodes, grown] {
        page.push('\n');
        part(measured, &mut page)?;
    }
    Ok(page)
}

fn head(measured: &Measured) -> Outcome<String> {
    let day = belgian_day(RealTime.now());
    let rounds = measured.throughput.served.iter();
    let others = median(rounds.map(|kind| kind.median(|round| round.spent.disturbance())));
    Ok(format!(
        "# Measured on PostgreSQL\n\nMade by `cargo xtask bench --postgres` on {day}; what it means is in \
         `docs/performance.md`. Do not edit.\n\nMachine: {}. {}. Program, database and load share the cores; in the \
         rounds that count, programs that have nothing to do with it took {:.0} % of one core.\n\n",
        machine::describe()?,
        measured.database,
        others * 100.0,
    ))
}

fn targets(measured: &Measured) -> Vec<Target> {
    let Measured { throughput, growth, nodes, .. } = measured;
    let served = throughput.served(CALL, 16).map_or(f64::NAN, Kind::registrations);
    let share = |by| served / throughput.bare(by, CALL, 16).map_or(f64::NAN, Kind::rows);
    let target = |what, is, bound| Target { what, is, bound, unit: "" };
    let mut targets = vec![
        target(
            "registrations a second in calls of 200 over 16 connections, to the bare program's UNNEST",
            share(By::Unnest),
            Bound::AtLeast(0.5),
        ),
        target("the same, to its COPY", share(By::Copy), Bound::AtLeast(0.5)),
        target(
            "two nodes: connections seen to wait for a lock of the other",
            number(nodes.waits_for_the_other()),
            Bound::AtMost(0.0),
        ),
    ];
    if let (Some(small), Some(large)) = (growth.first(), growth.last()) {
        let rate = |stored: &Stored| stored.median(|round| round.load.calls);
        targets.push(target(
            "calls of 200, how much slower when most are stored",
            rate(small) / rate(large),
            Bound::AtMost(1.3),
        ));
    }
    targets
}

impl Throughput {
    fn served(&self, call: usize, connections: usize) -> Option<&Kind<usize, Round>> {
        let wanted =
            |kind: &&Kind<usize, Round>| kind.shape == call && kind.connections == connections;
        self.served.iter().find(wanted)
    }

    fn bare(
        &self,
        by: By,
        call: usize,
        connections: usize,
    ) -> Option<&Kind<(By, usize), super::bare::BareRound>> {
        let kinds = self.bare.iter();
        kinds.into_iter().find(|kind| kind.shape == (by, call) && kind.connections == connections)
    }
}

fn served(measured: &Measured, page: &mut String) -> fmt::Result {
    page.write_str(
        "## Registering over HTTP\n\nProcessor time in µs for each registration.\n\n\
         | registrations a call | connections | registrations/s | to the bare UNNEST | to the embedded store | program µs \
         | database µs | load µs | median ms | p99 ms |\n|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n",
    )?;
    let Throughput { served, embedded, .. } = &measured.throughput;
    for (kind, embedded) in served.iter().zip(embedded) {
        let bare = measured.throughput.bare(By::Unnest, kind.shape, kind.connections);
        let rate = kind.registrations();
        let micros = |of: fn(&Round) -> Duration| {
            kind.median(|round| of(round).as_secs_f64() * 1e6) / number(kind.shape)
        };
        let time = |of: fn(&Round) -> Duration| kind.median(|round| milliseconds(of(round)));
        writeln!(
            page,
            "| {} | {} | {} | {:.2} | {:.2} | {:.1} | {:.1} | {:.1} | {:.2} | {:.2} |",
            kind.shape,
            kind.connections,
            grouped(rate),
            rate / bare.map_or(f64::NAN, Kind::rows),
            rate / embedded.registrations(),
            micros(|round| round.server),
            micros(|round| round.database),
            micros(|round| round.own),
            time(|round| round.median),
            time(|round| round.p99),
        )?;
    }
    Ok(())
}

fn bare(measured: &Measured, page: &mut String) -> fmt::Result {
    let kinds = measured.throughput.bare.iter().filter(|kind| kind.shape == WAYS[0]);
    let heads: Vec<_> = kinds.map(|kind| kind.connections.to_string()).collect();
    writeln!(
        page,
        "## The bare program\n\nRows a second over so many connections, and µs of processor time for a row over the last, \
         of the database and of the program.\n\n| | {} | database µs | program µs |\n|:--|{}--:|--:|",
        heads.join(" | "),
        "--:|".repeat(heads.len())
    )?;
    for (by, call) in WAYS {
        let kinds = measured.throughput.bare.iter().filter(|kind| kind.shape == (by, call));
        let rates: Vec<_> = kinds.clone().map(|kind| grouped(kind.rows())).collect();
        let micros = |of: fn(&super::bare::BareRound) -> Duration| {
            let each = |round: &super::bare::BareRound| {
                of(round).as_secs_f64() * 1e6 / (round.rows * round.spent.wall.as_secs_f64())
            };
            kinds.clone().next_back().map_or(f64::NAN, |kind| kind.median(each))
        };
        writeln!(
            page,
            "| {by}, {call} rows a commit | {} | {:.1} | {:.1} |",
            rates.join(" | "),
            micros(|round| round.spent.database),
            micros(|round| round.spent.own),
        )?;
    }
    Ok(())
}

impl fmt::Display for By {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Unnest => "UNNEST",
            Self::Copy => "COPY",
        })
    }
}

fn cost(measured: &Measured, page: &mut String) -> fmt::Result {
    let cost = &measured.cost;
    writeln!(
        page,
        "## What a registration costs\n\n{} registrations in calls of {CALL} over 16 connections, until all were checked.\n\n\
         | | for each |\n|:--|--:|",
        grouped(number(cost.registrations)),
    )?;
    let micros = [("program", cost.spent.server), ("database", cost.spent.database)];
    for (what, time) in micros {
        writeln!(page, "| processor time of the {what}, µs | {:.1} |", cost.micros(time))?;
    }
    let [answered, checked] = cost.log.map(|bytes| cost.each(bytes));
    writeln!(page, "| bytes of the log until all was answered | {answered:.0} |")?;
    writeln!(page, "| bytes of the log until all was checked | {checked:.0} |")?;
    for (part, bytes) in &cost.parts {
        let [full, tidied] = bytes.map(|bytes| cost.each(bytes));
        let after = if full - tidied > 0.5 {
            format!(", {tidied:.0} after a vacuum")
        } else {
            String::new()
        };
        writeln!(page, "| bytes on disk: {part} | {full:.0}{after} |")?;
    }
    Ok(())
}

pub(super) fn nodes(seen: &Seen, page: &mut String) -> fmt::Result {
    let Seen { round, looks, states, held } = seen;
    let rate = grouped(round.calls * number(CALL));
    writeln!(
        page,
        "## Two nodes\n\nTwo programs over one database, calls of {CALL} over 8 connections to each: {rate} registrations/s \
         together. Looked {} times at `pg_stat_activity` meanwhile; their connections were seen at work {} times.\n\n\
         | waits for | | seen |\n|:--|:--|--:|",
        grouped(number(*looks)),
        grouped(number(seen.all())),
    )?;
    for ((kind, what), count) in states {
        writeln!(page, "| {kind} | {what} | {} |", grouped(number(*count)))?;
    }
    writeln!(
        page,
        "\nLooked as often at `pg_locks`: who held a lock that a connection waited for, and on what.\n\n\
         | held by | lock | on | seen |\n|:--|:--|:--|--:|"
    )?;
    for ((by, lock, on), count) in held {
        writeln!(page, "| {by} | {lock} | {on} | {} |", grouped(number(*count)))?;
    }
    Ok(())
}

fn grown(measured: &Measured, page: &mut String) -> fmt::Result {
    let heads: Vec<_> =
        measured.growth.iter().map(|stored| grouped(f64::from(stored.count))).collect();
    writeln!(
        page,
        "## Growth\n\nRegistrations stored before, all checked:\n\n| | {} |\n|:--|{}",
        heads.join(" | "),
        "--:|".repeat(heads.len())
    )?;
    let mut row = |what: &str, of: &dyn Fn(&Stored) -> String| {
        let cells: Vec<_> = measured.growth.iter().map(of).collect();
        writeln!(page, "| {what} | {} |", cells.join(" | "))
    };
    let time =
        |of: fn(&Grown) -> Duration| move |stored: &Stored| format!("{:.2}", stored.time(of));
    row("size of the database, MiB", &|stored| grouped(mebibytes(stored.size)))?;
    row("registrations/s, calls of 200 over 16 connections", &|stored| {
        grouped(stored.median(|round| round.load.calls) * number(CALL))
    })?;
    row("program CPU ms/call of them", &time(|round| round.load.server))?;
    row("database CPU ms/call of them", &time(|round| round.load.database))?;
    row("median ms of them", &time(|round| round.load.median))?;
    row("p99 ms of them", &time(|round| round.load.p99))?;
    row("search, a work on a day (50 found), ms", &time(|round| round.work))?;
    row("search, a person on 31 days (15 or 16 found), ms", &time(|round| round.person))?;
    row("search, an employer on a day (10 found), ms", &time(|round| round.employer))?;
    row("get, ms", &time(|round| round.get))?;
    row("start until it listens, ms", &time(|round| round.start))?;
    row("most memory of the program, MiB", &|stored| {
        let most = stored.rounds.iter().map(|round| round.memory).max().unwrap_or_default();
        format!("{:.0}", mebibytes(most))
    })
}
