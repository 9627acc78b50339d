use std::fs::File;
use std::io::{self, BufWriter, Write as _};
use std::path::PathBuf;

use app::import::{FileError, Rejected};

use crate::command::{Failure, complain};

/// Without a file, no more flaws are shown than a person reads.
const SHOWN: u64 = 20;

/// The rejected lines: in a file, all of them; else the first on the console.
pub(super) struct Report {
    file: Option<(String, BufWriter<File>)>,
    rejected: u64,
    flaws: u64,
}

impl Report {
    pub(super) fn open(path: Option<&PathBuf>) -> Result<Self, Failure> {
        let file = path.map(|path| {
            let name = path.display().to_string();
            let open = || {
                let mut file = BufWriter::new(File::create(path)?);
                file.write_all(b"file,line,column,reason\r\n")?;
                io::Result::Ok(file)
            };
            match open() {
                Ok(file) => Ok((name, file)),
                Err(error) => Err(Failure::Other(format!("the report {name}: {error}"))),
            }
        });
        Ok(Self { file: file.transpose()?, rejected: 0, flaws: 0 })
    }

    pub(super) fn add(&mut self, rejected: &Rejected) -> Result<(), FileError> {
        self.rejected += 1;
        for problem in rejected.problems() {
            self.flaws += 1;
            if let Some((name, file)) = &mut self.file {
                let cells = [
                    quoted(problem.file),
                    problem.line.to_string(),
                    quoted(&problem.flaw.column),
                    quoted(&problem.flaw.reason),
                ];
                write!(file, "{}\r\n", cells.join(","))
                    .map_err(|cause| FileError::Read { file: name.clone(), cause })?;
            } else if self.flaws <= SHOWN {
                complain(&problem.to_string());
            }
        }
        Ok(())
    }

    /// Writes what is left; answers how many lines were rejected.
    pub(super) fn finish(&mut self) -> Result<u64, FileError> {
        if let Some((name, file)) = &mut self.file {
            file.flush().map_err(|cause| FileError::Read { file: name.clone(), cause })?;
        } else if self.flaws > SHOWN {
            complain(&format!("… and {} more: --report FILE has them all", self.flaws - SHOWN));
        }
        Ok(self.rejected)
    }
}

/// A cell of RFC 4180.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}
