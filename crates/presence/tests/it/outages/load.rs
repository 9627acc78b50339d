//! Callers who go on whatever they are answered, and what the one who makes faults hears of them.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use fastrand::Rng;
use jiff::civil::Date;

use super::door::{Ask, Door, Line, Told};
use crate::kill::caller::Call;

/// How many callers each door of a node has.
const LINES: [(Door, usize); 2] = [(Door::Soap, 5), (Door::Rest, 3)];
/// How many callers a node has.
pub(super) const CALLERS: usize = LINES[0].1 + LINES[1].1;
/// How long the load may stand still before it is a failure, on however busy a machine.
const PATIENCE: Duration = Duration::from_mins(5);

struct Event {
    line: usize,
    what: What,
}

enum What {
    Answered,
    /// Told to come again, after so long.
    Refused(Duration),
    /// The other side has ended.
    Gone,
}

/// What the callers of a round heard.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Heard {
    /// How many calls were refused for the moment.
    pub(super) refused: usize,
    /// The longest that one of them waited for that.
    pub(super) longest: Duration,
    /// How many connections the program has ended.
    pub(super) gone: usize,
}

/// Callers under way.
pub(super) struct Load {
    stop: Arc<AtomicBool>,
    events: Receiver<Event>,
    doors: Vec<Door>,
    callers: Vec<JoinHandle<Vec<Call>>>,
    heard: Heard,
    /// Of each line: answers, refusals, and whether its program is gone.
    lines: HashMap<usize, (usize, usize, bool)>,
}

impl Load {
    /// Callers of every node, who register at a work of the round's own.
    pub(super) fn begin(nodes: &[SocketAddr], (work, day): (u32, Date), rng: &mut Rng) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let (sender, events) = channel();
        let (mut doors, mut callers) = (Vec::new(), Vec::new());
        for address in nodes.iter().copied() {
            for (door, count) in LINES {
                for _ in 0..count {
                    let line = doors.len();
                    doors.push(door);
                    // Before anything is done to the node: on a busy machine its caller may begin much later.
                    let stream = Line::open(address).expect("connected");
                    let caller = Caller {
                        door,
                        line,
                        place: (work, day),
                        stop: Arc::clone(&stop),
                        events: sender.clone(),
                        rng: rng.fork(),
                    };
                    callers.push(std::thread::spawn(move || caller.call(stream)));
                }
            }
        }
        Self { stop, events, doors, callers, heard: Heard::default(), lines: HashMap::new() }
    }

    fn hear(&mut self) {
        let event = self.events.recv_timeout(PATIENCE).expect("the load goes on");
        self.note(&event);
    }

    fn note(&mut self, event: &Event) {
        let line = self.lines.entry(event.line).or_default();
        match event.what {
            What::Answered => line.0 += 1,
            What::Refused(after) => {
                line.1 += 1;
                self.heard.refused += 1;
                self.heard.longest = self.heard.longest.max(after);
            }
            What::Gone => {
                line.2 = true;
                self.heard.gone += 1;
            }
        }
    }

    fn catch_up(&mut self) {
        while let Ok(event) = self.events.try_recv() {
            self.note(&event);
        }
    }

    fn of(&self, line: usize) -> (usize, usize, bool) {
        self.lines.get(&line).copied().unwrap_or_default()
    }

    /// Waits for so many more answers, whoever gets them.
    pub(super) fn answers(&mut self, count: usize) {
        self.catch_up();
        let all = |load: &Self| load.lines.values().map(|line| line.0).sum::<usize>();
        let wanted = all(self) + count;
        while all(self) < wanted {
            self.hear();
        }
    }

    /// Waits until each caller whose program is there has had two more answers: the second call began after this moment.
    pub(super) fn answers_of_each(&mut self) {
        self.catch_up();
        let before: Vec<_> = (0..self.doors.len()).map(|line| self.of(line).0).collect();
        let waits = |load: &Self, line: usize, before: usize| {
            let (answers, _, gone) = load.of(line);
            !gone && answers < before + 2
        };
        for (line, before) in before.into_iter().enumerate() {
            while waits(self, line, before) {
                self.hear();
            }
        }
    }

    /// Waits until callers of either door have been refused so many more times.
    pub(super) fn refusals(&mut self, count: usize) {
        self.catch_up();
        let of = |load: &Self, door: Door| -> usize {
            let lines = load.doors.iter().enumerate().filter(|(_, other)| **other == door);
            lines.map(|(line, _)| load.of(line).1).sum()
        };
        for (door, _) in LINES {
            let wanted = of(self, door) + count;
            while of(self, door) < wanted {
                self.hear();
            }
        }
    }

    /// Listens for so long, where an outage is to last.
    pub(super) fn lasts(&mut self, time: Duration) {
        let end = Instant::now() + time;
        while let Some(left) = end.checked_duration_since(Instant::now()) {
            if let Ok(event) = self.events.recv_timeout(left) {
                self.note(&event);
            }
        }
    }

    /// Lets the callers end what they have begun; answers what they called, and what they heard.
    pub(super) fn end(mut self) -> (Vec<Call>, Heard) {
        self.stop.store(true, Ordering::Relaxed);
        let callers = std::mem::take(&mut self.callers);
        let calls = callers.into_iter().flat_map(|caller| caller.join().expect("a caller"));
        let calls = calls.collect();
        self.catch_up();
        (calls, self.heard)
    }
}

