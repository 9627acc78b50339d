//! What the disk needs to make 4 KiB last: no durable answer can be quicker.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::Outcome;
use crate::figures::quantile;

/// The median of `count` times that 4 KiB are appended and flushed to the disk.
pub(crate) fn measure(folder: &Path, count: usize) -> Outcome<Duration> {
    let path = folder.join("flush");
    let mut file = OpenOptions::new().create(true).append(true).open(&path)?;
    let page = [0x5A; 4096];
    let mut times = Vec::with_capacity(count);
    for _ in 0..count {
        let start = Instant::now();
        file.write_all(&page)?;
        file.sync_data()?;
        times.push(start.elapsed());
    }
    std::fs::remove_file(path)?;
    times.sort_unstable();
    Ok(quantile(&times, 500))
}
