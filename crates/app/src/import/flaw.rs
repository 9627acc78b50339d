use std::fmt;

use domain::Error;
use thiserror::Error as ThisError;

/// What is wrong with a cell of a line. Never says a person's number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flaw {
    /// The column, or the path in a JSON object; empty for the whole line.
    pub column: String,
    /// What was wrong, and what is allowed.
    pub reason: String,
}

impl Flaw {
    /// A flaw of a column.
    pub fn new(column: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { column: column.into(), reason: reason.into() }
    }
}

/// A line that cannot be read, with all that is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejected {
    /// The file.
    pub file: String,
    /// The line on which the record begins; the first is 1.
    pub line: u64,
    /// What is wrong; at least one.
    pub flaws: Vec<Flaw>,
}

impl Rejected {
    /// The flaws, a line of a report each.
    pub fn problems(&self) -> impl Iterator<Item = Problem<'_>> {
        self.flaws.iter().map(|flaw| Problem { file: &self.file, line: self.line, flaw })
    }
}

/// A line of a report.
#[derive(Clone, Copy, Debug)]
pub struct Problem<'a> {
    /// The file.
    pub file: &'a str,
    /// The line.
    pub line: u64,
    /// What is wrong.
    pub flaw: &'a Flaw,
}

impl fmt::Display for Problem<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, flaw: Flaw { column, reason } } = self;
        if column.is_empty() {
            write!(f, "{file}:{line}: {reason}")
        } else {
            write!(f, "{file}:{line}: {column}: {reason}")
        }
    }
}

/// Why a file, or a set of files, is refused whole.
#[derive(Debug, ThisError)]
pub enum FileError {
    /// What is wrong with it.
    #[error("{file}: {reason}")]
    Refused {
        /// The file.
        file: String,
        /// What is wrong, and what is expected.
        reason: String,
    },
    /// It cannot be read to its end.
    #[error("{file}: {cause}")]
    Read {
        /// The file.
        file: String,
        /// The system's word.
        cause: std::io::Error,
    },
    /// Its rows cannot be kept.
    #[error(transparent)]
    Store(#[from] Error),
}

impl FileError {
    /// A file that is refused.
    pub fn new(file: &str, reason: String) -> Self {
        Self::Refused { file: file.into(), reason }
    }

    pub(super) fn read(file: &str, cause: std::io::Error) -> Self {
        Self::Read { file: file.into(), cause }
    }
}

/// What a file says itself, as far as a message may repeat it: short, and no number that may be a person's.
pub(super) fn shown(text: &str) -> String {
    const LONGEST: usize = 60;
    const DIGITS: usize = 6;
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let masked = |c: char| if c.is_ascii_digit() && digits > DIGITS { '#' } else { c };
    text.chars().take(LONGEST).map(masked).collect()
}
