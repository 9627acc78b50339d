//! The contract suite: one list of tests, stamped on every backend with [`contract_suite!`].

/// Addresses and points.
pub mod addresses;
/// Cancellations and checks.
pub mod amending;
/// What cannot be checked.
pub mod aside;
/// What was done and read, by whom.
pub mod audit;
/// What waits to be checked, and what checks found.
pub mod checks;
/// The register of clients.
pub mod clients;
/// Who looks for a registration finds it.
pub mod consulting;
/// What others are told.
pub mod events;
/// Extracts.
pub mod extracts;
/// What a check found, as it is kept.
pub mod findings;
mod model;
/// Begins and ends of work.
pub mod moments;
/// Calls that are done once.
pub mod once;
/// What is checked again, and why.
pub mod rechecks;
/// Storing registrations.
pub mod registering;
/// The reference registers.
pub mod registers;
/// What may be used once.
pub mod replays;
mod samples;
/// Searches, held against the plain definition.
pub mod searching;
/// What all nodes share.
pub mod secrets;
/// What callers use at each node.
pub mod usage;
/// The register of works.
pub mod works;

use std::sync::Arc;

use async_trait::async_trait;

use crate::Store;

pub use samples::worker as sample_registration;

/// Data of a backend that begins empty.
#[async_trait]
pub trait Fixture: Send + Sync {
    /// Opens the data; called again, opens the same data anew, as a restarted program does.
    async fn open(&self) -> Arc<dyn Store>;

    /// Runs a statement on the data, past the store: as another program may, or a fault.
    async fn run_sql(&self, sql: &str);
}

