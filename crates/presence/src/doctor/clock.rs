use ::store::{AuditPlace, Store};
use domain::Error;
use jiff::civil::date;
use jiff::{SignedDuration, Timestamp};

use super::report::{Level, Report};
use super::store::unreadable;

const AREA: &str = "clock";
/// Clocks of nodes that share a store may differ by so much.
const SKEW: SignedDuration = SignedDuration::from_secs(2);

/// Is the clock behind what was written down already? And does the program know the time of Belgium?
pub(super) async fn examine(store: &dyn Store, now: Timestamp, report: &mut Report) {
    zone(now, report);
    match last_moment(store).await {
        Ok(None) => report.well(AREA, format!("it is {now:.0}; nothing was written down yet")),
        Ok(Some(last)) if last > now + SKEW => report.tell(
            Level::Error,
            AREA,
            format!("it is {now:.0} here, but the last record of the audit is of {last:.0}"),
            "set the clock (NTP): registrations would be of the wrong moment, perhaps of the wrong day",
        ),
        Ok(Some(last)) => report.well(AREA, format!("it is {now:.0}, the last record is of {last:.0}")),
        Err(error) => unreadable(report, AREA, &error),
    }
}

/// When the last records of the audit's chains were written: the latest.
async fn last_moment(store: &dyn Store) -> Result<Option<Timestamp>, Error> {
    let mut latest = None;
    for head in store.audit().heads().await? {
        let AuditPlace { chain, sequence } = head.place;
        let before = AuditPlace { chain, sequence: sequence - 1 };
        let records = store.audit().records(before, 1).await?;
        latest = latest.max(records.first().and_then(|record| written(&record.body)));
    }
    Ok(latest)
}

fn written(body: &str) -> Option<Timestamp> {
    let body: serde_json::Value = serde_json::from_str(body).ok()?;
    body["at"].as_str()?.parse().ok()
}

/// Do the rules of the time zone that are built in reach to the next summer and winter?
pub(super) fn zone(now: Timestamp, report: &mut Report) {
    let year = domain::belgian_day(now).year().saturating_add(1);
    let known = [(date(year, 1, 15), 1), (date(year, 7, 15), 2)].into_iter().all(|(day, hours)| {
        let noon = day.at(12, 0, 0, 0);
        let offset = jiff::tz::Offset::constant(hours);
        domain::earliest_instant(noon).is_some_and(|moment| offset.to_datetime(moment) == noon)
    });
    let today = domain::belgian_time(now);
    if known {
        report.well(AREA, format!("in Belgium it is {}", today.strftime("%F %R")));
    } else {
        report.tell(
            Level::Warning,
            AREA,
            format!("the time zone data has no summer and winter time for {year} in Belgium"),
            "if the law has not changed that, install a newer version of the program",
        );
    }
}
