//! A PostgreSQL server of the tests' own: its data in a folder of its own, reached by a socket in it, ended with the
//! process that started it.

mod citus;
mod fault;
mod install;
mod recovery;
mod standby;
mod template;
mod tls;

use std::io::{self, Write as _};
use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock};

pub use citus::CitusNodes;
pub(crate) use install::{User, as_user, user};
use install::{initialise, programs};
pub use tls::TlsEntrance;

/// Runs the server until its input ends, which it does with the process that holds the other end of it, however that
/// process ends. Then nothing is left behind. A line on its input starts the server again once it has ended. It says nothing
/// itself: that a server was killed is what tests do.
const KEEPER: &str = r#"
exec 2> /dev/null
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
kill -CONT "$server" $(pgrep -P "$server")
kill -INT "$server"
wait "$server"
rm -rf "$folder"
"#;

/// A running server.
pub struct PostgresServer {
    folder: PathBuf,
    programs: PathBuf,
    user: Option<User>,
    databases: AtomicU32,
    template: OnceLock<()>,
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
        Self::start_in(&new_folder(user()), &[], settings)
    }

    /// The same in a folder that is there and empty, which goes with the server, with flags for `initdb`.
    ///
    /// # Panics
    ///
    /// When it is installed and does not start.
    pub fn start_in(folder: &Path, flags: &[&str], settings: &[&str]) -> Option<Self> {
        let programs = programs()?;
        let user = user();
        give(folder, user);
        initialise(&programs, folder, user, flags);
        Some(Self::launch(programs, folder.to_owned(), user, settings))
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
        let server = Self {
            folder,
            programs,
            user,
            databases: AtomicU32::new(0),
            template: OnceLock::new(),
            _keeper: keeper,
            orders,
        };
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
        Self::or_skip(Self::start(settings))
    }

    fn or_skip<T>(server: Option<T>) -> Option<T> {
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
        self.create_database("")
    }

    fn create_database(&self, how: &str) -> String {
        let name = self.next_name();
        self.run_sql(&format!("CREATE DATABASE {name} {how}"));
        self.url(&name)
    }

    fn next_name(&self) -> String {
        format!("test_{}", self.databases.fetch_add(1, Ordering::Relaxed))
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

    /// The address of a database on whichever of two servers takes writes.
    pub fn url_with(&self, other: &Self, database: &str) -> String {
        let (one, other) = (self.folder.display(), other.folder.display());
        format!("host={one},{other} user=presence dbname={database}")
    }

    /// The socket that it is reached by.
    pub fn socket(&self) -> PathBuf {
        self.folder.join(".s.PGSQL.5432")
    }

    /// Where its socket is.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    fn psql(&self, database: &str, arguments: &[&str]) -> io::Result<Output> {
        let mut psql = as_user(self.programs.join("psql"), self.user);
        psql.args(["-X", "-q", "-U", "presence", "-d", database, "-h"]).arg(&self.folder);
        psql.args(arguments).output()
    }

    /// The server says in its log when it is ready; `pg_isready` waits for nothing, so it is asked again.
    fn wait_until_ready(&self) {
        for _ in 0..6000 {
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
    give(&folder, user);
    folder
}

/// For root, the folder of somebody else.
fn give(path: &Path, user: Option<User>) {
    if let Some(User { uid, gid }) = user {
        chown(path, Some(uid), Some(gid)).expect("root gives its files away");
    }
}
