use std::path::{Path, PathBuf};
use std::{fs, io};

/// A folder of this run, which goes with it.
pub(crate) struct Fresh(PathBuf);

impl Fresh {
    /// Makes it anew inside `parent`.
    pub(crate) fn new(parent: &Path) -> io::Result<Self> {
        Self::named(parent, &format!("bench-{}", std::process::id()))
    }

    /// Makes the folder `name` anew inside `parent`.
    pub(crate) fn named(parent: &Path, name: &str) -> io::Result<Self> {
        let path = parent.join(name);
        if path.exists() {
            fs::remove_dir_all(&path)?;
        }
        fs::create_dir_all(&path)?;
        Ok(Self(path))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Fresh {
    fn drop(&mut self) {
        // What cannot be removed now is in the way of nothing: the next run takes another name.
        _ = fs::remove_dir_all(&self.0);
    }
}
