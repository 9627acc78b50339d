//! What the disk needs to make 4 KiB last: no durable answer can be quicker.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::Outcome;
use crate::figures::quantile;
use crate::proc::{Meter, Spent};

/// What was measured in one round.
pub(crate) struct Flushes {
    /// The time that half of them took at most.
    pub(crate) median: Duration,
    pub(crate) spent: Spent,
}

/// Appends 4 KiB `count` times and flushes them to the disk each time.
pub(crate) fn measure(folder: &Path, count: usize) -> Outcome<Flushes> {
    let path = folder.join("flush");
    let mut file = OpenOptions::new().create(true).append(true).open(&path)?;
    let page = [0x5A; 4096];
    let mut times = Vec::with_capacity(count);
    let meter = Meter::start(None)?;
    for _ in 0..count {
        let start = Instant::now();
        file.write_all(&page)?;
        file.sync_data()?;
        times.push(start.elapsed());
    }
    let spent = meter.stop()?;
    std::fs::remove_file(path)?;
    times.sort_unstable();
    Ok(Flushes { median: quantile(&times, 500), spent })
}
