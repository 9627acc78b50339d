//! How PostgreSQL runs the statements, asked of a real server with enough rows to choose by.

use std::error::Error;

use deadpool_postgres::Client;
use domain::{Days, Direction, Page, Remarks, Search, Sector, Sort, SortKey, Status, sample};
use jiff::Timestamp;
use jiff::civil::date;
use serde_json::Value;
use testkit::PostgresServer;
use tokio_postgres::types::{FromSql, ToSql, Type};

use super::{filters, statement};
use crate::citus::Layout;
use crate::database::Database;
use crate::seat::{IDS, SEATS};
use crate::sql::Sql;
use crate::way::Way;
use crate::{Options, lookup, partition, row, schema};

/// As many days as the contract's longest period, over two months.
const DAYS: i32 = 31;

/// A database with 2 000 registrations a day.
async fn filled(server: &PostgresServer) -> Client {
    let database = Database::new(&server.new_database(), &Options::default()).expect("an address");
    schema::migrate(&database).await.expect("the schema");
    let connection = database.connection().await.expect("connected");
    let (first, last) = (date(2026, 11, 10), date(2026, 12, 10));
    partition::ensure(&connection, Layout::Whole, first..=last).await.expect("partitions");
    let first = row::day_number(first);
    let fill = format!(
        "INSERT INTO id_block (first, created_day) SELECT seat * {IDS} + 1 + n * 10000, {first} + n \
         FROM generate_series(0, 6) n, generate_series(0, {SEATS} - 1) seat; \
         INSERT INTO registration (id, day, employer, works, company, inss, sector, created, channel, status, remarks) \
         SELECT n + n / {DAYS} % {SEATS} * {IDS}, {first} + n % {DAYS}, n % 300, '1Y' || lpad((n % 500)::text, 11, '0'), n % 300, n % 20000, 1, n, 1, 3, 0 \
         FROM generate_series(1, 62000) n; ANALYZE"
    );
    connection.batch_execute(&fill).await.expect("filled");
    connection
}

/// PostgreSQL's `json`, as it comes.
struct Json(Value);

impl<'a> FromSql<'a> for Json {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Self(serde_json::from_slice(raw)?))
    }

    fn accepts(kind: &Type) -> bool {
        *kind == Type::JSON
    }
}

/// The nodes of the plan that touch a table: what they are and by which index.
async fn steps(
    connection: &Client,
    sql: &str,
    parameters: &[(&(dyn ToSql + Sync), Type)],
) -> Vec<(String, String)> {
    let explain = format!("EXPLAIN (FORMAT JSON) {sql}");
    let row = connection.query_typed_one(&explain, parameters).await.expect(sql);
    let Json(plan) = row.get(0);
    let mut found = Vec::new();
    walk(&plan[0]["Plan"], &mut found);
    found
}

fn walk(node: &Value, found: &mut Vec<(String, String)>) {
    if node["Relation Name"].as_str().is_some_and(|table| table.starts_with("registration_")) {
        let text = |name: &str| node[name].as_str().unwrap_or_default().to_owned();
        found.push((text("Node Type"), format!("{} {}", text("Index Name"), text("Index Cond"))));
    }
    if node["Node Type"] == "Bitmap Heap Scan" {
        found.pop();
        let index = &node["Plans"][0];
        let text = |name: &str| index[name].as_str().unwrap_or_default().to_owned();
        found.push((text("Node Type"), format!("{} {}", text("Index Name"), text("Index Cond"))));
        return;
    }
    for child in node["Plans"].as_array().into_iter().flatten() {
        walk(child, found);
    }
}

fn every_search() -> impl Iterator<Item = Search> {
    (0..16_u32).flat_map(|given| {
        let given = move |bit: u32| given >> bit & 1 == 1;
        let orders = SortKey::ALL.into_iter().flat_map(|key| {
            Direction::ALL.into_iter().map(move |direction| Sort { key, direction })
        });
        orders.map(move |sort| Search {
            inss: given(0).then(|| sample::inss(1)),
            company: given(1).then(|| sample::enterprise_number(1)),
            works: given(2).then(|| sample::works_reference(1)),
            statuses: given(3).then(|| Status::ALL.into_iter().collect()),
            remarks: given(3).then_some(Remarks::NONE),
            created_from: given(3).then_some(Timestamp::UNIX_EPOCH),
            created_until: given(3).then_some(Timestamp::UNIX_EPOCH),
            sector: given(3).then_some(Sector::Meat),
            sort,
            page: Page::default(),
            ..Search::of(Days::new([(date(2026, 11, 10), date(2026, 12, 10))]))
        })
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_search_that_names_more_than_days_steps_into_an_index_and_reads_its_page_by_the_key()
{
    let Some(server) = PostgresServer::start_or_skip() else { return };
    let connection = filled(&server).await;
    let first = row::day_number(date(2026, 11, 10));
    for search in every_search() {
        let mut sql = Sql::default();
        let matching = filters::of(&mut sql, &search);
        let ways = Way::all_of(&search, (first, first + DAYS - 1));
        let text = statement::of_page(&mut sql, Layout::Whole, &ways, &matching, &search, 100_000);
        let found = steps(&connection, &text, &sql.borrowed()).await;
        let named = search.inss.is_some() || search.works.is_some() || search.company.is_some();
        assert!(!found.is_empty(), "{search:?}");
        for (node, index) in found {
            let by_key = index.contains("pkey") && index.contains("(id = ");
            let by_access = index.contains("day = ANY") && index.contains("AND");
            // Days alone may be most of the table: then reading it from end to end, as far as the budget, is right.
            assert!(!named || by_key || by_access, "{search:?}: {node} {index}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_look_up_is_a_step_in_the_key_and_leaves_other_partitions_alone() {
    let Some(server) = PostgresServer::start_or_skip() else { return };
    let connection = filled(&server).await;
    let id = 5_i64;
    let found = steps(&connection, &lookup::by_id(), &[(&id, Type::INT8)]).await;
    for (node, index) in found {
        assert!(
            node == "Index Scan" && index.contains("pkey") && index.contains("id = "),
            "{index}"
        );
    }
    let explain = format!("EXPLAIN (ANALYZE, FORMAT TEXT) {}", lookup::by_id());
    // Its block served a day of November: a partition far from that is never touched.
    partition::ensure(&connection, Layout::Whole, date(2028, 1, 1)..=date(2028, 1, 31))
        .await
        .expect("made");
    let rows = connection.query_typed(&explain, &[(&id, Type::INT8)]).await.expect("explained");
    let far: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    let far: Vec<_> = far.iter().filter(|line| line.contains("registration_2028_01")).collect();
    assert!(far.iter().all(|line| line.contains("never executed")), "{far:?}");
}
