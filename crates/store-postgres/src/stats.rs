use std::sync::atomic::{AtomicU64, Ordering};

/// What this node has stored since the store was opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Commits that the database acknowledged.
    pub commits: u64,
    /// Calls that they answered: more than commits when calls came together.
    pub calls: u64,
    /// Registrations and other rows that they wrote or changed.
    pub rows: u64,
}

#[derive(Default)]
pub(crate) struct Counters {
    commits: AtomicU64,
    calls: AtomicU64,
    rows: AtomicU64,
}

impl Counters {
    pub(crate) fn committed(&self, calls: usize, rows: usize) {
        self.commits.fetch_add(1, Ordering::Relaxed);
        self.calls.fetch_add(calls as u64, Ordering::Relaxed);
        self.rows.fetch_add(rows as u64, Ordering::Relaxed);
    }

    pub(crate) fn read(&self) -> Stats {
        Stats {
            commits: self.commits.load(Ordering::Relaxed),
            calls: self.calls.load(Ordering::Relaxed),
            rows: self.rows.load(Ordering::Relaxed),
        }
    }
}
