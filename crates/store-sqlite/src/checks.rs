//! What waits to be checked, and what checks found.

use async_trait::async_trait;
use domain::register::{ImportId, Register};
use domain::{
    Cause, Error, Inss, Registration, RegistrationId, Remark, Remarks, Status, Who, day_number,
};
use jiff::Timestamp;
use jiff::civil::Date;
use rusqlite::{Connection, OptionalExtension};
use store::{Backlog, Checks, Finding, Finished, Lease, Repetition, Unfit};

use crate::failure::Failure;
use crate::job::{Finish, Job};
use crate::write::Statements;
use crate::{SqliteStore, aside, registers, row, spread};

/// How many registrations begin to wait in one transaction.
const TOGETHER: usize = 2000;

pub(crate) const WAITS: &str = "SELECT EXISTS (SELECT 1 FROM recheck WHERE lease = 0) \
     OR EXISTS (SELECT 1 FROM registration WHERE id >= (SELECT next FROM check_state)) \
     OR EXISTS (SELECT 1 FROM check_lease WHERE expires <= ?)";
pub(crate) const AGAIN: &str = "UPDATE recheck SET lease = ?1 WHERE registration IN \
     (SELECT registration FROM recheck WHERE lease = 0 ORDER BY registration LIMIT ?2)";
pub(crate) const NEW: &str = "SELECT min(id), max(id) FROM (SELECT id FROM registration \
     WHERE id >= (SELECT next FROM check_state) ORDER BY id LIMIT ?)";
pub(crate) const LEASED_AGAIN: &str =
    "SELECT registration, register, import FROM recheck WHERE lease = ?";

#[async_trait]
impl Checks for SqliteStore {
    async fn backlog(&self) -> Result<Backlog, Error> {
        self.look_back(backlog).await
    }

