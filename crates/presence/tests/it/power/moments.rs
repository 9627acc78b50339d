//! Moments at which power is lost.

use std::fmt;
use std::path::Path;

use fastrand::Rng;
use testkit::power::{Op, Step, Trace};

use super::answers::Answers;

/// So many steps after something that matters, a moment is still one of it.
const NEAR: usize = 400;

/// Steps of a trace that matter.
struct Marks {
    /// A flush is over.
    flushed: Vec<usize>,
    /// A name or a length changes.
    named: Vec<usize>,
    /// The journal begins anew.
    anew: Vec<usize>,
    /// The log is copied into the database.
    copied: Vec<usize>,
    bytes: usize,
}

fn is(path: &Path, ending: &str) -> bool {
    path.as_os_str().to_string_lossy().ends_with(ending)
}

impl Marks {
    fn of(trace: &Trace) -> Self {
        let mut marks = Self {
            flushed: Vec::new(),
            named: Vec::new(),
            anew: Vec::new(),
            copied: Vec::new(),
            bytes: 0,
        };
        let mut longest = 0;
        for (place, step) in trace.steps().iter().enumerate() {
            match step {
                Step::Begin { op: Op::Flush(_), .. } => marks.flushed.push(place),
                Step::Begin { op: Op::Write { to, at, bytes }, .. } => {
                    marks.bytes += bytes.len();
                    let at = at.unwrap_or(0);
                    if is(&to.path, "-calls") && at == 4096 && longest > 4096 {
                        marks.anew.push(place);
                        longest = 0;
                    } else if is(&to.path, "-calls") {
                        longest = longest.max(at);
                    } else if is(&to.path, ".sqlite") {
                        marks.copied.push(place);
                    }
                }
                Step::Begin { op: Op::Send { .. } | Op::Seek(_), .. } | Step::End { .. } => {}
                Step::Begin { .. } | Step::Exit => marks.named.push(place),
            }
        }
        marks
    }
}

/// Chooses so many, in their order.
pub(super) fn choose(trace: &Trace, answers: &Answers, count: usize, rng: &mut Rng) -> Vec<usize> {
    let marks = Marks::of(trace);
    let all = trace.steps().len();
    let mut moments: Vec<_> = (0..count)
        .map(|place| {
            let (kind, near) = match place % 8 {
                // At once after an answer has begun: the most that may be asked.
                0..=2 => (&answers.steps, 1),
                3 => (&marks.flushed, 4),
                4 => (&marks.named, 8),
                5 => (&marks.anew, NEAR),
                6 => (&marks.copied, 8),
                _ => return rng.usize(..=all),
            };
            let near = rng.usize(1..=near);
            rng.choice(kind).map_or_else(|| rng.usize(..=all), |step| all.min(step + near))
        })
        .collect();
    moments.sort_unstable();
    moments
}

/// What traces hold.
#[derive(Default)]
pub(super) struct Extent {
    steps: usize,
    bytes: usize,
    flushes: usize,
    begun_anew: usize,
    copied: usize,
}

impl Extent {
    pub(super) fn add(&mut self, trace: &Trace) {
        let marks = Marks::of(trace);
        self.steps += trace.steps().len();
        self.bytes += marks.bytes;
        self.flushes += marks.flushed.len();
        self.begun_anew += marks.anew.len();
        self.copied += marks.copied.len();
    }
}

impl fmt::Display for Extent {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { steps, bytes, flushes, begun_anew, copied } = self;
        let mib = bytes >> 20;
        write!(
            to,
            "{steps} steps with {mib} MiB and {flushes} flushes, the journal begun anew {begun_anew} times, {copied} pages copied \
             from the log"
        )
    }
}
