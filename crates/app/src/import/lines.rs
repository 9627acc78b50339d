use std::io::Read;

use super::FileError;

const CHUNK: usize = 128 * 1024;

/// Lines of a text, no longer than a limit.
pub(super) struct Lines<'r> {
    file: &'r str,
    input: &'r mut dyn Read,
    buffer: Vec<u8>,
    begin: usize,
    limit: usize,
    number: u64,
    ended: bool,
}

/// A line, or that it was too long and left out.
pub(super) enum Line<'b> {
    Bytes(&'b [u8]),
    TooLong,
}

impl<'r> Lines<'r> {
    pub(super) fn new(file: &'r str, input: &'r mut dyn Read, limit: usize) -> Self {
        Self { file, input, buffer: Vec::new(), begin: 0, limit, number: 0, ended: false }
    }

    /// The next line without its end, and its number.
    pub(super) fn next(&mut self) -> Result<Option<(u64, Line<'_>)>, FileError> {
        let mut scanned = 0;
        let mut too_long = false;
        loop {
            let rest = &self.buffer[self.begin + scanned..];
            if let Some(found) = rest.iter().position(|byte| *byte == b'\n') {
                let (begin, end) = (self.begin, self.begin + scanned + found);
                self.begin = end + 1;
                return Ok(Some(self.line(begin, end, too_long)));
            }
            scanned += rest.len();
            if scanned > self.limit {
                too_long = true;
                self.buffer.clear();
                (self.begin, scanned) = (0, 0);
            }
            if self.ended {
                let (begin, end) = (self.begin, self.buffer.len());
                self.begin = end;
                let last = too_long || begin < end;
                return Ok(if last { Some(self.line(begin, end, too_long)) } else { None });
            }
            self.fill()?;
        }
    }

    fn line(&mut self, begin: usize, end: usize, too_long: bool) -> (u64, Line<'_>) {
        self.number += 1;
        let bytes = &self.buffer[begin..end];
        let bytes = bytes.strip_suffix(b"\r").unwrap_or(bytes);
        let line =
            if too_long || bytes.len() > self.limit { Line::TooLong } else { Line::Bytes(bytes) };
        (self.number, line)
    }

    fn fill(&mut self) -> Result<(), FileError> {
        self.buffer.drain(..self.begin);
        self.begin = 0;
        let old = self.buffer.len();
        self.buffer.resize(old + CHUNK, 0);
        let count = self
            .input
            .read(&mut self.buffer[old..])
            .map_err(|cause| FileError::read(self.file, cause))?;
        self.buffer.truncate(old + count);
        self.ended = count == 0;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &[u8], limit: usize) -> Vec<Option<Vec<u8>>> {
        let mut input = text;
        let mut lines = Lines::new("a", &mut input, limit);
        let mut read = Vec::new();
        while let Some((number, line)) = lines.next().expect("no error") {
            read.push(match line {
                Line::Bytes(bytes) => Some(bytes.to_vec()),
                Line::TooLong => None,
            });
            assert_eq!(number, read.len() as u64);
        }
        read
    }

    #[test]
    fn lines_end_with_the_text_or_a_break() {
        let line = |text: &str| Some(text.as_bytes().to_vec());
        assert_eq!(read(b"", 9), []);
        assert_eq!(read(b"a\r\n\nb", 9), [line("a"), line(""), line("b")]);
        assert_eq!(read(b"a\n", 9), [line("a")]);
    }

    #[test]
    fn a_line_that_is_too_long_is_left_out_whole() {
        let mut text = vec![b'x'; 3 * CHUNK];
        text.extend_from_slice(b"\nshort\n");
        text.extend(vec![b'y'; 3 * CHUNK]);
        assert_eq!(read(&text, 100), [None, Some(b"short".to_vec()), None]);
    }
}
