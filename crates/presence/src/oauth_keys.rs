//! The file of the keys that sign access tokens. Nodes that share it share the keys.

use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use domain::Clock;
use jiff::{SignedDuration, Timestamp};
use rest::oauth::{KeyRing, KeyRingError, KeySource};
use ring::rand::SystemRandom;
use tempfile::NamedTempFile;
use thiserror::Error;

/// The name of the file in the folder of the data.
pub(crate) const FILE_NAME: &str = "oauth-keys.json";
/// How long a running service goes on before it looks whether the file was changed.
const REFRESH: SignedDuration = SignedDuration::from_secs(1);

/// Why the file cannot be used.
#[derive(Debug, Error)]
pub(crate) enum OAuthKeysError {
    /// It cannot be read or written.
    #[error("the keys of access tokens in {} cannot be used: {cause}", path.display())]
    File { path: PathBuf, cause: io::Error },
    /// It holds something else.
    #[error("the keys of access tokens in {} cannot be used: {cause}", path.display())]
    Content { path: PathBuf, cause: KeyRingError },
    /// Others on this machine can read it.
    #[error("{} can be read by others: allow it to its owner only (chmod 600), and rotate the keys", .0.display())]
    Readable(PathBuf),
}

/// Reads the file. When there is none, it is made with a new key, once however many programs begin at the same time.
pub(crate) fn read_or_make(folder: &Path, now: Timestamp) -> Result<KeyRing, OAuthKeysError> {
    let path = folder.join(FILE_NAME);
    match read(&path) {
        Err(OAuthKeysError::File { cause, .. }) if cause.kind() == io::ErrorKind::NotFound => {
            let ring = KeyRing::fresh(&SystemRandom::new(), now);
            write(&path, &ring, false)?;
            read(&path)
        }
        read => read,
    }
}

/// Reads the file; `None` when there is none.
pub(crate) fn present(folder: &Path) -> Result<Option<KeyRing>, OAuthKeysError> {
    match read(&folder.join(FILE_NAME)) {
        Err(OAuthKeysError::File { cause, .. }) if cause.kind() == io::ErrorKind::NotFound => {
            Ok(None)
        }
        read => read.map(Some),
    }
}

/// Puts `ring` in the place of the keys that are there.
pub(crate) fn replace(folder: &Path, ring: &KeyRing) -> Result<(), OAuthKeysError> {
    write(&folder.join(FILE_NAME), ring, true)
}

fn read(path: &Path) -> Result<KeyRing, OAuthKeysError> {
    let file = |cause| OAuthKeysError::File { path: path.to_owned(), cause };
    let mode = fs::metadata(path).map_err(file)?.permissions().mode();
    if mode & 0o077 != 0 {
        return Err(OAuthKeysError::Readable(path.to_owned()));
    }
    let text = fs::read_to_string(path).map_err(file)?;
    KeyRing::parse(&text, &SystemRandom::new())
        .map_err(|cause| OAuthKeysError::Content { path: path.to_owned(), cause })
}

/// Writes it whole or not at all; only its owner can read it from the first moment on. One that is there already is
/// left, unless it is to be replaced.
fn write(path: &Path, ring: &KeyRing, replace: bool) -> Result<(), OAuthKeysError> {
    let file = |cause| OAuthKeysError::File { path: path.to_owned(), cause };
    let folder = path.parent().unwrap_or(Path::new("."));
    // Made with mode 0600.
    let mut fresh = NamedTempFile::new_in(folder).map_err(file)?;
    fresh.write_all(ring.to_text().as_bytes()).map_err(file)?;
    fresh.as_file().sync_all().map_err(file)?;
    if replace {
        fresh.persist(path).map_err(|error| file(error.error))?;
    } else if let Err(error) = fresh.persist_noclobber(path)
        && error.error.kind() != io::ErrorKind::AlreadyExists
    {
        return Err(file(error.error));
    }
    fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(file)
}

/// The keys as the file has them, looked at again every [`REFRESH`].
pub(crate) struct FileKeys {
    path: PathBuf,
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
}

struct State {
    ring: Arc<KeyRing>,
    changed: Option<SystemTime>,
    asked: Timestamp,
}

impl FileKeys {
    /// The keys of this folder, made when there are none.
    pub(crate) fn open(folder: &Path, clock: Arc<dyn Clock>) -> Result<Self, OAuthKeysError> {
        let now = clock.now();
        let path = folder.join(FILE_NAME);
        let ring = Arc::new(read_or_make(folder, now)?);
        let state = State { ring, changed: changed(&path), asked: now };
        Ok(Self { path, clock, state: Mutex::new(state) })
    }
}

fn changed(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).ok()?.modified().ok()
}

impl KeySource for FileKeys {
    fn ring(&self) -> Arc<KeyRing> {
        let now = self.clock.now();
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if now.duration_since(state.asked).abs() >= REFRESH {
            state.asked = now;
            let found = changed(&self.path);
            if found != state.changed {
                state.changed = found;
                // A file that cannot be read now does not take away what was good a moment ago.
                match read(&self.path) {
                    Ok(ring) => state.ring = Arc::new(ring),
                    Err(error) => tracing::error!(%error, "the keys go on as they were"),
                }
            }
        }
        Arc::clone(&state.ring)
    }
}

#[cfg(test)]
mod tests {
    use testkit::FakeClock;

    use super::*;

    #[test]
    fn keys_are_made_once_for_the_owner_only_and_a_change_is_noticed() {
        let folder = tempfile::tempdir().expect("a folder");
        let clock = Arc::new(FakeClock::at("2026-11-24T08:00:00Z"));
        let keys = FileKeys::open(folder.path(), Arc::clone(&clock) as _).expect("made");
        let path = folder.path().join(FILE_NAME);
        let mode = fs::metadata(&path).expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let kid = |keys: &FileKeys| keys.ring().signer(clock.now()).expect("one").kid().to_owned();
        let again = FileKeys::open(folder.path(), Arc::clone(&clock) as _).expect("read");
        let first = kid(&keys);
        assert_eq!(kid(&again), first);
        fs::remove_file(&path).expect("there");
        replace(folder.path(), &KeyRing::fresh(&SystemRandom::new(), clock.now()))
            .expect("written");
        assert_eq!(kid(&keys), first, "not looked at yet");
        clock.set("2026-11-24T08:00:01Z");
        assert_ne!(kid(&keys), first);
    }

    #[test]
    fn a_file_that_others_can_read_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let now = FakeClock::at("2026-11-24T08:00:00Z").now();
        read_or_make(folder.path(), now).expect("made");
        let path = folder.path().join(FILE_NAME);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).expect("ours");
        let refused = read_or_make(folder.path(), now).expect_err("readable");
        assert!(matches!(refused, OAuthKeysError::Readable(_)), "{refused}");
    }
}
