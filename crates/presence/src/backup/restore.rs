use std::fs::{self, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, fcntl_lock};
use rustix::io::Errno;
use store_sqlite::{backup, make_folder};

use super::files::{self, make_folders, sync_folder};
use super::manifest::Manifest;
use super::{Failure, at, database};

/// Where a restore gathers what it brings, within the folder that it is for.
const DRAFT: &str = ".restoring";

/// What to restore, and where.
pub(crate) struct Restoring<'p> {
    /// The backup.
    pub(crate) backup: &'p Path,
    /// The folder for the data: it is made, or it is empty.
    pub(crate) data: &'p Path,
    /// How many ids are left out, so that none that was given out after the backup is given a second time.
    pub(crate) id_gap: u64,
}

/// Brings the data of a backup to an empty folder. What does not hold what its list says is refused, and then nothing is
/// brought.
pub(crate) fn restore(what: &Restoring<'_>) -> Result<Manifest, Failure> {
    let manifest = Manifest::read(what.backup)?;
    let expected = manifest.contents()?;
    let made = empty(what.data)?;
    let draft = what.data.join(DRAFT);
    fs::create_dir(&draft).map_err(at(&draft))?;
    let brought = bring(what, &manifest, &draft).and_then(|file| {
        let held = backup::verify(&file).and_then(|contents| contents.check(&expected));
        held.and_then(|()| backup::leave_out_ids(&file, what.id_gap)).map_err(database(&file))
    });
    let done = brought.and_then(|()| put(&manifest, &draft, what.data));
    // After a success only empty folders are left of it.
    let gone = fs::remove_dir_all(&draft).map_err(at(&draft));
    if done.is_err() && made {
        _ = fs::remove_dir(what.data);
    }
    done.and(gone)?;
    sync_folder(what.data)?;
    Ok(manifest)
}

/// Sees that the folder is empty, or makes it; answers whether it was made.
fn empty(data: &Path) -> Result<bool, Failure> {
    let made = !data.exists();
    make_folder(data).map_err(at(data))?;
    let mut entries = fs::read_dir(data).map_err(at(data))?;
    if entries.next().is_none() {
        return Ok(made);
    }
    let shown = data.display();
    Err(Failure::Refused(if in_use(&data.join(store_sqlite::FILE_NAME)).map_err(at(data))? {
        format!("{shown} is in use: a program serves from it; stop it, or choose another folder")
    } else if data.join(DRAFT).exists() {
        format!(
            "{shown} has the rest of a restore that was cut off; remove what is in it, and try again"
        )
    } else {
        format!("{shown} is not empty; move what is in it away, or choose another folder")
    }))
}

/// Has another program the database open? Each that does holds a lock on the file.
fn in_use(file: &Path) -> io::Result<bool> {
    let file = match OpenOptions::new().read(true).write(true).open(file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        opened => opened?,
    };
    match fcntl_lock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(false),
        Err(Errno::ACCESS | Errno::AGAIN) => Ok(true),
        Err(error) => Err(error.into()),
    }
}

/// Copies every file of the list, each held against it; answers where the database is.
fn bring(what: &Restoring<'_>, manifest: &Manifest, draft: &Path) -> Result<PathBuf, Failure> {
    for entry in &manifest.files {
        make_folders(draft, &entry.path)?;
        let (from, to) = (what.backup.join(&entry.path), draft.join(&entry.path));
        let (bytes, sha256) = files::copy_bytes(&from, &to, entry.bits()?)?;
        if (bytes, &sha256) != (entry.bytes, &entry.sha256) {
            return Err(Failure::Damaged(format!(
                "{} is not what it was: {bytes} bytes of SHA-256 {sha256}, where {} of {} were written",
                from.display(),
                entry.bytes,
                entry.sha256
            )));
        }
    }
    Ok(draft.join(store_sqlite::FILE_NAME))
}

/// Puts the files in their places, the database last: without it, there is nothing to serve from.
fn put(manifest: &Manifest, draft: &Path, data: &Path) -> Result<(), Failure> {
    let is_database = |path: &Path| path == Path::new(store_sqlite::FILE_NAME);
    let mut paths: Vec<_> = manifest.files.iter().map(|entry| entry.path.as_path()).collect();
    paths.sort_by_key(|path| is_database(path));
    let mut placed = Vec::new();
    for path in paths {
        let (from, to) = (draft.join(path), data.join(path));
        // A link is never put in the place of a file, should a program have begun to serve here meanwhile.
        let put =
            make_folders(data, path).and_then(|()| fs::hard_link(&from, &to).map_err(at(&to)));
        if let Err(failure) = put {
            for path in &placed {
                _ = fs::remove_file(path);
            }
            return Err(failure);
        }
        placed.push(to);
    }
    Ok(())
}
