use std::collections::BTreeMap;
use std::fs;
use std::path::{Component, Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::{AuditHash, AuditHead, AuditPlace};
use store_sqlite::backup::Contents;

use super::{Failure, at};
use crate::keys::write_secret;

/// The name of the list in its backup.
const FILE_NAME: &str = "backup.json";
/// The form of the list that is described here.
const FORM: u32 = 1;

/// What a backup holds, and of when it is.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Manifest {
    form: u32,
    /// The version of the program that made it.
    program: String,
    /// When it was begun: what was acknowledged before is in it.
    pub(crate) begun: Timestamp,
    schema: u32,
    /// How many rows each table has.
    rows: BTreeMap<String, u64>,
    /// The head of the audit, as `presence audit verify --head` takes it.
    audit: Option<String>,
    pub(crate) files: Vec<Entry>,
}

/// A file of the backup.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Entry {
    /// Where it lies in the folder of the data.
    pub(crate) path: PathBuf,
    pub(crate) bytes: u64,
    /// Who may read and write it, as `chmod` takes it.
    pub(crate) mode: String,
    pub(crate) sha256: String,
}

impl Entry {
    /// Its mode as a number.
    pub(crate) fn bits(&self) -> Result<u32, Failure> {
        u32::from_str_radix(&self.mode, 8).ok().filter(|bits| *bits <= 0o777).ok_or_else(|| {
            Failure::Damaged(format!("{}: {} is no mode", self.path.display(), self.mode))
        })
    }

    /// Does its path stay within the folder?
    fn stays_within(&self) -> bool {
        let mut parts = self.path.components().peekable();
        parts.peek().is_some() && parts.all(|part| matches!(part, Component::Normal(_)))
    }
}

impl Manifest {
    pub(super) fn new(begun: Timestamp, contents: &Contents, files: Vec<Entry>) -> Self {
        Self {
            form: FORM,
            program: env!("CARGO_PKG_VERSION").to_owned(),
            begun,
            schema: contents.schema,
            rows: contents.rows.clone(),
            audit: contents.audit.map(|AuditHead { place, hash }| format!("{place}:{hash}")),
            files,
        }
    }

    pub(super) fn write(&self, folder: &Path) -> Result<(), Failure> {
        let mut text = serde_json::to_string_pretty(self).expect("plain members");
        text.push('\n');
        let path = folder.join(FILE_NAME);
        write_secret(&path, text.as_bytes()).map_err(at(&path))
    }

    /// Reads the list of a backup.
    pub(super) fn read(folder: &Path) -> Result<Self, Failure> {
        let path = folder.join(FILE_NAME);
        let text = fs::read_to_string(&path).map_err(|cause| {
            Failure::Refused(format!(
                "{} is no backup: its {FILE_NAME} cannot be read: {cause}",
                folder.display()
            ))
        })?;
        let wrong = |what: String| Failure::Damaged(format!("{}: {what}", path.display()));
        let read: Self = serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
        if read.form != FORM {
            return Err(wrong(format!("its form is {}, this program knows {FORM}", read.form)));
        }
        if let Some(entry) = read.files.iter().find(|entry| !entry.stays_within()) {
            return Err(wrong(format!("{} leads out of the folder", entry.path.display())));
        }
        Ok(read)
    }

    /// What the database should hold.
    pub(super) fn contents(&self) -> Result<Contents, Failure> {
        let audit = self.audit.as_deref().map(read_head).transpose()?;
        Ok(Contents { schema: self.schema, rows: self.rows.clone(), audit })
    }

    /// How many registrations there are in it.
    pub(crate) fn registrations(&self) -> u64 {
        self.rows.get("registration").copied().unwrap_or(0)
    }

    /// The head of the audit, for the operator.
    pub(crate) fn audit(&self) -> &str {
        self.audit.as_deref().unwrap_or("none: nothing was written down yet")
    }
}

fn read_head(text: &str) -> Result<AuditHead, Failure> {
    let read = || {
        let (place, hash) = text.split_once(':')?;
        let hash = AuditHash(domain::Fingerprint::parse(hash)?.0);
        Some(AuditHead { place: AuditPlace::parse(place)?, hash })
    };
    read().ok_or_else(|| Failure::Damaged(format!("{text} is no head of an audit")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest() -> Manifest {
        let hash = AuditHash([7; 32]);
        let contents = Contents {
            schema: 11,
            rows: [("registration".to_owned(), 3)].into(),
            audit: Some(AuditHead { place: AuditPlace { chain: 1, sequence: 2 }, hash }),
        };
        let files = vec![Entry {
            path: "token-keys/1.pem".into(),
            bytes: 1,
            mode: "600".to_owned(),
            sha256: "00".repeat(32),
        }];
        Manifest::new(Timestamp::UNIX_EPOCH, &contents, files)
    }

    #[test]
    fn what_is_written_is_read_back() {
        let folder = tempfile::tempdir().expect("a folder");
        let written = manifest();
        written.write(folder.path()).expect("written");
        let read = Manifest::read(folder.path()).expect("read");
        assert_eq!(read, written);
        let contents = read.contents().expect("whole");
        assert_eq!(contents.audit.map(|head| head.place.sequence), Some(2));
        assert_eq!((read.registrations(), read.files[0].bits().expect("a mode")), (3, 0o600));
    }

    #[test]
    fn a_list_that_leads_elsewhere_or_has_another_form_is_refused() {
        for (change, why) in [
            (("token-keys/1.pem", "../1.pem"), "leads out"),
            (("token-keys/1.pem", "/etc/1.pem"), "leads out"),
            (("\"form\": 1", "\"form\": 2"), "form is 2"),
            (("\"form\": 1", "\"form\": 1, \"else\": 2"), "unknown field"),
        ] {
            let folder = tempfile::tempdir().expect("a folder");
            manifest().write(folder.path()).expect("written");
            let path = folder.path().join(FILE_NAME);
            let text = fs::read_to_string(&path).expect("read").replace(change.0, change.1);
            fs::write(&path, text).expect("written");
            let error = Manifest::read(folder.path()).expect_err("is refused").to_string();
            assert!(error.contains(why), "{error}");
        }
        let nothing = tempfile::tempdir().expect("a folder");
        let error = Manifest::read(nothing.path()).expect_err("is none").to_string();
        assert!(error.contains("is no backup"), "{error}");
    }
}
