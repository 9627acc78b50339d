use std::io::Read;

use csv_core::{ReadRecordResult, Reader};

use super::FileError;
use super::flaw::shown;

/// The longest record: published ones have some hundred bytes.
const LONGEST: usize = 64 * 1024;
/// The most columns.
const WIDEST: usize = 128;
const CHUNK: usize = 128 * 1024;

/// A CSV file (RFC 4180) with a header line, read record by record.
pub(super) struct Table<'r> {
    file: &'r str,
    input: &'r mut dyn Read,
    reader: Reader,
    chunk: Box<[u8]>,
    begin: usize,
    end: usize,
    record: Box<[u8]>,
    ends: [usize; WIDEST],
    quotes: usize,
    width: usize,
    /// Where each wanted column stands; `None` for one that is not there and need not be.
    places: Vec<Option<usize>>,
}

/// A record.
pub(super) enum Record<'t> {
    /// Its cells, in the order of the wanted columns.
    Cells(Fields<'t>),
    /// It cannot be split into cells.
    Broken(String),
}

/// The cells of a record.
#[derive(Clone, Copy)]
pub(super) struct Fields<'t> {
    record: &'t [u8],
    ends: &'t [usize],
    places: &'t [Option<usize>],
}

impl<'t> Fields<'t> {
    /// The bytes of a wanted column; none where the file does not have it.
    pub(super) fn bytes(&self, wanted: usize) -> &'t [u8] {
        let Some(place) = self.places[wanted] else { return &[] };
        let begin = if place == 0 { 0 } else { self.ends[place - 1] };
        &self.record[begin..self.ends[place]]
    }
}

enum Raw {
    End,
    Record { line: u64, fields: usize, fits: bool },
}

impl<'r> Table<'r> {
    /// Reads the header: every `required` column must be there, the `optional` ones may. Their order in the file and
    /// other columns do not matter.
    pub(super) fn open(
        file: &'r str,
        input: &'r mut dyn Read,
        required: &[&str],
        optional: &[&str],
    ) -> Result<Self, FileError> {
        let mut table = Self {
            file,
            input,
            reader: Reader::new(),
            chunk: vec![0; CHUNK].into(),
            begin: 0,
            end: 0,
            record: vec![0; LONGEST].into(),
            ends: [0; WIDEST],
            quotes: 0,
            width: 0,
            places: Vec::new(),
        };
        let Raw::Record { fields, fits: true, .. } = table.read()? else {
            return Err(FileError::new(
                file,
                "has no header line with the names of the columns".into(),
            ));
        };
        let names: Vec<_> = (0..fields).map(|place| table.name(place)).collect();
        for (wanted, needed) in required
            .iter()
            .map(|name| (name, true))
            .chain(optional.iter().map(|name| (name, false)))
        {
            let place = names.iter().position(|name| name == wanted);
            if place.is_none() && needed {
                let names: Vec<_> = names.iter().take(30).map(|name| shown(name)).collect();
                let reason =
                    format!("has no column \"{wanted}\"; its columns are {}", names.join(", "));
                return Err(FileError::new(file, reason));
            }
            if names.iter().filter(|name| name == wanted).count() > 1 {
                return Err(FileError::new(file, format!("has the column \"{wanted}\" twice")));
            }
            table.places.push(place);
        }
        table.width = fields;
        Ok(table)
    }

    fn name(&self, place: usize) -> String {
        let begin = if place == 0 { 0 } else { self.ends[place - 1] };
        let name = String::from_utf8_lossy(&self.record[begin..self.ends[place]]);
        let name = if place == 0 { name.trim_start_matches('\u{feff}') } else { &name };
        name.trim().to_owned()
    }

    /// The next record and the line on which it begins.
    pub(super) fn next(&mut self) -> Result<Option<(u64, Record<'_>)>, FileError> {
        let Raw::Record { line, fields, fits } = self.read()? else { return Ok(None) };
        let record = if !fits {
            Record::Broken(format!("is longer than {LONGEST} bytes or has too many cells"))
        } else if fields != self.width {
            let width = self.width;
            Record::Broken(format!("has {fields} cells where the header has {width}"))
        } else {
            let ends = &self.ends[..fields];
            Record::Cells(Fields { record: &self.record, ends, places: &self.places })
        };
        Ok(Some((line, record)))
    }

    /// Reads a record whole, also one that does not fit: then only its end is looked for.
    fn read(&mut self) -> Result<Raw, FileError> {
        let (mut written, mut fields, mut fits) = (0, 0, true);
        let mut line = None;
        loop {
            if self.begin == self.end {
                self.fill()?;
            }
            // Empty lines before the record are none of its lines.
            if line.is_none() {
                while self.begin < self.end && matches!(self.chunk[self.begin], b'\n' | b'\r') {
                    let (_, read, _, _) = self.reader.read_record(
                        &self.chunk[self.begin..=self.begin],
                        &mut self.record,
                        &mut self.ends,
                    );
                    self.begin += read.max(1);
                }
                if self.begin == self.end && self.end > 0 {
                    continue;
                }
                line = Some(self.reader.line());
            }
            let (result, read, out, ends) = self.reader.read_record(
                &self.chunk[self.begin..self.end],
                &mut self.record[written..],
                &mut self.ends[fields..],
            );
            self.begin += read;
            written += out;
            fields += ends;
            match result {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull => (written, fits) = (0, false),
                ReadRecordResult::OutputEndsFull => (fields, fits) = (0, false),
                ReadRecordResult::Record => {
                    return Ok(Raw::Record { line: line.unwrap_or(1), fields, fits });
                }
                ReadRecordResult::End => return self.ended(),
            }
        }
    }

    fn ended(&self) -> Result<Raw, FileError> {
        if self.quotes.is_multiple_of(2) {
            Ok(Raw::End)
        } else {
            Err(FileError::new(self.file, "is truncated: it ends inside quotes".into()))
        }
    }

    fn fill(&mut self) -> Result<(), FileError> {
        let count =
            self.input.read(&mut self.chunk).map_err(|cause| FileError::read(self.file, cause))?;
        (self.begin, self.end) = (0, count);
        self.quotes += memchr::memchr_iter(b'"', &self.chunk[..count]).count();
        Ok(())
    }
}
