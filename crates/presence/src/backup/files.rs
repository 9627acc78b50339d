//! Files as they lie in a folder of data, and copies of them.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use ring::digest::{Context, SHA256};
use store::AuditHash;
use store_sqlite::make_folder;

use super::manifest::Entry;
use super::{Failure, at};

/// Folders within folders, at most: a link may lead back.
const DEPTH: usize = 8;
/// How often a file is copied again that was changed meanwhile.
const ATTEMPTS: usize = 5;

/// The files below `folder`, whatever it holds, but for the database and its logs; by their paths within it. What a link
/// leads to is one of them; with the second list, what is neither a file nor a folder.
pub(super) fn beside_the_database(folder: &Path) -> Result<(Vec<PathBuf>, Vec<PathBuf>), Failure> {
    let mut found = (Vec::new(), Vec::new());
    gather(folder, Path::new(""), 0, &mut found)?;
    found.0.sort();
    found.1.sort();
    Ok(found)
}

fn gather(
    folder: &Path,
    within: &Path,
    depth: usize,
    found: &mut (Vec<PathBuf>, Vec<PathBuf>),
) -> Result<(), Failure> {
    let here = folder.join(within);
    for entry in fs::read_dir(&here).map_err(at(&here))? {
        let name = entry.map_err(at(&here))?.file_name();
        if depth == 0 && name.to_string_lossy().starts_with(store_sqlite::FILE_NAME) {
            continue;
        }
        let path = within.join(name);
        match fs::metadata(folder.join(&path)) {
            Ok(it) if it.is_dir() && depth < DEPTH => gather(folder, &path, depth + 1, found)?,
            Ok(it) if it.is_file() => found.0.push(path),
            Ok(_) => found.1.push(path),
            // What a program has just written and put elsewhere; or a link that leads nowhere.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(at(&folder.join(&path))(error)),
        }
    }
    Ok(())
}

/// Copies a file that others may be changing, whole and of one moment; `None` when it has gone meanwhile.
pub(super) fn copy(from: &Path, to: &Path, path: &Path) -> Result<Option<Entry>, Failure> {
    let (source, target) = (from.join(path), to.join(path));
    make_folders(to, path)?;
    for _ in 0..ATTEMPTS {
        let Some(before) = state(&source)? else { return Ok(None) };
        let mode = before.2 & 0o777;
        let (bytes, sha256) = copy_bytes(&source, &target, mode)?;
        if state(&source)?.as_ref() == Some(&before) {
            return Ok(Some(Entry {
                path: path.to_owned(),
                bytes,
                mode: format!("{mode:o}"),
                sha256,
            }));
        }
        fs::remove_file(&target).map_err(at(&target))?;
    }
    Err(Failure::Refused(format!("{} changes all the time", source.display())))
}

/// When a file was changed, its length and its mode.
fn state(path: &Path) -> Result<Option<(Option<std::time::SystemTime>, u64, u32)>, Failure> {
    match fs::metadata(path) {
        Ok(it) => Ok(Some((it.modified().ok(), it.len(), it.permissions().mode()))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(at(path)(error)),
    }
}

/// The folders above a file, for the owner alone.
pub(super) fn make_folders(folder: &Path, path: &Path) -> Result<(), Failure> {
    let above = folder.join(path.parent().unwrap_or(Path::new("")));
    make_folder(&above).map_err(at(&above))
}

/// Copies a file to one that is not there yet, on disk; answers its length and its SHA-256.
pub(super) fn copy_bytes(from: &Path, to: &Path, mode: u32) -> Result<(u64, String), Failure> {
    let mut target =
        OpenOptions::new().write(true).create_new(true).mode(0o600).open(to).map_err(at(to))?;
    let digest = each_block(from, |block| target.write_all(block).map_err(at(to)))?;
    target.set_permissions(fs::Permissions::from_mode(mode)).map_err(at(to))?;
    target.sync_all().map_err(at(to))?;
    Ok(digest)
}

/// The length of a file, and its SHA-256.
pub(super) fn digest(path: &Path) -> Result<(u64, String), Failure> {
    each_block(path, |_| Ok(()))
}

fn each_block(
    path: &Path,
    mut with: impl FnMut(&[u8]) -> Result<(), Failure>,
) -> Result<(u64, String), Failure> {
    let mut file = File::open(path).map_err(at(path))?;
    let (mut digest, mut bytes) = (Context::new(&SHA256), 0_u64);
    let mut block = vec![0; 1 << 20];
    loop {
        let count = file.read(&mut block).map_err(at(path))?;
        if count == 0 {
            break;
        }
        with(&block[..count])?;
        digest.update(&block[..count]);
        bytes += count as u64;
    }
    let sha256: [u8; 32] = digest.finish().as_ref().try_into().expect("SHA-256 has 32 bytes");
    Ok((bytes, AuditHash(sha256).to_string()))
}

/// What a folder lists is on disk.
pub(super) fn sync_folder(path: &Path) -> Result<(), Failure> {
    File::open(path).and_then(|folder| folder.sync_all()).map_err(at(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_is_found_but_the_database_and_a_copy_keeps_its_mode() {
        let folder = tempfile::tempdir().expect("a folder");
        let write = |name: &str, mode: u32| {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().expect("above")).expect("made");
            fs::write(&path, name).expect("written");
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("ours");
        };
        for (name, mode) in [
            ("presence.sqlite", 0o644),
            ("presence.sqlite-wal", 0o644),
            ("token-keys/1.pem", 0o600),
            ("policy.toml", 0o644),
        ] {
            write(name, mode);
        }
        std::os::unix::fs::symlink(folder.path().join("none"), folder.path().join("link"))
            .expect("made");
        std::os::unix::fs::symlink(folder.path(), folder.path().join("token-keys/back"))
            .expect("made");
        let (found, _) = beside_the_database(folder.path()).expect("read");
        let names: Vec<_> = found.iter().filter_map(|path| path.to_str()).take(2).collect();
        assert_eq!(names, ["policy.toml", "token-keys/1.pem"]);
        let target = tempfile::tempdir().expect("a folder");
        for (path, mode) in [("token-keys/1.pem", "600"), ("policy.toml", "644")] {
            let copied = copy(folder.path(), target.path(), Path::new(path))
                .expect("copied")
                .expect("there");
            assert_eq!((copied.mode.as_str(), copied.bytes), (mode, path.len() as u64));
            assert_eq!(digest(&target.path().join(path)).expect("read").1, copied.sha256);
            assert_eq!(
                copied.bits().expect("a mode"),
                state(&target.path().join(path)).expect("read").expect("there").2 & 0o777
            );
        }
        assert_eq!(copy(folder.path(), target.path(), Path::new("gone")).expect("handled"), None);
    }
}
