//! By which index each way of a search goes.

use domain::register::Period;
use domain::{Days, Search, Sight, Subject, sample};
use jiff::civil::date;
use testkit::PostgresServer;

use super::{filters, statement};
use crate::citus::Layout;
use crate::explain::{filled_with_registrations, only_steps_into};
use crate::row;
use crate::sql::Sql;
use crate::way::Way;

const BUDGET: u32 = 100_000;

fn search() -> Search {
    Search::of(Days::new([(date(2026, 11, 10), date(2026, 12, 10))]))
}

fn stored() -> (i32, i32) {
    (row::day_number(date(2026, 11, 10)), row::day_number(date(2026, 12, 10)))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_is_found_by_the_number_that_was_declared_and_by_the_newest() {
    let Some(server) = PostgresServer::start_or_skip() else { return };
    let connection = filled_with_registrations(&server).await;
    let search = Search { inss: Some(sample::inss(1)), ..search() };
    for way in Way::all_of(&search, stored()) {
        let mut sql = Sql::default();
        let matching = filters::of(&mut sql, &search);
        let text = statement::of_page(
            &mut sql,
            Layout::Whole,
            std::slice::from_ref(&way),
            &matching,
            &search,
            BUDGET,
        );
        let by = if text.contains("newest IS NOT NULL") { "day_newest" } else { "day_inss" };
        only_steps_into(&connection, &text, &sql.borrowed(), &[by, "pkey"]).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_callers_may_see_is_found_by_what_lets_them_see_it() {
    let Some(server) = PostgresServer::start_or_skip() else { return };
    let connection = filled_with_registrations(&server).await;
    let company = sample::enterprise_number(1);
    let works = sample::works_reference(1);
    for (of, index) in [
        (Subject::Person(sample::inss(1)), ["day_inss", "day_newest"]),
        (Subject::Employer(company), ["day_company", "day_company"]),
        (Subject::Sender(company), ["day_sender_company", "day_sender_company"]),
        (Subject::EmployerAtWork(company, works), ["day_works_company", "day_company"]),
    ] {
        let search = search();
        let sights = [Sight { of, period: Period::ALWAYS }];
        let ways = Way::of_sights(&search, &sights, stored());
        let mut sql = Sql::default();
        let matching = filters::of(&mut sql, &search);
        let text = statement::of_page(&mut sql, Layout::Whole, &ways, &matching, &search, BUDGET);
        only_steps_into(&connection, &text, &sql.borrowed(), &[index[0], index[1], "pkey"]).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn moments_of_an_employer_are_read_from_their_index() {
    let Some(server) = PostgresServer::start_or_skip() else { return };
    let connection = filled_with_registrations(&server).await;
    let search = Search { company: Some(sample::enterprise_number(1)), ..search() };
    let ways = Way::all_of(&search, stored());
    let mut sql = Sql::default();
    let matching = filters::of(&mut sql, &search);
    let text = statement::of_moments(&mut sql, Layout::Whole, &ways, &matching, true, BUDGET);
    only_steps_into(&connection, &text, &sql.borrowed(), &["day_company"]).await;
}
