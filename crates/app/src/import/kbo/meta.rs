use std::fmt;
use std::io::Read;

use jiff::civil::Date;

use crate::import::table::{Record, Table};
use crate::import::{FileError, dates};

/// What a set holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExtractKind {
    /// Everything.
    Full,
    /// What changed since the extract before.
    Update,
}

impl fmt::Display for ExtractKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Full => "full",
            Self::Update => "update",
        })
    }
}

/// Which extract a set is (`meta.csv`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extract {
    /// Its number; each extract has the next one.
    pub number: u32,
    /// What it holds.
    pub kind: ExtractKind,
    /// The day of whose end it tells the state.
    pub snapshot: Date,
}

impl fmt::Display for Extract {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {}", self.number, self.snapshot)
    }
}

/// Reads the variables; those that mean nothing to us may be any.
pub(super) fn read(file: &str, input: &mut dyn Read) -> Result<Extract, FileError> {
    let mut table = Table::open(file, input, &["Variable", "Value"], &[])?;
    let (mut number, mut kind, mut snapshot) = (None, None, None);
    while let Some((line, record)) = table.next()? {
        let Record::Cells(fields) = record else {
            return Err(FileError::new(file, format!("line {line} has not two cells")));
        };
        let value = std::str::from_utf8(fields.bytes(1)).unwrap_or_default().trim();
        match fields.bytes(0) {
            b"ExtractNumber" => number = value.parse().ok(),
            b"ExtractType" => kind = kind_of(value),
            b"SnapshotDate" => snapshot = dates::day_first(value),
            _ => {}
        }
    }
    let lacks = |what: &str| FileError::new(file, format!("has no {what}"));
    Ok(Extract {
        number: number.ok_or_else(|| lacks("ExtractNumber that is a number"))?,
        kind: kind.ok_or_else(|| lacks("ExtractType that is full or update"))?,
        snapshot: snapshot.ok_or_else(|| lacks("SnapshotDate of the form dd-mm-yyyy"))?,
    })
}

fn kind_of(value: &str) -> Option<ExtractKind> {
    [ExtractKind::Full, ExtractKind::Update]
        .into_iter()
        .find(|kind| kind.to_string().eq_ignore_ascii_case(value))
}
