//! Who is told of steps reads on from where it was, however many there are.

use domain::{ClientId, StepPosition, StepSelection};
use testkit::PostgresServer;
use tokio_postgres::types::{ToSql, Type};

use super::steps;
use crate::explain::{filled_with_registrations, only_steps_into};
use crate::sql::Sql;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn steps_are_read_by_their_place_or_by_their_sender() {
    let Some(server) = PostgresServer::start_or_skip() else { return };
    let connection = filled_with_registrations(&server).await;
    let client = ClientId::parse("client-7").expect("an id");
    let after = StepPosition { entry: 61_000, within: 0 };
    for (selection, index) in
        [(StepSelection::Everything, "pkey"), (StepSelection::SentBy(client), "sender")]
    {
        let mut sql = Sql::default();
        let text = steps::statement(&mut sql, &selection, after, 70_000, 100);
        only_steps_into(&connection, &text, &sql.borrowed(), &[index]).await;
    }
    let ended = 70_000_i64;
    only_steps_into(&connection, steps::LAST, &[(&ended, Type::INT8)], &["pkey"]).await;
    let (ids, places): (Vec<i64>, Vec<i32>) = ((1..=100).collect(), vec![1; 100]);
    let (first, last) = (0_i32, 30_000_i32);
    let given: [(&(dyn ToSql + Sync), Type); 4] = [
        (&ids, Type::INT8_ARRAY),
        (&places, Type::INT4_ARRAY),
        (&first, Type::INT4),
        (&last, Type::INT4),
    ];
    only_steps_into(&connection, &steps::entries_of(), &given, &["pkey"]).await;
}