/// One connection of the load.
struct Caller {
    door: Door,
    line: usize,
    place: (u32, Date),
    stop: Arc<AtomicBool>,
    events: Sender<Event>,
    rng: Rng,
}

impl Caller {
    /// Calls until it is told to stop, or the other side is gone; answers what was called.
    fn call(mut self, mut line: Line) -> Vec<Call> {
        let mut calls = Vec::new();
        // What this connection registered and has not cancelled.
        let mut open: Vec<u64> = Vec::new();
        for number in 0.. {
            if self.stop.load(Ordering::Relaxed) {
                break;
            }
            let cancels = open.len() > 20 && self.rng.u8(..5) == 0;
            let (call, gone) = if cancels {
                let count = self.rng.usize(1..=20);
                let ids: Vec<_> = open.drain(..count).collect();
                let told = self.ask(&mut line, &Ask::Cancel(&ids), number);
                let gone = told.is_err();
                (Call::Cancel { ids, answered: matches!(told, Ok(Some(_))) }, gone)
            } else {
                let count = *self.rng.choice(&[1, 1, 1, 5, 20, 60]).expect("not empty");
                let name = format!("{}-{}-{number}", self.place.0, self.line);
                let references: Vec<_> =
                    (0..count).map(|place| format!("{name}-{place}")).collect();
                let told = self.ask(&mut line, &Ask::Register(&references), number);
                let gone = told.is_err();
                let ids = told.ok().flatten();
                open.extend(ids.iter().flatten());
                (Call::Register { references, ids }, gone)
            };
            calls.push(call);
            if gone {
                break;
            }
        }
        calls
    }

    /// Asks, over REST with one key until it is done; `None` where it was refused and nobody knows what became of it, an error
    /// where the program is gone.
    fn ask(
        &self,
        line: &mut Line,
        ask: &Ask<'_>,
        number: usize,
    ) -> std::io::Result<Option<Vec<u64>>> {
        let key = format!("round-{}-line-{}-call-{number}", self.place.0, self.line);
        let request = self.door.request(ask, self.place, &key);
        loop {
            let tell = |what| _ = self.events.send(Event { line: self.line, what });
            match line.call(&request) {
                Err(error) => {
                    tell(What::Gone);
                    return Err(error);
                }
                Ok((reply, took)) => match (self.door.read(&reply, ask, took), self.door) {
                    (Told::Done(ids), _) => {
                        tell(What::Answered);
                        return Ok(Some(ids));
                    }
                    (Told::Later(after), door) => {
                        tell(What::Refused(after));
                        if door == Door::Soap {
                            return Ok(None);
                        }
                    }
                },
            }
        }
    }
}
