//! The statements that change something, prepared once for the life of the writer.

use std::sync::Arc;

use domain::{
    Amended, Cause, HistoryEntry, ItemErrors, NewRegistration, Registration, RegistrationId,
    Sender, Status,
};
use rusqlite::{Connection, Statement};
use store::Transition;

use crate::failure::Failure;
use crate::{checks, row};

pub(crate) struct Statements<'c> {
    connection: &'c Connection,
    insert: Statement<'c>,
    load: Statement<'c>,
    update: Statement<'c>,
    append: Statement<'c>,
    tell: Statement<'c>,
    take_block: Statement<'c>,
    next_block: Statement<'c>,
}

impl<'c> Statements<'c> {
    pub(crate) fn prepare(connection: &'c Connection) -> rusqlite::Result<Self> {
        let columns = row::COLUMNS;
        let values = vec!["?"; columns.split(',').count()].join(", ");
        Ok(Self {
            connection,
            insert: connection
                .prepare(&format!("INSERT INTO registration ({columns}) VALUES ({values})"))?,
            load: connection
                .prepare(&format!("SELECT {columns} FROM registration WHERE id = ?"))?,
            update: connection.prepare(
                "UPDATE registration SET status = ?, remarks = ?, validated = ?, newest = ?, sector = ?, located = ? WHERE id = ?",
            )?,
            append: connection.prepare(
                "INSERT INTO history (registration, place, at, status, remarks, cause, reason, \
                 sender_id, sender_company, sender_type, register, import) VALUES (?1, \
                 (SELECT coalesce(max(place), 0) + 1 FROM history WHERE registration = ?1), \
                 ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) RETURNING place",
            )?,
            tell: connection.prepare(
                "INSERT INTO step (registration, count, place, sender) VALUES (?, ?, ?, ?)",
            )?,
            next_block: connection.prepare("SELECT next FROM id_block")?,
            take_block: connection
                .prepare("UPDATE id_block SET next = next + ?1 RETURNING next - ?1")?,
        })
    }

    /// For what is written too seldom to keep its statements here.
    pub(crate) fn connection(&self) -> &'c Connection {
        self.connection
    }

    pub(crate) fn insert(&mut self, id: i64, new: &NewRegistration) -> rusqlite::Result<()> {
        row::bind(&mut self.insert, id, new)?;
        self.insert.raw_execute().map(drop)
    }

    /// Tells of registrations that were stored under ids from `first` on: a row for all that one sender sent together.
    pub(crate) fn tell_of_new(
        &mut self,
        first: i64,
        new: &[NewRegistration],
    ) -> rusqlite::Result<()> {
        let mut first = first;
        for run in new.chunk_by(|one, next| one.sender.id == next.sender.id) {
            let count = i64::try_from(run.len()).unwrap_or(i64::MAX);
            self.tell(first, count, 0, &run[0].sender)?;
            first += count;
        }
        Ok(())
    }

    /// Tells of the step at `place` of the history of `count` registrations; 0 is the one before the history.
    fn tell(
        &mut self,
        registration: i64,
        count: i64,
        place: i64,
        sender: &Sender,
    ) -> rusqlite::Result<()> {
        self.tell.execute((registration, count, place, sender.id.as_deref())).map(drop)
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
                    self.keep(&registration, &entry)?;
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
            now.validated.map(jiff::Timestamp::as_millisecond),
            now.newest.map(|inss| inss.number().cast_signed()),
            now.sector.map(domain::Sector::number),
            now.located.as_ref().map(|located| located.to_stored()),
            now.id.number(),
        ))?;
        Ok(())
    }

    pub(crate) fn keep(&mut self, now: &Registration, entry: &HistoryEntry) -> Result<(), Failure> {
        self.update_row(now)?;
        let Some(cause) = row::cause_number(&entry.cause) else {
            return Err(Failure::Unreadable {
                id: now.id.number(),
                field: "cause of a later step",
            });
        };
        self.append.raw_bind_parameter(1, now.id.number())?;
        self.append.raw_bind_parameter(2, entry.at.as_millisecond())?;
        self.append.raw_bind_parameter(3, entry.status.number())?;
        self.append.raw_bind_parameter(4, entry.remarks.bits())?;
        self.append.raw_bind_parameter(5, cause)?;
        match &entry.cause {
            Cause::Cancellation { reason, by } => {
                self.append.raw_bind_parameter(6, reason.as_str())?;
                row::bind_sender(&mut self.append, 7, by)?;
            }
            _ => {
                for column in 6..=9 {
                    self.append.raw_bind_parameter(column, None::<i64>)?;
                }
            }
        }
        let (register, import) = match &entry.cause {
            Cause::RegisterChange { register, import } => (Some(register.number()), Some(import.0)),
            Cause::EarlierCancelled { id } => (None, Some(id.number())),
            _ => (None, None),
        };
        self.append.raw_bind_parameter(10, register)?;
        self.append.raw_bind_parameter(11, import)?;
        let mut rows = self.append.raw_query();
        let place: i64 = rows.next()?.ok_or(rusqlite::Error::QueryReturnedNoRows)?.get(0)?;
        drop(rows);
        self.tell(now.id.number(), 1, place, &now.sender)?;
        if entry.status == Status::Cancelled {
            checks::repetitions_wait(self.connection, now)?;
        }
        Ok(())
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
