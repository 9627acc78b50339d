use std::io::{self, Write as _};
use std::os::unix::fs::chown;
use std::path::PathBuf;
use std::process::{Child, Stdio};

use crate::PostgresServer;
use crate::postgres::{User, as_user, user};

/// Runs the pooler until its input ends, which it does with the process that holds the other end of it.
const KEEPER: &str = r#"
pgbouncer --quiet "$1/pgbouncer.ini" < /dev/null >> "$1/log" 2>&1 &
pooler=$!
read -r _
kill -INT "$pooler"
wait "$pooler"
rm -rf "$1"
"#;

/// `PgBouncer` in front of a server of the tests, which gives a connection to each transaction.
pub struct Pooler {
    folder: PathBuf,
    _keeper: Child,
}

impl Pooler {
    /// Starts it; where it is not installed, says so in one line. `PRESENCE_TEST_STRICT=1` forbids that.
    ///
    /// # Panics
    ///
    /// When it does not start, or is not installed and nothing may be left out.
    pub fn start_or_skip(server: &PostgresServer) -> Option<Self> {
        if std::process::Command::new("pgbouncer").arg("--version").output().is_err() {
            let strict = std::env::var("PRESENCE_TEST_STRICT").is_ok_and(|strict| strict == "1");
            assert!(!strict, "PgBouncer is not installed, and nothing may be skipped");
            _ = writeln!(io::stdout(), "skipped: PgBouncer is not installed");
            return None;
        }
        let folder = tempfile::Builder::new()
            .prefix("presence-pooler-")
            .tempdir()
            .expect("a folder for the pooler")
            .keep();
        let settings = format!(
            "[databases]\n* = host={} user=presence\n\n[pgbouncer]\nlisten_addr =\nlisten_port = 6432\n\
             unix_socket_dir = {}\nauth_type = any\npool_mode = transaction\ndefault_pool_size = 6\nmax_client_conn = 200\n",
            server.folder().display(),
            folder.display()
        );
        let file = folder.join("pgbouncer.ini");
        std::fs::write(&file, settings).expect("written");
        let user = user();
        if let Some(User { uid, gid }) = user {
            for path in [&folder, &file] {
                chown(path, Some(uid), Some(gid)).expect("root gives its files away");
            }
        }
        let mut keeper = as_user("bash", user);
        keeper.arg("-c").arg(KEEPER).arg("keeper").arg(&folder).stdin(Stdio::piped());
        let pooler = Self { folder, _keeper: keeper.spawn().expect("bash runs") };
        pooler.wait_until_ready();
        Some(pooler)
    }

    /// The address of a database of the server, through it.
    pub fn url(&self, database: &str) -> String {
        format!("host={} port=6432 user=presence dbname={database}", self.folder.display())
    }

    /// It listens when its socket is there.
    fn wait_until_ready(&self) {
        let socket = self.folder.join(".s.PGSQL.6432");
        for _ in 0..100_000 {
            if std::os::unix::net::UnixStream::connect(&socket).is_ok() {
                return;
            }
            std::thread::yield_now();
        }
        let log = std::fs::read_to_string(self.folder.join("log")).unwrap_or_default();
        panic!("PgBouncer does not start: {log}");
    }
}