/// Stamps every test of the contract on a backend: `contract_suite!(make)` where `make` is a function that answers a
/// [`Fixture`] of its own for each test, or none where the backend is not at hand.
#[macro_export]
macro_rules! contract_suite {
    ($make:path) => {
        $crate::contract_tests! { $make:
            registering::what_is_stored_is_answered_and_found_whole,
            registering::ids_are_given_in_the_order_of_the_call,
            registering::ids_of_calls_at_the_same_time_are_all_different,
            registering::ids_are_not_used_again_after_a_restart,
            registering::registrations_survive_a_restart,
            registering::an_empty_call_stores_nothing,
            amending::a_step_changes_the_registration_and_is_appended_to_its_history,
            amending::a_refusal_changes_nothing_and_harms_no_neighbour,
            amending::an_id_twice_in_a_call_is_decided_on_twice,
            amending::an_id_that_was_never_given_out_reaches_the_rule_as_none,
            amending::of_two_that_cancel_at_the_same_time_one_succeeds,
            amending::a_rule_that_panics_harms_no_other_call,
            amending::history_survives_a_restart,
            consulting::an_unknown_id_is_not_found,
            consulting::a_new_registration_has_one_step_in_its_history,
            searching::random_searches_agree_with_the_plain_definition,
            searching::pages_in_every_order_show_everything_once,
            searching::marks_lead_through_everything_while_others_write,
            searching::a_page_past_the_end_is_empty_and_the_count_exact,
            searching::a_search_over_the_budget_is_refused_and_one_within_it_not,
            searching::what_may_not_be_seen_makes_no_search_too_broad,
            searching::an_empty_store_answers_an_empty_page,
            searching::creation_bounds_are_inclusive_to_the_millisecond,
            events::every_step_comes_once_and_in_order,
            events::a_sender_is_told_of_its_own_registrations,
            events::only_what_changed_is_a_step,
            events::webhooks_are_kept_as_they_were_last_changed,
            events::one_node_at_a_time_tells_a_webhook,
            works::sectors_are_those_last_put,
            works::works_are_paged_through,
            works::works_survive_a_restart,
            works::works_are_found_by_who_leads_them,
            registers::what_is_imported_is_answered,
            registers::replaced_numbers_lead_to_the_newest,
            registers::a_work_is_kept_whole,
            registers::a_whole_import_writes_what_differs,
            registers::an_update_leaves_the_rest_alone,
            registers::an_import_is_seen_whole_or_not_at_all,
            registers::a_register_under_import_is_busy,
            registers::rows_of_another_register_are_refused,
            checks::what_is_stored_waits_to_be_checked,
            checks::findings_are_kept_with_an_entry_in_the_history,
            checks::several_workers_check_nothing_twice,
            checks::what_another_program_stores_is_checked_too,
            checks::what_is_not_finished_in_time_waits_again,
            checks::a_crash_between_lease_and_finish_loses_nothing,
            checks::findings_of_an_older_state_are_not_kept,
            checks::what_is_cancelled_meanwhile_stays_cancelled,
            checks::repetitions_are_earlier_and_say_the_same,
            checks::a_repetition_is_looked_at_once_more_when_it_is_kept,
            aside::what_cannot_be_read_keeps_nobody_else_from_being_checked,
            aside::what_is_set_aside_waits_again_with_its_cause,
            aside::who_has_lost_a_lease_sets_nothing_aside,
            aside::a_change_lets_what_is_set_aside_wait_again,
            rechecks::a_change_concerns_exactly_whom_it_may_change,
            rechecks::a_number_concerns_all_numbers_of_its_person,
            rechecks::the_newest_number_leads_to_registrations_too,
            rechecks::only_what_was_checked_is_checked_again,
            rechecks::days_before_the_given_one_are_left_alone,
            rechecks::the_history_tells_which_change_it_was,
            rechecks::an_import_that_is_dropped_concerns_nobody,
            rechecks::a_change_during_a_check_is_checked_again,
            rechecks::what_waits_again_survives_a_crash,
            rechecks::changes_are_looked_at_in_portions,
            rechecks::a_change_may_concern_many,
            rechecks::repetitions_of_what_is_cancelled_wait,
            clients::clients_are_read_as_they_were_written,
            clients::a_certificate_leads_to_its_client,
            clients::kept_certificates_are_found_by_what_messages_call_them,
            clients::a_client_takes_nothing_from_another,
            clients::a_change_replaces_the_whole_client,
            clients::every_change_of_a_client_raises_the_version,
            clients::clients_are_listed_by_id,
            replays::a_key_is_new_once,
            audit::registrations_are_written_down_with_their_ids,
            audit::decisions_are_written_down_with_what_became_of_them,
            audit::changes_of_clients_are_written_down,
            audit::imports_and_changes_of_registers_are_written_down,
            audit::what_is_not_swapped_in_is_not_written_down,
            audit::imports_of_addresses_are_written_down,
            audit::the_chain_has_no_gap_whoever_appends,
            findings::what_a_check_found_is_kept,
            findings::a_person_is_found_by_the_number_that_a_check_told,
            moments::moments_agree_with_what_a_search_finds,
            once::a_call_with_a_key_is_done_once,
            once::of_many_calls_with_one_key_one_is_done,
            once::decisions_with_a_key_are_made_once,
            once::a_call_that_fails_keeps_nothing,
            once::outcomes_that_are_over_are_forgotten,
            secrets::who_asks_first_makes_the_secret,
            replays::of_many_uses_at_the_same_time_one_is_the_first,
            replays::keys_that_are_over_are_forgotten,
            usage::nodes_hear_what_others_told_last,
            usage::what_was_told_long_ago_is_not_heard,
            usage::what_is_not_heard_any_more_is_forgotten,
            extracts::the_extract_noted_last_is_remembered,
            addresses::an_address_is_found_however_it_is_written,
            addresses::a_municipality_does_for_a_post_code,
            addresses::nearest_addresses_agree_with_the_plain_definition,
            addresses::an_import_takes_the_place_of_its_region,
            addresses::an_import_that_is_dropped_leaves_nothing,
        }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! contract_tests {
    ($make:path: $($module:ident :: $test:ident,)*) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                let Some(fixture) = $make() else { return };
                $crate::contract::$module::$test(&fixture).await;
            }
        )*
    };
}

#[cfg(test)]
mod tests {
    #[test]
    fn no_test_of_the_contract_is_forgotten_in_the_list() {
        let list = include_str!("mod.rs");
        let sources = [
            ("registering", include_str!("registering.rs")),
            ("amending", include_str!("amending.rs")),
            ("consulting", include_str!("consulting.rs")),
            ("searching", include_str!("searching.rs")),
            ("works", include_str!("works.rs")),
            ("registers", include_str!("registers.rs")),
            ("checks", include_str!("checks.rs")),
            ("aside", include_str!("aside.rs")),
            ("rechecks", include_str!("rechecks.rs")),
            ("events", include_str!("events.rs")),
            ("clients", include_str!("clients.rs")),
            ("audit", include_str!("audit.rs")),
            ("replays", include_str!("replays.rs")),
            ("addresses", include_str!("addresses.rs")),
            ("findings", include_str!("findings.rs")),
            ("moments", include_str!("moments.rs")),
            ("once", include_str!("once.rs")),
            ("secrets", include_str!("secrets.rs")),
            ("usage", include_str!("usage.rs")),
            ("extracts", include_str!("extracts.rs")),
        ];
        for (module, source) in sources {
            for test in source.split("pub async fn ").skip(1) {
                let name = test.split('(').next().expect("a function has parameters");
                assert!(
                    list.contains(&format!("            {module}::{name},")),
                    "{module}::{name}"
                );
            }
        }
    }
}
