//! The same behind `PgBouncer`, which hands a connection to each transaction: parts of the contract in which many write at the
//! same time, or transactions have several statements.

use store::contract::{
    amending, audit, checks, clients, events, moments, once, registering, registers, searching,
};
use testkit::Pooler;

use crate::{Database, server};

/// Stamps these tests of the contract on databases behind the pooler.
macro_rules! behind_a_pooler {
    ($($module:ident :: $test:ident,)*) => {
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn the_contract_holds_behind_a_pooler() {
            let Some(server) = server() else { return };
            let Some(pooler) = Pooler::start_or_skip(server) else { return };
            $({
                let url = server.new_database();
                let name = url.rsplit('=').next().expect("a name");
                $module::$test(&Database { url: pooler.url(name) }).await;
            })*
        }
    };
}

behind_a_pooler! {
    registering::ids_of_calls_at_the_same_time_are_all_different,
    amending::of_two_that_cancel_at_the_same_time_one_succeeds,
    amending::a_rule_that_panics_harms_no_other_call,
    searching::a_search_over_the_budget_is_refused_and_one_within_it_not,
    events::every_step_comes_once_and_in_order,
    audit::the_chain_has_no_gap_whoever_appends,
    checks::several_workers_check_nothing_twice,
    checks::findings_of_an_older_state_are_not_kept,
    once::of_many_calls_with_one_key_one_is_done,
    moments::moments_agree_with_what_a_search_finds,
    registers::a_register_under_import_is_busy,
    registers::an_import_is_seen_whole_or_not_at_all,
    clients::a_client_takes_nothing_from_another,
}
