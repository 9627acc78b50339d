use std::io::{self, Write};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

use prometheus_client::metrics::counter::Counter;
use tracing_subscriber::fmt::MakeWriter;

/// How many lines may wait to be written.
const QUEUE: usize = 8192;

/// Writes the log's lines on a thread of its own, so that no call waits for whoever reads the log. Lines for which
/// there is no room are dropped and counted.
#[derive(Clone)]
pub(super) struct LogWriter {
    lines: SyncSender<Option<Vec<u8>>>,
    lost: Counter,
}

/// Ends the thread of a [`LogWriter`] once all that was logged before is written.
pub(crate) struct LogGuard {
    lines: SyncSender<Option<Vec<u8>>>,
    thread: Option<JoinHandle<()>>,
}

/// Begins to write to `target`.
pub(super) fn start(target: impl Write + Send + 'static, lost: Counter) -> (LogWriter, LogGuard) {
    let (lines, waiting) = sync_channel(QUEUE);
    let thread = thread::Builder::new().name("log".to_owned()).spawn(move || {
        // Who reads the log is gone; the service goes on without.
        _ = write_all(target, &waiting);
    });
    let thread = thread.expect("the system gives a thread at the start");
    (LogWriter { lines: lines.clone(), lost }, LogGuard { lines, thread: Some(thread) })
}

/// Writes every line that waits in one go, until the end is told.
fn write_all(target: impl Write, waiting: &Receiver<Option<Vec<u8>>>) -> io::Result<()> {
    let mut target = io::BufWriter::with_capacity(64 << 10, target);
    while let Ok(Some(line)) = waiting.recv() {
        target.write_all(&line)?;
        let mut ended = false;
        while let Ok(more) = waiting.try_recv() {
            let Some(line) = more else {
                ended = true;
                break;
            };
            target.write_all(&line)?;
        }
        target.flush()?;
        if ended {
            break;
        }
    }
    Ok(())
}

impl Drop for LogGuard {
    fn drop(&mut self) {
        let told = self.lines.send(None).is_ok();
        if let Some(thread) = self.thread.take().filter(|_| told) {
            _ = thread.join();
        }
    }
}

impl<'a> MakeWriter<'a> for LogWriter {
    type Writer = Line;

    fn make_writer(&'a self) -> Line {
        Line { bytes: Vec::with_capacity(256), writer: self.clone() }
    }
}

/// One line, handed on when it is complete.
pub(super) struct Line {
    bytes: Vec<u8>,
    writer: LogWriter,
}

impl Write for Line {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        let line = std::mem::take(&mut self.bytes);
        if self.writer.lines.try_send(Some(line)).is_err() {
            self.writer.lost.inc();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Sender, channel};

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
