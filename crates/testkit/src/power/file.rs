//! One file: what of it is on disk, and what may be.

use std::collections::BTreeMap;

use super::fate::{Fate, Grain, Kept};

/// A file.
#[derive(Debug, Default)]
pub(super) struct File {
    /// What was flushed.
    flushed: Vec<u8>,
    /// What came later, in its order.
    changes: Vec<Change>,
    /// Its length as the program sees it.
    length: usize,
}

#[derive(Debug)]
struct Change {
    call: usize,
    /// When the call came back.
    end: Option<usize>,
    what: What,
}

#[derive(Debug)]
enum What {
    Write { at: usize, bytes: Vec<u8> },
    Resize(usize),
}

impl What {
    /// The length of a file of `length` bytes afterwards.
    fn length(&self, length: usize) -> usize {
        match self {
            Self::Write { at, bytes } => length.max(at + bytes.len()),
            Self::Resize(length) => *length,
        }
    }

    /// Does it to the part of a file that lies at `from`. Beyond the end of a file there are zeros.
    fn apply(&self, from: usize, part: &mut [u8]) {
        let to = from + part.len();
        match self {
            Self::Write { at, bytes } => {
                let (begin, end) = (from.max(*at), to.min(at + bytes.len()));
                if begin < end {
                    part[begin - from..end - from].copy_from_slice(&bytes[begin - at..end - at]);
                }
            }
            Self::Resize(length) if *length < to => part[length.saturating_sub(from)..].fill(0),
            Self::Resize(_) => {}
        }
    }
}

impl File {
    pub(super) fn length(&self) -> usize {
        self.length
    }

    /// A write begins.
    pub(super) fn write(&mut self, call: usize, at: usize, bytes: &[u8]) {
        self.change(call, What::Write { at, bytes: bytes.to_vec() });
    }

    /// Its length changes.
    pub(super) fn resize(&mut self, call: usize, length: usize) {
        self.change(call, What::Resize(length));
    }

    fn change(&mut self, call: usize, what: What) {
        self.length = what.length(self.length);
        self.changes.push(Change { call, end: None, what });
    }

    /// A call has come back; of a write, so many bytes were taken.
    pub(super) fn end(&mut self, call: usize, step: usize, result: Option<i64>) {
        let Some(place) = self.changes.iter().rposition(|change| change.call == call) else {
            return;
        };
        let Some(result) = result else {
            self.changes.remove(place);
            self.measure();
            return;
        };
        let change = &mut self.changes[place];
        change.end = Some(step);
        if let What::Write { bytes, .. } = &mut change.what {
            bytes.truncate(usize::try_from(result).unwrap_or(0));
            self.measure();
        }
    }

    fn measure(&mut self) {
        let begin = self.flushed.len();
        self.length = self.changes.iter().fold(begin, |length, one| one.what.length(length));
    }

    /// What had come back before `begun`, when a flush began that is over now, is on disk.
    pub(super) fn flush(&mut self, begun: usize) {
        let (flushed, later) = std::mem::take(&mut self.changes)
            .into_iter()
            .partition::<Vec<_>, _>(|change| change.end.is_some_and(|end| end < begun));
        self.changes = later;
        for Change { what, .. } in &flushed {
            self.flushed.resize(what.length(self.flushed.len()), 0);
            what.apply(0, &mut self.flushed);
        }
    }

    /// What a disk may hold of it.
    pub(super) fn image(&self, fate: &mut Fate) -> Vec<u8> {
        let changes = &self.changes[..fate.seen(self.changes.len())];
        let longest =
            changes.iter().fold((self.flushed.len(), self.flushed.len()), |before, one| {
                let now = one.what.length(before.0);
                (now, before.1.max(now))
            });
        let mut image = self.flushed.clone();
        image.resize(longest.1, 0);
        let grain = if let Kept::Parts(grain, _) = fate.kept { grain } else { Grain::Page }.bytes();
        for (part, touching) in touched(changes, grain, image.len()) {
            let (from, to) = (part * grain, image.len().min((part + 1) * grain));
            let reached = fate.reached(&touching, changes.len());
            for change in &touching[..reached] {
                changes[*change].what.apply(from, &mut image[from..to]);
            }
        }
        image.resize(self.length_on_disk(changes, fate), 0);
        image
    }

    fn length_on_disk(&self, changes: &[Change], fate: &mut Fate) -> usize {
        let (mut lengths, mut places) = (vec![self.flushed.len()], Vec::new());
        for (place, change) in changes.iter().enumerate() {
            let last = lengths[lengths.len() - 1];
            let now = change.what.length(last);
            if now != last {
                lengths.push(now);
                places.push(place);
            }
        }
        lengths[fate.reached(&places, changes.len())]
    }
}

/// The parts that changes touch, each with the places of these changes.
fn touched(changes: &[Change], grain: usize, length: usize) -> BTreeMap<usize, Vec<usize>> {
    let mut parts = BTreeMap::<usize, Vec<usize>>::new();
    for (place, change) in changes.iter().enumerate() {
        let (from, to) = match &change.what {
            What::Write { at, bytes } => (*at, at + bytes.len()),
            What::Resize(at) => (*at, length),
        };
        for part in from / grain..to.div_ceil(grain) {
            parts.entry(part).or_default().push(place);
        }
    }
    parts
}
