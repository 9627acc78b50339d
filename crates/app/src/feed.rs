//! The steps of registrations for those who listen: each hears of what it may see, as it comes.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::{
    AuditAction, Caller, Days, Dossier, Error, Search, Step, StepPosition, StepSelection,
    WorksReference,
};

use crate::App;

/// How many steps one look at them takes at most.
const WINDOW: u32 = 256;
/// How many of the last steps are kept in memory, so that many listeners read them from the store once.
const KEPT: usize = 4096;

/// What all listeners share.
pub struct Feed {
    app: Arc<App>,
    recent: Mutex<Recent>,
}

/// The last steps.
#[derive(Default)]
struct Recent {
    /// The steps begin after this.
    after: StepPosition,
    steps: VecDeque<Arc<Step>>,
}

/// How far one listener is, and what it wants to hear.
#[derive(Clone, Debug)]
pub struct Listening {
    works: Option<WorksReference>,
    /// `None` before the first look, where it begins with what comes from then on.
    after: Option<StepPosition>,
    has_heard: bool,
    more: bool,
}

impl Listening {
    /// To the steps after a position, or to those that come from now on; of one work alone, where one is named.
    pub fn new(works: Option<WorksReference>, after: Option<StepPosition>) -> Self {
        Self { works, after, has_heard: false, more: false }
    }

    /// Up to where it has heard everything; what it may not see is passed over.
    pub fn position(&self) -> Option<StepPosition> {
        self.after
    }

    /// Is there more to hear at once?
    pub fn has_more(&self) -> bool {
        self.more
    }
}

impl Feed {
    /// The steps of this service.
    pub fn new(app: Arc<App>) -> Self {
        Self { app, recent: Mutex::default() }
    }

    /// Takes what is new into memory and answers up to where it is. Is nobody `listening`, nothing is kept.
    pub async fn look(&self, listening: bool) -> Result<StepPosition, Error> {
        let last = self.app.store.events().last_step().await?;
        if !listening {
            *self.lock() = Recent { after: last, steps: VecDeque::new() };
            return Ok(last);
        }
        loop {
            let known = self.lock().last();
            let selection = StepSelection::Everything;
            let steps = self.app.store.events().steps(selection, known, WINDOW).await?;
            let whole = steps.len() < WINDOW as usize;
            self.lock().take(known, steps);
            if whole {
                return Ok(self.lock().last());
            }
        }
    }

    /// The next steps that this listener hears of: those of registrations that the caller sees, at this moment. They are
    /// written down as shown before they are. Whoever has to name a criterion to search has to name a work here.
    pub async fn hear(
        &self,
        caller: &Caller,
        listening: &mut Listening,
    ) -> Result<Vec<Step>, Error> {
        let today = self.app.today();
        let search = Search { works: listening.works, ..Search::of(Days::new([(today, today)])) };
        self.app.permit(caller, AuditAction::Listen, caller.may_search(&search)).await?;
        let after = match listening.after {
            Some(after) => after,
            None => self.app.store.events().last_step().await?,
        };
        let steps = self.after(after).await?;
        listening.more = steps.len() >= WINDOW as usize;
        listening.after = Some(steps.last().map_or(after, |step| step.position));
        let wanted = |step: &&Arc<Step>| {
            listening.works.is_none_or(|works| step.registration.submission.works == works)
        };
        let mut heard: Vec<_> = steps.iter().filter(wanted).collect();
        if !heard.is_empty() {
            let visible = self.app.visibility(caller, &search).await?;
            heard.retain(|step| visible.shows(&step.registration));
        }
        if !heard.is_empty() || !listening.has_heard {
            let detail = listening.works.map(|works| format!("works={works}")).unwrap_or_default();
            let shown = heard.iter().map(|step| &step.registration);
            let entry = self.app.entry(caller, AuditAction::Listen).showing(shown);
            let entry = domain::AuditEntry { detail, ..entry };
            self.app.store.audit().append(entry).await?;
        }
        listening.has_heard = true;
        Ok(heard.into_iter().map(|step| seen(caller, step)).collect())
    }

    /// The steps after a position, from memory if they are there.
    async fn after(&self, after: StepPosition) -> Result<Vec<Arc<Step>>, Error> {
        if let Some(steps) = self.lock().after(after) {
            return Ok(steps);
        }
        let steps = self.app.store.events().steps(StepSelection::Everything, after, WINDOW).await?;
        Ok(steps.into_iter().map(Arc::new).collect())
    }

    fn lock(&self) -> MutexGuard<'_, Recent> {
        // Whatever is in it is whole: nothing that holds it can panic between two changes.
        self.recent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Recent {
    fn last(&self) -> StepPosition {
        self.steps.back().map_or(self.after, |step| step.position)
    }

    /// Takes steps that come after `known`, unless others were faster.
    fn take(&mut self, known: StepPosition, steps: Vec<Step>) {
        if self.last() != known {
            return;
        }
        self.steps.extend(steps.into_iter().map(Arc::new));
        while self.steps.len() > KEPT
            && let Some(step) = self.steps.pop_front()
        {
            self.after = step.position;
        }
    }

    /// The steps after a position; `None` where they begin later, or where there is nothing that memory could know.
    fn after(&self, after: StepPosition) -> Option<Vec<Arc<Step>>> {
        if after < self.after || after >= self.last() {
            return None;
        }
        let first = self.steps.partition_point(|step| step.position <= after);
        Some(self.steps.iter().skip(first).take(WINDOW as usize).cloned().collect())
    }
}

/// A step as far as the caller may see its parts.
fn seen(caller: &Caller, step: &Step) -> Step {
    let registration = step.registration.clone();
    let history = vec![step.entry.clone()];
    let mut dossier = caller.reads_dossier(Dossier { registration, history });
    let entry = dossier.history.pop().unwrap_or_else(|| step.entry.clone());
    Step { registration: dossier.registration, entry, ..step.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(entry: i64) -> StepPosition {
        StepPosition { entry, within: 0 }
    }

    #[test]
    fn memory_answers_for_what_it_knows_alone() {
        let recent = Recent { after: at(5), steps: VecDeque::new() };
        assert!(recent.after(at(5)).is_none(), "the store may know more by now");
        assert!(recent.after(at(4)).is_none());
    }
}
