//! A PostgreSQL server of the tests' own: its data in a folder of its own, reached by a socket in it, ended with the
//! process that started it.

mod recovery;

use std::io::{self, Write as _};
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};

/// Runs the server until its input ends, which it does with the process that holds the other end of it, however that
/// process ends. Then nothing is left behind. A line on its input starts the server again once it has ended.
const KEEPER: &str = r#"
programs=$1 folder=$2
shift 2
run() {
    "$programs/postgres" -D "$folder/data" -k "$folder" -c listen_addresses= -c max_connections=200 "$@" \
        < /dev/null >> "$folder/log" 2>&1 &
    server=$!
}
run "$@"
while read -r _; do
    wait "$server"
    run "$@"
done
kill -CONT "$server"
kill -INT "$server"
wait "$server"
rm -rf "$folder"
"#;

/// Who the server runs as: it refuses to run as root.
#[derive(Clone, Copy)]
pub(crate) struct User {
    pub(crate) uid: u32,
    pub(crate) gid: u32,
}

/// A running server.
pub struct PostgresServer {
    folder: PathBuf,
    programs: PathBuf,
    user: Option<User>,
    databases: AtomicU32,
    _keeper: Child,
    orders: Mutex<ChildStdin>,
}

impl PostgresServer {
    /// Starts a server; `None` where PostgreSQL is not installed. It keeps nothing safe from a loss of power, which no
    /// test needs, unless `settings` say otherwise (`name=value`).
    ///
    /// # Panics
    ///
    /// When it is installed and does not start.
    pub fn start(settings: &[&str]) -> Option<Self> {
        let programs = programs()?;
        let user = user();
        let folder = new_folder(user);
        initialise(&programs, &folder, user);
        Some(Self::launch(programs, folder, user, settings))
    }

    /// Starts a server on the data in a folder.
    fn launch(programs: PathBuf, folder: PathBuf, user: Option<User>, settings: &[&str]) -> Self {
        let mut keeper = as_user("bash", user);
        keeper.arg("-c").arg(KEEPER).arg("keeper").arg(&programs).arg(&folder);
        for setting in ["fsync=off", "full_page_writes=off"].iter().chain(settings) {
            keeper.arg("-c").arg(setting);
        }
        let mut keeper = keeper.stdin(Stdio::piped()).spawn().expect("bash runs");
        let orders = Mutex::new(keeper.stdin.take().expect("it was piped"));
        let server =
            Self { folder, programs, user, databases: AtomicU32::new(0), _keeper: keeper, orders };
        server.wait_until_ready();
        server
    }

    /// The same, where a test may be left out: says so in one line. `PRESENCE_TEST_STRICT=1` forbids it.
    ///
    /// # Panics
    ///
    /// When it does not start, or is not installed and nothing may be left out.
    pub fn start_or_skip() -> Option<Self> {
        Self::start_or_skip_with(&[])
    }

    fn start_or_skip_with(settings: &[&str]) -> Option<Self> {
        let server = Self::start(settings);
        if server.is_none() {
            let strict = std::env::var("PRESENCE_TEST_STRICT").is_ok_and(|strict| strict == "1");
            assert!(!strict, "PostgreSQL is not installed, and nothing may be skipped");
            _ = writeln!(io::stdout(), "skipped: PostgreSQL is not installed");
        }
        server
    }

