use domain::Coordinates;
use domain::place::{cell, window};
use testkit::PostgresServer;
use tokio_postgres::types::{ToSql, Type};

use super::{find, nearest};
use crate::explain::{filled, only_index_steps};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_look_is_some_steps_in_an_index() {
    let Some(server) = PostgresServer::start_or_skip() else { return };
    let point = Coordinates::new(4.35, 50.84).expect("on earth");
    let fill = format!(
        "INSERT INTO address_street SELECT 1, n, 1000, '', '', '', '', '', '' FROM generate_series(1, 5000) n; \
         INSERT INTO address_name SELECT 1, 'street ' || n, 1000, n FROM generate_series(1, 5000) n; \
         INSERT INTO address SELECT 1, {} + n / 20 - 1250, n % 5000, (n % 90)::text, n::text, n::text, '', 0, 0 \
         FROM generate_series(1, 50000) n",
        cell(point)
    );
    let connection = filled(&server, &fill).await;
    let (first, last): (Vec<i64>, Vec<i64>) =
        window(point, 350.0).into_iter().map(|run| (*run.start(), *run.end())).unzip();
    let in_cells: [(&(dyn ToSql + Sync), Type); 2] =
        [(&first, Type::INT8_ARRAY), (&last, Type::INT8_ARRAY)];
    let (name, from, to, house, end) = ("street 7", 0, 65_535, "4", "4\u{10ffff}");
    let in_streets: [(&(dyn ToSql + Sync), Type); 5] = [
        (&name, Type::TEXT),
        (&from, Type::INT4),
        (&to, Type::INT4),
        (&house, Type::TEXT),
        (&end, Type::TEXT),
    ];
    let (near, found) = (nearest::in_cells(), find::in_streets());
    only_index_steps(&connection, &[(&near, &in_cells), (&found, &in_streets)]).await;
}
