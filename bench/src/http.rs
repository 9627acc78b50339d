//! As little of HTTP/1.1 as a caller on a connection of its own needs.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use memchr::memmem;

use crate::Outcome;

/// Longer than any answer takes, short enough to notice that none comes.
const PATIENCE: Duration = Duration::from_secs(30);

/// A connection that is kept for many calls.
pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    pub(crate) fn open(address: SocketAddr) -> Outcome<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(Self { stream, buffer: vec![0; 512 << 10] })
    }

    /// Sends a request and waits for the whole answer; its body. Every answer but 200 is an error.
    pub(crate) fn exchange(&mut self, request: &[u8]) -> Outcome<&[u8]> {
        self.stream.write_all(request)?;
        let mut filled = 0;
        let (start, end) = loop {
            filled += self.read(filled)?;
            if let Some(head) = memmem::find(&self.buffer[..filled], b"\r\n\r\n") {
                break (head + 4, head + 4 + content_length(&self.buffer[..head])?);
            }
        };
        if self.buffer.len() < end {
            self.buffer.resize(end, 0);
        }
        while filled < end {
            filled += self.read(filled)?;
        }
        if self.buffer.starts_with(b"HTTP/1.1 200 ") {
            Ok(&self.buffer[start..end])
        } else {
            Err(String::from_utf8_lossy(&self.buffer[..end]).into())
        }
    }

    fn read(&mut self, filled: usize) -> Outcome<usize> {
        match self.stream.read(&mut self.buffer[filled..])? {
            0 => Err("the program closed a connection that it should keep".into()),
            count => Ok(count),
        }
    }
}

fn content_length(head: &[u8]) -> Outcome<usize> {
    let head = std::str::from_utf8(head)?;
    let told = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then_some(value.trim())
    });
    Ok(told.ok_or("an answer does not tell its length")?.parse()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_length_is_found_whatever_its_capitals() {
        for head in [
            "HTTP/1.1 200 OK\r\ncontent-length: 17",
            "HTTP/1.1 200 OK\r\nContent-Length:17\r\nvary: x",
        ] {
            assert_eq!(content_length(head.as_bytes()).expect("told"), 17);
        }
        assert!(content_length(b"HTTP/1.1 200 OK").is_err());
    }
}
