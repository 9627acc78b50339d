//! Threads that read, each with a connection of its own, beside the writer and beside each other.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use domain::Error;
use rusqlite::Connection;
use tokio::sync::oneshot;

use crate::connection;
use crate::failure::Failure;

type Read = Box<dyn FnOnce(&Connection) + Send>;

/// A lane of readers. Short look-ups and searches have lanes of their own, so that neither waits for the other.
pub(crate) struct Readers {
    queue: SyncSender<Read>,
}

impl Readers {
    /// Starts `count` threads over `file`; no more than `waiting` reads wait for them.
    pub(crate) fn start(
        file: &Path,
        name: &str,
        count: usize,
        waiting: usize,
        cache_kib: u32,
    ) -> rusqlite::Result<(Self, Vec<JoinHandle<()>>)> {
        let (queue, reads) = sync_channel(waiting);
        let reads = Arc::new(Mutex::new(reads));
        let start = |place: usize| {
            let connection = connection::reader(file, cache_kib)?;
            let reads = Arc::clone(&reads);
            std::thread::Builder::new()
                .name(format!("{name}-{place}"))
                .spawn(move || serve(&connection, &reads))
                .map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))
        };
        let threads = (0..count.max(1)).map(start).collect::<rusqlite::Result<_>>()?;
        Ok((Self { queue }, threads))
    }

    /// Reads on one of the lane's threads.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Error> {
        let (reply, answer) = oneshot::channel();
        let job: Read = Box::new(move |connection| {
            let outcome = catch_unwind(AssertUnwindSafe(|| read(connection)))
                .unwrap_or(Err(Failure::Panicked));
            // Whoever has gone away meanwhile does not need the answer.
            let _ = reply.send(outcome);
        });
        self.queue.try_send(job).map_err(|error| match error {
            TrySendError::Full(_) => Failure::Full,
            TrySendError::Disconnected(_) => Failure::Closed,
        })?;
        Ok(answer.await.unwrap_or(Err(Failure::Closed))?)
    }
}

fn serve(connection: &Connection, reads: &Mutex<Receiver<Read>>) {
    loop {
        let next = reads.lock().unwrap_or_else(PoisonError::into_inner).recv();
        match next {
            Ok(read) => read(connection),
            Err(_) => return,
        }
    }
}
