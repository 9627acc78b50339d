//! Copies what was committed from the log into the file, beside the writer, so that no call waits for it.
//!
//! The log begins anew only when all of it is copied at a moment when nothing is being written. So a thread of its own
//! copies nearly all, and then the writer copies the little that came meanwhile, between two commits.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

use rusqlite::Connection;

use crate::connection;

/// The log may grow so many times longer than wished before the writer itself waits until it is copied.
const PATIENCE: u32 = 4;
/// How long the writer then waits for readers of old pages.
const READERS: Duration = Duration::from_millis(200);
/// When the thread has so few pages left to copy, the rest is the writer's.
const FEW: i64 = 512;
/// How often the thread tries to catch up with the writer.
const ROUNDS: u32 = 4;
/// The size of a page in bytes.
const PAGE: i64 = 4096;

/// The writer's side.
pub(crate) struct Checkpoints {
    /// The length of the log after the last commit, in pages.
    pages: Arc<AtomicU32>,
    wish: u32,
    thread: Option<SyncSender<()>>,
    handle: JoinHandle<()>,
    nearly_done: Arc<AtomicBool>,
    busy: bool,
    next: Next,
}

/// How long the log must be for the next attempts. As long as somebody reads a moment that is past (a backup does so for
/// minutes), the log cannot begin anew: it is then tried again only when the log has grown, and not after each commit.
struct Next {
    /// Of the thread.
    thread: u32,
    /// Of the writer, who waits for readers.
    writer: u32,
    /// How long the log was after the commit before.
    seen: u32,
}

impl Next {
    fn of(wish: u32) -> Self {
        Self { thread: wish, writer: wish.saturating_mul(PATIENCE), seen: 0 }
    }
}

impl Checkpoints {
    /// Follows the log of the writer's `connection`, which should not grow beyond `wish` pages, and starts the thread
    /// that copies it into `file`.
    pub(crate) fn start(
        connection: &mut Connection,
        file: &Path,
        wish: u32,
    ) -> rusqlite::Result<Self> {
        let pages = Arc::new(AtomicU32::new(0));
        let seen = Arc::clone(&pages);
        connection.wal_hook(Some(move |_: &mut rusqlite::hooks::Wal, length| {
            seen.store(u32::try_from(length).unwrap_or(0), Ordering::Relaxed);
            Ok(())
        }))?;
        // What a long reader let the log grow to is given back when it begins anew.
        let limit = i64::from(wish.saturating_mul(PATIENCE)) * PAGE;
        connection.pragma_update(None, "journal_size_limit", limit)?;
        let own = connection::checkpointer(file)?;
        let (thread, calls) = sync_channel(1);
        let nearly_done = Arc::new(AtomicBool::new(false));
        let done = Arc::clone(&nearly_done);
        let handle = std::thread::Builder::new()
            .name("checkpoint".into())
            .spawn(move || copy_when_called(&own, &calls, &done))
            .map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
        let next = Next::of(wish);
        Ok(Self { pages, wish, thread: Some(thread), handle, nearly_done, busy: false, next })
    }

    /// Ends the thread and waits until its connection is closed: of two that close at the same moment neither may be the last,
    /// and then nobody copies the log.
    pub(crate) fn end(self) {
        drop(self.thread);
        if self.handle.join().is_err() {
            tracing::error!("the thread that copies the log had panicked");
        }
    }

    /// To be called by the writer after each commit.
    pub(crate) fn after_commit(&mut self, connection: &Connection) {
        let pages = self.pages.load(Ordering::Relaxed);
        if pages < self.next.seen {
            self.next = Next::of(self.wish);
        }
        self.next.seen = pages;
        if self.nearly_done.swap(false, Ordering::AcqRel) {
            self.busy = false;
            report(checkpoint(connection, "PASSIVE"));
            self.next.thread = pages.max(self.wish).saturating_add(self.wish / PATIENCE);
        } else if pages > self.next.writer {
            report(with_patience(connection, READERS));
            self.next.writer = pages.saturating_add(self.wish.saturating_mul(PATIENCE));
        } else if pages > self.next.thread && !self.busy {
            self.busy = self.thread.as_ref().is_some_and(|thread| thread.try_send(()).is_ok());
        }
    }
}

fn copy_when_called(connection: &Connection, calls: &Receiver<()>, nearly_done: &AtomicBool) {
    while calls.recv().is_ok() {
        for _ in 0..ROUNDS {
            match checkpoint(connection, "PASSIVE") {
                Ok(left) if left > FEW => {}
                other => {
                    report(other);
                    break;
                }
            }
        }
        nearly_done.store(true, Ordering::Release);
    }
}

/// Copies what it can; answers how many pages of the log are left.
fn checkpoint(connection: &Connection, mode: &str) -> rusqlite::Result<i64> {
    connection.query_row(&format!("PRAGMA wal_checkpoint({mode})"), (), |row| {
        let (length, copied): (i64, i64) = (row.get(1)?, row.get(2)?);
        Ok(length - copied)
    })
}

/// Waits for readers of old pages, but not long: calls wait meanwhile.
fn with_patience(connection: &Connection, patience: Duration) -> rusqlite::Result<i64> {
    connection::with_patience(patience, || checkpoint(connection, "RESTART"))
}

fn report(outcome: rusqlite::Result<i64>) {
    match outcome {
        Ok(pages_left) => tracing::debug!(pages_left, "checkpoint"),
        // Nothing is lost: the log keeps what could not be copied, and the next checkpoint tries again.
        Err(error) => tracing::warn!(%error, "a checkpoint failed"),
    }
}
