//! A program under `strace`.

use std::ffi::OsStr;
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::{self, JoinHandle};

use tempfile::TempDir;

use super::step::WATCHED;
use super::trace::Trace;

/// `strace` is installed, and may watch programs.
#[derive(Clone, Copy, Debug)]
pub struct Strace(());

/// What a program does is written down.
pub struct Recording {
    reader: JoinHandle<Trace>,
    _folder: TempDir,
}

impl Strace {
    /// Tries it; where it cannot be used, says so in one line. `PRESENCE_TEST_STRICT=1` forbids that.
    ///
    /// # Panics
    ///
    /// When it cannot be used and nothing may be left out.
    pub fn or_skip() -> Option<Self> {
        let mut command = Command::new("strace");
        command.args(["-f", "-o", "/dev/null", "-e", "trace=fsync", "true"]);
        let outcome = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
        let missing = match outcome {
            Ok(status) if status.success() => return Some(Self(())),
            Ok(_) => "strace may not watch programs here",
            Err(_) => "strace is not installed",
        };
        let strict = std::env::var("PRESENCE_TEST_STRICT").is_ok_and(|strict| strict == "1");
        assert!(!strict, "{missing}, and nothing may be skipped");
        _ = writeln!(io::stdout(), "skipped: {missing}");
        None
    }

    /// A command for `program`, which is then the child itself, and the recording that goes on with `trace` until it ends.
    pub fn record(self, program: impl AsRef<OsStr>, trace: Trace) -> (Command, Recording) {
        let folder = tempfile::tempdir().expect("a folder");
        let pipe = folder.path().join("trace");
        let made = Command::new("mkfifo").arg(&pipe).status().expect("mkfifo runs");
        assert!(made.success(), "a pipe");
        let mut command = Command::new("strace");
        // -D: the program is the child, strace its watcher, so that a signal to the child meets the program.
        command.args([
            "-D",
            "-f",
            "--seccomp-bpf",
            "-y",
            "-a",
            "1",
            "-s",
            "16777216",
            "-e",
            WATCHED,
        ]);
        command.args(["-e", "signal=none", "-o"]).arg(&pipe).arg(program);
        let reader = thread::spawn(move || read(&pipe, trace));
        (command, Recording { reader, _folder: folder })
    }
}

fn read(pipe: &Path, mut trace: Trace) -> Trace {
    let lines = BufReader::new(std::fs::File::open(pipe).expect("the pipe"));
    for line in lines.lines() {
        trace.add(&line.expect("a line"));
    }
    trace.end();
    trace
}

impl Recording {
    /// The trace, when the program has ended.
    pub fn finish(self) -> Trace {
        self.reader.join().expect("the trace is read")
    }
}
