use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{fs, io};

/// The checkout that this program was built from.
pub(crate) struct Repository {
    /// Its folder.
    pub(crate) root: PathBuf,
    /// The files that are committed or about to be, by their paths from the root.
    pub(crate) files: Vec<String>,
}

impl Repository {
    /// Asks git what is in it.
    pub(crate) fn here() -> Result<Self, Box<dyn Error>> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"))
            .ancestors()
            .nth(2)
            .ok_or("the crate is two folders below the root")?
            .to_owned();
        let text = git(&root, &["ls-files", "-z"])?;
        let there = |path: &&str| root.join(path).is_file();
        let files = text.split_terminator('\0').filter(there).map(str::to_owned).collect();
        Ok(Self { root, files })
    }

    /// The files whose path satisfies `wanted`.
    pub(crate) fn paths(&self, wanted: impl Fn(&str) -> bool) -> impl Iterator<Item = &str> {
        self.files.iter().map(String::as_str).filter(move |path| wanted(path))
    }

    /// The files whose name ends with `.extension`.
    pub(crate) fn with_extension(&self, extension: &str) -> impl Iterator<Item = &str> {
        self.paths(move |path| Path::new(path).extension().is_some_and(|found| found == extension))
    }

    /// A file as text; what is no UTF-8 is replaced.
    pub(crate) fn read(&self, path: &str) -> io::Result<String> {
        let bytes = fs::read(self.root.join(path))?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// The hash that git gives a file's content.
    pub(crate) fn hash(&self, path: &str) -> Result<String, Box<dyn Error>> {
        Ok(git(&self.root, &["hash-object", "--no-filters", path])?.trim().to_owned())
    }
}

/// What git answers, whoever owns the checkout.
fn git(root: &Path, words: &[&str]) -> Result<String, Box<dyn Error>> {
    let mut command = Command::new("git");
    command.args(["-c", "safe.directory=*"]).args(words).current_dir(root);
    let output = command.output().map_err(|error| format!("git is needed: {error}"))?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    Ok(String::from_utf8(output.stdout)?)
}
