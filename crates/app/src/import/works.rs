use std::collections::HashSet;
use std::io::Read;

use domain::Work;
use domain::register::Row;

use super::lines::{Line, Lines};
use super::{FileError, Flaw, Rejected, Sink, read_work};

/// The longest line: a work with thousands of contracts.
const LONGEST: usize = 4 * 1024 * 1024;

/// Reads `works.jsonl`: a JSON object a line; empty lines are passed over.
pub(super) fn read(
    file: &str,
    input: &mut dyn Read,
    sink: &mut dyn Sink<Row>,
) -> Result<(), FileError> {
    let mut lines = Lines::new(file, input, LONGEST);
    let mut references = HashSet::new();
    while let Some((line, text)) = lines.next()? {
        let work = match text {
            Line::Bytes(bytes) if bytes.trim_ascii().is_empty() => continue,
            Line::Bytes(bytes) => parse(bytes),
            Line::TooLong => Err(vec![Flaw::new("", format!("is longer than {LONGEST} bytes"))]),
        };
        let work = work.and_then(|work| {
            let new = references.insert(work.reference);
            let twice = || vec![Flaw::new("reference", "is that of an earlier line")];
            new.then_some(work).ok_or_else(twice)
        });
        match work {
            Ok(work) => sink.put(Row::Work(work))?,
            Err(flaws) => sink.reject(Rejected { file: file.into(), line, flaws })?,
        }
    }
    Ok(())
}

fn parse(bytes: &[u8]) -> Result<Work, Vec<Flaw>> {
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    let value = serde_json::from_slice(bytes).map_err(|error| {
        // The text of the error may repeat what stands there; where it stands is enough.
        let reason = format!("is no JSON object: the mistake is at character {}", error.column());
        vec![Flaw::new("", reason)]
    })?;
    read_work(&value)
}
