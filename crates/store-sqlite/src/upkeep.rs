//! What the writer has to do with the journal: to own it, to write to it, to let the database follow it.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::Duration;

use rusqlite::Connection;

use crate::failure::Failure;
use crate::frame::Frame;
use crate::job::Job;
use crate::journal::{Journal, JournalFile};
use crate::write::Statements;

/// How often a process that is not the owner asks whether the database has followed, and how many times.
const ASK_AGAIN: Duration = Duration::from_micros(500);
const PATIENCE: u32 = 20_000;

/// The journal's state, for the writer.
pub(crate) struct Upkeep {
    file: JournalFile,
    state: State,
    gate: Arc<Gate>,
    /// What lies in the journal and not in the database.
    frames: Vec<Frame>,
    behind: Behind,
    /// The number of the last frame that the database is to know of at its next commit.
    last: i64,
    /// What the database knows.
    applied: i64,
    /// As the connection was last told.
    synchronous: Option<bool>,
    /// How long the journal may get, in bytes.
    most: u64,
}

/// How many calls lie in the journal and not in the database, and how many registrations and other rows.
#[derive(Clone, Copy, Default)]
pub(crate) struct Behind {
    pub(crate) calls: usize,
    pub(crate) rows: usize,
}

enum State {
    /// Another process owns it, or did when it was last asked.
    Elsewhere,
    /// This process does, and has not written yet.
    Owned,
    InUse(Journal),
}

/// For readers: whether the database holds all that was acknowledged.
pub(crate) struct Gate {
    file: JournalFile,
    owned: AtomicBool,
    behind: AtomicBool,
    applied: AtomicI64,
}

impl Gate {
    /// Whether a read would find all that was acknowledged until now, by any process.
    pub(crate) fn is_settled(&self) -> bool {
        if self.owned.load(Ordering::Acquire) {
            return !self.behind.load(Ordering::Acquire);
        }
        // What cannot be read is the writer's to tell.
        self.file.acknowledged().is_ok_and(|last| last <= self.applied.load(Ordering::Acquire))
    }
}

impl Upkeep {
    /// Opens the journal of `folder`, which may get `most` bytes long, and puts into the database what it lacks after a crash.
    pub(crate) fn open(
        folder: &Path,
        connection: &Connection,
        most: u64,
    ) -> Result<(Self, Arc<Gate>), Failure> {
        let gate = Arc::new(Gate {
            file: JournalFile::open(folder)?,
            owned: AtomicBool::new(false),
            behind: AtomicBool::new(false),
            applied: AtomicI64::new(0),
        });
        let mut upkeep = Self {
            file: JournalFile::open(folder)?,
            state: State::Elsewhere,
            gate: Arc::clone(&gate),
            frames: Vec::new(),
            behind: Behind::default(),
            last: 0,
            applied: 0,
            synchronous: None,
            most,
        };
        upkeep.own(connection, &mut Statements::prepare(connection)?)?;
        Ok((upkeep, gate))
    }

    pub(crate) fn is_behind(&self) -> bool {
        !self.frames.is_empty()
    }

    /// How much the database lacks.
    pub(crate) fn behind(&self) -> Behind {
        self.behind
    }

    pub(crate) fn is_in_use(&self) -> bool {
        matches!(self.state, State::InUse(_))
    }

    /// Becomes the journal's owner if nobody is, and then reads what an owner has left.
    pub(crate) fn own(
        &mut self,
        connection: &Connection,
        statements: &mut Statements<'_>,
    ) -> Result<(), Failure> {
        if !matches!(self.state, State::Elsewhere) || !self.file.lock() {
            return Ok(());
        }
        recover(&self.file, connection, statements)?;
        self.synchronous = Some(true);
        self.applied = statements.journal()?.1;
        self.last = self.applied;
        self.state = State::Owned;
        self.gate.owned.store(true, Ordering::Release);
        Ok(())
    }

    /// The same; where another process stays the owner, waits until the database holds what that has acknowledged.
    pub(crate) fn own_or_follow(
        &mut self,
        connection: &Connection,
        statements: &mut Statements<'_>,
    ) -> Result<(), Failure> {
        for _ in 0..PATIENCE {
            self.own(connection, statements)?;
            if !matches!(self.state, State::Elsewhere) {
                return Ok(());
            }
            let (acknowledged, (_, applied)) = (self.file.acknowledged()?, statements.journal()?);
            self.gate.applied.store(applied, Ordering::Release);
            if acknowledged <= applied {
                return Ok(());
            }
            std::thread::park_timeout(ASK_AGAIN);
        }
        Err(Failure::Unsettled)
    }

