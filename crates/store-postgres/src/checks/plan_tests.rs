//! Checks are of a thousand registrations at a time, in months of millions: each is a step in an index.

use domain::register::Register;
use testkit::PostgresServer;
use tokio_postgres::types::{ToSql, Type};

use super::{repeated, spread};
use crate::explain::{filled_with_registrations, only_steps_into};
use crate::sql::Sql;
use crate::{amend, lookup, step, window};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_registrations_are_a_thousand_steps() {
    let Some(server) = PostgresServer::start_or_skip() else { return };
    let connection = filled_with_registrations(&server).await;
    let ids: Vec<i64> = (1..=1000).collect();
    let (first, last) = (1_i64, 1000_i64);
    let given: [(&(dyn ToSql + Sync), Type); 3] =
        [(&ids, Type::INT8_ARRAY), (&first, Type::INT8), (&last, Type::INT8)];
    only_steps_into(&connection, &lookup::by_ids(), &given, &["pkey"]).await;
    let locked = amend::by_ids_for_update(&window::of("$2", "$3"));
    only_steps_into(&connection, &locked, &given, &["pkey"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn repetitions_are_looked_for_by_the_person_and_never_by_the_work() {
    let Some(server) = PostgresServer::start_or_skip() else { return };
    let connection = filled_with_registrations(&server).await;
    let numbers: Vec<i64> = (1..=1000).collect();
    let small: Vec<i32> = (1..=1000).collect();
    let texts: Vec<String> = numbers.iter().map(|number| format!("{number:017}")).collect();
    let cancelled = 2_i16;
    let given: [(&(dyn ToSql + Sync), Type); 10] = [
        (&small, Type::INT4_ARRAY),
        (&small, Type::INT4_ARRAY),
        (&numbers, Type::INT8_ARRAY),
        (&texts, Type::TEXT_ARRAY),
        (&numbers, Type::INT8_ARRAY),
        (&numbers, Type::INT8_ARRAY),
        (&texts, Type::TEXT_ARRAY),
        (&numbers, Type::INT8_ARRAY),
        (&texts, Type::TEXT_ARRAY),
        (&cancelled, Type::INT2),
    ];
    let by = ["day_inss", "day_limosa"];
    only_steps_into(&connection, repeated::EARLIER, &given, &by).await;
    let remark = 1_i32;
    let given: [(&(dyn ToSql + Sync), Type); 7] = [
        (&small, Type::INT4_ARRAY),
        (&numbers, Type::INT8_ARRAY),
        (&texts, Type::TEXT_ARRAY),
        (&numbers, Type::INT8_ARRAY),
        (&numbers, Type::INT8_ARRAY),
        (&texts, Type::TEXT_ARRAY),
        (&remark, Type::INT4),
    ];
    only_steps_into(&connection, repeated::LATER, &given, &by).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_found_is_written_by_the_key() {
    let Some(server) = PostgresServer::start_or_skip() else { return };
    let connection = filled_with_registrations(&server).await;
    connection.batch_execute(&step::STEP_BY_STEP.replace("LOCAL ", "")).await.expect("set");
    let numbers: Vec<i64> = (1..=1000).collect();
    let days: Vec<i32> = (0..1000).map(|n| 20_767 + n % 31).collect();
    let small: Vec<i16> = vec![1; 1000];
    let texts = vec![None::<String>; 1000];
    let given: [(&(dyn ToSql + Sync), Type); 9] = [
        (&numbers, Type::INT8_ARRAY),
        (&days, Type::INT4_ARRAY),
        (&numbers, Type::INT8_ARRAY),
        (&small, Type::INT2_ARRAY),
        (&days, Type::INT4_ARRAY),
        (&numbers, Type::INT8_ARRAY),
        (&numbers, Type::INT8_ARRAY),
        (&small, Type::INT2_ARRAY),
        (&texts, Type::TEXT_ARRAY),
    ];
    for table in ["registration", "registration_2026_11"] {
        only_steps_into(&connection, &step::change(table), &given, &["pkey"]).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whom_a_change_concerns_is_found_by_steps_in_an_index() {
    let Some(server) = PostgresServer::start_or_skip() else { return };
    let connection = filled_with_registrations(&server).await;
    let nobody = || spread::Change {
        import: 1,
        register: Register::Persons,
        inss: 0,
        company: 0,
        limosa: String::new(),
        works: String::new(),
    };
    let days: Vec<i32> = (20_760..20_800).collect();
    let person = &["day_inss", "day_newest"][..];
    for (change, numbers, by) in [
        (spread::Change { inss: 7, ..nobody() }, vec![7, 8], person),
        (
            spread::Change { inss: 7, company: 7, register: Register::Employments, ..nobody() },
            vec![7],
            person,
        ),
        (spread::Change { company: 7, ..nobody() }, vec![], &["day_company"]),
        (spread::Change { works: "1Y00000000007".to_owned(), ..nobody() }, vec![], &["day_works"]),
        (
            spread::Change { limosa: format!("{:017}", 50), inss: 7, ..nobody() },
            vec![7],
            &["day_inss", "day_newest", "day_limosa"],
        ),
    ] {
        let mut sql = Sql::default();
        let text = spread::statement(&mut sql, &change, numbers, &days).expect("somebody");
        only_steps_into(&connection, &text, &sql.borrowed(), by).await;
    }
}
