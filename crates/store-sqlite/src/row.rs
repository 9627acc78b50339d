//! How a registration lies in its row.

use std::sync::Arc;

use domain::{
    CancellationReason, Cause, Channel, ClientReference, EnterpriseNumber, HistoryEntry, Inss,
    LimosaId, NewRegistration, Registration, RegistrationId, Remarks, Sector, Sender, Status,
    Submission, Who, WorksReference,
};
use jiff::civil::{Date, date};
use jiff::{Span, Timestamp};
use rusqlite::{Row, Statement};

use crate::failure::Failure;

const EPOCH: Date = date(1970, 1, 1);

/// The columns of a registration, in the order that [`registration`] reads and [`bind`] binds.
pub(crate) const COLUMNS: &str = "id, day, works, company, inss, limosa, reference, sector, created, channel, \
                                  sender_id, sender_company, sender_type, status, remarks, validated";

/// The columns of a history entry, in the order that [`history_entry`] reads.
pub(crate) const HISTORY_COLUMNS: &str =
    "at, status, remarks, cause, reason, sender_id, sender_company, sender_type";

pub(crate) fn day_number(day: Date) -> i64 {
    day.duration_since(EPOCH).as_hours() / 24
}

pub(crate) fn day_of(number: i64) -> Option<Date> {
    EPOCH.checked_add(Span::new().try_days(number).ok()?).ok()
}

/// Binds a registration that is about to be stored under `id`.
pub(crate) fn bind(
    statement: &mut Statement<'_>,
    id: i64,
    new: &NewRegistration,
) -> rusqlite::Result<()> {
    let submission = &new.submission;
    statement.raw_bind_parameter(1, id)?;
    statement.raw_bind_parameter(2, day_number(submission.day))?;
    statement.raw_bind_parameter(3, submission.works.as_str())?;
    match &submission.who {
        Who::Worker { inss, company } => {
            statement.raw_bind_parameter(4, company.number().cast_signed())?;
            statement.raw_bind_parameter(5, inss.number().cast_signed())?;
            statement.raw_bind_parameter(6, None::<i64>)?;
        }
        Who::Posted { limosa } => {
            statement.raw_bind_parameter(4, None::<i64>)?;
            statement.raw_bind_parameter(5, None::<i64>)?;
            statement.raw_bind_parameter(6, limosa.as_str())?;
        }
    }
    statement.raw_bind_parameter(7, submission.reference.as_ref().map(ClientReference::as_str))?;
    statement.raw_bind_parameter(8, new.sector.map(Sector::number))?;
    statement.raw_bind_parameter(9, new.created.as_millisecond())?;
    statement.raw_bind_parameter(10, new.channel.number())?;
    bind_sender(statement, 11, &new.sender)?;
    statement.raw_bind_parameter(14, Status::Registered.number())?;
    statement.raw_bind_parameter(15, Remarks::NONE.bits())?;
    statement.raw_bind_parameter(16, None::<i64>)
}

pub(crate) fn bind_sender(
    statement: &mut Statement<'_>,
    first: usize,
    sender: &Sender,
) -> rusqlite::Result<()> {
    statement.raw_bind_parameter(first, sender.id.as_deref())?;
    statement.raw_bind_parameter(
        first + 1,
        sender.company.map(|number| number.number().cast_signed()),
    )?;
    statement.raw_bind_parameter(first + 2, sender.user_type.as_deref())
}

