//! One connection of the load.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::mpsc::Sender;

use fastrand::Rng;

use super::message;
use crate::server::post_head;
use crate::soap::XML;

/// What the one who kills hears of the load.
pub(crate) enum Event {
    /// So many bytes of a call were handed to the system.
    Sent(usize),
    /// An answer has arrived whole.
    Answered,
}

/// A call that was at least begun.
pub(crate) enum Call {
    /// With the numbers that were answered, if the answer arrived.
    Register { references: Vec<String>, ids: Option<Vec<u64>> },
    /// Did the answer arrive?
    Cancel { ids: Vec<u64>, answered: bool },
}

/// A connection that is used for one call after another.
pub(crate) struct Line {
    stream: BufReader<TcpStream>,
    body: Vec<u8>,
}

impl Line {
    pub(crate) fn open(address: SocketAddr) -> io::Result<Self> {
        Ok(Self { stream: BufReader::new(TcpStream::connect(address)?), body: Vec::new() })
    }

    /// One call, sent in pieces of which each is told; the answer's body when it has come whole.
    pub(crate) fn call(
        &mut self,
        message: &[u8],
        piece: usize,
        sent: impl FnMut(usize),
    ) -> io::Result<&str> {
        let mut request = post_head(&[XML, &format!("Content-Length: {}", message.len())]);
        request.extend_from_slice(message);
        self.send(&request, piece, sent)
    }

    /// One request, head and all, in the same way.
    pub(crate) fn send(
        &mut self,
        request: &[u8],
        piece: usize,
        mut sent: impl FnMut(usize),
    ) -> io::Result<&str> {
        for piece in request.chunks(piece) {
            self.stream.get_mut().write_all(piece)?;
            sent(piece.len());
        }
        self.answer()
    }

    fn answer(&mut self) -> io::Result<&str> {
        let mut length = 0;
        let mut first = String::new();
        loop {
            let mut line = String::new();
            if self.stream.read_line(&mut line)? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            if let Some((name, value)) = line.split_once(": ")
                && name.eq_ignore_ascii_case("content-length")
            {
                length = value.trim().parse().expect("a length");
            }
            if first.is_empty() {
                first.clone_from(&line);
            }
            if line.trim_end().is_empty() {
                break;
            }
        }
        self.body.resize(length, 0);
        self.stream.read_exact(&mut self.body)?;
        let text = std::str::from_utf8(&self.body).expect("UTF-8");
        assert!(first.starts_with("HTTP/1.1 200 "), "{first}{text}");
        Ok(text)
    }
}

/// Calls without end, until the other side is gone; answers what was called.
pub(crate) fn load(
    address: SocketAddr,
    work: u32,
    name: &str,
    mut rng: Rng,
    events: &Sender<Event>,
) -> Vec<Call> {
    let mut calls = Vec::new();
    let Ok(mut line) = Line::open(address) else { return calls };
    // What this connection registered and has not cancelled.
    let mut open: Vec<u64> = Vec::new();
    for number in 0.. {
        let piece = rng.usize(256..16_384);
        // The one who kills may have heard enough.
        let mut sent = |bytes| _ = events.send(Event::Sent(bytes));
        if open.len() > 20 && rng.u8(..5) == 0 {
            let count = rng.usize(1..=20);
            let ids: Vec<_> = open.drain(..count).collect();
            let answer = line.call(&message::cancel(&ids), piece, &mut sent);
            let answered = answer.map(|text| confirmed(text, &ids)).is_ok();
            calls.push(Call::Cancel { ids, answered });
            if !answered {
                return calls;
            }
        } else {
            let count = *rng.choice(&[1, 1, 1, 1, 20, 20, 200]).expect("not empty");
            let references: Vec<_> =
                (0..count).map(|place| format!("{name}-{number}-{place}")).collect();
            let answer = line.call(&message::register(work, &references), piece, &mut sent);
            let ids = answer.map(|text| given(text, &references)).ok();
            open.extend(ids.iter().flatten());
            let over = ids.is_none();
            calls.push(Call::Register { references, ids });
            if over {
                return calls;
            }
        }
        _ = events.send(Event::Answered);
    }
    calls
}

/// The numbers that the references were given, in their order.
fn given(answer: &str, references: &[String]) -> Vec<u64> {
    let shown = message::registrations(answer);
    assert!(shown.iter().map(|one| &one.reference).eq(references), "{answer}");
    assert!(shown.iter().all(|one| one.statuses == [message::REGISTERED]), "{answer}");
    shown.iter().map(|one| one.id).collect()
}

fn confirmed(answer: &str, ids: &[u64]) {
    let shown = message::registrations(answer);
    assert!(shown.iter().map(|one| &one.id).eq(ids), "{answer}");
    assert!(shown.iter().all(message::Shown::is_cancelled), "{answer}");
}
