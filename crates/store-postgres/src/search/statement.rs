//! One statement a search. Each step of it sees only what the one before it let through.

use domain::{Direction, Mark, Search, SortKey, SortValue};
use tokio_postgres::types::Type;

use crate::citus::Layout;
use crate::row::COLUMNS;
use crate::sql::Sql;
use crate::way::Way;

/// What filters, orders and pages look at.
const LOOKED_AT: &str = "id, day, employer, works, company, inss, newest, status, cancelled, remarks, created, sector, channel, \
                         sender_id, sender_company, event, at, place, foreign_vat, offline_since";

/// What the index of an employer's moments has.
const OF_MOMENTS: &str = "id, day, company, inss, works, at, event, cancelled, foreign_vat, offline_since, NULL::text AS place";

/// No more registrations than the budget, and those of them that match. Several ways may lead to the same registration:
/// it counts once.
///
/// Several servers are all asked at once, each for no more than the budget. What comes is looked through where it comes.
fn hits(
    sql: &mut Sql,
    layout: Layout,
    ways: &[Way],
    matching: &str,
    budget: u32,
    columns: &str,
) -> String {
    let most = sql.give(i64::from(budget) + 1, Type::INT8);
    let looked: Vec<_> = ways
        .iter()
        .map(|way| {
            let (conditions, most) = match layout {
                Layout::Whole => (way.conditions(sql), format!("LIMIT {most}")),
                Layout::Distributed => (way.conditions_by_employer(sql), String::new()),
            };
            format!("(SELECT {columns} FROM registration WHERE {conditions} {most})")
        })
        .collect();
    let looked = looked.join(" UNION ALL ");
    let kept = if layout.is_distributed() { "NOT MATERIALIZED" } else { "MATERIALIZED" };
    let once = if ways.len() > 1 { "DISTINCT ON (id)" } else { "" };
    format!(
        "looked AS MATERIALIZED (SELECT * FROM ({looked}) AS every LIMIT {most}), \
         hits AS {kept} (SELECT {once} * FROM looked WHERE {matching})"
    )
}

/// The counts, and one page with its rows.
pub(crate) fn of_page(
    sql: &mut Sql,
    layout: Layout,
    ways: &[Way],
    matching: &str,
    search: &Search,
    budget: u32,
) -> String {
    // Of several servers nothing is asked for a second time: all of a row, and what the conditions look at beside.
    let whole = format!("{COLUMNS}, employer, cancelled");
    let seen = if layout.is_distributed() { &whole } else { LOOKED_AT };
    let hits = hits(sql, layout, ways, matching, budget, seen);
    let order = order(search);
    let after = search.after.as_ref().map_or("true".to_owned(), |mark| after(sql, search, mark));
    let skip = sql.give(i64::from(search.page.first_row), Type::INT8);
    let size = sql.give(i64::from(search.page.fetch_size), Type::INT8);
    let counts = "(SELECT (SELECT count(*) FROM looked) AS looked, (SELECT count(*) FROM hits) AS hits) counts";
    if layout.is_distributed() {
        let columns = prefixed("p");
        return format!(
            "WITH {hits}, page AS (SELECT h.*, row_number() OVER (ORDER BY {order}) AS nth FROM hits h \
             WHERE {after} ORDER BY nth OFFSET {skip} LIMIT {size}) \
             SELECT counts.*, {columns} FROM {counts} LEFT JOIN page p ON true ORDER BY p.nth"
        );
    }
    let columns = prefixed("r");
    format!(
        "WITH {hits}, \
         page AS (SELECT id, day, employer, row_number() OVER (ORDER BY {order}) AS nth FROM hits \
         WHERE {after} ORDER BY nth OFFSET {skip} LIMIT {size}) \
         SELECT counts.*, {columns} FROM {counts} \
         LEFT JOIN (page p CROSS JOIN LATERAL (SELECT * FROM registration r WHERE r.id = p.id AND r.day = p.day \
         AND r.employer = p.employer OFFSET 0) r) ON true ORDER BY p.nth"
    )
}

