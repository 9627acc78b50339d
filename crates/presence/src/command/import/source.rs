//! The files that an import reads: plain ones, those in a zip, those in a folder.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use app::import::FileError;
use app::import::kbo::Files;
use zip::ZipArchive;

use super::progress::Progress;
use crate::command::Failure;

/// A file, or the files of a zip.
pub(super) enum Input {
    Plain { name: String, path: PathBuf, size: u64 },
    Zip { archive: ZipArchive<File>, members: BTreeMap<String, usize>, size: u64 },
}

/// Looks at the files; each is there and can be read, or is refused.
pub(super) fn inputs(paths: &[&PathBuf]) -> Result<Vec<Input>, Failure> {
    paths.iter().map(|path| input(path)).collect()
}

pub(super) fn size(inputs: &[Input]) -> u64 {
    inputs.iter().map(Input::size).sum()
}

fn input(path: &Path) -> Result<Input, Failure> {
    let refused =
        |error: &dyn std::fmt::Display| Failure::Refused(format!("{}: {error}", path.display()));
    let file = File::open(path).map_err(|error| refused(&error))?;
    let metadata = file.metadata().map_err(|error| refused(&error))?;
    if metadata.is_dir() {
        return Err(refused(&"is a folder; a file is wanted"));
    }
    if is_zip(path) {
        return zip(file).map_err(|reason| refused(&reason));
    }
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
    Ok(Input::Plain { name: name.unwrap_or_default(), path: path.to_owned(), size: metadata.len() })
}

fn is_zip(path: &Path) -> bool {
    path.extension().is_some_and(|found| found.eq_ignore_ascii_case("zip"))
}

/// The files of a zip by their names, whatever folder they are in.
fn zip(file: File) -> Result<Input, String> {
    let mut archive = ZipArchive::new(file)
        .map_err(|error| format!("is no whole zip, or is truncated ({error})"))?;
    let (mut members, mut size) = (BTreeMap::new(), 0);
    for place in 0..archive.len() {
        let member = archive.by_index_raw(place).map_err(|error| error.to_string())?;
        if member.is_dir() {
            continue;
        }
        size += member.size();
        let name = member
            .name()
            .map_err(|error| error.to_string())?
            .rsplit('/')
            .next()
            .unwrap_or_default()
            .to_owned();
        if members.insert(name.clone(), place).is_some() {
            return Err(format!("has two files of the name {name}"));
        }
    }
    Ok(Input::Zip { archive, members, size })
}

impl Input {
    fn size(&self) -> u64 {
        match self {
            Self::Plain { size, .. } | Self::Zip { size, .. } => *size,
        }
    }

    /// Reads the file, or one after the other those of the zip.
    pub(super) fn each(
        self,
        progress: &Progress,
        read: &mut dyn FnMut(&str, &mut dyn Read) -> Result<(), FileError>,
    ) -> Result<(), Failure> {
        match self {
            Self::Plain { name, path, .. } => {
                let file = File::open(&path)
                    .map_err(|error| Failure::Refused(format!("{}: {error}", path.display())))?;
                Ok(read(&name, &mut progress.reader(file))?)
            }
            Self::Zip { mut archive, members, .. } => {
                for (name, place) in members {
                    let member = archive
                        .by_index(place)
                        .map_err(|error| Failure::Refused(format!("{name}: {error}")))?;
                    read(&name, &mut progress.reader(member))?;
                }
                Ok(())
            }
        }
    }
}

/// A published set: a zip or a folder.
pub(super) struct Set {
    place: Place,
    pub(super) size: u64,
    progress: Option<Progress>,
}

enum Place {
    Zip { archive: ZipArchive<File>, members: BTreeMap<String, usize> },
    Folder { path: PathBuf, names: Vec<String> },
}

impl Set {
    pub(super) fn open(path: &Path) -> Result<Self, Failure> {
        if path.is_dir() {
            return Self::folder(path)
                .map_err(|error| Failure::Refused(format!("{}: {error}", path.display())));
        }
        match input(path)? {
            Input::Zip { archive, members, size } => {
                Ok(Self { place: Place::Zip { archive, members }, size, progress: None })
            }
            Input::Plain { .. } => Err(Failure::Refused(format!(
                "{}: enterprises come as the published set: a zip, or a folder with meta.csv",
                path.display()
            ))),
        }
    }

    fn folder(path: &Path) -> io::Result<Self> {
        let (mut names, mut size) = (Vec::new(), 0);
        for entry in fs::read_dir(path)? {
            let entry = entry?;
            if entry.file_type()?.is_file() {
                size += entry.metadata()?.len();
                names.push(entry.file_name().to_string_lossy().into_owned());
            }
        }
        names.sort();
        let place = Place::Folder { path: path.to_owned(), names };
        Ok(Self { place, size, progress: None })
    }

    /// Counts what is read from here on.
    pub(super) fn count(&mut self, progress: &Progress) {
        self.progress = Some(progress.clone());
    }
}

impl Files for Set {
    fn names(&self) -> Vec<String> {
        match &self.place {
            Place::Zip { members, .. } => members.keys().cloned().collect(),
            Place::Folder { names, .. } => names.clone(),
        }
    }

    fn open(&mut self, name: &str) -> io::Result<Box<dyn Read + '_>> {
        let bytes: Box<dyn Read + '_> = match &mut self.place {
            Place::Zip { archive, members } => {
                let place = *members.get(name).ok_or(io::ErrorKind::NotFound)?;
                Box::new(archive.by_index(place).map_err(io::Error::other)?)
            }
            Place::Folder { path, .. } => Box::new(File::open(path.join(name))?),
        };
        Ok(match &self.progress {
            Some(progress) => Box::new(progress.reader(bytes)),
            None => bytes,
        })
    }
}
