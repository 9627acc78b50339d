//! A backup: a folder with a copy of everything in the data folder, and a list that says what that was.

mod files;
mod make;
mod manifest;
mod restore;

use std::io;
use std::path::{Path, PathBuf};

use store_sqlite::backup::BackupError;
use thiserror::Error;

pub(crate) use make::make;
pub(crate) use restore::{Restoring, restore};

/// Why there is no backup, or nothing was restored from one.
#[derive(Debug, Error)]
pub(crate) enum Failure {
    /// The place is taken, or is none for a backup.
    #[error("{0}")]
    Refused(String),
    /// A file or a folder.
    #[error("{}: {cause}", path.display())]
    File { path: PathBuf, cause: io::Error },
    /// The database.
    #[error("{}: {cause}", path.display())]
    Database { path: PathBuf, cause: BackupError },
    /// The backup is not what its list says.
    #[error("the backup is damaged: {0}")]
    Damaged(String),
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> Failure {
    let path = path.to_owned();
    move |cause| Failure::File { path, cause }
}

fn database(path: &Path) -> impl FnOnce(BackupError) -> Failure {
    let path = path.to_owned();
    move |cause| Failure::Database { path, cause }
}
