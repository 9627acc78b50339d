use std::ops::Range;
use std::sync::Arc;

use domain::{AuditEntry, Error, ItemErrors, NewRegistration, Registration, RegistrationId};
use jiff::Timestamp;
use store::{Finding, Finished, Transition};
use tokio::sync::oneshot;

use crate::failure::Failure;
use crate::transact::Write;
use crate::write::Statements;
use crate::{audit, checks};

pub(crate) type Reply<T> = oneshot::Sender<Result<T, Error>>;

/// Something to write, with the call that waits for it.
pub(crate) enum Job {
    Register {
        new: Vec<NewRegistration>,
        entry: Option<AuditEntry>,
        reply: Reply<Vec<Registration>>,
    },
    Amend(Amend),
    Finish(Box<Finish>),
    Other(Box<dyn Write>),
}

pub(crate) struct Amend {
    pub(crate) ids: Vec<Option<RegistrationId>>,
    pub(crate) transition: Arc<Transition>,
    pub(crate) entry: Option<AuditEntry>,
    pub(crate) answers: Vec<Result<Registration, ItemErrors>>,
    pub(crate) reply: Reply<Vec<Result<Registration, ItemErrors>>>,
}

/// What the checks of a lease found.
pub(crate) struct Finish {
    pub(crate) lease: u64,
    pub(crate) version: u64,
    pub(crate) findings: Vec<Finding>,
    pub(crate) at: Timestamp,
    pub(crate) outcome: Finished,
    pub(crate) reply: Reply<Finished>,
}

impl Job {
    /// How many registrations it writes, for the size of a commit.
    pub(crate) fn weight(&self) -> usize {
        match self {
            Self::Register { new, .. } => new.len(),
            Self::Amend(Amend { ids, .. }) => ids.len(),
            Self::Finish(finish) => finish.findings.len(),
            Self::Other(write) => write.weight(),
        }
    }

    /// How many ids it needs.
    pub(crate) fn ids(&self) -> usize {
        match self {
            Self::Register { new, .. } => new.len(),
            _ => 0,
        }
    }

    /// Writes, inside the transaction that the caller has begun. May be asked again after a rollback.
    pub(crate) fn apply(
        &mut self,
        ids: Range<i64>,
        statements: &mut Statements<'_>,
    ) -> Result<(), Failure> {
        match self {
            Self::Register { new, entry, .. } => {
                statements.tell_of_new(ids.start, new)?;
                for (id, new) in ids.clone().zip(new) {
                    statements.insert(id, new)?;
                }
                if let Some(entry) = entry {
                    entry.registrations = ids.filter_map(RegistrationId::new).collect();
                    audit::append(statements.connection(), entry)?;
                }
            }
            Self::Amend(amend) => {
                amend.answers = statements.amend(&amend.ids, &amend.transition)?;
                if let Some(entry) = &amend.entry {
                    let entry = entry.clone().decided(&amend.ids, &amend.answers);
                    audit::append(statements.connection(), &entry)?;
                }
            }
            Self::Finish(finish) => {
                let Finish { lease, version, findings, at, .. } = &**finish;
                finish.outcome = checks::finish(statements, *lease, *version, findings, *at)?;
            }
            Self::Other(write) => write.apply(statements.connection())?,
        }
        Ok(())
    }

    /// Answers the call. Whoever has gone away meanwhile does not hear it; what is committed stays.
    pub(crate) fn answer(self, ids: Range<i64>, outcome: Result<(), Failure>) {
        match self {
            Self::Register { new, reply, .. } => {
                let stored = |(id, new): (i64, NewRegistration)| {
                    RegistrationId::new(id).map(|id| new.stored_as(id))
                };
                let _ = reply.send(
                    outcome
                        .map_err(Error::from)
                        .map(|()| ids.zip(new).filter_map(stored).collect()),
                );
            }
            Self::Amend(Amend { answers, reply, .. }) => {
                let _ = reply.send(outcome.map_err(Error::from).map(|()| answers));
            }
            Self::Finish(finish) => {
                let Finish { outcome: finished, reply, .. } = *finish;
                let _ = reply.send(outcome.map_err(Error::from).map(|()| finished));
            }
            Self::Other(write) => write.answer(outcome),
        }
    }
}
