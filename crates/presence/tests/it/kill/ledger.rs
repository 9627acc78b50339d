//! What was called, held against what the program knows after it was killed and started again.

use std::collections::{HashMap, HashSet};
use std::net::SocketAddr;
use std::ops::AddAssign;

use jiff::civil::Date;

use super::caller::{Call, Line};
use super::message::{self, CANCELLED, PAGE, REGISTERED, Shown};

/// What a campaign has seen.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Figures {
    /// Calls whose answer arrived.
    pub(crate) answered: usize,
    /// Registrations and cancellations in them.
    pub(crate) registered: usize,
    pub(crate) cancelled: usize,
    /// Calls that were cut off, with what became of them: all of it stored, or nothing.
    pub(crate) cut_kept: usize,
    pub(crate) cut_lost: usize,
}

impl AddAssign for Figures {
    fn add_assign(&mut self, other: Self) {
        self.answered += other.answered;
        self.registered += other.registered;
        self.cancelled += other.cancelled;
        self.cut_kept += other.cut_kept;
        self.cut_lost += other.cut_lost;
    }
}

/// All that is registered at a work, in the order of the numbers.
pub(crate) fn search(address: SocketAddr, work: u32, day: Date) -> Vec<Shown> {
    let mut line = Line::open(address).expect("connected");
    let mut all = Vec::new();
    loop {
        let request = message::search(work, day, all.len());
        let page = line.call(&request, usize::MAX, |_| {}).expect("an answer");
        let page = message::registrations(page);
        let last = page.len() < PAGE;
        all.extend(page);
        if last {
            return all;
        }
    }
}

/// Every acknowledged step is there, none is there twice, and nothing is there by half.
pub(crate) fn compare(calls: &[Call], found: &[Shown]) -> Figures {
    let mut by_reference = HashMap::new();
    let mut by_id = HashMap::new();
    for shown in found {
        let twice = by_reference.insert(shown.reference.as_str(), shown);
        assert_eq!(twice, None, "a client's reference is there twice");
        assert_eq!(by_id.insert(shown.id, shown), None, "a number is there twice");
    }
    let mut figures = Figures::default();
    // Whether each is cancelled; `None` where the cancellation was cut off.
    let mut cancelled = HashMap::new();
    let mut known = 0;
    for call in calls {
        match call {
            Call::Register { references, ids: Some(ids) } => {
                for (reference, id) in references.iter().zip(ids) {
                    let shown = by_reference.get(reference.as_str());
                    let shown = shown.unwrap_or_else(|| panic!("{reference}, {id} is lost"));
                    assert_eq!(shown.id, *id, "{reference} has another number");
                }
                figures.answered += 1;
                figures.registered += ids.len();
                known += ids.len();
            }
            Call::Register { references, ids: None } => {
                let there = references.iter().filter(|one| by_reference.contains_key(one.as_str()));
                let there = there.count();
                figures.cut(there, references.len());
                known += there;
            }
            Call::Cancel { ids, answered: true } => {
                cancelled.extend(ids.iter().map(|id| (*id, Some(true))));
                figures.answered += 1;
                figures.cancelled += ids.len();
            }
            Call::Cancel { ids, answered: false } => {
                cancelled.extend(ids.iter().map(|id| (*id, None)));
                let done = ids.iter().filter(|id| by_id[*id].is_cancelled());
                figures.cut(done.count(), ids.len());
            }
        }
    }
    assert_eq!(known, found.len(), "there is more than was sent");
    for shown in found {
        if let Some(expected) = cancelled.get(&shown.id).copied().unwrap_or(Some(false)) {
            assert_eq!(shown.is_cancelled(), expected, "{shown:?}");
        }
    }
    figures
}

impl Figures {
    fn cut(&mut self, done: usize, of: usize) {
        assert!(done == 0 || done == of, "{done} of the {of} items of a call were done");
        if done == 0 {
            self.cut_lost += 1;
        } else {
            self.cut_kept += 1;
        }
    }
}

/// Asks for each by its number: it is the same, and its history tells how it came to its status.
pub(crate) fn ask_for_each(address: SocketAddr, found: &[Shown]) {
    let mut line = Line::open(address).expect("connected");
    for shown in found {
        let answer = line.call(&message::get(shown.id), usize::MAX, |_| {}).expect("an answer");
        let got = message::registrations(answer);
        let [got] = got.as_slice() else { panic!("{} is not found: {answer}", shown.id) };
        assert_eq!((got.id, &got.reference), (shown.id, &shown.reference));
        let (status, history) = got.statuses.split_first().expect("a status");
        // A check may come in between; a cancellation is for ever.
        assert_eq!(status == CANCELLED, shown.is_cancelled(), "search and get agree");
        assert_eq!(
            (history.first().map(String::as_str), history.last()),
            (Some(REGISTERED), Some(status))
        );
        let cancellations = history.iter().filter(|status| *status == CANCELLED).count();
        assert_eq!(cancellations, usize::from(shown.is_cancelled()), "{answer}");
    }
}

/// No number is given out again after a restart.
pub(crate) fn remember(given: &mut HashSet<u64>, found: &[Shown]) {
    for shown in found {
        assert!(given.insert(shown.id), "{} was given out before", shown.id);
    }
}

/// The registrations as they are but for what checks against the registers say of them meanwhile.
pub(crate) fn without_checks(mut found: Vec<Shown>) -> Vec<Shown> {
    for shown in &mut found {
        shown.statuses.retain(|status| status == CANCELLED);
    }
    found
}
