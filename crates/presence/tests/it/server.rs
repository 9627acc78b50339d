//! The program, started for one test and ended with it.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::reply::Reply;

/// How long anything may take before a test gives up: far more than it takes.
const PATIENCE: Duration = Duration::from_mins(1);
/// The path of the service.
pub(crate) const PATH: &str = "/PresenceRegistration/v1";

/// A running program.
pub(crate) struct Server {
    child: Child,
    /// The lines of its log that no test has read yet.
    log: Receiver<String>,
    /// Its address for callers.
    pub(crate) address: SocketAddr,
    /// Its address for the operator.
    pub(crate) inner: SocketAddr,
    /// Its folder, where it is to go with it.
    data: Option<TempDir>,
}

/// The program with these words and nothing of this process's environment; in a run of the tests on PostgreSQL the data
/// that they name is in a database.
pub(crate) fn program(words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_presence"));
    command.args(words).env_clear().stdin(Stdio::null());
    let data = words.iter().skip_while(|word| **word != "--data").nth(1);
    if let Some(url) = data.and_then(|data| testkit::chosen_database(Path::new(data))) {
        command.env("PRESENCE_DATABASE_URL", url);
    }
    command
}

/// Is this a run on PostgreSQL?
pub(crate) fn is_not_embedded() -> bool {
    std::env::var("PRESENCE_TEST_STORE").is_ok_and(|store| store == "postgres")
}

/// Is a test left out that is about the embedded store itself, for this reason? All others are run on either store.
pub(crate) fn is_left_out(reason: &str) -> bool {
    let left_out = is_not_embedded();
    if left_out {
        // Not in the way that `cargo test` keeps to itself.
        _ = writeln!(io::stdout(), "left out on PostgreSQL: {reason}");
    }
    left_out
}

/// Lets what a killed node of PostgreSQL held be free for others, as it is a minute later. An embedded store has one node,
/// which goes on at once.
pub(crate) fn let_a_minute_pass(data: &Path) {
    if is_not_embedded() {
        let sql = "UPDATE check_state SET spread_until = '-infinity'; DELETE FROM webhook_turn";
        testkit::run_sql(data, sql);
    }
}

impl Server {
    /// An open service with a fresh folder, on free ports.
    pub(crate) fn open(flags: &[&str]) -> Self {
        let data = tempfile::tempdir().expect("a folder");
        let mut server = Self::at(data.path(), flags);
        server.data = Some(data);
        server
    }

    /// An open service with this folder, on free ports.
    pub(crate) fn at(data: &Path, flags: &[&str]) -> Self {
        let data = data.to_str().expect("UTF-8");
        let mut words = vec!["serve", "--open", "--data", data];
        words.extend(["--listen", "127.0.0.1:0", "--inner-listen", "127.0.0.1:0"]);
        words.extend(flags);
        Self::run(&mut program(&words)).0
    }

    /// A service that is not open, with this folder, on free ports.
    pub(crate) fn closed(data: &Path, flags: &[&str]) -> Self {
        let data = data.to_str().expect("UTF-8");
        let words = ["serve", "--data", data, "--listen", "127.0.0.1:0"];
        let words = [&words[..], &["--inner-listen", "127.0.0.1:0"], flags].concat();
        Self::run(&mut program(&words)).0
    }

    /// A node over this database (`PRESENCE_DATABASE_URL`), whatever store the tests are run on, with keys in this folder.
    pub(crate) fn on_database(url: &str, data: &Path, flags: &[&str]) -> Self {
        let data = data.to_str().expect("UTF-8");
        let mut words = vec!["serve", "--open", "--data", data];
        words.extend(["--listen", "127.0.0.1:0", "--inner-listen", "127.0.0.1:0"]);
        words.extend(flags);
        Self::run(program(&words).env("PRESENCE_DATABASE_URL", url)).0
    }

    /// Starts a program that serves and waits until it says where; with its standard output.
    pub(crate) fn run(command: &mut Command) -> (Self, BufReader<ChildStdout>) {
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program starts");
        let stdout = BufReader::new(child.stdout.take().expect("piped"));
        let stderr = BufReader::new(child.stderr.take().expect("piped"));
        let (sender, log) = channel();
        thread::spawn(move || {
            for line in stderr.lines().map_while(Result::ok) {
                _ = sender.send(line);
            }
        });
        let nowhere = SocketAddr::from(([0, 0, 0, 0], 0));
        let mut server = Self { child, log, address: nowhere, inner: nowhere, data: None };
        server.inner = address(&server.log_line("metrics on http://"), "metrics on http://");
        server.address = address(&server.log_line("listening on http"), "://");
        (server, stdout)
    }