/// Reads a row of [`COLUMNS`].
pub(crate) fn registration(row: &Row<'_>) -> Result<Registration, Failure> {
    let id: i64 = row.get(0)?;
    let unreadable = |field| Failure::Unreadable { id, field };
    Ok(Registration {
        id: RegistrationId::new(id).ok_or(unreadable("id"))?,
        submission: Submission {
            day: day_of(row.get(1)?).ok_or(unreadable("day"))?,
            who: who(row, id)?,
            works: WorksReference::parse(row.get_ref(2)?.as_str().map_err(rusqlite::Error::from)?)
                .ok_or(unreadable("works"))?,
            reference: text(row, 6)?
                .map(|text| ClientReference::parse(text).ok_or(unreadable("reference")))
                .transpose()?,
        },
        sector: row
            .get::<_, Option<i64>>(7)?
            .map(|number| Sector::from_number(number).ok_or(unreadable("sector")))
            .transpose()?,
        created: moment(row.get(8)?).ok_or(unreadable("created"))?,
        channel: Channel::from_number(row.get(9)?).ok_or(unreadable("channel"))?,
        sender: sender(row, 10).ok_or(unreadable("sender"))?,
        status: Status::from_number(row.get(13)?).ok_or(unreadable("status"))?,
        remarks: Remarks::from_bits(row.get(14)?).ok_or(unreadable("remarks"))?,
        validated: row
            .get::<_, Option<i64>>(15)?
            .map(|at| moment(at).ok_or(unreadable("validated")))
            .transpose()?,
    })
}

/// Reads a row of [`HISTORY_COLUMNS`] of the registration `id`.
pub(crate) fn history_entry(row: &Row<'_>, id: RegistrationId) -> Result<HistoryEntry, Failure> {
    let unreadable = |field| Failure::Unreadable { id: id.number(), field };
    let cause = match row.get(3)? {
        CHECK => Cause::Check,
        CANCELLATION => Cause::Cancellation {
            reason: text(row, 4)?
                .and_then(CancellationReason::parse)
                .ok_or(unreadable("reason of the cancellation"))?,
            by: sender(row, 5).ok_or(unreadable("sender of the cancellation"))?,
        },
        _ => return Err(unreadable("cause of a history entry")),
    };
    Ok(HistoryEntry {
        at: moment(row.get(0)?).ok_or(unreadable("moment of a history entry"))?,
        status: Status::from_number(row.get(1)?).ok_or(unreadable("status of a history entry"))?,
        remarks: Remarks::from_bits(row.get(2)?).ok_or(unreadable("remarks of a history entry"))?,
        cause,
    })
}

const CHECK: i64 = 1;
const CANCELLATION: i64 = 2;

/// The number of a cause; `None` for the one that the registration's own row tells.
pub(crate) fn cause_number(cause: &Cause) -> Option<i64> {
    match cause {
        Cause::Registration => None,
        Cause::Check => Some(CHECK),
        Cause::Cancellation { .. } => Some(CANCELLATION),
    }
}

fn who(row: &Row<'_>, id: i64) -> Result<Who, Failure> {
    let unreadable = |field| Failure::Unreadable { id, field };
    if let Some(limosa) = text(row, 5)? {
        let limosa = LimosaId::parse(limosa).ok_or(unreadable("Limosa id"))?;
        return Ok(Who::Posted { limosa });
    }
    Ok(Who::Worker {
        company: EnterpriseNumber::from_long(row.get(3)?).map_err(|_| unreadable("company"))?,
        inss: u64::try_from(row.get::<_, i64>(4)?)
            .ok()
            .and_then(Inss::from_stored)
            .ok_or(unreadable("person"))?,
    })
}

fn sender(row: &Row<'_>, first: usize) -> Option<Sender> {
    let company: Option<i64> = row.get(first + 1).ok()?;
    Some(Sender {
        id: text(row, first).ok()?.map(Arc::from),
        company: company.map(EnterpriseNumber::from_long).transpose().ok()?,
        user_type: text(row, first + 2).ok()?.map(Arc::from),
    })
}

fn text<'row>(row: &'row Row<'_>, column: usize) -> rusqlite::Result<Option<&'row str>> {
    Ok(row.get_ref(column)?.as_str_or_null()?)
}

pub(crate) fn moment(milliseconds: i64) -> Option<Timestamp> {
    Timestamp::from_millisecond(milliseconds).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_from_1970() {
        for (day, number) in [(EPOCH, 0), (date(1969, 12, 31), -1), (date(2026, 11, 24), 20_781)] {
            assert_eq!(day_number(day), number);
            assert_eq!(day_of(number), Some(day));
        }
        assert_eq!(day_of(i64::MAX), None);
    }
}
