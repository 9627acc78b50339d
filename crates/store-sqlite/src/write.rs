//! The statements that change something, prepared once for the life of the writer.

use std::sync::Arc;

use domain::{
    Amended, AuditEntry, Cause, HistoryEntry, ItemErrors, Registration, RegistrationId, Status,
};
use jiff::Timestamp;
use rusqlite::{Connection, Statement};
use store::{Transition, audit_body};

use crate::failure::Failure;
use crate::insert::{Inserting, Run};
use crate::{audit, checks, row};

pub(crate) struct Statements<'c> {
    connection: &'c Connection,
    insert: Inserting<'c>,
    load: Statement<'c>,
    update: Statement<'c>,
    append: Statement<'c>,
    last_place: Statement<'c>,
    tell: Statement<'c>,
    take_block: Statement<'c>,
    next_block: Statement<'c>,
    audit: audit::Appending<'c>,
    /// What is not told yet, because the next registration may follow on it.
    untold: Option<Told>,
}

/// The same step of registrations in a row that one sender sent.
struct Told {
    first: i64,
    count: i64,
    /// The place in their history; 0 is the step before the history.
    place: i64,
    sender: Option<Arc<str>>,
}

impl Told {
    /// Takes in what follows; `false` when it does not follow.
    fn goes_on_with(&mut self, next: &Self) -> bool {
        let follows = (next.first, next.place) == (self.first + self.count, self.place)
            && next.sender == self.sender;
        if follows {
            self.count += next.count;
        }
        follows
    }
}

impl<'c> Statements<'c> {
    pub(crate) fn prepare(connection: &'c Connection) -> rusqlite::Result<Self> {
        let columns = row::COLUMNS;
        Ok(Self {
            connection,
            insert: Inserting::prepare(connection)?,
            load: connection
                .prepare(&format!("SELECT {columns} FROM registration WHERE id = ?"))?,
            update: connection.prepare(
                "UPDATE registration SET status = ?, remarks = ?, validated = ?, newest = ?, sector = ?, located = ? WHERE id = ?",
            )?,
            append: connection.prepare(
                "INSERT INTO history (registration, place, at, status, remarks, cause, reason, \
                 sender_id, sender_company, sender_type, register, import) \
                 VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            )?,
            last_place: connection.prepare(
                "SELECT coalesce(max(place), 0) FROM history WHERE registration = ?",
            )?,
            tell: connection.prepare(
                "INSERT INTO step (registration, count, place, sender) VALUES (?, ?, ?, ?)",
            )?,
            next_block: connection.prepare("SELECT next FROM id_block")?,
            take_block: connection
                .prepare("UPDATE id_block SET next = next + ?1 RETURNING next - ?1")?,
            audit: audit::Appending::prepare(connection)?,
            untold: None,
        })
    }

    /// For what is written too seldom to keep its statements here.
    pub(crate) fn connection(&self) -> &'c Connection {
        self.connection
    }

    /// Inserts `count` registrations, told in `rows` as [`crate::cells::of`] writes them, under ids from `first` on, and
    /// tells of them: a row for all that one sender sent together.
    pub(crate) fn insert(&mut self, first: i64, count: usize, rows: &[u8]) -> Result<(), Failure> {
        for Run { first, count, sender } in self.insert.rows(first, count, rows)? {
            self.tell(Told { first, count, place: 0, sender: sender.map(Arc::from) })?;
        }
        Ok(())
    }

    fn tell(&mut self, next: Told) -> rusqlite::Result<()> {
        if self.untold.as_mut().is_some_and(|before| before.goes_on_with(&next)) {
            return Ok(());
        }
        self.tell_the_rest()?;
        self.untold = Some(next);
        Ok(())
    }

    /// Writes what is not told yet; to be called before the transaction ends.
    pub(crate) fn tell_the_rest(&mut self) -> rusqlite::Result<()> {
        let Some(Told { first, count, place, sender }) = self.untold.take() else { return Ok(()) };
        self.tell.execute((first, count, place, sender.as_deref())).map(drop)
    }

    /// Appends a record to the audit, inside the transaction of what it tells.
    pub(crate) fn audit(&mut self, entry: &AuditEntry) -> Result<(), Failure> {
        self.audit_body(&audit_body(entry))
    }

    /// Appends a record with this body.
    pub(crate) fn audit_body(&mut self, body: &str) -> Result<(), Failure> {
        self.audit.append(body)
    }

    /// The salt of the journal that belongs to this database, and the number of the last of its frames that is in it.
    pub(crate) fn journal(&self) -> rusqlite::Result<(i64, i64)> {
        let mut statement = self.connection.prepare_cached("SELECT salt, applied FROM journal")?;
        statement.query_row((), |row| Ok((row.get(0)?, row.get(1)?)))
    }

    /// Notes that another journal begins.
    pub(crate) fn new_salt(&mut self) -> rusqlite::Result<()> {
        self.connection.execute("UPDATE journal SET salt = random()", ()).map(drop)
    }

    /// Notes, inside the transaction that puts them in, up to which frame of the journal all is in the database.
    pub(crate) fn applied(&mut self, frame: i64) -> rusqlite::Result<()> {
        let mut statement = self.connection.prepare_cached("UPDATE journal SET applied = ?")?;
        statement.execute((frame,)).map(drop)
    }

