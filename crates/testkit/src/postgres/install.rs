//! Where PostgreSQL's programs are, and as whom they run.

use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Who the server runs as: it refuses to run as root.
#[derive(Clone, Copy)]
pub(crate) struct User {
    pub(crate) uid: u32,
    pub(crate) gid: u32,
}

/// The folder of PostgreSQL's programs that `PRESENCE_TEST_POSTGRES` names, or of the newest that is installed.
pub(super) fn programs() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("PRESENCE_TEST_POSTGRES") {
        return Some(named.into());
    }
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

pub(super) fn initialise(programs: &Path, folder: &Path, user: Option<User>, flags: &[&str]) {
    let mut command = as_user(programs.join("initdb"), user);
    command.args(flags);
    command.args(["-U", "presence", "-A", "trust", "-E", "UTF8", "--locale=C", "-N", "-D"]);
    let output = command.arg(folder.join("data")).output().expect("initdb runs");
    assert!(output.status.success(), "initdb: {}", String::from_utf8_lossy(&output.stderr));
}
