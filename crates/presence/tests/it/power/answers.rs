//! What was answered, and when each answer began to be sent.

use std::collections::HashMap;

use testkit::power::Trace;

use crate::kill::caller::Call;
use crate::kill::message;

/// The steps at which something was first shown to a caller.
pub(super) struct Answers {
    /// Registrations, by the client's reference, with their numbers.
    registered: HashMap<String, (usize, u64)>,
    /// Cancellations, by number.
    cancelled: HashMap<u64, usize>,
    /// Whole answers.
    bodies: HashMap<String, usize>,
    /// All steps with which an answer begins.
    pub(super) steps: Vec<usize>,
}

impl Answers {
    pub(super) fn of(trace: &Trace) -> Self {
        let (mut registered, mut cancelled) = (HashMap::new(), HashMap::new());
        let (mut bodies, mut steps) = (HashMap::new(), Vec::new());
        for answer in trace.answers() {
            let body = String::from_utf8_lossy(&answer.body).into_owned();
            for shown in message::registrations(&body) {
                if shown.is_cancelled() {
                    cancelled.entry(shown.id).or_insert(answer.step);
                }
                registered.entry(shown.reference).or_insert((answer.step, shown.id));
            }
            bodies.entry(body).or_insert(answer.step);
            steps.push(answer.step);
        }
        Self { registered, cancelled, bodies, steps }
    }

    /// Whether this whole answer was begun before a moment.
    pub(super) fn was_begun(&self, body: &str, moment: usize) -> bool {
        self.bodies.get(body).is_some_and(|step| *step < moment)
    }

    /// A call as its caller would know it if all that was begun to be answered before a moment had arrived.
    pub(super) fn known(&self, call: &Call, moment: usize) -> Call {
        match call {
            Call::Register { references, .. } => {
                let id = |reference| {
                    let (step, id) = self.registered.get(reference)?;
                    (*step < moment).then_some(*id)
                };
                let ids = references.iter().map(id).collect();
                Call::Register { references: references.clone(), ids }
            }
            Call::Cancel { ids, .. } => {
                let is_shown = |id| self.cancelled.get(id).is_some_and(|step| *step < moment);
                Call::Cancel { ids: ids.clone(), answered: ids.iter().all(is_shown) }
            }
        }
    }
}