    /// Waits for a line of the log that has `text`.
    pub(crate) fn log_line(&self, text: &str) -> String {
        let mut seen = String::new();
        loop {
            match self.log.recv_timeout(PATIENCE) {
                Ok(line) if line.contains(text) => return line,
                Ok(line) => seen.extend([line.as_str(), "\n"]),
                Err(error) => panic!("\"{text}\" was not logged ({error}), only:\n{seen}"),
            }
        }
    }

    /// A connection to the callers' address.
    pub(crate) fn connect(&self) -> TcpStream {
        connect(self.address)
    }

    /// One request on a connection of its own.
    pub(crate) fn send(&self, request: &[u8]) -> Reply {
        send(self.address, request)
    }

    /// `POST` to the service, with these header lines beside the length.
    pub(crate) fn post(&self, headers: &[&str], body: &[u8]) -> Reply {
        self.send(&post(headers, body))
    }

    /// `GET` from the callers' address.
    pub(crate) fn get(&self, path: &str) -> Reply {
        self.send(get(path).as_bytes())
    }

    /// `GET` from the operator's address.
    pub(crate) fn get_inner(&self, path: &str) -> Reply {
        send(self.inner, get(path).as_bytes())
    }

    /// Asks the operator's address until the metrics have this line; what it waits for is under way already.
    pub(crate) fn await_metric(&self, line: &str) {
        let end = Instant::now() + PATIENCE;
        while !self.get_inner("/metrics").text().lines().any(|other| other == line) {
            assert!(Instant::now() < end, "the metrics never had \"{line}\"");
        }
    }

    /// The number of its process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends the signal of this name.
    pub(crate) fn signal(&self, name: &str) {
        let id = self.id().to_string();
        let sent = Command::new("kill").args(["-s", name, &id]).status().expect("kill runs");
        assert!(sent.success(), "the program is there");
    }

    /// Waits for the end.
    pub(crate) fn wait(&mut self) -> ExitStatus {
        self.child.wait().expect("the program was started here")
    }

    /// Stops it as an operator does, and waits for a good end.
    pub(crate) fn stop(mut self) {
        self.signal("TERM");
        assert!(self.wait().success());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        _ = self.child.kill();
        _ = self.child.wait();
        if thread::panicking() {
            // What it said last is mostly the cause.
            for line in self.log.try_iter() {
                _ = writeln!(io::stderr(), "{line}");
            }
        }
        drop(self.data.take());
    }
}

/// A `POST` to the service, after which the connection ends.
pub(crate) fn post(headers: &[&str], body: &[u8]) -> Vec<u8> {
    let length = format!("Content-Length: {}", body.len());
    let mut request = post_head(&[headers, &["Connection: close", &length]].concat());
    request.extend_from_slice(body);
    request
}

/// The head of a `POST` to the service.
pub(crate) fn post_head(headers: &[&str]) -> Vec<u8> {
    let mut head = format!("POST {PATH} HTTP/1.1\r\nHost: presence.example\r\n");
    for header in headers {
        head.extend([header, "\r\n"]);
    }
    head.push_str("\r\n");
    head.into_bytes()
}

fn get(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: presence.example\r\nConnection: close\r\n\r\n")
}

/// One request on a connection of its own.
pub(crate) fn send(address: SocketAddr, request: &[u8]) -> Reply {
    let mut stream = connect(address);
    stream.write_all(request).expect("sent");
    Reply::read(&mut stream)
}

fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).expect("connected");
    stream.set_read_timeout(Some(PATIENCE)).expect("a time");
    stream
}

fn address(line: &str, before: &str) -> SocketAddr {
    let (_, rest) = line.split_once(before).expect("the line was looked for");
    let end = rest.find(|c: char| !(c.is_ascii_digit() || ".:[]".contains(c)));
    rest[..end.unwrap_or(rest.len())].parse().expect("an address")
}

/// Is the connection ended by the other side, without another byte?
pub(crate) fn is_closed(stream: &mut TcpStream) -> bool {
    match stream.read(&mut [0; 64]) {
        Ok(count) => count == 0,
        Err(error) => error.kind() == io::ErrorKind::ConnectionReset,
    }
}
