//! The steps of a program from its first start to its last end, with what it answered.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::line::Line;
use super::step::{Op, Step};

/// All steps.
#[derive(Debug)]
pub struct Trace {
    root: PathBuf,
    steps: Vec<Step>,
    calls: usize,
    /// The calls that have not come back, by their threads.
    open: HashMap<u32, usize>,
}

/// An answer over HTTP.
#[derive(Debug, PartialEq, Eq)]
pub struct Answer {
    /// The step with which its first byte is sent.
    pub step: usize,
    /// All of it that was sent.
    pub body: Vec<u8>,
}

impl Trace {
    /// Nothing yet, of a folder that holds nothing and whose name is on disk.
    pub fn of(root: &Path) -> Self {
        let root = root.canonicalize().expect("the folder is there");
        Self { root, steps: Vec::new(), calls: 0, open: HashMap::new() }
    }

    /// The folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The steps.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// Takes in a line of `strace`.
    pub(super) fn add(&mut self, line: &str) {
        match Line::read(line) {
            Some(Line::Begun { thread, call, result }) => {
                let Some(op) = Op::of(&call, &self.root) else { return };
                let call = self.calls;
                self.calls += 1;
                self.steps.push(Step::Begin { call, op });
                match result {
                    Some(result) => self.steps.push(Step::End { call, result }),
                    None => _ = self.open.insert(thread, call),
                }
            }
            Some(Line::Ended { thread, result }) => {
                if let Some(call) = self.open.remove(&thread) {
                    self.steps.push(Step::End { call, result });
                }
            }
            Some(Line::Other) => {}
            None => {
                let (begin, end) =
                    (line.get(..80).unwrap_or(line), line.get(line.len().saturating_sub(80)..));
                panic!("strace said \"{begin} … {}\"", end.unwrap_or_default());
            }
        }
    }

    /// The program has ended: of calls that never came back, the folder shows what they did.
    pub(super) fn end(&mut self) {
        let open: Vec<_> = self.open.drain().map(|(_, call)| call).collect();
        for step in 0..self.steps.len() {
            if let Step::Begin { call, op } = &self.steps[step]
                && open.contains(call)
            {
                let (call, result) = (*call, done(op));
                self.steps.push(Step::End { call, result });
            }
        }
        self.steps.push(Step::Exit);
    }

    /// All answers, in the order in which they were begun.
    pub fn answers(&self) -> Vec<Answer> {
        let mut answers = Vec::new();
        let (mut streams, mut calls) =
            (HashMap::<&str, Vec<(usize, &[u8])>>::new(), HashMap::new());
        for (place, step) in self.steps.iter().enumerate() {
            match step {
                Step::Begin { call, op: Op::Send { socket, bytes } } => {
                    calls.insert(*call, (socket.as_str(), bytes.as_slice(), place));
                }
                Step::End { call, result } => {
                    let Some((socket, bytes, place)) = calls.remove(call) else { continue };
                    // What was not taken is sent again.
                    let taken = result.and_then(|taken| usize::try_from(taken).ok()).unwrap_or(0);
                    streams.entry(socket).or_default().push((place, &bytes[..taken]));
                }
                // The next program may get sockets of the same numbers.
                Step::Exit => answers.extend(streams.drain().flat_map(|(_, sent)| split(&sent))),
                Step::Begin { .. } => {}
            }
        }
        answers.sort_by_key(|answer| answer.step);
        answers
    }
}

/// What a call that was cut off did, as far as the folder shows it.
fn done(op: &Op) -> Option<i64> {
    match op {
        Op::Write { to, at: Some(at), bytes } => {
            let file = fs::read(&to.path).ok()?;
            let there = file.get(usize::try_from(*at).ok()?..)?;
            let same = there.iter().zip(bytes).take_while(|(there, written)| there == written);
            i64::try_from(same.count()).ok().filter(|count| *count > 0)
        }
        Op::Resize(to, length) => (fs::metadata(&to.path).ok()?.len() == *length).then_some(0),
        Op::Remove(path) => (!path.exists()).then_some(0),
        Op::Move(from, _) => (!from.exists()).then_some(0),
        // Nobody can tell whether it arrived: it was begun.
        Op::Send { bytes, .. } => i64::try_from(bytes.len()).ok(),
        Op::MakeFolder(path) | Op::Link(_, path) => path.exists().then_some(0),
        _ => None,
    }
}

/// The answers in what was sent on a connection.
fn split(sent: &[(usize, &[u8])]) -> Vec<Answer> {
    let stream: Vec<u8> = sent.iter().flat_map(|(_, bytes)| bytes.iter().copied()).collect();
    // Behind which place of the stream each step ends.
    let mut end = 0;
    let ends = sent.iter().map(|(step, bytes)| {
        end += bytes.len();
        (end, *step)
    });
    let ends: Vec<_> = ends.collect();
    let step_of = |at: usize| ends.iter().find(|(end, _)| *end > at).map(|(_, step)| *step);
    let (mut answers, mut at) = (Vec::new(), 0);
    while let Some(step) = step_of(at) {
        let rest = &stream[at..];
        let Some(head) = rest.windows(4).position(|four| four == b"\r\n\r\n") else { break };
        let length = content_length(&String::from_utf8_lossy(&rest[..head]));
        let end = (head + 4 + length).min(rest.len());
        answers.push(Answer { step, body: rest[head + 4..end].to_vec() });
        at += end;
    }
    answers
}

fn content_length(head: &str) -> usize {
    let mut lines = head.lines().filter_map(|line| line.split_once(':'));
    let length = lines.find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    length.and_then(|(_, value)| value.trim().parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_sent_from_the_step_on_that_has_its_first_byte() {
        let sent: [(usize, &[u8]); 3] = [
            (3, b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nabHTTP/1.1 "),
            (5, b"200 OK\r\ncontent-length: 3\r\n\r\n"),
            (9, b"cdeHTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"),
        ];
        let answers = split(&sent);
        let told: Vec<_> = answers.iter().map(|one| (one.step, one.body.as_slice())).collect();
        assert_eq!(told, [(3, b"ab".as_slice()), (3, b"cde"), (9, b"")]);
    }
}
