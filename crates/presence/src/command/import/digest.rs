//! What the audit says of an import: which register, from which files, by whom.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use domain::{AuditAction, AuditEntry, Clock as _, to_milliseconds};
use ring::digest::{Context, SHA256};

use super::Job;
use crate::clock::SystemClock;
use crate::command::{Failure, account};

/// How much of a file is read at a time.
const PIECE: usize = 256 * 1024;

/// The entry of an import; the store adds what became of it.
pub(super) fn entry(job: &Job<'_>, read: u64, rejected: u64) -> Result<AuditEntry, Failure> {
    let mut detail = format!("register={}", job.register);
    for path in &job.files {
        for file in files(path)? {
            let name = file.file_name().unwrap_or_default().to_string_lossy();
            let digest = digest(&file).map_err(|error| unreadable(&file, &error))?;
            _ = write!(detail, " {name}=sha256:{digest}");
        }
    }
    _ = write!(detail, " read={read} rejected={rejected}");
    let now = to_milliseconds(SystemClock.now());
    Ok(AuditEntry { detail, ..AuditEntry::of_operator(&account(), AuditAction::Import, now) })
}

/// A file itself, or the files of a folder, by name.
fn files(path: &Path) -> Result<Vec<PathBuf>, Failure> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut files = Vec::new();
    for entry in fs::read_dir(path).map_err(|error| unreadable(path, &error))? {
        let path = entry.map_err(|error| unreadable(path, &error))?.path();
        if path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn unreadable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::Refused(format!("{}: {error}", path.display()))
}

fn digest(path: &Path) -> std::io::Result<String> {
    let mut file = File::open(path)?;
    let mut context = Context::new(&SHA256);
    let mut piece = vec![0; PIECE];
    loop {
        let count = file.read(&mut piece)?;
        if count == 0 {
            break;
        }
        context.update(&piece[..count]);
    }
    let mut text = String::new();
    for byte in context.finish().as_ref() {
        _ = write!(text, "{byte:02x}");
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_the_digest_that_others_compute() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("abc");
        fs::write(&file, "abc").expect("written");
        // The example of FIPS 180-2, appendix B.1.
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(digest(&file).expect("read"), expected);
        assert_eq!(files(folder.path()).expect("read"), [file]);
    }
}
