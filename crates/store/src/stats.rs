use std::sync::atomic::{AtomicU64, Ordering};

/// What a store has written since it was opened here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Commits that reached the disk.
    pub commits: u64,
    /// Calls that they answered: more than commits when calls came together.
    pub calls: u64,
    /// Registrations and other rows that they wrote or changed.
    pub rows: u64,
}

/// Counts it, from any thread.
#[derive(Debug, Default)]
pub struct Counters {
    commits: AtomicU64,
    calls: AtomicU64,
    rows: AtomicU64,
}

impl Counters {
    /// A commit that answered so many calls and wrote so many rows.
    pub fn committed(&self, calls: usize, rows: usize) {
        self.commits.fetch_add(1, Ordering::Relaxed);
        self.calls.fetch_add(calls as u64, Ordering::Relaxed);
        self.rows.fetch_add(rows as u64, Ordering::Relaxed);
    }

    /// What was counted so far.
    pub fn read(&self) -> Stats {
        Stats {
            commits: self.commits.load(Ordering::Relaxed),
            calls: self.calls.load(Ordering::Relaxed),
            rows: self.rows.load(Ordering::Relaxed),
        }
    }
}
