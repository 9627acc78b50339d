use testkit::PostgresServer;
use tokio_postgres::types::{ToSql, Type};

use super::{look_up, persons, works};
use crate::explain::{filled, only_index_steps};

/// 50 000 rows in each table.
const FILL: &str = "INSERT INTO person SELECT n, 0, 100000, CASE n % 100 WHEN 0 THEN n + 1 ELSE 0 END FROM generate_series(1, 50000) n; \
     INSERT INTO enterprise SELECT n, 0, 100000, 0 FROM generate_series(1, 50000) n; \
     INSERT INTO mandate SELECT n % 20000, n, 'founder', 0, 100000 FROM generate_series(1, 50000) n; \
     INSERT INTO employer SELECT n, 0, 100000 FROM generate_series(1, 50000) n; \
     INSERT INTO employment SELECT n, n % 5000, 'OTH', 0, 100000, 0 FROM generate_series(1, 50000) n; \
     INSERT INTO posted_worker SELECT lpad(n::text, 17, '0'), n, '', '', '', 0, 100000 FROM generate_series(1, 50000) n; \
     INSERT INTO work SELECT '1Y' || lpad(n::text, 11, '0'), 1, 0, 100000, 1 FROM generate_series(1, 50000) n; \
     INSERT INTO work_site SELECT '1Y' || lpad(n::text, 11, '0'), 1, '', '', '', '', '', 999, 999 FROM generate_series(1, 50000) n; \
     INSERT INTO work_contract SELECT '1Y' || lpad((n / 4)::text, 11, '0'), n % 3000, '', 1 + n % 3, 0, 0, 100000 \
     FROM generate_series(1, 50000) n";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_question_is_some_steps_in_an_index() {
    let Some(server) = PostgresServer::start_or_skip() else { return };
    let connection = filled(&server, FILL).await;
    let numbers: Vec<i64> = (0..1000).map(|number| number * 49).collect();
    let texts: Vec<String> = numbers.iter().map(|number| format!("1Y{number:011}")).collect();
    let (number, most) = (7_i64, 100_i64);
    let by_number: [(&(dyn ToSql + Sync), Type); 1] = [(&numbers, Type::INT8_ARRAY)];
    let by_text: [(&(dyn ToSql + Sync), Type); 1] = [(&texts, Type::TEXT_ARRAY)];
    let by_both: [(&(dyn ToSql + Sync), Type); 2] =
        [(&numbers, Type::INT8_ARRAY), (&numbers, Type::INT8_ARRAY)];
    let by_contract: [(&(dyn ToSql + Sync), Type); 3] =
        [(&texts, Type::TEXT_ARRAY), (&numbers, Type::INT8_ARRAY), (&texts, Type::TEXT_ARRAY)];
    let one: [(&(dyn ToSql + Sync), Type); 1] = [(&texts[7], Type::TEXT)];
    let page: [(&(dyn ToSql + Sync), Type); 2] = [(&"", Type::TEXT), (&most, Type::INT8)];
    let of_company: [(&(dyn ToSql + Sync), Type); 2] = [(&number, Type::INT8), (&most, Type::INT8)];
    only_index_steps(
        &connection,
        &[
            (persons::NUMBERS, &by_number),
            (look_up::ENTERPRISES, &by_number),
            (look_up::MANDATES, &by_both),
            (look_up::EMPLOYERS, &by_number),
            (look_up::EMPLOYMENTS, &by_both),
            (look_up::DECLARATIONS, &by_text),
            (look_up::POSTED_PERSONS, &by_number),
            (works::SECTORS, &by_text),
            (works::SECTOR, &one),
            (works::WORKS_OF, &by_text),
            (works::SITES_OF, &by_text),
            (works::CONTRACTS_OF, &by_text),
            (works::CONTRACTS, &by_contract),
            (works::LED_BY, &of_company),
            (works::PAGE, &page),
        ],
    )
    .await;
}
