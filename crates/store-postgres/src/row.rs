//! How a registration lies in its row.

use std::sync::Arc;

use domain::register::{ImportId, Register};
use domain::{
    CancellationReason, Cause, Channel, ClientReference, EnterpriseNumber, ForeignVatNumber,
    HistoryEntry, Inss, LimosaId, Located, Moment, MomentKind, PlaceOfWork, Registration,
    RegistrationId, Remarks, Sector, Sender, Status, Submission, Who, WorksReference,
};
use jiff::civil::{Date, date};
use jiff::{Span, Timestamp};
use tokio_postgres::Row;

use crate::failure::Failure;

const EPOCH: Date = date(1970, 1, 1);

/// The columns of a registration, in the order that [`registration`] reads.
pub(crate) const COLUMNS: &str = "id, day, works, company, inss, limosa, reference, sector, created, channel, \
                                  sender_id, sender_company, sender_type, status, remarks, validated, event, at, \
                                  place, offline_since, foreign_vat, newest, located";

/// The columns of a history entry, in the order that [`history_entry`] reads.
pub(crate) const HISTORY_COLUMNS: &str =
    "at, status, remarks, cause, reason, sender_id, sender_company, sender_type, register, import";

pub(crate) fn day_number(day: Date) -> i32 {
    i32::try_from(day.duration_since(EPOCH).as_hours() / 24).expect("every calendar day fits")
}

pub(crate) fn day_of(number: i32) -> Option<Date> {
    EPOCH.checked_add(Span::new().try_days(number).ok()?).ok()
}

/// Whom a row belongs to when the table is distributed: all of a batch of one employer lie together.
pub(crate) fn employer(who: &Who) -> i64 {
    match who {
        Who::Posted { limosa } => key_of(limosa.as_str()),
        other => company(other).unwrap_or_default(),
    }
}

/// The employer's column.
pub(crate) fn company(who: &Who) -> Option<i64> {
    match who {
        Who::Worker { company, .. } => Some(company.number().cast_signed()),
        Who::OfForeign { vat, .. } => Some(foreign_key(vat)),
        Who::Posted { .. } => None,
    }
}

/// What stands for an employer without an enterprise number in the column of these: negative, and the same for the same
/// VAT number for ever. Two VAT numbers may share it.
pub(crate) fn foreign_key(vat: &ForeignVatNumber) -> i64 {
    key_of(vat.as_str())
}

