use std::collections::{BTreeMap, HashMap, HashSet};

use deadpool_postgres::{Client, Transaction};
use domain::{HistoryEntry, Inss, Registration, RegistrationId, Remark, Status};
use jiff::Timestamp;
use store::{Finding, Finished, Repetition};
use tokio_postgres::Row;
use tokio_postgres::types::{ToSql, Type};

use super::repeated::earlier;
use crate::citus::Layout;
use crate::failure::Failure;
use crate::step::Steps;
use crate::{amend, registers, row, seat, window};

/// What does not wait any more. Who cancels has the registrations first and then lets others wait again, so this comes after
/// the registrations too, and in the order of the ids: the two never wait for each other in a circle.
const DONE: [&str; 2] = [
    "DELETE FROM check_range WHERE lease = $1",
    "WITH held AS MATERIALIZED (SELECT registration FROM recheck WHERE lease = $1 ORDER BY registration FOR UPDATE) \
     DELETE FROM recheck r USING held WHERE r.registration = held.registration",
];

/// Keeps what the checks of a lease found, in one transaction.
pub(super) async fn finish(
    connection: &mut Client,
    layout: Layout,
    lease: u64,
    version: u64,
    findings: &[Finding],
    at: Timestamp,
) -> Result<Finished, Failure> {
    let transaction = connection.transaction().await?;
    if registers::hold_version(&transaction).await? != version {
        return Ok(Finished::Stale);
    }
    let token = lease.cast_signed();
    let held = "DELETE FROM check_lease WHERE token = $1";
    if transaction.execute_typed(held, &[(&token, Type::INT8)]).await? == 0 {
        return Ok(Finished::Lost);
    }
    let ids: Vec<_> = findings.iter().map(|finding| Some(finding.id)).collect();
    let mut found = amend::load(&transaction, layout, &ids).await?;
    let before = layout.is_distributed().then(|| found.clone());
    let repeated = still_repeated(&transaction, layout, findings, &found).await?;
    for done in DONE {
        transaction.execute_typed(done, &[(&token, Type::INT8)]).await?;
    }
    let (mut entries, mut moved) = (Vec::new(), Vec::new());
    for finding in findings {
        let Some(now) = found.get_mut(&finding.id) else { continue };
        let was = (now.newest, now.sector, now.located.clone());
        if let Some(entry) = decide(now, finding, repeated.contains(&finding.id), at) {
            entries.push((finding.id, entry));
        } else if was != (now.newest, now.sector, now.located.clone()) {
            moved.push(finding.id);
        }
    }
    let steps = Steps::of(&found, &entries).and_moved(&found, &moved);
    steps.keep(&transaction, before.as_ref()).await?;
    transaction.commit().await?;
    Ok(Finished::Kept)
}

/// Brings a registration to what was found; answers the entry that tells it, if there is anything to tell.
fn decide(
    now: &mut Registration,
    finding: &Finding,
    repeated: bool,
    at: Timestamp,
) -> Option<HistoryEntry> {
    if now.status == Status::Cancelled {
        return None;
    }
    now.newest = finding.newest;
    now.sector = finding.sector.or(now.sector);
    now.located = finding.located.clone().or(now.located.take());
    let remarks =
        if repeated { finding.remarks } else { finding.remarks.without(Remark::Duplicate) };
    let amended = now.checked_for(finding.cause.clone(), remarks, at)?;
    *now = amended.registration;
    Some(amended.entry)
}

/// Which of those that were found to be repetitions still are. Between the question and the answer the earlier one may
/// have been cancelled, and then this one was not yet among those that wait because of it. What is seen here is held, so
/// that who cancels it from now on finds this one.
async fn still_repeated(
    transaction: &Transaction<'_>,
    layout: Layout,
    findings: &[Finding],
    found: &HashMap<RegistrationId, Registration>,
) -> Result<HashSet<RegistrationId>, Failure> {
    let is_one = |finding: &&Finding| finding.remarks.contains(Remark::Duplicate);
    let registrations: Vec<_> =
        findings.iter().filter(is_one).filter_map(|finding| found.get(&finding.id)).collect();
    let mut asked = with_numbers(transaction, &registrations).await?;
    let mut repeated = HashSet::new();
    while !asked.is_empty() {
        let earlier = earlier(&**transaction, layout, &asked).await?;
        let held = match layout {
            Layout::Whole => hold(transaction, earlier.iter().flatten().copied().collect()).await?,
            Layout::Distributed => hold_by_employer(transaction, &asked, &earlier).await?,
        };
        let mut left = Vec::new();
        for (asked, earlier) in asked.into_iter().zip(earlier) {
            match earlier {
                Some(id) if held.contains(&id) => {
                    repeated.insert(asked.registration.id);
                }
                // It was cancelled while this waited for it; there may be another one.
                Some(_) => left.push(asked),
                None => {}
            }
        }
        asked = left;
    }
    Ok(repeated)
}

