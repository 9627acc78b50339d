//! What PostgreSQL plans for a statement, for tests.

use std::error::Error;

use deadpool_postgres::Client;
use serde_json::Value;
use testkit::PostgresServer;
use tokio_postgres::types::{FromSql, ToSql, Type};

use crate::database::Database;
use crate::{Options, schema};

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
    if let Some(table) = node["Relation Name"].as_str() {
        // A bitmap's condition stands in the step beneath it, which names no table.
        let conditions =
            [&node["Index Cond"]].into_iter().chain(below().map(|one| &one["Index Cond"]));
        let condition = conditions.filter_map(Value::as_str).collect::<Vec<_>>().join(" ");
        found.push(Step { table: table.to_owned(), condition });
        return;
    }
    for child in below() {
        walk(child, found);
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
