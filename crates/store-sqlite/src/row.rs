//! How a registration lies in its row.

use std::sync::Arc;

use domain::register::{ImportId, Register};
use domain::{
    CancellationReason, Cause, Channel, ClientReference, EnterpriseNumber, ForeignVatNumber,
    HistoryEntry, Inss, LimosaId, Located, Moment, MomentKind, NewRegistration, PlaceOfWork,
    Registration, RegistrationId, Remarks, Sector, Sender, Status, Submission, Who, WorksReference,
    day_number,
};
use jiff::civil::{Date, date};
use jiff::{Span, Timestamp};
use rusqlite::types::ValueRef;
use rusqlite::{Row, Statement};

use crate::failure::Failure;

const EPOCH: Date = date(1970, 1, 1);

/// The columns of a registration, in the order that [`registration`] reads and [`cells`] gives.
pub(crate) const COLUMNS: &str = "id, day, works, company, inss, limosa, reference, sector, created, channel, \
                                  sender_id, sender_company, sender_type, status, remarks, validated, event, at, \
                                  place, offline_since, foreign_vat, newest, located";

/// The columns of a history entry, in the order that [`history_entry`] reads.
pub(crate) const HISTORY_COLUMNS: &str =
    "at, status, remarks, cause, reason, sender_id, sender_company, sender_type, register, import";

pub(crate) fn day_of(number: i64) -> Option<Date> {
    EPOCH.checked_add(Span::new().try_days(number).ok()?).ok()
}

/// The cells of a registration that is about to be stored, in the order of [`COLUMNS`] after its id.
pub(crate) fn cells(new: &NewRegistration, put: &mut impl FnMut(ValueRef<'_>)) {
    use ValueRef::{Integer, Null};
    let submission = &new.submission;
    put(Integer(day_number(submission.day)));
    put(text_cell(Some(submission.works.as_str())));
    let (inss, limosa) = match &submission.who {
        Who::Worker { inss, .. } | Who::OfForeign { inss, .. } => (Some(inss), None),
        Who::Posted { limosa } => (None, Some(limosa.as_str())),
    };
    put(integer_cell(employer(&submission.who)));
    put(integer_cell(inss.map(|inss| inss.number().cast_signed())));
    put(text_cell(limosa));
    put(text_cell(submission.reference.as_ref().map(ClientReference::as_str)));
    put(integer_cell(new.sector.map(Sector::number)));
    put(Integer(new.created.as_millisecond()));
    put(Integer(i64::from(new.channel.number())));
    put(text_cell(new.sender.id.as_deref()));
    put(integer_cell(new.sender.company.map(|number| number.number().cast_signed())));
    put(text_cell(new.sender.user_type.as_deref()));
    put(Integer(i64::from(Status::Registered.number())));
    put(Integer(i64::from(Remarks::NONE.bits())));
    put(Null);
    moment_cells(submission.moment.as_deref(), put);
    put(text_cell(submission.who.foreign_vat().map(ForeignVatNumber::as_str)));
    put(Null);
    put(Null);
}

fn integer_cell(number: Option<impl Into<i64>>) -> ValueRef<'static> {
    number.map_or(ValueRef::Null, |number| ValueRef::Integer(number.into()))
}

fn text_cell(text: Option<&str>) -> ValueRef<'_> {
    text.map_or(ValueRef::Null, |text| ValueRef::Text(text.as_bytes()))
}

fn moment_cells(moment: Option<&Moment>, put: &mut impl FnMut(ValueRef<'_>)) {
    let Some(Moment { kind, at, place, offline_since }) = moment else {
        return (0..4).for_each(|_| put(ValueRef::Null));
    };
    put(ValueRef::Integer(i64::from(kind.number())));
    put(ValueRef::Integer(at.as_millisecond()));
    put(text_cell(Some(&place.to_stored())));
    put(integer_cell(offline_since.map(Timestamp::as_millisecond)));
}

/// The employer's column.
pub(crate) fn employer(who: &Who) -> Option<i64> {
    match who {
        Who::Worker { company, .. } => Some(company.number().cast_signed()),
        Who::OfForeign { vat, .. } => Some(foreign_key(vat)),
        Who::Posted { .. } => None,
    }
}

/// What stands for an employer without an enterprise number in the column of these: negative, and the same for the same
/// VAT number for ever (FNV-1a). Two VAT numbers may share it.
pub(crate) fn foreign_key(vat: &ForeignVatNumber) -> i64 {
    let hash = vat.as_str().bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    (hash | 1 << 63).cast_signed()
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
            moment: moment_of(row, id)?,
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
        newest: row
            .get::<_, Option<i64>>(21)?
            .map(|number| {
                u64::try_from(number)
                    .ok()
                    .and_then(Inss::from_stored)
                    .ok_or(unreadable("newest number"))
            })
            .transpose()?,
        located: text(row, 22)?
            .map(|text| Located::from_stored(text).map(Box::new).ok_or(unreadable("place found")))
            .transpose()?,
    })
}

