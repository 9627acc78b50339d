use std::io::{self, Write};
use std::mem;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use prometheus_client::metrics::counter::Counter;
use tracing_subscriber::fmt::MakeWriter;

/// How many lines may wait to be written.
const QUEUE: usize = 8192;

/// How long the thread leaves lines to gather after it has written some: to wake it for each line of a busy service
/// costs more than the line.
const GATHERING: Duration = Duration::from_millis(2);

/// Writes the log's lines on a thread of its own, so that no call waits for whoever reads the log. Lines for which
/// there is no room are dropped and counted.
#[derive(Clone)]
pub(super) struct LogWriter {
    waiting: Arc<Waiting>,
    lost: Counter,
}

/// Ends the thread of a [`LogWriter`] once all that was logged before is written.
pub(crate) struct LogGuard {
    waiting: Arc<Waiting>,
    thread: Option<JoinHandle<()>>,
}

/// What is not written yet.
#[derive(Default)]
struct Waiting {
    lines: Mutex<Lines>,
    wake: Condvar,
}

#[derive(Default)]
struct Lines {
    bytes: Vec<u8>,
    count: usize,
    /// The thread waits for the next line, however long it takes.
    asleep: bool,
    /// All that will ever be logged is here.
    ended: bool,
    /// Nobody writes any more.
    deaf: bool,
}

/// Begins to write to `target`.
pub(super) fn start(target: impl Write + Send + 'static, lost: Counter) -> (LogWriter, LogGuard) {
    let waiting = Arc::new(Waiting::default());
    let own = Arc::clone(&waiting);
    let thread = thread::Builder::new().name("log".to_owned()).spawn(move || {
        // Who reads the log is gone; the service goes on without.
        _ = own.write_all(target);
        own.lock().deaf = true;
    });
    let thread = thread.expect("the system gives a thread at the start");
    (LogWriter { waiting: Arc::clone(&waiting), lost }, LogGuard { waiting, thread: Some(thread) })
}

impl Waiting {
    fn lock(&self) -> MutexGuard<'_, Lines> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a line; whether there was room.
    fn push(&self, line: &[u8]) -> bool {
        let mut lines = self.lock();
        if lines.deaf || lines.count == QUEUE {
            return false;
        }
        lines.bytes.extend_from_slice(line);
        lines.count += 1;
        let wake = mem::take(&mut lines.asleep) || lines.count == QUEUE / 2;
        drop(lines);
        if wake {
            self.wake.notify_one();
        }
        true
    }

    /// Writes every line that waits in one go, until the end is told.
    fn write_all(&self, mut target: impl Write) -> io::Result<()> {
        let mut taken = Vec::new();
        loop {
            let mut lines = self.lock();
            while lines.count == 0 && !lines.ended {
                lines.asleep = true;
                lines = self.wake.wait(lines).unwrap_or_else(PoisonError::into_inner);
            }
            taken.clear();
            mem::swap(&mut taken, &mut lines.bytes);
            (lines.count, lines.asleep) = (0, false);
            let ended = lines.ended;
            drop(lines);
            target.write_all(&taken)?;
            target.flush()?;
            if ended {
                return Ok(());
            }
            let few = |lines: &mut Lines| !lines.ended && lines.count < QUEUE / 2;
            drop(self.wake.wait_timeout_while(self.lock(), GATHERING, few));
        }
    }
}

impl Drop for LogGuard {
    fn drop(&mut self) {
        self.waiting.lock().ended = true;
        self.waiting.wake.notify_one();
        if let Some(thread) = self.thread.take() {
            _ = thread.join();
        }
    }
}

impl<'a> MakeWriter<'a> for LogWriter {
    type Writer = Line<'a>;

    fn make_writer(&'a self) -> Line<'a> {
        Line { bytes: Vec::with_capacity(256), writer: self }
    }
}

/// One line, handed on when it is complete.
pub(super) struct Line<'a> {
    bytes: Vec<u8>,
    writer: &'a LogWriter,
}

impl Write for Line<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Line<'_> {
    fn drop(&mut self) {
        if !self.writer.waiting.push(&self.bytes) {
            self.writer.lost.inc();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, Sender, channel};

    use super::*;

    /// Takes writes once it is told to.
    struct Gate {
        open: Receiver<()>,
        out: Sender<u8>,
    }

    impl Write for Gate {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            _ = self.open.recv();
            for byte in bytes {
                _ = self.out.send(*byte);
            }
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn lines_that_nobody_takes_are_dropped_and_counted_and_the_others_written() {
        let ((open, gate), (out, written)) = (channel(), channel());
        let lost = Counter::default();
        let (writer, guard) = start(Gate { open: gate, out }, lost.clone());
        let line = || writer.make_writer().write_all(b"x").expect("memory");
        let mut lines = 0;
        while lost.get() < 3 {
            line();
            lines += 1;
        }
        drop(open);
        drop(guard);
        assert_eq!(written.iter().count(), lines - 3);
        assert!(lines > QUEUE);
    }
}
