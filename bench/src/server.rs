//! The real program, started for a measurement and ended with it.

use std::io::{BufRead as _, BufReader, Read, copy, sink};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::bare::{SENDER_COMPANY, SENDER_ID, SENDER_TYPE};
use crate::{Outcome, proc};

const LISTENING: &str = "listening on http://";

/// A running program.
pub(crate) struct Server {
    child: Child,
    /// Where callers reach it.
    pub(crate) address: SocketAddr,
    /// From its start until it listened.
    pub(crate) start: Duration,
}

impl Server {
    /// Starts `program` over the data in `folder` and waits until it listens.
    pub(crate) fn start(program: &Path, folder: &Path) -> Outcome<Self> {
        Self::start_with(program, folder, None)
    }

    /// The same as a node over a database, which has the data; its keys are in `folder`.
    pub(crate) fn start_over(program: &Path, folder: &Path, database: &str) -> Outcome<Self> {
        Self::start_with(program, folder, Some(database))
    }

    fn start_with(program: &Path, folder: &Path, database: Option<&str>) -> Outcome<Self> {
        let began = Instant::now();
        let mut command = Command::new(program);
        command
            .args(["serve", "--open", "--listen", "127.0.0.1:0", "--inner-listen", "off"])
            .args(["--open-sender-id", SENDER_ID, "--open-sender-type", SENDER_TYPE])
            .arg("--open-sender-company")
            .arg(SENDER_COMPANY.to_string())
            .arg("--data")
            .arg(folder)
            .env_clear()
            .envs(database.map(|url| ("PRESENCE_DATABASE_URL", url)))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        let mut child = command.spawn()?;
        let mut log = BufReader::new(child.stderr.take().ok_or("the program has no log")?);
        let address = address(&mut log);
        let server = |address| Self { child, address, start: began.elapsed() };
        // It logs every call; without a reader it would come to a halt.
        thread::spawn(move || copy(&mut log, &mut sink()));
        address.map(server)
    }

    /// Its process.
    pub(crate) fn process(&self) -> u32 {
        self.child.id()
    }

    /// Stops it as an operator does, waits for a good end, and tells the most memory that it had.
    pub(crate) fn stop(mut self) -> Outcome<u64> {
        let memory = proc::peak_memory(self.process())?;
        let process = self.process().to_string();
        let told = Command::new("kill").args(["-s", "TERM", &process]).status()?;
        let ended = self.child.wait()?;
        if told.success() && ended.success() {
            Ok(memory)
        } else {
            Err(format!("the program ended badly: {ended}").into())
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

fn address(log: &mut BufReader<impl Read>) -> Outcome<SocketAddr> {
    let mut seen = String::new();
    loop {
        let start = seen.len();
        if log.read_line(&mut seen)? == 0 {
            return Err(format!("the program did not start:\n{seen}").into());
        }
        if let Some((_, rest)) = seen[start..].split_once(LISTENING) {
            return Ok(rest.trim().parse()?);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_read_from_the_log() {
        let mut log =
            BufReader::new(&b"INFO a\nINFO listening on http://127.0.0.1:8080\nINFO b\n"[..]);
        assert_eq!(address(&mut log).expect("told"), SocketAddr::from(([127, 0, 0, 1], 8080)));
        let error = address(&mut log).expect_err("not told again").to_string();
        assert!(error.contains("INFO b"), "{error}");
    }
}
