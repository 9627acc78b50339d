use ::store::{AuditHead, AuditPlace, Store};
use domain::Error;

use super::report::{Level, Report};
use super::store::unreadable;

const AREA: &str = "audit";
/// How many of the newest records of each chain are looked at.
const LOOK: u64 = 1000;

/// Are the ends of the chains whole?
pub(super) async fn examine(store: &dyn Store, report: &mut Report) {
    let heads = match store.audit().heads().await {
        Ok(heads) => heads,
        Err(error) => return unreadable(report, AREA, &error),
    };
    if heads.is_empty() {
        report.well(AREA, "nothing was written down yet");
    }
    for head in heads {
        match end(store, head).await {
            Ok(End::Whole(count)) => report.well(
                AREA,
                format!(
                    "the last {count} records are whole; the head is {}:{}",
                    head.place, head.hash
                ),
            ),
            Ok(End::Broken(place)) => report.tell(
                Level::Error,
                AREA,
                format!("record {place} does not follow from the one before"),
                "run `presence audit verify`; keep the data as it is, and find out who changed it",
            ),
            Err(error) => unreadable(report, AREA, &error),
        }
    }
}

enum End {
    Whole(usize),
    Broken(AuditPlace),
}

/// Follows the last records of a chain; the one before them gives the hash to begin with.
async fn end(store: &dyn Store, head: AuditHead) -> Result<End, Error> {
    let chain = head.place.chain;
    let first = head.place.sequence.saturating_sub(LOOK);
    let mut before = AuditHead::before(chain);
    if first > 0 {
        let place = AuditPlace { chain, sequence: first - 1 };
        let record = store.audit().records(place, 1).await?;
        let Some(record) = record.first() else { return Ok(End::Broken(place.next())) };
        before = AuditHead { place: record.place, hash: record.hash };
    }
    let records = store.audit().records(before.place, 1000).await?;
    for record in &records {
        let expected = before.place.next();
        if record.place != expected
            || before.hash.next(expected.sequence, &record.body) != record.hash
        {
            return Ok(End::Broken(record.place));
        }
        before = AuditHead { place: record.place, hash: record.hash };
    }
    Ok(End::Whole(records.len()))
}