/// Reads a row of [`HISTORY_COLUMNS`] of the registration `id`.
pub(crate) fn history_entry(row: &Row<'_>, id: RegistrationId) -> Result<HistoryEntry, Failure> {
    let unreadable = |field| Failure::Unreadable { id: id.number(), field };
    let cause = match row.get(3)? {
        CHECK => Cause::Check,
        REGISTER_CHANGE => Cause::RegisterChange {
            register: row
                .get::<_, Option<i64>>(8)?
                .and_then(Register::from_number)
                .ok_or(unreadable("register of a check"))?,
            import: ImportId(row.get(9)?),
        },
        EARLIER_CANCELLED => Cause::EarlierCancelled {
            id: RegistrationId::new(row.get(9)?).ok_or(unreadable("cancelled registration"))?,
        },
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
const REGISTER_CHANGE: i64 = 3;
const EARLIER_CANCELLED: i64 = 4;

/// The number of a cause; `None` for the one that the registration's own row tells.
pub(crate) fn cause_number(cause: &Cause) -> Option<i64> {
    match cause {
        Cause::Registration => None,
        Cause::Check => Some(CHECK),
        Cause::RegisterChange { .. } => Some(REGISTER_CHANGE),
        Cause::EarlierCancelled { .. } => Some(EARLIER_CANCELLED),
        Cause::Cancellation { .. } => Some(CANCELLATION),
    }
}

fn who(row: &Row<'_>, id: i64) -> Result<Who, Failure> {
    let unreadable = |field| Failure::Unreadable { id, field };
    if let Some(limosa) = text(row, 5)? {
        let limosa = LimosaId::parse(limosa).ok_or(unreadable("Limosa id"))?;
        return Ok(Who::Posted { limosa });
    }
    if let Some(vat) = text(row, 20)? {
        let vat = ForeignVatNumber::parse(vat).ok_or(unreadable("foreign VAT number"))?;
        return Ok(Who::OfForeign { inss: inss(row, id)?, vat });
    }
    Ok(Who::Worker {
        company: EnterpriseNumber::from_long(row.get(3)?).map_err(|_| unreadable("company"))?,
        inss: inss(row, id)?,
    })
}

fn inss(row: &Row<'_>, id: i64) -> Result<Inss, Failure> {
    u64::try_from(row.get::<_, i64>(4)?)
        .ok()
        .and_then(Inss::from_stored)
        .ok_or(Failure::Unreadable { id, field: "person" })
}

fn moment_of(row: &Row<'_>, id: i64) -> Result<Option<Box<Moment>>, Failure> {
    let unreadable = |field| Failure::Unreadable { id, field };
    let Some(kind) = row.get::<_, Option<u8>>(16)? else { return Ok(None) };
    let offline_since: Option<i64> = row.get(19)?;
    Ok(Some(Box::new(Moment {
        kind: MomentKind::from_number(kind).ok_or(unreadable("event"))?,
        at: moment(row.get(17)?).ok_or(unreadable("moment"))?,
        place: text(row, 18)?.and_then(PlaceOfWork::from_stored).ok_or(unreadable("place"))?,
        offline_since: offline_since
            .map(|at| moment(at).ok_or(unreadable("offline since")))
            .transpose()?,
    })))
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

    #[test]
    fn foreign_employers_have_negative_keys_for_ever() {
        let key = |text| foreign_key(&ForeignVatNumber::parse(text).expect("a number"));
        assert_eq!(key("NL123456789B01"), -4_485_926_419_435_973_285);
        assert!(key("FR12345678901") < 0);
        assert_ne!(key("FR12345678901"), key("NL123456789B01"));
    }
}