async fn with_numbers(
    transaction: &Transaction<'_>,
    registrations: &[&Registration],
) -> Result<Vec<Repetition>, Failure> {
    let persons: Vec<Inss> =
        registrations.iter().filter_map(|registration| registration.inss()).collect();
    let mut numbers = registers::numbers_of(transaction, &persons).await?.into_iter();
    let with = |registration: &&Registration| Repetition {
        registration: (*registration).clone(),
        numbers: match registration.inss() {
            Some(_) => numbers.next().unwrap_or_default(),
            None => Vec::new(),
        },
    };
    Ok(registrations.iter().map(with).collect())
}

/// Holds registrations as they are until the transaction ends; answers those that are not cancelled.
async fn hold(transaction: &Transaction<'_>, ids: Vec<i64>) -> Result<HashSet<i64>, Failure> {
    let window = window::of("$2", "$3");
    let sql = format!(
        "SELECT one.* FROM (SELECT unnest($1) AS id ORDER BY 1) asked, \
         LATERAL (SELECT id, status FROM registration r WHERE r.id = asked.id AND {window} FOR SHARE) one"
    );
    let mut held = HashSet::new();
    for ids in seat::each(&ids) {
        held.extend(not_cancelled(&transaction.query_typed(&sql, &ids.parameters()).await?)?);
    }
    Ok(held)
}

/// The same where registrations lie by employer: one after the other, since several servers hold nothing in one statement. An
/// earlier one says the same, so it has the same employer and day.
async fn hold_by_employer(
    transaction: &Transaction<'_>,
    asked: &[Repetition],
    earlier: &[Option<i64>],
) -> Result<HashSet<i64>, Failure> {
    let mut of: BTreeMap<i64, (Vec<i64>, Vec<i32>)> = BTreeMap::new();
    for (asked, earlier) in asked.iter().zip(earlier) {
        let submission = &asked.registration.submission;
        if let Some(id) = earlier {
            let (ids, days) = of.entry(row::employer(&submission.who)).or_default();
            ids.push(*id);
            days.push(row::day_number(submission.day));
        }
    }
    let sql = "SELECT id, status FROM registration WHERE employer = $1 AND id = ANY($2) AND day = ANY($3) \
               ORDER BY id FOR SHARE";
    let mut held = HashSet::new();
    for (employer, (ids, days)) in &of {
        let parameters: [(&(dyn ToSql + Sync), Type); 3] =
            [(employer, Type::INT8), (ids, Type::INT8_ARRAY), (days, Type::INT4_ARRAY)];
        held.extend(not_cancelled(&transaction.query_typed(sql, &parameters).await?)?);
    }
    Ok(held)
}

fn not_cancelled(rows: &[Row]) -> Result<HashSet<i64>, Failure> {
    let cancelled = i16::from(Status::Cancelled.number());
    let mut held = HashSet::new();
    for row in rows {
        if row.try_get::<_, i16>(1)? != cancelled {
            held.insert(row.try_get(0)?);
        }
    }
    Ok(held)
}

#[cfg(test)]
mod tests {
    use domain::{Cause, Remarks, Sector, sample};
    use store::contract::sample_registration;

    use super::*;

    #[test]
    fn a_repetition_that_is_none_any_more_loses_its_remark_only() {
        let id = RegistrationId::new(1).expect("an id");
        let remarks = Remarks::NONE.with(Remark::Duplicate).with(Remark::WorkUnknown);
        let finding = Finding {
            id,
            remarks,
            newest: Some(sample::inss(9)),
            sector: Some(Sector::Cleaning),
            located: None,
            cause: Cause::Check,
        };
        for (repeated, expected) in
            [(true, remarks), (false, Remarks::NONE.with(Remark::WorkUnknown))]
        {
            let mut now = sample_registration(1, 1, 1).stored_as(id);
            let entry = decide(&mut now, &finding, repeated, Timestamp::UNIX_EPOCH);
            assert_eq!(entry.expect("a first check").remarks, expected);
            assert_eq!((now.remarks, now.newest), (expected, finding.newest));
        }
    }
}