    /// Writes the same number again, and a page with it, for a transaction that has to go to the disk whatever else it does.
    pub(crate) fn applied_again(&mut self) -> rusqlite::Result<()> {
        let (_, frame) = self.journal()?;
        // A row that is given what it holds leaves its page as it was.
        self.applied(frame + 1)?;
        self.applied(frame)
    }

    /// Checks go through registrations by their ids: ids below those that were looked at already, which another process
    /// may cause, are looked at again.
    pub(crate) fn wait_for_checks_from(&mut self, first: i64) -> rusqlite::Result<()> {
        let mut statement =
            self.connection.prepare_cached("UPDATE check_state SET next = ?1 WHERE next > ?1")?;
        statement.execute((first,)).map(drop)
    }

    /// Lets something be written by its own statements, to the audit too.
    pub(crate) fn aside<T>(&mut self, write: impl FnOnce(&Connection) -> T) -> T {
        self.audit.forget_head();
        write(self.connection)
    }

    /// Forgets what is known of the transaction: it has ended.
    pub(crate) fn forget(&mut self) {
        self.untold = None;
        self.audit.forget_head();
    }

    /// Decides on each registration as the one before left it.
    pub(crate) fn amend(
        &mut self,
        ids: &[Option<RegistrationId>],
        transition: &Arc<Transition>,
    ) -> Result<Vec<Result<Registration, ItemErrors>>, Failure> {
        let mut answers = Vec::with_capacity(ids.len());
        for (place, id) in ids.iter().enumerate() {
            let found = id.map(|id| self.load(id)).transpose()?.flatten();
            answers.push(match transition(place, found.as_ref()) {
                Ok(Amended { registration, entry }) => {
                    let before = found.and_then(|before| before.validated);
                    self.keep(before, &registration, &entry)?;
                    Ok(registration)
                }
                Err(errors) => Err(errors),
            });
        }
        Ok(answers)
    }

    pub(crate) fn load(&mut self, id: RegistrationId) -> Result<Option<Registration>, Failure> {
        let mut rows = self.load.query((id.number(),))?;
        rows.next()?.map(row::registration).transpose()
    }

    /// Writes what of a registration's row may change.
    pub(crate) fn update_row(&mut self, now: &Registration) -> Result<(), Failure> {
        self.update.execute((
            now.status.number(),
            now.remarks.bits(),
            now.validated.map(Timestamp::as_millisecond),
            now.newest.map(|inss| inss.number().cast_signed()),
            now.sector.map(domain::Sector::number),
            now.located.as_ref().map(|located| located.to_stored()),
            now.id.number(),
        ))?;
        Ok(())
    }

    /// Writes a registration as it now stands, with the step that made it so. `before` is the moment of the step before
    /// this one, of which the first has none.
    pub(crate) fn keep(
        &mut self,
        before: Option<Timestamp>,
        now: &Registration,
        entry: &HistoryEntry,
    ) -> Result<(), Failure> {
        self.update_row(now)?;
        let place = self.append(before, now.id, entry)?;
        let sender = now.sender.id.clone();
        self.tell(Told { first: now.id.number(), count: 1, place, sender })?;
        if entry.status == Status::Cancelled {
            checks::repetitions_wait(self.connection, now)?;
        }
        Ok(())
    }

    /// Appends a step to the history of a registration; answers its place there. It asks for the place before: that an
    /// insert tells it (`RETURNING`) costs more than all the rest, and nearly every step is the first.
    fn append(
        &mut self,
        before: Option<Timestamp>,
        id: RegistrationId,
        entry: &HistoryEntry,
    ) -> Result<i64, Failure> {
        let place: i64 = match before {
            None => 1,
            Some(_) => self.last_place.query_row((id.number(),), |row| row.get::<_, i64>(0))? + 1,
        };
        let Some(cause) = row::cause_number(&entry.cause) else {
            return Err(Failure::Unreadable { id: id.number(), field: "cause of a later step" });
        };
        self.append.raw_bind_parameter(1, id.number())?;
        self.append.raw_bind_parameter(2, place)?;
        self.append.raw_bind_parameter(3, entry.at.as_millisecond())?;
        self.append.raw_bind_parameter(4, entry.status.number())?;
        self.append.raw_bind_parameter(5, entry.remarks.bits())?;
        self.append.raw_bind_parameter(6, cause)?;
        match &entry.cause {
            Cause::Cancellation { reason, by } => {
                self.append.raw_bind_parameter(7, reason.as_str())?;
                row::bind_sender(&mut self.append, 8, by)?;
            }
            _ => {
                for column in 7..=10 {
                    self.append.raw_bind_parameter(column, None::<i64>)?;
                }
            }
        }
        let (register, import) = match &entry.cause {
            Cause::RegisterChange { register, import } => (Some(register.number()), Some(import.0)),
            Cause::EarlierCancelled { id } => (None, Some(id.number())),
            _ => (None, None),
        };
        self.append.raw_bind_parameter(11, register)?;
        self.append.raw_bind_parameter(12, import)?;
        self.append.raw_execute()?;
        Ok(place)
    }

    /// The first id that no block has.
    pub(crate) fn next_block(&mut self) -> rusqlite::Result<i64> {
        self.next_block.query_row((), |row| row.get(0))
    }

    /// Takes `size` ids that no one else will ever get; answers the first of them.
    pub(crate) fn take_block(&mut self, size: i64) -> rusqlite::Result<i64> {
        self.take_block.query_row((size,), |row| row.get(0))
    }
}
