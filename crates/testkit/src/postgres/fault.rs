//! What happens to servers: they crash, are killed, stand still, and come back.

use std::io::Write as _;
use std::process::Command;
use std::sync::PoisonError;

use super::PostgresServer;
use super::install::as_user;

impl PostgresServer {
    /// Ends the server as a crash would: nobody is told, nothing is written any more.
    ///
    /// # Panics
    ///
    /// When it does not run.
    pub fn crash(&self) {
        let sent = self.kill(&["-QUIT", &self.pid()]);
        assert!(sent, "the server runs");
    }

    /// Kills every process of the server where it stands (SIGKILL), and waits until all are gone.
    ///
    /// # Panics
    ///
    /// When it does not run.
    pub fn kill_all(&self) {
        // One that stands still makes no further process.
        self.kill(&["-STOP", &self.pid()]);
        let processes = self.processes();
        self.kill(&[&["-KILL".to_owned()][..], &processes].concat());
        while processes.iter().any(|process| is_alive(process)) {
            std::thread::yield_now();
        }
    }

    /// Starts the server again after [`Self::crash`] or [`Self::kill_all`], and waits until it has recovered.
    ///
    /// # Panics
    ///
    /// When it does not start.
    pub fn start_again(&self) {
        self.order_start();
        self.wait_until_ready();
    }

    /// Starts the server again if it has ended, and waits until it serves.
    ///
    /// # Panics
    ///
    /// When it does not start.
    pub fn revive(&self) {
        if self.has_ended() {
            self.order_start();
        }
        self.wait_until_ready();
    }

    /// Has its first process ended?
    fn has_ended(&self) -> bool {
        self.told_pid().is_none_or(|process| !is_alive(&process))
    }

    pub(super) fn order_start(&self) {
        let mut orders = self.orders.lock().unwrap_or_else(PoisonError::into_inner);
        writeln!(orders).expect("the keeper reads");
    }

    /// Stops every process of the server where it stands.
    ///
    /// # Panics
    ///
    /// When it does not run.
    pub fn pause(&self) {
        // The first process first: once it stands, there will be no child that the list of them lacks.
        let parent = self.pid();
        self.kill(&["-STOP", &parent]);
        while state(&parent).is_some_and(|state| state != 'T') {
            std::thread::yield_now();
        }
        self.signal_all("-STOP");
    }

    /// Lets them go on.
    ///
    /// # Panics
    ///
    /// When it does not run.
    pub fn resume(&self) {
        self.signal_all("-CONT");
    }

    fn signal_all(&self, signal: &str) {
        self.kill(&[&[signal.to_owned()][..], &self.processes()].concat());
    }

    /// The server's first process, and those that it has made.
    fn processes(&self) -> Vec<String> {
        let parent = self.pid();
        let children = Command::new("pgrep").args(["-P", &parent]).output().expect("pgrep runs");
        let children = String::from_utf8_lossy(&children.stdout).into_owned();
        std::iter::once(parent).chain(children.split_whitespace().map(str::to_owned)).collect()
    }

    fn kill<S: AsRef<std::ffi::OsStr>>(&self, arguments: &[S]) -> bool {
        as_user("kill", self.user).args(arguments).status().is_ok_and(|status| status.success())
    }

    /// The first process of the server, which started all others.
    ///
    /// # Panics
    ///
    /// When it does not run.
    pub fn process(&self) -> u32 {
        self.pid().parse().expect("a process's number")
    }

    fn pid(&self) -> String {
        self.told_pid().expect("the server runs")
    }

    /// The number of its first process, in the first line of the file that it writes.
    fn told_pid(&self) -> Option<String> {
        let file = std::fs::read_to_string(self.folder.join("data/postmaster.pid")).ok()?;
        file.lines().next().map(str::to_owned)
    }
}

/// One that has ended and that nobody has asked about yet counts as gone.
fn is_alive(process: &str) -> bool {
    state(process).is_some_and(|state| state != 'Z' && state != 'X')
}

/// The letter that the system has for what a process does; `None` when it is gone.
fn state(process: &str) -> Option<char> {
    let status = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    status.rsplit(") ").next().and_then(|rest| rest.chars().next())
}
