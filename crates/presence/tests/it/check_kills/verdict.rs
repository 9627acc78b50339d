//! What each registration must have become, held against what it is.

use std::collections::HashSet;
use std::fmt;
use std::path::Path;

use domain::sample::inss;
use domain::{Cause, Dossier, Inss, RegistrationId, Remark, Remarks, Status};

use crate::kill::message::{PERSONS, Shown, person};

/// How many of each there were.
#[derive(Default)]
pub(super) struct Verdicts {
    validated: usize,
    failed: usize,
    cancelled: usize,
    /// Steps in all histories.
    steps: usize,
    /// Steps because a register changed.
    by_register: usize,
}

impl fmt::Display for Verdicts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { validated, failed, cancelled, steps, by_register } = self;
        write!(
            f,
            "afterwards {validated} validated, {failed} failed, {cancelled} cancelled, each as the registers say; \
             {steps} steps in their histories, {by_register} of them for a register's change, none twice"
        )
    }
}

/// Lets the work of the killed programs be finished, and looks at each registration. `all`: all persons are employed.
#[tokio::main]
pub(super) async fn judge(data: &Path, found: Vec<(u32, Vec<Shown>)>, all: bool) -> Verdicts {
    let store = super::finished(data).await;
    let mut verdicts = Verdicts::default();
    for (round, shown) in found {
        let odd: HashSet<Inss> =
            (0..PERSONS).filter(|place| place % 2 == 1).map(|p| inss(person(round, p))).collect();
        let mut dossiers = Vec::with_capacity(shown.len());
        for shown in shown {
            let id = i64::try_from(shown.id).ok().and_then(RegistrationId::new).expect("an id");
            let dossier = store.registrations().dossier(id).await.expect("read").expect("kept");
            dossiers.push((shown, dossier));
        }
        // The earlier of two is, on the embedded store, the one with the lower number. On PostgreSQL numbers come out of several
        // blocks at the same time, and the moment counts.
        let by_moment = testkit::chosen_database(data).is_some();
        dossiers.sort_by_key(|(_, Dossier { registration, .. })| {
            (by_moment.then_some(registration.created), registration.id)
        });
        let mut registered = HashSet::new();
        for (shown, dossier) in dossiers {
            let submission = &dossier.registration.submission;
            let inss = submission.who.inss().expect("a number");
            let reference = submission.reference.as_ref().map(domain::ClientReference::as_str);
            assert_eq!(reference, Some(shown.reference.as_str()));
            let mut wanted = Remarks::NONE;
            if odd.contains(&inss) && !all {
                wanted = wanted.with(Remark::DimonaNotOk);
            }
            let cancelled = dossier.registration.status == Status::Cancelled;
            if !cancelled && !registered.insert(inss) {
                wanted = wanted.with(Remark::Duplicate);
            }
            verdicts.count(&dossier);
            judge_one(&dossier, wanted);
        }
    }
    verdicts
}

impl Verdicts {
    fn count(&mut self, dossier: &Dossier) {
        match dossier.registration.status {
            Status::Validated => self.validated += 1,
            Status::Cancelled => self.cancelled += 1,
            Status::Failed => self.failed += 1,
            Status::Registered => {}
        }
        self.steps += dossier.history.len();
        let by_register = |cause: &Cause| matches!(cause, Cause::RegisterChange { .. });
        self.by_register += dossier.history.iter().filter(|step| by_register(&step.cause)).count();
    }
}

/// The status is right, the history begins with the registration and the first check, and no step says what the one
/// before said.
fn judge_one(dossier: &Dossier, wanted: Remarks) {
    let Dossier { registration, history } = dossier;
    let causes: Vec<_> = history.iter().map(|step| &step.cause).collect();
    let id = registration.id;
    assert_eq!(causes[0], &Cause::Registration, "{id}");
    let cancellations =
        causes.iter().filter(|cause| matches!(cause, Cause::Cancellation { .. })).count();
    let checks = causes.iter().filter(|cause| ***cause == Cause::Check).count();
    if registration.status == Status::Cancelled {
        assert!(matches!(causes.last(), Some(Cause::Cancellation { .. })), "{id}: {causes:?}");
        assert_eq!((cancellations, registration.remarks), (1, Remarks::NONE), "{id}");
        assert!(checks <= 1, "{id}: {causes:?}");
    } else {
        assert_eq!((cancellations, checks), (0, 1), "{id}: {causes:?}");
        assert_eq!(causes[1], &Cause::Check, "{id}: {causes:?}");
        let status = if wanted.is_empty() { Status::Validated } else { Status::Failed };
        assert_eq!((registration.status, registration.remarks), (status, wanted), "{id}");
    }
    for pair in history.windows(2) {
        let said = |step: &domain::HistoryEntry| (step.status, step.remarks);
        assert_ne!(said(&pair[0]), said(&pair[1]), "{id} has a step twice");
    }
    let last = history.last().expect("a step");
    assert_eq!((last.status, last.remarks), (registration.status, registration.remarks), "{id}");
}
