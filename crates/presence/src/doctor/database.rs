use jiff::{SignedDuration, Timestamp};
use store_postgres::Condition;

use super::Examination;
use super::report::{Level, Report};
use super::store::unreadable;
use crate::keeper::Keeper;

const AREA: &str = "database";
/// So far a node's clock may be from the database's; beyond the second, days are wrong for many callers around midnight.
const SKEW: SignedDuration = SignedDuration::from_secs(2);
const WRONG: SignedDuration = SignedDuration::from_mins(1);
/// A transaction that goes on for so many seconds was forgotten.
const FORGOTTEN: i64 = 300;
/// Transactions, in millions, after which a row should have been frozen, and after which the server soon refuses to write.
const FROZEN: (i64, i64) = (500, 1_500);

/// How the database is; nothing is said of the embedded store.
pub(super) async fn examine(keeper: &Keeper, what: &Examination<'_>, report: &mut Report) {
    let now = what.clock.now();
    let days = what.config.database_retention_days;
    match keeper.condition(domain::belgian_day(now), days).await {
        None => {}
        Some(Ok(condition)) => judge(&condition, what.clock.now(), report),
        Some(Err(error)) => unreadable(report, AREA, &error),
    }
}

fn judge(condition: &Condition, now: Timestamp, report: &mut Report) {
    report.well(AREA, format!("it is PostgreSQL {}", condition.server));
    durability(&condition.unsafe_settings, report);
    clock(condition, now, report);
    partitions(condition, report);
    connections(condition.connections, report);
    transactions(condition, report);
}

fn durability(unsafe_settings: &[String], report: &mut Report) {
    if unsafe_settings.is_empty() {
        report.well(AREA, "what is committed is on disk");
        return;
    }
    let todo = "switch it on in postgresql.conf (or for the database or the role), and reload: what was acknowledged may be \
                lost in a crash until then";
    report.tell(Level::Error, AREA, unsafe_settings.join(", "), todo);
}

fn clock(condition: &Condition, now: Timestamp, report: &mut Report) {
    let apart = now.duration_since(condition.now).abs();
    let sure = apart - SignedDuration::from_millis(condition.asked_ms);
    let text = format!("its clock and the node's are {:.1} s apart", apart.as_secs_f64());
    let level = match sure {
        sure if sure > WRONG => Level::Error,
        sure if sure > SKEW => Level::Warning,
        _ => return report.well(AREA, text),
    };
    report.tell(level, AREA, text, "let every node and the database follow the same time (NTP)");
}

fn partitions(condition: &Condition, report: &mut Report) {
    let Condition { missing, overdue, .. } = condition;
    if missing.is_empty() && overdue.is_empty() {
        report.well(AREA, "the partitions of the next months are there, and none is kept too long");
    }
    let rights = "see whether a node serves, and what its log says of partitions: it makes and drops them every hour, for \
                  which its role has to own the tables";
    if !missing.is_empty() {
        let text = format!("partitions are missing: {}", missing.join(", "));
        report.tell(Level::Error, AREA, text, rights);
    }
    if !overdue.is_empty() {
        let text = format!("partitions are past database_retention_days: {}", overdue.join(", "));
        report.tell(Level::Warning, AREA, text, rights);
    }
}

fn connections((used, allowed): (i64, i64), report: &mut Report) {
    let text = format!("{used} of {allowed} connections are used");
    if used * 5 > allowed * 4 {
        let todo = "lower database_connections of the nodes, raise max_connections, or put a pooler between";
        report.tell(Level::Warning, AREA, text, todo);
    } else {
        report.well(AREA, text);
    }
}

fn transactions(condition: &Condition, report: &mut Report) {
    if let Some((process, seconds)) = condition.oldest.filter(|(_, seconds)| *seconds > FORGOTTEN) {
        let text = format!("a transaction of process {process} has been going on for {seconds} s");
        let todo = format!(
            "webhooks and streams of events wait for it, and nothing is vacuumed: see what it is (pg_stat_activity), and \
             end it with SELECT pg_terminate_backend({process})"
        );
        report.tell(Level::Warning, AREA, text, todo);
    } else {
        report.well(AREA, "no transaction has been forgotten");
    }
    let age = condition.frozen_age;
    let text = format!("its oldest transaction number is {age} million old");
    let level = match age {
        age if age > FROZEN.1 => Level::Error,
        age if age > FROZEN.0 => Level::Warning,
        _ => return report.well(AREA, text),
    };
    let todo = "see what keeps autovacuum back (long transactions, prepared ones, replication slots), and run VACUUM: at 2 000 \
                million the server refuses to write";
    report.tell(level, AREA, text, todo);
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan as _;

    use super::*;

    fn fine() -> Condition {
        Condition {
            server: "15.18".to_owned(),
            now: "2026-11-24T08:00:00Z".parse().expect("a moment"),
            asked_ms: 5,
            unsafe_settings: Vec::new(),
            missing: Vec::new(),
            overdue: Vec::new(),
            connections: (20, 100),
            oldest: Some((77, 3)),
            frozen_age: 100,
        }
    }

    /// What is found that is not well.
    fn found(condition: &Condition) -> Vec<(Level, String)> {
        let mut report = Report::new(fine().now);
        judge(condition, fine().now, &mut report);
        let found = report.of(AREA).into_iter().filter(|(level, _)| *level != Level::Well);
        found.map(|(level, text)| (level, text.to_owned())).collect()
    }

    #[test]
    fn what_is_fine_is_well_and_each_thing_that_is_not_is_told() {
        assert_eq!(found(&fine()), []);
        let one = |condition: Condition| {
            let found = found(&condition);
            assert_eq!(found.len(), 1, "{found:?}");
            found.into_iter().next().expect("one")
        };
        let told = |level: Level, text: &str| (level, text.to_owned());
        let settings = vec!["fsync = off".to_owned(), "synchronous_commit = off".to_owned()];
        assert_eq!(
            one(Condition { unsafe_settings: settings, ..fine() }),
            told(Level::Error, "fsync = off, synchronous_commit = off")
        );
        for (seconds, level) in [(-61, Level::Error), (59, Level::Warning), (-3, Level::Warning)] {
            let text = format!("its clock and the node's are {}.0 s apart", i64::abs(seconds));
            let condition = Condition { now: fine().now + seconds.seconds(), ..fine() };
            assert_eq!(one(condition), (level, text));
        }
        // It took so long to ask that nobody can say.
        let condition = Condition { now: fine().now + 3.seconds(), asked_ms: 1500, ..fine() };
        assert_eq!(found(&condition), []);
        assert_eq!(
            one(Condition { missing: vec!["step_2027_01".to_owned()], ..fine() }),
            told(Level::Error, "partitions are missing: step_2027_01")
        );
        assert_eq!(
            one(Condition { overdue: vec!["step_2001_01".to_owned()], ..fine() }),
            told(Level::Warning, "partitions are past database_retention_days: step_2001_01")
        );
        assert_eq!(
            one(Condition { connections: (81, 100), ..fine() }),
            told(Level::Warning, "81 of 100 connections are used")
        );
        assert_eq!(
            one(Condition { oldest: Some((77, 301)), ..fine() }),
            told(Level::Warning, "a transaction of process 77 has been going on for 301 s")
        );
        for (age, level) in [(501, Level::Warning), (1_501, Level::Error)] {
            let text = format!("its oldest transaction number is {age} million old");
            assert_eq!(one(Condition { frozen_age: age, ..fine() }), (level, text));
        }
    }
}
