//! Partitions: months of days, made ahead of the days that are registered.

use std::ops::RangeInclusive;

use deadpool_postgres::Client;
use jiff::civil::Date;
use jiff::{Span, ToSpan as _};
use tokio_postgres::types::Type;

use crate::citus::{Layout, is_by_employer};
use crate::failure::Failure;
use crate::row::day_number;
use crate::seat::{self, SEATS};

/// The tables that are partitioned.
const TABLES: [&str; 3] = ["registration", "history", "step"];

/// Makes the partitions that hold `days`, where they are missing.
pub(crate) async fn ensure(
    connection: &Client,
    layout: Layout,
    days: RangeInclusive<Date>,
) -> Result<(), Failure> {
    for month in months(days) {
        let Ok(next) = month.checked_add(Span::new().months(1)) else { break };
        for table in TABLES {
            connection.batch_execute(&statement(table, layout, month, next)).await?;
        }
    }
    Ok(())
}

/// The first days of the months of some days.
fn months(days: RangeInclusive<Date>) -> impl Iterator<Item = Date> {
    let first = days.start().first_of_month();
    let next = |month: &Date| month.checked_add(Span::new().months(1)).ok();
    std::iter::successors(Some(first), next).take_while(move |month| month <= days.end())
}

/// It is made beside the table and then attached: that waits for nobody and lets nobody wait. Two nodes may make the same
/// one at the same time: the lock lets one wait for the other. It does not wait for long: while Citus moves shards it would wait
/// for that to end, which in turn waits for the transactions that have begun.
fn statement(table: &str, layout: Layout, month: Date, next: Date) -> String {
    let name = name(table, month);
    let (from, until) = (day_number(month), day_number(next));
    let make = match by_seat(table).filter(|_| !layout.is_distributed()) {
        Some(id) => divided(table, &name, id),
        None => whole(table, &name),
    };
    // Not `to_regclass`, which may still answer what it knew before it waited.
    let there =
        format!("(SELECT FROM pg_class WHERE relname = '{name}' AND pg_table_is_visible(oid))");
    format!(
        "DO $$ BEGIN \
         IF NOT EXISTS {there} THEN \
         PERFORM set_config('lock_timeout', '2s', true); \
         PERFORM pg_advisory_xact_lock(hashtext('{name}')); \
         IF NOT EXISTS {there} THEN \
         {make}; \
         ALTER TABLE {table} ATTACH PARTITION {name} FOR VALUES FROM ({from}) TO ({until}); \
         END IF; END IF; END $$"
    )
}

/// The column of a table's ids of registrations, where its months are divided by the [`seat`] that gave them.
fn by_seat(table: &str) -> Option<&'static str> {
    match table {
        "registration" => Some("id"),
        "history" => Some("registration"),
        _ => None,
    }
}

fn like(table: &str, name: &str) -> String {
    format!(
        "CREATE TABLE {name} \
         (LIKE {table} INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING GENERATED INCLUDING INDEXES)"
    )
}

/// A month in one table.
fn whole(table: &str, name: &str) -> String {
    format!("{} {}", like(table, name), kept(table))
}

/// A month in a table for each seat.
fn divided(table: &str, name: &str, id: &str) -> String {
    let parts = (0..SEATS).map(|number| {
        let (from, until) = seat::bounds(number);
        format!(
            "; CREATE TABLE {name}_{number} PARTITION OF {name} FOR VALUES FROM ({from}) TO ({until}) {}",
            kept(table)
        )
    });
    format!("{} PARTITION BY RANGE ({id}){}", like(table, name), parts.collect::<String>())
}

/// How rows are kept. A registration changes when it is checked: where its new version has room on the same page, no index
/// is written.
fn kept(table: &str) -> String {
    let room = if table == "registration" { "fillfactor = 50, " } else { "" };
    format!(
        "WITH ({room}autovacuum_vacuum_insert_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.02)"
    )
}

/// Makes one table of each month that is divided: Citus takes no partitions of partitions. Nobody may use them meanwhile.
pub(crate) async fn join_parts(connection: &Client, table: &str) -> Result<(), Failure> {
    for row in connection.query_typed(DIVIDED, &[(&table, Type::TEXT)]).await? {
        let (name, bounds): (String, String) = (row.try_get(0)?, row.try_get(1)?);
        let row = connection.query_typed_one(WRITTEN, &[(&table, Type::TEXT)]).await?;
        let columns: String = row.try_get(0)?;
        let make = whole(table, &name);
        // Statements that are sent together are one transaction.
        connection
            .batch_execute(&format!(
                "ALTER TABLE {table} DETACH PARTITION {name}; ALTER TABLE {name} RENAME TO {name}_parts; {make}; \
                 INSERT INTO {name} ({columns}) SELECT {columns} FROM {name}_parts; DROP TABLE {name}_parts; \
                 ALTER TABLE {table} ATTACH PARTITION {name} {bounds}"
            ))
            .await?;
    }
    Ok(())
}

/// Partitions that have partitions themselves, and which days they hold.
const DIVIDED: &str = "SELECT c.relname::text, pg_get_expr(c.relpartbound, c.oid) FROM pg_inherits i \
                       JOIN pg_class c ON c.oid = i.inhrelid \
                       WHERE i.inhparent = to_regclass($1) AND c.relkind = 'p' ORDER BY 1";
/// The columns of a table that are not computed from others.
const WRITTEN: &str = "SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute \
                       WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped AND attgenerated = ''";

/// The table of a month.
pub(crate) fn name(table: &str, month: Date) -> String {
    format!("{table}_{:04}_{:02}", month.year(), month.month())
}