    /// Makes an empty database and answers its address.
    ///
    /// # Panics
    ///
    /// When the server does not make it.
    pub fn new_database(&self) -> String {
        let name = format!("test_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        self.run_sql(&format!("CREATE DATABASE {name}"));
        self.url(&name)
    }

    /// Runs SQL as the server's owner, in the database that is always there.
    ///
    /// # Panics
    ///
    /// When the server refuses it.
    pub fn run_sql(&self, sql: &str) {
        self.run_sql_in("postgres", sql);
    }

    /// Runs SQL as the server's owner, in a database.
    ///
    /// # Panics
    ///
    /// When the server refuses it.
    pub fn run_sql_in(&self, database: &str, sql: &str) {
        let output = self.psql(database, &["-c", sql]).expect("psql runs");
        assert!(output.status.success(), "{sql}: {}", String::from_utf8_lossy(&output.stderr));
    }

    /// What a query answers: rows as lines, columns divided by bars.
    ///
    /// # Panics
    ///
    /// When the server refuses it.
    pub fn ask(&self, database: &str, query: &str) -> String {
        let output = self.psql(database, &["-A", "-t", "-c", query]).expect("psql runs");
        assert!(output.status.success(), "{query}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    /// The address of a database.
    pub fn url(&self, database: &str) -> String {
        format!("host={} user=presence dbname={database}", self.folder.display())
    }

    /// Where its socket is.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Ends the server as a crash would: nobody is told, nothing is written any more.
    ///
    /// # Panics
    ///
    /// When it does not run.
    pub fn crash(&self) {
        self.signal("QUIT");
    }

    /// Starts the server again after [`Self::crash`], and waits until it has recovered.
    ///
    /// # Panics
    ///
    /// When it does not start.
    pub fn start_again(&self) {
        let mut orders = self.orders.lock().unwrap_or_else(PoisonError::into_inner);
        writeln!(orders).expect("the keeper reads");
        drop(orders);
        self.wait_until_ready();
    }

    /// Stops every process of the server where it stands.
    ///
    /// # Panics
    ///
    /// When it does not run.
    pub fn pause(&self) {
        self.signal_all("STOP");
    }

    /// Lets them go on.
    ///
    /// # Panics
    ///
    /// When it does not run.
    pub fn resume(&self) {
        self.signal_all("CONT");
    }

    fn signal(&self, name: &str) {
        let sent = self.kill(&[&format!("-{name}"), &self.pid()]);
        assert!(sent, "the server runs");
    }

    fn signal_all(&self, name: &str) {
        let parent = self.pid();
        let children = Command::new("pgrep").args(["-P", &parent]).output().expect("pgrep runs");
        let children = String::from_utf8_lossy(&children.stdout).into_owned();
        let signal = format!("-{name}");
        let mut arguments = vec![signal.as_str(), parent.as_str()];
        arguments.extend(children.split_whitespace());
        self.kill(&arguments);
    }

    fn kill(&self, arguments: &[&str]) -> bool {
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
        let file = std::fs::read_to_string(self.folder.join("data/postmaster.pid"));
        let file = file.expect("the server runs");
        file.lines().next().expect("its first line is the process's number").to_owned()
    }

    fn psql(&self, database: &str, arguments: &[&str]) -> io::Result<Output> {
        let mut psql = as_user(self.programs.join("psql"), self.user);
        psql.args(["-X", "-q", "-U", "presence", "-d", database, "-h"]).arg(&self.folder);
        psql.args(arguments).output()
    }

    /// The server says in its log when it is ready; `pg_isready` waits for nothing, so it is asked again.
    fn wait_until_ready(&self) {
        for _ in 0..600 {
            let mut asked = as_user(self.programs.join("pg_isready"), self.user);
            asked.arg("-q").arg("-h").arg(&self.folder);
            if asked.status().is_ok_and(|status| status.success()) {
                return;
            }
        }
        let log = std::fs::read_to_string(self.folder.join("log")).unwrap_or_default();
        panic!("PostgreSQL does not start: {log}");
    }
}

/// A folder for a server, its own.
fn new_folder(user: Option<User>) -> PathBuf {
    let folder = tempfile::Builder::new().prefix("presence-pg-").tempdir();
    let folder = folder.expect("a folder for the server").keep();
    if let Some(User { uid, gid }) = user {
        chown(&folder, Some(uid), Some(gid)).expect("root gives its folder away");
    }
    folder
}

/// The folder of the newest PostgreSQL's programs.
fn programs() -> Option<PathBuf> {
    let debian = std::fs::read_dir("/usr/lib/postgresql").ok().into_iter().flatten().flatten();
    let mut found: Vec<_> = debian
        .filter_map(|entry| {
            let version: u32 = entry.file_name().to_str()?.parse().ok()?;
            Some((version, entry.path().join("bin")))
        })
        .filter(|(_, programs)| programs.join("postgres").exists())
        .collect();
    found.sort();
    found.pop().map(|(_, programs)| programs).or_else(on_the_path)
}

fn on_the_path() -> Option<PathBuf> {
    let output = Command::new("pg_config").arg("--bindir").output().ok()?;
    let folder = PathBuf::from(String::from_utf8(output.stdout).ok()?.trim());
    folder.join("postgres").exists().then_some(folder)
}

/// For root, somebody else: the account that the system's package made, or nobody.
pub(crate) fn user() -> Option<User> {
    let id = Command::new("id").arg("-u").output().ok()?;
    if String::from_utf8_lossy(&id.stdout).trim() != "0" {
        return None;
    }
    let accounts = std::fs::read_to_string("/etc/passwd").ok()?;
    let account = |name: &str| {
        let line = accounts.lines().find(|line| line.split(':').next() == Some(name))?;
        let mut parts = line.split(':').skip(2);
        Some(User { uid: parts.next()?.parse().ok()?, gid: parts.next()?.parse().ok()? })
    };
    account("postgres").or_else(|| account("nobody"))
}

pub(crate) fn as_user(program: impl AsRef<std::ffi::OsStr>, user: Option<User>) -> Command {
    let mut command = Command::new(program);
    command.current_dir("/");
    if let Some(User { uid, gid }) = user {
        command.gid(gid).uid(uid);
    }
    command
}

fn initialise(programs: &Path, folder: &Path, user: Option<User>) {
    let mut command = as_user(programs.join("initdb"), user);
    command.args(["-U", "presence", "-A", "trust", "-E", "UTF8", "--locale=C", "-N", "-D"]);
    let output = command.arg(folder.join("data")).output().expect("initdb runs");
    assert!(output.status.success(), "initdb: {}", String::from_utf8_lossy(&output.stderr));
}
