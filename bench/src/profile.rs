//! A load for a profiler to look at.

use std::io::Write as _;
use std::path::Path;
use std::time::Duration;

use crate::load::Load;
use crate::options::Options;
use crate::population::Population;
use crate::server::Server;
use crate::throughput::open_day;
use crate::{Outcome, bare};

const TIME: Duration = Duration::from_secs(10);

/// Keeps the program busy, and says first which process it is.
pub(crate) fn run(
    options: &Options,
    folder: &Path,
    population: &Population,
    (call, connections): (usize, usize),
) -> Outcome<()> {
    bare::create(folder, population)?;
    let server = Server::start(&options.program, folder)?;
    let mut out = std::io::stdout();
    writeln!(out, "process {}", server.process())?;
    let day = open_day()?.to_string();
    let warm_up = options.extent.warm_up;
    let load = Load { population, day: &day, call, connections, warm_up, time: TIME, seed: 1 };
    let round = load.run(&server)?;
    let memory = server.stop()? >> 20;
    writeln!(
        out,
        "{:.0} calls/s, server CPU {:?} a call, median {:?}, 99 of 100 within {:?}, {memory} MiB",
        round.calls, round.server, round.median, round.p99
    )?;
    Ok(())
}