    /// Notes in the database, inside a transaction that goes to the disk, the salt of a journal that is about to begin.
    pub(crate) fn new_salt(&self, statements: &mut Statements<'_>) -> Result<(), Failure> {
        match self.state {
            State::Owned => Ok(statements.new_salt()?),
            _ => Err(Failure::NoJournal),
        }
    }

    /// Begins to use the journal, under the salt that the database knows.
    pub(crate) fn begin(&mut self, statements: &Statements<'_>) -> Result<(), Failure> {
        let (salt, applied) = statements.journal()?;
        self.state = State::InUse(self.file.begin(salt, applied, self.most)?);
        Ok(())
    }

    /// What these jobs write; `None` when a journal cannot hold so much.
    pub(crate) fn frame_of<'j>(
        &self,
        jobs: impl Iterator<Item = (&'j mut Job, Range<i64>)>,
    ) -> Option<Frame> {
        let mut frame = Frame::default();
        jobs.for_each(|(job, ids)| job.note(ids, &mut frame));
        Journal::can_hold(&frame, self.most).then_some(frame)
    }

    /// Whether it could not be written to, so that it is used again only when it begins anew.
    pub(crate) fn is_broken(&self) -> bool {
        matches!(&self.state, State::InUse(journal) if journal.has_failed())
    }

    pub(crate) fn has_room(&self, frame: &Frame) -> bool {
        matches!(&self.state, State::InUse(journal) if journal.has_room(frame))
    }

    /// Begins the journal anew: the database holds all of it, on disk.
    pub(crate) fn begin_anew(&mut self) {
        if let State::InUse(journal) = &mut self.state {
            journal.rewind();
        }
    }

    /// Writes a frame; answers whether it is on disk.
    pub(crate) fn append(&mut self, frame: Frame, holds: Behind) -> bool {
        let State::InUse(journal) = &mut self.state else { return false };
        let written = journal.append(&frame);
        // Even one that failed may be on disk: once the database holds another answer, it must not be read from there.
        self.last = journal.last();
        match written {
            Ok(_) => {
                self.frames.push(frame);
                self.behind.calls += holds.calls;
                self.behind.rows += holds.rows;
                self.gate.behind.store(true, Ordering::Release);
                true
            }
            Err(error) => {
                tracing::error!(%error, "the journal cannot be written: the database alone goes on");
                false
            }
        }
    }

    /// Writes into the database what it lacks, inside the transaction that the caller has begun.
    pub(crate) fn apply(&mut self, statements: &mut Statements<'_>) -> Result<(), Failure> {
        let mut first = None;
        for frame in &self.frames {
            first = first.or(frame.apply(statements)?);
        }
        if let Some(first) = first {
            statements.wait_for_checks_from(first)?;
        }
        if self.last > self.applied {
            statements.applied(self.last)?;
        }
        Ok(())
    }

    /// What was applied is committed.
    pub(crate) fn caught_up(&mut self) {
        self.frames.clear();
        self.behind = Behind::default();
        self.applied = self.last;
        self.gate.behind.store(false, Ordering::Release);
    }

    /// Lets commits go to the disk when they end, or when the log is next flushed.
    pub(crate) fn set_synchronous(
        &mut self,
        connection: &Connection,
        wanted: bool,
    ) -> rusqlite::Result<()> {
        if self.synchronous != Some(wanted) {
            let level = if wanted { "FULL" } else { "NORMAL" };
            connection.pragma_update(None, "synchronous", level)?;
            self.synchronous = Some(wanted);
        }
        Ok(())
    }
}

/// Puts into the database what a journal that is now owned holds and the database lacks.
pub(crate) fn recover(
    file: &JournalFile,
    connection: &Connection,
    statements: &mut Statements<'_>,
) -> Result<(), Failure> {
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.execute_batch("BEGIN IMMEDIATE")?;
    let outcome = file.recover(statements).and_then(|frames| {
        statements.tell_the_rest()?;
        connection.execute_batch("COMMIT")?;
        Ok(frames)
    });
    statements.forget();
    if outcome.is_err() && !connection.is_autocommit() {
        connection.execute_batch("ROLLBACK")?;
    }
    if let frames @ 1.. = outcome? {
        tracing::info!(frames, "what the journal held is in the database");
    }
    Ok(())
}
