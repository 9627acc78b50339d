use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use store_sqlite::backup::{self, Copying};
use store_sqlite::make_folder;

use super::files::{self, beside_the_database, sync_folder};
use super::manifest::{Entry, Manifest};
use super::{Failure, at, database};

/// Makes a backup of the folder `data` in the new folder `target`, beside a program that serves from it. Answers its list,
/// and what was left out because it is neither a file nor a folder.
///
/// What is in `target` is whole and was read once more: until then it has another name beside it.
pub(crate) fn make(
    data: &Path,
    target: &Path,
    now: Timestamp,
    how: &mut Copying<'_>,
) -> Result<(Manifest, Vec<PathBuf>), Failure> {
    let above = place(data, target)?;
    let draft = tempfile::Builder::new()
        .prefix(".presence-backup-")
        .permissions(fs::Permissions::from_mode(0o700))
        .tempdir_in(&above)
        .map_err(at(&above))?;
    let copy = draft.path().join(store_sqlite::FILE_NAME);
    let source = data.join(store_sqlite::FILE_NAME);
    let (paths, left_out) = beside_the_database(data)?;
    let mut entries = Vec::new();
    for path in paths {
        entries.extend(files::copy(data, draft.path(), &path)?);
    }
    let original = backup::copy(data, &copy, how).map_err(database(&source))?;
    backup::verify(&copy)
        .and_then(|contents| contents.check(&original))
        .map_err(database(&copy))?;
    let (bytes, sha256) = files::digest(&copy)?;
    let path = PathBuf::from(store_sqlite::FILE_NAME);
    entries.push(Entry { path, bytes, mode: "600".to_owned(), sha256 });
    let manifest = Manifest::new(now, &original, entries);
    manifest.write(draft.path())?;
    sync_folder(draft.path())?;
    if target.symlink_metadata().is_ok() {
        return Err(taken(target));
    }
    fs::rename(draft.path(), target).map_err(at(target))?;
    // It has another name now, and is to stay.
    _ = draft.keep();
    sync_folder(&above)?;
    Ok((manifest, left_out))
}

/// The folder above the target, where that is a place for a backup.
fn place(data: &Path, target: &Path) -> Result<PathBuf, Failure> {
    if target.symlink_metadata().is_ok() {
        return Err(taken(target));
    }
    let data = data.canonicalize().map_err(at(data))?;
    let above = match target.parent() {
        Some(above) if above != Path::new("") => above.to_owned(),
        _ => PathBuf::from("."),
    };
    make_folder(&above).map_err(at(&above))?;
    let above = above.canonicalize().map_err(at(&above))?;
    if above.starts_with(&data) {
        return Err(Failure::Refused(format!(
            "{} lies in the folder of the data: each backup would hold those before it; choose a place elsewhere",
            target.display()
        )));
    }
    Ok(above)
}

fn taken(target: &Path) -> Failure {
    Failure::Refused(format!(
        "{} is there already: a backup never takes the place of anything; choose another name",
        target.display()
    ))
}
