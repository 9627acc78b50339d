use std::ops::Range;
use std::sync::Arc;

use domain::{AuditEntry, Error, ItemErrors, NewRegistration, Registration, RegistrationId};
use jiff::Timestamp;
use store::{Beside, Finding, Finished, Kept, Once, Transition, Written, audit_body};
use tokio::sync::oneshot;

use crate::failure::Failure;
use crate::frame::Frame;
use crate::transact::Write;
use crate::write::Statements;
use crate::{checks, once};

pub(crate) type Reply<T> = oneshot::Sender<Result<T, Error>>;

/// Something to write, with the call that waits for it.
pub(crate) enum Job {
    Register(Register),
    Amend(Amend),
    Finish(Box<Finish>),
    Audit {
        entry: Box<AuditEntry>,
        reply: Reply<()>,
    },
    Other(Box<dyn Write>),
    /// Nothing, but all that was acknowledged before is to be where reads find it.
    Settle {
        reply: Reply<()>,
    },
}

pub(crate) struct Register {
    /// How many registrations.
    pub(crate) count: usize,
    /// Their rows, as [`crate::cells::of`] writes them.
    pub(crate) rows: Vec<u8>,
    /// They themselves, where the outcome of the call is kept.
    pub(crate) kept: Vec<NewRegistration>,
    pub(crate) beside: Beside,
    /// What the call came to when it was sent before.
    pub(crate) before: Option<Kept>,
    /// Is told the ids.
    pub(crate) reply: Reply<Written<Range<i64>>>,
}

pub(crate) struct Amend {
    pub(crate) ids: Vec<Option<RegistrationId>>,
    pub(crate) transition: Arc<Transition>,
    pub(crate) beside: Beside,
    pub(crate) answers: Vec<Result<Registration, ItemErrors>>,
    pub(crate) before: Option<Kept>,
    pub(crate) reply: Reply<Written<Vec<Result<Registration, ItemErrors>>>>,
}

impl Register {
    fn apply(&mut self, ids: Range<i64>, statements: &mut Statements<'_>) -> Result<(), Failure> {
        let connection = statements.connection();
        self.before = once::before(connection, self.beside.once.as_ref())?;
        if self.before.is_some() {
            return Ok(());
        }
        statements.insert(ids.start, self.count, &self.rows)?;
        if let Some(entry) = &mut self.beside.entry {
            entry.registrations = once::ids(ids.clone());
            statements.audit(entry)?;
        }
        if let Some(once) = &self.beside.once {
            once::keep(connection, once, &once.registered(&once::ids(ids), &self.kept))?;
        }
        Ok(())
    }

    fn answer(self, ids: Range<i64>, outcome: Result<(), Failure>) {
        let written = self.before.map_or(Written::Now(ids), Written::Before);
        let _ = self.reply.send(outcome.map_err(Error::from).map(|()| written));
    }
}

impl Amend {
    fn apply(&mut self, statements: &mut Statements<'_>) -> Result<(), Failure> {
        let connection = statements.connection();
        self.before = once::before(connection, self.beside.once.as_ref())?;
        if self.before.is_some() {
            return Ok(());
        }
        self.answers = statements.amend(&self.ids, &self.transition)?;
        if let Some(entry) = &self.beside.entry {
            statements.audit(&entry.clone().decided(&self.ids, &self.answers))?;
        }
        if let Some(once) = &self.beside.once {
            once::keep(connection, once, &Once::decided(&self.answers))?;
        }
        Ok(())
    }

    fn answer(self, outcome: Result<(), Failure>) {
        let Self { answers, before, reply, .. } = self;
        let written = before.map_or(Written::Now(answers), Written::Before);
        let _ = reply.send(outcome.map_err(Error::from).map(|()| written));
    }
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
            Self::Register(register) => register.count,
            Self::Amend(Amend { ids, .. }) => ids.len(),
            Self::Finish(finish) => finish.findings.len(),
            Self::Audit { .. } => 1,
            Self::Other(write) => write.weight(),
            Self::Settle { .. } => 0,
        }
    }

    /// How many ids it needs.
    pub(crate) fn ids(&self) -> usize {
        match self {
            Self::Register(register) => register.count,
            _ => 0,
        }
    }

    /// Whether the journal may hold it for a while: nothing of what it comes to depends on what the database holds.
    pub(crate) fn fits_journal(&self) -> bool {
        match self {
            Self::Register(register) => register.beside.once.is_none(),
            Self::Audit { .. } => true,
            _ => false,
        }
    }

    /// Whether it changes anything.
    pub(crate) fn writes(&self) -> bool {
        !matches!(self, Self::Settle { .. })
    }

    /// Adds what it writes to a frame of the journal.
    pub(crate) fn note(&mut self, ids: Range<i64>, frame: &mut Frame) {
        match self {
            Self::Register(Register { count, rows, beside, .. }) => {
                let first = ids.start;
                let body = beside.entry.as_mut().map(|entry| {
                    entry.registrations = once::ids(ids);
                    audit_body(entry)
                });
                frame.add(first, *count, rows, body.as_deref());
            }
            Self::Audit { entry, .. } => frame.add(0, 0, &[], Some(&audit_body(entry))),
            Self::Amend(_) | Self::Finish(_) | Self::Other(_) | Self::Settle { .. } => {}
        }
    }

    /// Writes, inside the transaction that the caller has begun. May be asked again after a rollback.
    pub(crate) fn apply(
        &mut self,
        ids: Range<i64>,
        statements: &mut Statements<'_>,
    ) -> Result<(), Failure> {
        match self {
            Self::Register(register) => register.apply(ids, statements)?,
            Self::Amend(amend) => amend.apply(statements)?,
            Self::Finish(finish) => {
                let Finish { lease, version, findings, at, .. } = &**finish;
                finish.outcome = checks::finish(statements, *lease, *version, findings, *at)?;
            }
            Self::Audit { entry, .. } => statements.audit(entry)?,
            Self::Other(write) => statements.aside(|connection| write.apply(connection))?,
            Self::Settle { .. } => {}
        }
        Ok(())
    }

    /// Answers the call. Whoever has gone away meanwhile does not hear it; what is committed stays.
    pub(crate) fn answer(self, ids: Range<i64>, outcome: Result<(), Failure>) {
        match self {
            Self::Register(register) => register.answer(ids, outcome),
            Self::Amend(amend) => amend.answer(outcome),
            Self::Finish(finish) => {
                let Finish { outcome: finished, reply, .. } = *finish;
                let _ = reply.send(outcome.map_err(Error::from).map(|()| finished));
            }
            Self::Audit { reply, .. } | Self::Settle { reply } => {
                let _ = reply.send(outcome.map_err(Error::from));
            }
            Self::Other(write) => write.answer(outcome),
        }
    }
}