/// A negative number made of a text (FNV-1a).
pub(crate) fn key_of(text: &str) -> i64 {
    let step = |sum: u64, byte: u8| (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    (text.bytes().fold(0xcbf2_9ce4_8422_2325, step) | 1 << 63).cast_signed()
}

/// Reads the columns of [`COLUMNS`], the first of which is the row's column `first`.
pub(crate) fn registration(row: &Row, first: usize) -> Result<Registration, Failure> {
    let id: i64 = row.try_get(first)?;
    let unreadable = |field| Failure::Unreadable { id, field };
    let number = |column: usize| row.try_get::<_, i16>(first + column);
    Ok(Registration {
        id: RegistrationId::new(id).ok_or(unreadable("id"))?,
        submission: Submission {
            day: day_of(row.try_get(first + 1)?).ok_or(unreadable("day"))?,
            moment: moment_of(row, first, id)?,
            who: who(row, first, id)?,
            works: WorksReference::parse(row.try_get(first + 2)?).ok_or(unreadable("works"))?,
            reference: row
                .try_get::<_, Option<&str>>(first + 6)?
                .map(|text| ClientReference::parse(text).ok_or(unreadable("reference")))
                .transpose()?,
        },
        sector: row
            .try_get::<_, Option<i16>>(first + 7)?
            .map(|number| Sector::from_number(number.into()).ok_or(unreadable("sector")))
            .transpose()?,
        created: moment(row.try_get(first + 8)?).ok_or(unreadable("created"))?,
        channel: small(number(9)?).and_then(Channel::from_number).ok_or(unreadable("channel"))?,
        sender: sender(row, first + 10)?.ok_or(unreadable("sender"))?,
        status: small(number(13)?).and_then(Status::from_number).ok_or(unreadable("status"))?,
        remarks: remarks(row.try_get(first + 14)?).ok_or(unreadable("remarks"))?,
        validated: row
            .try_get::<_, Option<i64>>(first + 15)?
            .map(|at| moment(at).ok_or(unreadable("validated")))
            .transpose()?,
        newest: row
            .try_get::<_, Option<i64>>(first + 21)?
            .map(|number| inss(number).ok_or(unreadable("newest number")))
            .transpose()?,
        located: row
            .try_get::<_, Option<&str>>(first + 22)?
            .map(|text| Located::from_stored(text).map(Box::new).ok_or(unreadable("place found")))
            .transpose()?,
    })
}

/// Reads a row of [`HISTORY_COLUMNS`] of the registration `id`.
pub(crate) fn history_entry(row: &Row, id: RegistrationId) -> Result<HistoryEntry, Failure> {
    let unreadable = |field| Failure::Unreadable { id: id.number(), field };
    let cause = match row.try_get(3)? {
        CHECK => Cause::Check,
        REGISTER_CHANGE => Cause::RegisterChange {
            register: row
                .try_get::<_, Option<i16>>(8)?
                .and_then(|number| Register::from_number(number.into()))
                .ok_or(unreadable("register of a check"))?,
            import: ImportId(row.try_get(9)?),
        },
        EARLIER_CANCELLED => Cause::EarlierCancelled {
            id: RegistrationId::new(row.try_get(9)?).ok_or(unreadable("cancelled registration"))?,
        },
        CANCELLATION => Cause::Cancellation {
            reason: row
                .try_get::<_, Option<&str>>(4)?
                .and_then(CancellationReason::parse)
                .ok_or(unreadable("reason of the cancellation"))?,
            by: sender(row, 5)?.ok_or(unreadable("sender of the cancellation"))?,
        },
        _ => return Err(unreadable("cause of a history entry")),
    };
    Ok(HistoryEntry {
        at: moment(row.try_get(0)?).ok_or(unreadable("moment of a history entry"))?,
        status: small(row.try_get(1)?)
            .and_then(Status::from_number)
            .ok_or(unreadable("status of a history entry"))?,
        remarks: remarks(row.try_get(2)?).ok_or(unreadable("remarks of a history entry"))?,
        cause,
    })
}

const CHECK: i16 = 1;
const CANCELLATION: i16 = 2;
const REGISTER_CHANGE: i16 = 3;
const EARLIER_CANCELLED: i16 = 4;

/// The number of a cause; `None` for the one that the registration's own row tells.
pub(crate) fn cause_number(cause: &Cause) -> Option<i16> {
    match cause {
        Cause::Registration => None,
        Cause::Check => Some(CHECK),
        Cause::RegisterChange { .. } => Some(REGISTER_CHANGE),
        Cause::EarlierCancelled { .. } => Some(EARLIER_CANCELLED),
        Cause::Cancellation { .. } => Some(CANCELLATION),
    }
}

fn who(row: &Row, first: usize, id: i64) -> Result<Who, Failure> {
    let unreadable = |field| Failure::Unreadable { id, field };
    if let Some(limosa) = row.try_get::<_, Option<&str>>(first + 5)? {
        let limosa = LimosaId::parse(limosa).ok_or(unreadable("Limosa id"))?;
        return Ok(Who::Posted { limosa });
    }
    let inss = inss(row.try_get(first + 4)?).ok_or(unreadable("person"))?;
    if let Some(vat) = row.try_get::<_, Option<&str>>(first + 20)? {
        let vat = ForeignVatNumber::parse(vat).ok_or(unreadable("foreign VAT number"))?;
        return Ok(Who::OfForeign { inss, vat });
    }
    let company =
        EnterpriseNumber::from_long(row.try_get(first + 3)?).map_err(|_| unreadable("company"))?;
    Ok(Who::Worker { inss, company })
}

fn inss(number: i64) -> Option<Inss> {
    u64::try_from(number).ok().and_then(Inss::from_stored)
}

fn moment_of(row: &Row, first: usize, id: i64) -> Result<Option<Box<Moment>>, Failure> {
    let unreadable = |field| Failure::Unreadable { id, field };
    let Some(kind) = row.try_get::<_, Option<i16>>(first + 16)? else { return Ok(None) };
    let at: Option<i64> = row.try_get(first + 17)?;
    let place: Option<&str> = row.try_get(first + 18)?;
    let offline_since: Option<i64> = row.try_get(first + 19)?;
    Ok(Some(Box::new(Moment {
        kind: small(kind).and_then(MomentKind::from_number).ok_or(unreadable("event"))?,
        at: at.and_then(moment).ok_or(unreadable("moment"))?,
        place: place.and_then(PlaceOfWork::from_stored).ok_or(unreadable("place"))?,
        offline_since: offline_since
            .map(|at| moment(at).ok_or(unreadable("offline since")))
            .transpose()?,
    })))
}

fn sender(row: &Row, first: usize) -> Result<Option<Sender>, Failure> {
    let company: Option<i64> = row.try_get(first + 1)?;
    let Ok(company) = company.map(EnterpriseNumber::from_long).transpose() else { return Ok(None) };
    let text = |column| row.try_get::<_, Option<&str>>(column);
    Ok(Some(Sender {
        id: text(first)?.map(Arc::from),
        company,
        user_type: text(first + 2)?.map(Arc::from),
    }))
}

fn small(number: i16) -> Option<u8> {
    u8::try_from(number).ok()
}

fn remarks(bits: i32) -> Option<Remarks> {
    Remarks::from_bits(bits.cast_unsigned())
}

pub(crate) fn moment(milliseconds: i64) -> Option<Timestamp> {
    Timestamp::from_millisecond(milliseconds).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_employers_have_negative_keys_for_ever() {
        let key = |text| foreign_key(&ForeignVatNumber::parse(text).expect("a number"));
        assert_eq!(key("NL123456789B01"), -4_485_926_419_435_973_285);
        assert!(key("FR12345678901") < 0);
        assert_ne!(key("FR12345678901"), key("NL123456789B01"));
    }
}
