//! How many servers a search asks, and how often, where registrations lie by employer on several.

use deadpool_postgres::Client;
use domain::{Days, Search, sample};
use jiff::civil::date;
use testkit::CitusNodes;

use super::{filters, statement};
use crate::citus::Layout;
use crate::database::Database;
use crate::sql::Sql;
use crate::way::Way;
use crate::{Options, PostgresStore, partition, row};

const SHARDS: usize = 8;

/// How many shards are asked at once, for each time that any is asked. What looks through what has come asks none.
async fn rounds(connection: &Client, search: &Search) -> Vec<usize> {
    let day = row::day_number(date(2026, 11, 10));
    let ways = Way::all_of(search, (day, day + 20));
    let mut sql = Sql::default();
    let matching = filters::of(&mut sql, search);
    let text = statement::of_page(&mut sql, Layout::Distributed, &ways, &matching, search, 100_000);
    let explain = format!("EXPLAIN (COSTS OFF) {text}");
    let rows = connection.query_typed(&explain, &sql.borrowed()).await.expect("planned");
    let lines: Vec<&str> = rows.iter().map(|row| row.get(0)).collect();
    let plan = lines.join("\n");
    let parts = plan.split("Task Count: ").skip(1);
    let asking = parts.filter(|part| part.contains("registration_2026_11"));
    let count = |part: &str| part.lines().next().and_then(|count| count.trim().parse().ok());
    asking.map(|part| count(part).expect("a number")).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_employer_is_looked_for_on_one_shard_and_all_else_on_all_in_one_round() {
    let Some(nodes) = CitusNodes::start_or_skip() else { return };
    let url = nodes.url(&nodes.new_database(2));
    let store = PostgresStore::open(&url, Options::default()).await.expect("opened");
    store.distribute(8).await.expect("distributed");
    let database = Database::new(&url, &Options::default()).expect("an address");
    let connection = database.connection().await.expect("connected");
    let (first, last) = (date(2026, 11, 10), date(2026, 11, 30));
    partition::ensure(&connection, Layout::Distributed, first..=last).await.expect("made");

    let days = Search::of(Days::new([(first, last)]));
    let employer = Search { company: Some(sample::enterprise_number(1)), ..days.clone() };
    let person_of_employer = Search { inss: Some(sample::inss(1)), ..employer.clone() };
    let work_of_employer = Search { works: Some(sample::works_reference(1)), ..employer.clone() };
    for search in [employer, person_of_employer, work_of_employer] {
        assert_eq!(rounds(&connection, &search).await, [1], "{search:?}");
    }
    let person = Search { inss: Some(sample::inss(1)), ..days.clone() };
    let work = Search { works: Some(sample::works_reference(1)), ..days.clone() };
    for search in [days, person, work] {
        assert_eq!(rounds(&connection, &search).await, [SHARDS], "{search:?}");
    }
}