/// How many were looked at, and all that match with their places; at least one row.
pub(crate) fn of_places(
    sql: &mut Sql,
    layout: Layout,
    ways: &[Way],
    matching: &str,
    budget: u32,
) -> String {
    let hits = hits(sql, layout, ways, matching, budget, LOOKED_AT);
    format!(
        "WITH {hits} SELECT (SELECT count(*) FROM looked), h.id, h.place FROM (SELECT) one \
         LEFT JOIN hits h ON h.place IS NOT NULL"
    )
}

/// How many were looked at, and all moments that match; at least one row. `narrow`: nothing matters but what the index of
/// an employer's moments has, where a way is by employers.
pub(crate) fn of_moments(
    sql: &mut Sql,
    layout: Layout,
    ways: &[Way],
    matching: &str,
    narrow: bool,
    budget: u32,
) -> String {
    // The index does not have the employer, which tells on which servers they are.
    let narrow = narrow && !layout.is_distributed() && ways.iter().all(Way::is_by_company);
    let columns = if narrow { OF_MOMENTS } else { LOOKED_AT };
    let hits = hits(sql, layout, ways, matching, budget, columns);
    format!(
        "WITH {hits} SELECT (SELECT count(*) FROM looked), h.id, h.place, h.inss, h.works, h.event, h.at, \
         h.offline_since IS NOT NULL FROM (SELECT) one LEFT JOIN hits h \
         ON h.event IS NOT NULL AND h.inss IS NOT NULL AND NOT h.cancelled"
    )
}

/// A page of these registrations, in the order of the search.
pub(crate) fn of_ids(sql: &mut Sql, ids: Vec<i64>, window: (i32, i32), search: &Search) -> String {
    let ids = sql.give(ids, Type::INT8_ARRAY);
    let (first, last) = (sql.give(window.0, Type::INT4), sql.give(window.1, Type::INT4));
    let order = order(search);
    let after = search.after.as_ref().map_or("true".to_owned(), |mark| after(sql, search, mark));
    let skip = sql.give(i64::from(search.page.first_row), Type::INT8);
    let size = sql.give(i64::from(search.page.fetch_size), Type::INT8);
    format!(
        "SELECT {COLUMNS} FROM registration WHERE id = ANY({ids}) AND day BETWEEN {first} AND {last} AND {after} \
         ORDER BY {order} OFFSET {skip} LIMIT {size}"
    )
}

fn prefixed(of: &str) -> String {
    let columns: Vec<_> = COLUMNS.split(", ").map(|column| format!("{of}.{column}")).collect();
    columns.join(", ")
}

fn key(search: &Search) -> &'static str {
    match search.sort.key {
        SortKey::Id => "id",
        SortKey::RegistrationDate => "day",
        SortKey::CreationDate => "created",
        SortKey::Status => "status",
        SortKey::PlaceOfWork => "works",
        // Negative numbers stand for employers without an enterprise number.
        SortKey::CompanyId => "CASE WHEN company >= 0 THEN company END",
        SortKey::Channel => "channel",
        SortKey::SenderId => "sender_id",
    }
}

/// Equal keys are ordered by id, ascending in both directions; nothing comes before everything.
fn order(search: &Search) -> String {
    let key = key(search);
    match search.sort.direction {
        Direction::Ascending => format!("{key} ASC NULLS FIRST, id"),
        Direction::Descending => format!("{key} DESC NULLS LAST, id"),
    }
}

/// What comes after a mark in that order.
fn after(sql: &mut Sql, search: &Search, mark: &Mark) -> String {
    let key = key(search);
    let id = sql.give(mark.id.number(), Type::INT8);
    let value = match &mark.value {
        SortValue::Nothing => None,
        SortValue::Number(number) => Some(sql.give(*number, Type::INT8)),
        SortValue::Text(text) => Some(sql.give(text.to_string(), Type::TEXT)),
    };
    let further = match (&value, search.sort.direction) {
        (None, Direction::Ascending) => format!("{key} IS NOT NULL"),
        (None, Direction::Descending) => "false".to_owned(),
        (Some(value), Direction::Ascending) => format!("{key} > {value}"),
        (Some(value), Direction::Descending) => format!("({key} < {value} OR {key} IS NULL)"),
    };
    let equal = value.map_or(format!("{key} IS NULL"), |value| format!("{key} = {value}"));
    format!("({further} OR {equal} AND id > {id})")
}