    async fn lease(
        &self,
        most: u32,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<Lease>, Error> {
        if !self.look_back(move |connection| waits(connection, now)).await? {
            return Ok(None);
        }
        let (now, until) = (now.as_millisecond(), until.as_millisecond());
        let lease = self.transact(1, move |connection| take(connection, most, now, until)).await?;
        let Some((token, first, last)) = lease else { return Ok(None) };
        let read = move |connection: &Connection| leased(connection, token, first, last);
        self.check_reads(read).await.map(Some)
    }

    async fn finish(
        &self,
        lease: u64,
        version: u64,
        findings: Vec<Finding>,
        at: Timestamp,
    ) -> Result<Finished, Error> {
        let job = |reply| Finish { lease, version, findings, at, outcome: Finished::Lost, reply };
        self.write(|reply| Job::Finish(Box::new(job(reply)))).await
    }

    async fn set_aside(&self, lease: u64, registrations: Vec<i64>) -> Result<(), Error> {
        let put = move |connection: &Connection| aside::put(connection, lease, &registrations);
        self.transact(1, put).await
    }

    async fn aside(&self, most: u32) -> Result<Vec<i64>, Error> {
        self.check_reads(move |connection| aside::read(connection, 0, most as usize)).await
    }

    async fn try_again(&self) -> Result<u64, Error> {
        let (mut count, mut after) = (0, 0);
        loop {
            let find = move |connection: &Connection| aside::read(connection, after, TOGETHER);
            let some = self.check_reads(find).await?;
            let Some(last) = some.last().copied() else { return Ok(count) };
            (count, after) = (count + some.len() as u64, last);
            let weight = some.len();
            self.transact(weight, move |connection| aside::take_back(connection, &some)).await?;
        }
    }

    async fn repeated(&self, asked: Vec<Repetition>) -> Result<Vec<bool>, Error> {
        self.settled().await?;
        self.check_reads(move |connection| {
            asked.iter().map(|asked| repeated(connection, asked)).collect()
        })
        .await
    }

    async fn spread(&self, since: Date, most: u32) -> Result<u64, Error> {
        let changes = self.check_reads(move |connection| spread::read(connection, most)).await?;
        if changes.is_empty() {
            return Ok(0);
        }
        let count = changes.len() as u64;
        self.settled().await?;
        let find = move |connection: &Connection| spread::concerned(connection, changes, since);
        let concerned = self.check_reads(find).await?;
        // A change of a great work or company concerns very many: nobody waits for all of them.
        for some in spread::all(&concerned).chunks(TOGETHER) {
            let some = some.to_vec();
            self.transact(some.len(), move |connection| spread::wait(connection, &some)).await?;
        }
        // Only now: whatever happens before this, the changes are looked at again.
        let weight = concerned.len();
        self.transact(weight, move |connection| spread::forget(connection, &concerned)).await?;
        Ok(count)
    }
}

fn backlog(connection: &Connection) -> Result<Backlog, Failure> {
    let count = |sql: &str| -> Result<u64, Failure> {
        let number: i64 = connection.prepare_cached(sql)?.query_row((), |row| row.get(0))?;
        Ok(number.max(0).cast_unsigned())
    };
    Ok(Backlog {
        new: count(
            "SELECT coalesce((SELECT max(id) FROM registration), 0) - coalesce((SELECT id FROM \
             registration WHERE id >= (SELECT next FROM check_state) ORDER BY id LIMIT 1), \
             (SELECT coalesce(max(id), 0) + 1 FROM registration)) + 1 \
             + coalesce((SELECT sum(last - first + 1) FROM check_lease), 0)",
        )?,
        again: count("SELECT count(*) FROM recheck WHERE lease >= 0")?,
        changes: count("SELECT count(*) FROM register_change")?,
        aside: count(aside::COUNT)?,
    })
}

fn waits(connection: &Connection, now: Timestamp) -> Result<bool, Failure> {
    let mut statement = connection.prepare_cached(WAITS)?;
    Ok(statement.query_row((now.as_millisecond(),), |row| row.get(0))?)
}

/// Takes what waits; answers the lease, and the first and the last of the new registrations.
fn take(
    connection: &Connection,
    most: u32,
    now: i64,
    until: i64,
) -> Result<Option<(i64, i64, i64)>, Failure> {
    let token: i64 = connection
        .prepare_cached("UPDATE check_state SET token = token + 1 RETURNING token")?
        .query_row((), |row| row.get(0))?;
    let expired: Option<(i64, i64, i64)> = connection
        .prepare_cached("SELECT token, first, last FROM check_lease WHERE expires <= ? LIMIT 1")?
        .query_row((now,), |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    if let Some((old, first, last)) = expired {
        // Whoever had it is gone, or will find that it has lost it.
        connection.execute(
            "UPDATE check_lease SET token = ?, expires = ? WHERE token = ?",
            (token, until, old),
        )?;
        connection.execute("UPDATE recheck SET lease = ? WHERE lease = ?", (token, old))?;
        return Ok(Some((token, first, last)));
    }
    let again = connection.prepare_cached(AGAIN)?.execute((token, most.div_ceil(2)))?;
    let rest = i64::from(most) - i64::try_from(again).unwrap_or(i64::MAX);
    let (first, last): (Option<i64>, Option<i64>) =
        connection.prepare_cached(NEW)?.query_row((rest,), |row| Ok((row.get(0)?, row.get(1)?)))?;
    if again == 0 && first.is_none() {
        return Ok(None);
    }
    if let Some(last) = last {
        connection.execute("UPDATE check_state SET next = ?", (last + 1,))?;
    }
    let (first, last) = (first.unwrap_or(0), last.unwrap_or(-1));
    connection.execute(
        "INSERT INTO check_lease (token, first, last, expires) VALUES (?, ?, ?, ?)",
        (token, first, last, until),
    )?;
    Ok(Some((token, first, last)))
}

pub(crate) fn leased_new() -> String {
    format!("SELECT {} FROM registration WHERE id BETWEEN ? AND ? ORDER BY id", row::COLUMNS)
}

fn leased(connection: &Connection, token: i64, first: i64, last: i64) -> Result<Lease, Failure> {
    let (mut registrations, mut unfit) = (Vec::new(), Vec::new());
    // That one row cannot be read is no reason to leave the others.
    let mut take = |id: i64, registration: Result<Registration, Failure>, cause| match registration
        .and_then(|registration| Ok((registration, cause?)))
    {
        Ok(one) => registrations.push(one),
        Err(failure) => unfit.push(Unfit { id, why: failure.to_string().into() }),
    };
    let columns = row::COLUMNS;
    let mut new = connection.prepare_cached(&leased_new())?;
    let mut rows = new.query((first, last))?;
    while let Some(row) = rows.next()? {
        take(row.get(0)?, row::registration(row), Ok(Cause::Check));
    }
    let mut again = connection.prepare_cached(LEASED_AGAIN)?;
    let mut one =
        connection.prepare_cached(&format!("SELECT {columns} FROM registration WHERE id = ?"))?;
    let mut rows = again.query((token,))?;
    while let Some(waiting) = rows.next()? {
        let id: i64 = waiting.get(0)?;
        let cause = cause(id, waiting.get(1)?, waiting.get(2)?);
        let mut found = one.query((id,))?;
        if let Some(row) = found.next()? {
            take(id, row::registration(row), cause);
        }
    }
    Ok(Lease { id: token.cast_unsigned(), registrations, unfit })
}

fn cause(id: i64, register: Option<i64>, import: i64) -> Result<Cause, Failure> {
    let unreadable = Failure::Unreadable { id, field: "cause of a check" };
    match register {
        Some(number) => {
            let register = Register::from_number(number).ok_or(unreadable)?;
            Ok(Cause::RegisterChange { register, import: ImportId(import) })
        }
        None if import == aside::NEW => Ok(Cause::Check),
        None => Ok(Cause::EarlierCancelled { id: RegistrationId::new(import).ok_or(unreadable)? }),
    }
}

/// Writes what the checks of a lease found, inside the writer's transaction.
pub(crate) fn finish(
    statements: &mut Statements<'_>,
    lease: u64,
    version: u64,
    findings: &[Finding],
    at: Timestamp,
) -> Result<Finished, Failure> {
    let connection = statements.connection();
    if registers::version(connection)? != version {
        return Ok(Finished::Stale);
    }
    let token = lease.cast_signed();
    if connection.execute("DELETE FROM check_lease WHERE token = ?", (token,))? == 0 {
        return Ok(Finished::Lost);
    }
    connection.execute("DELETE FROM recheck WHERE lease = ?", (token,))?;
    for finding in findings {
        let Some(mut now) = statements.load(finding.id)? else { continue };
        if now.status == Status::Cancelled {
            continue;
        }
        let before = now.validated;
        let sector = finding.sector.or(now.sector);
        let located = finding.located.clone().or(now.located.take());
        let moved =
            (now.newest, now.sector) != (finding.newest, sector) || finding.located.is_some();
        (now.newest, now.sector, now.located) = (finding.newest, sector, located);
        let remarks = still_repeated(connection, &now, finding)?;
        match now.checked_for(finding.cause.clone(), remarks, at) {
            Some(amended) => {
                statements.keep(before, &amended.registration, &amended.entry)?;
            }
            None if moved => statements.update_row(&now)?,
            None => {}
        }
    }
    Ok(Finished::Kept)
}

/// The remarks of a finding. Between the question and the answer the earlier registration may have been cancelled, and
/// then this one was not yet among those that wait because of it.
fn still_repeated(
    connection: &Connection,
    now: &Registration,
    finding: &Finding,
) -> Result<Remarks, Failure> {
    let remarks = finding.remarks;
    if !remarks.contains(Remark::Duplicate) {
        return Ok(remarks);
    }
    let numbers = match now.inss() {
        Some(inss) => numbers(connection, inss)?,
        None => Vec::new(),
    };
    let asked = Repetition { registration: now.clone(), numbers };
    Ok(if repeated(connection, &asked)? { remarks } else { remarks.without(Remark::Duplicate) })
}

pub(crate) const EARLIER_OF_PERSON: &str = "SELECT 1 FROM registration INDEXED BY registration_by_inss \
     WHERE day = ?1 AND inss = ?2 AND id < ?3 AND works = ?4 \
     AND company IS ?5 AND foreign_vat IS ?6 AND event IS NULL AND status <> ?7 LIMIT 1";
pub(crate) const EARLIER_OF_LIMOSA: &str = "SELECT 1 FROM registration INDEXED BY registration_by_limosa \
     WHERE day = ?1 AND limosa = ?2 AND id < ?3 AND works = ?4 AND event IS NULL AND status <> ?5 \
     AND limosa IS NOT NULL LIMIT 1";

fn repeated(connection: &Connection, asked: &Repetition) -> Result<bool, Failure> {
    let Registration { id, submission, .. } = &asked.registration;
    if submission.moment.is_some() {
        return Ok(false);
    }
    let (id, day, cancelled) =
        (id.number(), day_number(submission.day), Status::Cancelled.number());
    let works = submission.works.as_str();
    if let Who::Posted { limosa } = &submission.who {
        let mut statement = connection.prepare_cached(EARLIER_OF_LIMOSA)?;
        return Ok(statement.exists((day, limosa.as_str(), id, works, cancelled))?);
    }
    let company = row::employer(&submission.who);
    let vat = submission.who.foreign_vat().map(domain::ForeignVatNumber::as_str);
    let mut statement = connection.prepare_cached(EARLIER_OF_PERSON)?;
    for number in &asked.numbers {
        let inss = number.number().cast_signed();
        if statement.exists((day, inss, id, works, company, vat, cancelled))? {
            return Ok(true);
        }
    }
    Ok(false)
}

pub(crate) const LATER_OF_PERSON: &str = "SELECT id FROM registration INDEXED BY registration_by_inss \
     WHERE day = ?1 AND inss = ?2 AND id > ?3 AND works = ?4 AND remarks & ?5";
pub(crate) const LATER_OF_LIMOSA: &str = "SELECT id FROM registration INDEXED BY registration_by_limosa \
     WHERE day = ?1 AND limosa = ?2 AND id > ?3 AND works = ?4 AND remarks & ?5 \
     AND limosa IS NOT NULL";

/// Registrations that only repeat the one that has just been cancelled are to be checked again.
pub(crate) fn repetitions_wait(
    connection: &Connection,
    cancelled: &Registration,
) -> Result<(), Failure> {
    let submission = &cancelled.submission;
    let (id, day) = (cancelled.id.number(), day_number(submission.day));
    let (works, bit) = (submission.works.as_str(), Remarks::NONE.with(Remark::Duplicate).bits());
    let mut later: Vec<i64> = Vec::new();
    if let Who::Posted { limosa } = &submission.who {
        let mut statement = connection.prepare_cached(LATER_OF_LIMOSA)?;
        let found =
            statement.query_map((day, limosa.as_str(), id, works, bit), |row| row.get(0))?;
        later.extend(found.collect::<rusqlite::Result<Vec<i64>>>()?);
    }
    if let Some(inss) = cancelled.inss() {
        let mut statement = connection.prepare_cached(LATER_OF_PERSON)?;
        for number in numbers(connection, inss)? {
            let inss = number.number().cast_signed();
            let found = statement.query_map((day, inss, id, works, bit), |row| row.get(0))?;
            later.extend(found.collect::<rusqlite::Result<Vec<i64>>>()?);
        }
    }
    for registration in later {
        waits_again(connection, registration, None, id)?;
    }
    Ok(())
}

fn numbers(connection: &Connection, inss: Inss) -> Result<Vec<Inss>, Failure> {
    registers::numbers_of(connection, inss)
}

/// Lets a registration wait to be checked again; whoever is checking it has seen an older state.
pub(crate) fn waits_again(
    connection: &Connection,
    registration: i64,
    register: Option<Register>,
    import: i64,
) -> Result<(), Failure> {
    let mut statement = connection.prepare_cached(
        "INSERT INTO recheck (registration, register, import, lease) VALUES (?, ?, ?, 0) \
         ON CONFLICT (registration) DO UPDATE SET register = excluded.register, \
         import = excluded.import, lease = 0",
    )?;
    statement.execute((registration, register.map(Register::number), import))?;
    Ok(())
}
