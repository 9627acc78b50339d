//! A standby that streams from a server, and takes its place.

use std::path::Path;

use super::install::as_user;
use super::{PostgresServer, new_folder};

impl PostgresServer {
    /// Starts a standby of this server, and waits until it streams. From now on this server acknowledges what its standby
    /// has on disk.
    ///
    /// # Panics
    ///
    /// When it does not start.
    #[must_use]
    pub fn start_standby(&self) -> Self {
        let folder = new_folder(self.user);
        self.copy_to(&folder);
        let standby = Self::launch(self.programs.clone(), folder, self.user, &[]);
        self.wait_for(&standby);
        standby
    }

    /// Lets a server that has ended begin anew as a standby of this one, and waits until it streams.
    ///
    /// # Panics
    ///
    /// When it does not start.
    pub fn take_as_standby(&self, ended: &Self) {
        std::fs::remove_dir_all(ended.folder.join("data")).expect("it was there");
        self.copy_to(&ended.folder);
        ended.start_again();
        self.wait_for(ended);
    }

    /// Lets a standby take the place of the server that it streams from, and waits until it takes writes. It waits for no
    /// standby of its own.
    ///
    /// # Panics
    ///
    /// When it does not.
    pub fn promote(&self) {
        self.wait_for_standby(false);
        assert_eq!(self.ask("postgres", "SELECT pg_promote()"), "t", "it is promoted");
    }

    fn copy_to(&self, folder: &Path) {
        let mut copy = as_user(self.programs.join("pg_basebackup"), self.user);
        copy.args(["-U", "presence", "-R", "-c", "fast", "-X", "stream", "-N", "-h"]);
        let output = copy.arg(&self.folder).arg("-D").arg(folder.join("data")).output();
        let output = output.expect("pg_basebackup runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    fn wait_for(&self, standby: &Self) {
        let streams = "SELECT count(*) > 0 FROM pg_stat_replication WHERE state = 'streaming'";
        while self.ask("postgres", streams) != "t" {
            standby.wait_until_ready();
        }
        self.wait_for_standby(true);
    }

    /// Shall commits wait until the standby has them on disk?
    fn wait_for_standby(&self, wait: bool) {
        let names = if wait { "*" } else { "" };
        self.run_sql(&format!("ALTER SYSTEM SET synchronous_standby_names = '{names}'"));
        self.ask("postgres", "SELECT pg_reload_conf()");
        let shown = format!("SELECT current_setting('synchronous_standby_names') = '{names}'");
        // The server tells its processes in its own time; each question is a process of its own.
        while self.ask("postgres", &shown) != "t" {
            std::thread::yield_now();
        }
    }
}
