//! A disk that is small enough to be filled.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

const BALLAST: &str = "ballast";

/// A file system in memory, which goes with this value.
pub(super) struct SmallDisk {
    folder: TempDir,
}

impl SmallDisk {
    /// Of so many MiB; where this process may not mount one, says so in one line. Being allowed to depends on where the tests
    /// run (in a container they mostly are not), so that this may be left out even where nothing else may.
    pub(super) fn mount_or_skip(mib: u32) -> Option<Self> {
        let folder = tempfile::Builder::new().prefix("presence-disk-").tempdir();
        let folder = folder.expect("a folder");
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &format!("size={mib}m,mode=755"), "presence-test"]);
        let mounted = mount.arg(folder.path()).stderr(Stdio::null()).status();
        if mounted.is_ok_and(|status| status.success()) {
            return Some(Self { folder });
        }
        _ = writeln!(io::stdout(), "skipped: no file system may be mounted here to be filled");
        None
    }

    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }

    fn ballast(&self) -> PathBuf {
        self.path().join(BALLAST)
    }

    /// Takes all that is left of it.
    pub(super) fn fill(&self) {
        let mut file = File::create(self.ballast()).expect("a file");
        let zeros = [0; 4096];
        loop {
            match file.write_all(&zeros) {
                Ok(()) => {}
                Err(error) if error.kind() == io::ErrorKind::StorageFull => return,
                Err(error) => panic!("{error}"),
            }
        }
    }

    /// Gives it back.
    pub(super) fn empty(&self) {
        fs::remove_file(self.ballast()).expect("it was filled");
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily: the server that ends may still have files open.
        let unmounted = Command::new("umount").arg("-l").arg(self.path()).status();
        assert!(unmounted.is_ok_and(|status| status.success()), "it was mounted here");
    }
}