/// The days whose partitions are made ahead: registrations are for a few days around the present one.
pub(crate) fn ahead(today: Date) -> RangeInclusive<Date> {
    today..=today.checked_add(70.days()).unwrap_or(today)
}

/// What should be otherwise: partitions of [`ahead`] that are missing, and those that end before `first`.
pub(crate) async fn astray(
    connection: &Client,
    today: Date,
    first: Date,
) -> Result<(Vec<String>, Vec<String>), Failure> {
    let (mut missing, mut overdue) = (Vec::new(), Vec::new());
    for table in TABLES {
        let rows = connection.query_typed(PARTITIONS, &[(&table, Type::TEXT)]).await?;
        let there: Vec<String> = rows.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?;
        let wanted = months(ahead(today)).map(|month| name(table, month));
        missing.extend(wanted.filter(|name| !there.contains(name)));
        overdue.extend(there.into_iter().filter(|name| is_over(table, name, first)));
    }
    Ok((missing, overdue))
}

fn is_over(table: &str, partition: &str, first: Date) -> bool {
    month_of(table, partition).is_some_and(|month| month.last_of_month() < first)
}

/// Drops the months that end before `first`, the first day that is kept; answers their names.
pub(crate) async fn drop_before(
    connection: &Client,
    layout: Layout,
    first: Date,
) -> Result<Vec<String>, Failure> {
    let mut dropped = Vec::new();
    for table in TABLES {
        for row in connection.query_typed(PARTITIONS, &[(&table, Type::TEXT)]).await? {
            let partition: String = row.try_get(0)?;
            if is_over(table, &partition, first) {
                // Detaching waits for those who read it, and lets nobody wait. Citus only drops.
                if !(layout.is_distributed() && is_by_employer(table)) {
                    let detach =
                        format!("ALTER TABLE {table} DETACH PARTITION {partition} CONCURRENTLY");
                    connection.batch_execute(&detach).await?;
                }
                connection.batch_execute(&format!("DROP TABLE {partition}")).await?;
                dropped.push(partition);
            }
        }
    }
    Ok(dropped)
}

/// The names of a table's partitions.
const PARTITIONS: &str = "SELECT c.relname::text FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid \
                          WHERE i.inhparent = to_regclass($1) ORDER BY 1";

/// The days of the partitions that are there, the first and the last.
pub(crate) async fn days(connection: &Client) -> Result<Option<(i32, i32)>, Failure> {
    let table = TABLES[0];
    let rows = connection.query_typed(PARTITIONS, &[(&table, Type::TEXT)]).await?;
    let mut days: Option<(i32, i32)> = None;
    for row in &rows {
        let Some(month) = month_of(table, row.try_get(0)?) else { continue };
        let (first, last) = (day_number(month), day_number(month.last_of_month()));
        days = Some(days.map_or((first, last), |(from, until)| (from.min(first), until.max(last))));
    }
    Ok(days)
}

/// The first day of the month that a partition's name tells.
fn month_of(table: &str, partition: &str) -> Option<Date> {
    let (year, month) = partition.strip_prefix(table)?.strip_prefix('_')?.split_once('_')?;
    Date::new(year.parse().ok()?, month.parse().ok()?, 1).ok()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use store::contract::sample_registration;
    use store::{Registrations as _, Store as _};
    use testkit::PostgresServer;

    use super::*;
    use crate::{Options, PostgresStore};

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn months_whose_parts_are_joined_hold_what_they_held() {
        let Some(server) = PostgresServer::start_or_skip() else { return };
        let url = server.new_database();
        let mut stored = Vec::new();
        for node in 1..=2 {
            let store = PostgresStore::open(&url, Options::default()).await.expect("opened");
            let new = vec![sample_registration(node, 1, 1)];
            stored.extend(store.register(new).await.expect("stored"));
        }
        let store = PostgresStore::open(&url, Options::default()).await.expect("opened");
        let connection = store.database.connection().await.expect("connected");
        let told = format!(
            "INSERT INTO history (registration, place, day, employer, at, status, remarks, cause) \
             SELECT id, 1, day, employer, 0, 4, 0, 1 FROM registration WHERE id = {}",
            stored[1].id.number()
        );
        connection.batch_execute(&told).await.expect("told");
        let dossier = |id| store.registrations().dossier(id);
        let before = dossier(stored[1].id).await.expect("read").expect("there");
        for table in ["registration", "history"] {
            join_parts(&connection, table).await.expect("joined");
            let divided = connection.query_typed(DIVIDED, &[(&table, Type::TEXT)]).await;
            assert!(divided.expect("asked").is_empty(), "{table}");
        }
        assert_eq!(before.history.len(), 2);
        assert_eq!(dossier(stored[1].id).await.expect("read"), Some(before));
        let first = dossier(stored[0].id).await.expect("read").expect("there");
        assert_eq!(first.registration, stored[0]);
        // Other months are divided as before, and the joined one takes more.
        store.look_after(date(2026, 11, 24)).await.expect("looked after");
        assert_eq!(
            store.register(vec![sample_registration(3, 1, 1)]).await.expect("stored").len(),
            1
        );
        connection.batch_execute("DELETE FROM registration").await.expect_err("nothing is deleted");
    }

    #[test]
    fn a_partition_tells_its_month_by_its_name() {
        for month in [date(2026, 11, 1), date(2030, 1, 1)] {
            for table in TABLES {
                assert_eq!(month_of(table, &name(table, month)), Some(month));
            }
        }
        assert_eq!(month_of("history", "registration_2026_11"), None);
        assert_eq!(month_of("history", "history_2026_13"), None);
    }
}
