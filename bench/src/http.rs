//! As little of HTTP/1.1 as a caller on a connection of its own needs.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::ops::Range;
use std::time::Duration;

use memchr::memmem;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::Outcome;

/// Longer than any answer takes, short enough to notice that none comes.
const PATIENCE: Duration = Duration::from_secs(30);

/// A connection that is kept for many calls, by a thread of its own.
pub(crate) struct Connection {
    stream: TcpStream,
    answer: Answer,
}

impl Connection {
    pub(crate) fn open(address: SocketAddr) -> Outcome<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(Self { stream, answer: Answer::default() })
    }

    /// Sends a request and waits for the whole answer; its body. Every answer but 200 is an error.
    pub(crate) fn exchange(&mut self, request: &[u8]) -> Outcome<&[u8]> {
        self.stream.write_all(request)?;
        self.answer.begin();
        loop {
            let count = self.stream.read(self.answer.room())?;
            if self.answer.takes(count)? {
                return self.answer.body();
            }
        }
    }
}

/// A connection that is kept for many calls, one of many that share a thread.
pub(crate) struct SharedConnection {
    stream: tokio::net::TcpStream,
    answer: Answer,
}

impl SharedConnection {
    pub(crate) async fn open(address: SocketAddr) -> Outcome<Self> {
        let stream = tokio::net::TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, answer: Answer::default() })
    }

    /// Sends a request and waits for the whole answer; its body. Every answer but 200 is an error.
    pub(crate) async fn exchange(&mut self, request: &[u8]) -> Outcome<&[u8]> {
        self.stream.write_all(request).await?;
        self.answer.begin();
        loop {
            let count = self.stream.read(self.answer.room()).await?;
            if self.answer.takes(count)? {
                return self.answer.body();
            }
        }
    }
}

/// What has come of an answer.
struct Answer {
    buffer: Vec<u8>,
    filled: usize,
    /// Where its body is to be, once its head is there.
    body: Option<Range<usize>>,
}

impl Default for Answer {
    fn default() -> Self {
        Self { buffer: vec![0; 512 << 10], filled: 0, body: None }
    }
}

impl Answer {
    fn begin(&mut self) {
        (self.filled, self.body) = (0, None);
    }

    fn room(&mut self) -> &mut [u8] {
        &mut self.buffer[self.filled..]
    }

    /// Takes so many bytes that were put into the room; is the answer complete?
    fn takes(&mut self, count: usize) -> Outcome<bool> {
        if count == 0 {
            return Err("the program closed a connection that it should keep".into());
        }
        self.filled += count;
        if self.body.is_none()
            && let Some(head) = memmem::find(&self.buffer[..self.filled], b"\r\n\r\n")
        {
            let start = head + 4;
            let end = start + content_length(&self.buffer[..head])?;
            if self.buffer.len() < end {
                self.buffer.resize(end, 0);
            }
            self.body = Some(start..end);
        }
        Ok(self.body.as_ref().is_some_and(|body| self.filled >= body.end))
    }

    fn body(&self) -> Outcome<&[u8]> {
        let body = self.body.clone().ok_or("an answer without a head")?;
        if self.buffer.starts_with(b"HTTP/1.1 200 ") {
            Ok(&self.buffer[body])
        } else {
            Err(String::from_utf8_lossy(&self.buffer[..body.end]).into())
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
