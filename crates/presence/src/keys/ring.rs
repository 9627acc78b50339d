use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fs, io};

use jiff::{SignedDuration, Timestamp};
use rcgen::DnType;
use thiserror::Error;
use wss::saml::IssuerKey;
use wss::sign::SigningKey;

use super::read::read_key;
use super::{Identity, KeyError, Kind, write_secret};

/// The folder of the keys within that of the data.
const FOLDER: &str = "token-keys";
/// For how long a key's certificate is valid.
const YEARS: i32 = 10;
/// The name of a file is the moment since when its key signs, in milliseconds of Unix time.
const EXTENSION: &str = "pem";

/// Why the keys of the token service cannot be had.
#[derive(Debug, Error)]
pub(crate) enum RingError {
    /// A file or a folder.
    #[error("{}: {cause}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What the system says.
        cause: io::Error,
    },
    /// A file that holds no key with its certificate.
    #[error("{} holds no key with its certificate: {cause}", path.display())]
    Content {
        /// Which.
        path: PathBuf,
        /// What is wrong.
        cause: String,
    },
    /// No key can be made.
    #[error(transparent)]
    Key(#[from] KeyError),
}

/// A key that the token service signs with, or did.
pub(crate) struct TokenKey {
    /// Since when it is the one to sign with.
    pub(crate) since: Timestamp,
    /// Until when what it signed is taken: `None` for the one that signs.
    pub(crate) until: Option<Timestamp>,
    /// The key.
    pub(crate) key: Arc<SigningKey>,
    path: PathBuf,
}

impl TokenKey {
    /// Where it lies.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The key as assertions are held against it.
    pub(crate) fn as_issuer(&self) -> IssuerKey {
        let certificate = self.key.certificate().clone();
        IssuerKey { certificate, from: None, until: self.until }
    }
}

/// The keys of the token service, in a folder: the youngest signs, and those before it are taken until what they signed is
/// over.
pub(crate) struct Ring {
    folder: PathBuf,
    overlap: SignedDuration,
}

impl Ring {
    /// The keys in the folder of the data. What a key signed is taken for `overlap` after a younger one came.
    pub(crate) fn new(data: &Path, overlap: SignedDuration) -> Self {
        Self { folder: data.join(FOLDER), overlap }
    }

    /// The keys, the youngest first. There is always one: the first is made when it is asked for.
    pub(crate) fn keys(&self, now: Timestamp) -> Result<Vec<TokenKey>, RingError> {
        let keys = self.read()?;
        if !keys.is_empty() {
            return Ok(keys);
        }
        self.add(now)?;
        self.read()
    }

    /// The keys that are there, the youngest first; none is made.
    pub(crate) fn present(&self) -> Result<Vec<TokenKey>, RingError> {
        self.read()
    }

    /// Makes a new key, which signs from now on, and forgets those whose time is over.
    pub(crate) fn rotate(&self, now: Timestamp) -> Result<Vec<TokenKey>, RingError> {
        self.add(now)?;
        let (current, over): (Vec<_>, Vec<_>) =
            self.read()?.into_iter().partition(|key| key.until.is_none_or(|until| until > now));
        for key in over {
            fs::remove_file(&key.path).map_err(at(&key.path))?;
        }
        Ok(current)
    }

    fn add(&self, now: Timestamp) -> Result<(), RingError> {
        fs::create_dir_all(&self.folder).map_err(at(&self.folder))?;
        let subject =
            [(DnType::OrganizationName, "Presence"), (DnType::CommonName, "SecurityTokenService")];
        let identity = Identity::own(Kind::Signer, &subject, now, YEARS)?;
        let path = self.folder.join(format!("{}.{EXTENSION}", now.as_millisecond()));
        let text = format!("{}{}", identity.certificate_pem(), identity.key_pem());
        match write_secret(&path, text.as_bytes()) {
            // Another process was as fast, and its key is as good.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            written => written.map_err(at(&path)),
        }
    }

    fn read(&self) -> Result<Vec<TokenKey>, RingError> {
        let entries = match fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(at(&self.folder)(error)),
        };
        let mut found = Vec::new();
        for entry in entries {
            let path = entry.map_err(at(&self.folder))?.path();
            let since = path.file_name().and_then(|name| name.to_str()).and_then(since);
            if let Some(since) = since {
                found.push((since, path));
            }
        }
        found.sort_unstable_by(|one, other| other.cmp(one));
        let mut younger: Option<Timestamp> = None;
        let mut keys = Vec::new();
        for (since, path) in found {
            let key = Arc::new(read_key(&path, None)?);
            let until = younger.map(|younger| younger + self.overlap);
            younger = Some(since);
            keys.push(TokenKey { since, until, key, path });
        }
        Ok(keys)
    }
}

fn since(name: &str) -> Option<Timestamp> {
    let stem = name.strip_suffix(EXTENSION)?.strip_suffix('.')?;
    Timestamp::from_millisecond(stem.parse().ok()?).ok()
}

pub(super) fn at(path: &Path) -> impl FnOnce(io::Error) -> RingError {
    let path = path.to_owned();
    move |cause| RingError::File { path, cause }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OVERLAP: SignedDuration = SignedDuration::from_hours(1);

    fn moment(text: &str) -> Timestamp {
        text.parse().expect("a moment")
    }

    fn fingerprints(keys: &[TokenKey]) -> Vec<String> {
        keys.iter().map(|key| key.key.certificate().fingerprint()).collect()
    }

    #[test]
    fn a_key_is_made_once_and_signs_until_a_younger_one_comes() {
        let data = tempfile::tempdir().expect("a folder");
        let ring = Ring::new(data.path(), OVERLAP);
        let first = ring.keys(moment("2026-03-02T08:00:00Z")).expect("made");
        let again = ring.keys(moment("2026-03-02T09:00:00Z")).expect("read");
        assert_eq!(fingerprints(&first), fingerprints(&again));
        assert!(again[0].until.is_none() && again[0].since == first[0].since);

        let both = ring.rotate(moment("2026-03-02T10:00:00.5Z")).expect("made");
        assert_eq!(both.len(), 2);
        assert_eq!(both[0].since, moment("2026-03-02T10:00:00.5Z"));
        assert_eq!(both[1].until, Some(moment("2026-03-02T11:00:00.5Z")));
        assert_eq!(fingerprints(&both)[1], fingerprints(&first)[0]);
        assert_ne!(fingerprints(&both)[0], fingerprints(&first)[0]);

        let later = ring.rotate(moment("2026-03-02T12:00:00Z")).expect("made");
        assert_eq!(later.len(), 2, "the first is forgotten");
        assert_eq!(fingerprints(&later)[1], fingerprints(&both)[0]);
    }

    #[test]
    fn other_files_are_left_alone_and_a_broken_one_is_named() {
        let data = tempfile::tempdir().expect("a folder");
        let ring = Ring::new(data.path(), OVERLAP);
        ring.keys(moment("2026-03-02T08:00:00Z")).expect("made");
        let folder = data.path().join(FOLDER);
        fs::write(folder.join("README"), "mine").expect("written");
        assert_eq!(ring.keys(moment("2026-03-02T08:00:01Z")).expect("read").len(), 1);
        fs::write(folder.join("1772438402000.pem"), "broken").expect("written");
        let error = ring.keys(moment("2026-03-02T08:00:03Z")).err().expect("is refused");
        assert!(error.to_string().contains("1772438402000.pem"), "{error}");
    }
}
