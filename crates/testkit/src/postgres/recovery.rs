//! A base backup, an archive of the log, and servers that are restored from both to a moment.

use std::os::unix::fs::chown;
use std::process::Command;

use super::{PostgresServer, User, as_user, new_folder};

/// What makes a server archive its log, each file as soon as it is full or switched.
const ARCHIVING: [&str; 3] = [
    "wal_level=replica",
    "archive_mode=on",
    "archive_command=mkdir -p ../archive && cp %p ../archive/%f.part && mv ../archive/%f.part ../archive/%f",
];

impl PostgresServer {
    /// Starts a server that archives its log; `None` where PostgreSQL is not installed, which it says.
    ///
    /// # Panics
    ///
    /// As [`Self::start_or_skip`].
    pub fn start_archiving_or_skip() -> Option<Self> {
        Self::start_or_skip_with(&ARCHIVING)
    }

    /// Makes a base backup beside the data, while the server serves.
    ///
    /// # Panics
    ///
    /// When the server refuses it.
    pub fn back_up(&self) {
        let mut command = as_user(self.programs.join("pg_basebackup"), self.user);
        command.args(["-U", "presence", "-c", "fast", "-X", "fetch", "--no-sync", "-h"]);
        command.arg(&self.folder).arg("-D").arg(self.folder.join("base"));
        let output = command.output().expect("pg_basebackup runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    /// Archives all that was written until now.
    ///
    /// # Panics
    ///
    /// When the archive does not come to hold it.
    pub fn archive(&self) {
        let file = self.ask("postgres", "SELECT pg_walfile_name(pg_switch_wal())");
        let path = self.folder.join("archive").join(file);
        for _ in 0..2000 {
            if path.exists() {
                return;
            }
            // Each question takes the server some milliseconds, in which it goes on.
            self.ask("postgres", "SELECT 1");
        }
        panic!("{} was not archived", path.display());
    }

    /// A new server of what [`Self::back_up`] copied and the archive holds, as it was at a moment.
    ///
    /// # Panics
    ///
    /// When it does not start.
    #[must_use]
    pub fn restored(&self, moment: &str) -> Self {
        let folder = new_folder(self.user);
        let mut copy = Command::new("cp");
        copy.arg("-a").arg(self.folder.join("base")).arg(folder.join("data"));
        assert!(copy.status().is_ok_and(|status| status.success()), "the backup is copied");
        let signal = folder.join("data/recovery.signal");
        std::fs::write(&signal, "").expect("written");
        if let Some(User { uid, gid }) = self.user {
            chown(&signal, Some(uid), Some(gid)).expect("root gives its file away");
        }
        let fetch = format!("restore_command=cp {}/archive/%f %p", self.folder.display());
        let target = format!("recovery_target_time={moment}");
        let settings = ["archive_mode=off", &fetch, &target, "recovery_target_action=promote"];
        let server = Self::launch(self.programs.clone(), folder, self.user, &settings);
        // It can be read from before it has gone as far as it should, and written to afterwards.
        for _ in 0..2000 {
            if server.ask("postgres", "SELECT pg_is_in_recovery()") == "f" {
                return server;
            }
        }
        panic!("the server does not come to {moment}");
    }
}
