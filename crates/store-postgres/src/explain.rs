//! What PostgreSQL plans for a statement, for tests.

use std::error::Error;

use deadpool_postgres::Client;
use jiff::civil::date;
use serde_json::Value;
use testkit::PostgresServer;
use tokio_postgres::types::{FromSql, ToSql, Type};

use crate::citus::Layout;
use crate::database::Database;
use crate::seat::{IDS, SEATS};
use crate::{Options, partition, row, schema};

/// A database with the schema and what some statements fill it with, of which the planner knows nothing yet.
pub(crate) async fn filled(server: &PostgresServer, fill: &str) -> Client {
    let database = Database::new(&server.new_database(), &Options::default()).expect("an address");
    schema::migrate(&database).await.expect("the schema");
    let connection = database.connection().await.expect("connected");
    connection.batch_execute(fill).await.expect("filled");
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

/// The parameters of a statement.
type Given<'a> = &'a [(&'a (dyn ToSql + Sync), Type)];

/// A step of a plan that reads a table.
#[derive(Debug)]
pub(crate) struct Step {
    pub(crate) table: String,
    /// The index that it steps into.
    pub(crate) index: String,
    /// What it looks up in an index; empty where it reads on from end to end.
    pub(crate) condition: String,
}

/// The steps of a statement's plan that read tables.
pub(crate) async fn steps(
    connection: &Client,
    sql: &str,
    parameters: &[(&(dyn ToSql + Sync), Type)],
) -> Vec<Step> {
    let explain = format!("EXPLAIN (FORMAT JSON) {sql}");
    let row = connection.query_typed_one(&explain, parameters).await.expect(sql);
    let Json(plan) = row.get(0);
    let mut found = Vec::new();
    walk(&plan[0]["Plan"], &mut found);
    found
}

fn walk(node: &Value, found: &mut Vec<Step>) {
    let below = || node["Plans"].as_array().into_iter().flatten();
    let writes = node["Node Type"] == "ModifyTable";
    if let Some(table) = node["Relation Name"].as_str().filter(|_| !writes) {
        // A bitmap's condition stands in the step beneath it, which names no table.
        let text = |name: &str| {
            let all = [&node[name]].into_iter().chain(below().map(|one| &one[name]));
            all.filter_map(Value::as_str).collect::<Vec<_>>().join(" ")
        };
        let (index, condition) = (text("Index Name"), text("Index Cond"));
        found.push(Step { table: table.to_owned(), index, condition });
        return;
    }
    for child in below() {
        walk(child, found);
    }
}

/// Two months of registrations, some of them moments, some with a limosa number or a newer number of their person, half of
/// them sent by somebody else than their employer, all with a history and told of, in every seat; of which the planner knows nothing yet.
pub(crate) async fn filled_with_registrations(server: &PostgresServer) -> Client {
    let connection = filled(server, "SELECT").await;
    let (first, last) = (date(2026, 11, 10), date(2026, 12, 10));
    partition::ensure(&connection, Layout::Whole, first..=last).await.expect("partitions");
    let first = row::day_number(first);
    let fill = format!(
        "INSERT INTO id_block (first, created_day) SELECT seat * {IDS} + 1 + n * 10000, {first} + n \
         FROM generate_series(0, 6) n, generate_series(0, {SEATS} - 1) seat; \
         INSERT INTO registration (id, day, employer, works, company, inss, limosa, newest, sector, created, channel, \
         sender_company, event, at, status, remarks) \
         SELECT n + n / 31 % {SEATS} * {IDS}, {first} + n % 31, n % 300, '1Y' || lpad((n % 500)::text, 11, '0'), n % 300, n % 20000, \
         CASE n % 50 WHEN 0 THEN lpad(n::text, 17, '0') END, CASE n % 40 WHEN 0 THEN n % 20000 + 1 END, 1, n, 1, \
         CASE n % 2 WHEN 0 THEN 1000 + n % 20 END, CASE n % 10 WHEN 0 THEN 1 END, CASE n % 10 WHEN 0 THEN n END, 4, 0 \
         FROM generate_series(1, 62000) n; \
         INSERT INTO history (registration, place, day, employer, at, status, remarks, cause) \
         SELECT id, 1, day, employer, 0, 4, 0, 1 FROM registration; \
         INSERT INTO step (entry, first, day, registration, count, place, sender) \
         SELECT id % {IDS}, 0, day, id, 1, 0, 'client ' || id % 20 FROM registration"
    );
    connection.batch_execute(&fill).await.expect("filled");
    connection
}

/// Holds that a statement reads registrations and what belongs to them by steps in an index whose name has one of these
/// words; whether the planner knows the tables or they were just filled.
pub(crate) async fn only_steps_into(
    connection: &Client,
    sql: &str,
    parameters: Given<'_>,
    words: &[&str],
) {
    for statistics in ["DELETE FROM pg_statistic", "ANALYZE"] {
        connection.batch_execute(statistics).await.expect(statistics);
        let steps = steps(connection, sql, parameters).await;
        assert!(!steps.is_empty(), "{sql}");
        for Step { table, index, condition } in steps {
            let of_many = ["registration_2", "history_2", "step_2"];
            let of_many = of_many.iter().any(|start| table.starts_with(start));
            let wanted = !condition.is_empty() && words.iter().any(|word| index.contains(word));
            assert!(!of_many || wanted, "{table}, {statistics}: {index} {condition}: {sql}");
        }
    }
}

/// Holds that every table is read by steps in an index, whether the planner knows the tables or they were just filled.
pub(crate) async fn only_index_steps(connection: &Client, statements: &[(&str, Given<'_>)]) {
    for analysed in [false, true] {
        if analysed {
            connection.batch_execute("ANALYZE").await.expect("analysed");
        }
        for (sql, parameters) in statements {
            let steps = steps(connection, sql, parameters).await;
            assert!(!steps.is_empty(), "{sql}");
            for step in steps {
                assert!(!step.condition.is_empty(), "{}, analysed {analysed}: {sql}", step.table);
            }
        }
    }
}
