//! The tests that are run longer than `cargo test` does.

use std::env;
use std::error::Error;
use std::process::Command;

use clap::ArgMatches;

use crate::repository::Repository;

/// One test of one crate, with its variables.
struct Campaign {
    package: &'static str,
    test: &'static str,
    variables: Vec<(&'static str, String)>,
}

/// The differential campaign: our reader of messages against libxml2.
pub(crate) fn mutate(repository: &Repository, given: &ArgMatches) -> Result<bool, Box<dyn Error>> {
    let campaign = Campaign {
        package: "soap",
        test: "differential::we_accept_exactly_what_libxml2_accepts",
        variables: vec![
            ("PRESENCE_DIFFERENTIAL_MESSAGES", number(given, "messages")),
            ("PRESENCE_DIFFERENTIAL_SEED", number(given, "seed")),
        ],
    };
    run(repository, given, &campaign)
}

/// The kill campaign.
pub(crate) fn kill(repository: &Repository, given: &ArgMatches) -> Result<bool, Box<dyn Error>> {
    let campaign = Campaign {
        package: "presence",
        test: "kill::",
        variables: vec![
            ("PRESENCE_KILL_ROUNDS", number(given, "rounds")),
            ("PRESENCE_KILL_SEED", number(given, "seed")),
        ],
    };
    run(repository, given, &campaign)
}

/// The campaign of kills in the middle of checks.
pub(crate) fn kill_worker(
    repository: &Repository,
    given: &ArgMatches,
) -> Result<bool, Box<dyn Error>> {
    let campaign = Campaign {
        package: "presence",
        test: "check_kills::",
        variables: vec![
            ("PRESENCE_CHECK_KILL_ROUNDS", number(given, "rounds")),
            ("PRESENCE_CHECK_KILL_SEED", number(given, "seed")),
        ],
    };
    run(repository, given, &campaign)
}

/// The campaign of kills in the middle of calls with a key.
pub(crate) fn kill_keys(
    repository: &Repository,
    given: &ArgMatches,
) -> Result<bool, Box<dyn Error>> {
    let campaign = Campaign {
        package: "presence",
        test: "key_kills::",
        variables: vec![
            ("PRESENCE_KEY_KILL_ROUNDS", number(given, "rounds")),
            ("PRESENCE_KEY_KILL_SEED", number(given, "seed")),
        ],
    };
    run(repository, given, &campaign)
}

/// The campaign of a database that fails under load.
pub(crate) fn outages(repository: &Repository, given: &ArgMatches) -> Result<bool, Box<dyn Error>> {
    let campaign = Campaign {
        package: "presence",
        test: "outages::",
        variables: vec![
            ("PRESENCE_OUTAGE_ROUNDS", number(given, "rounds")),
            ("PRESENCE_OUTAGE_SEED", number(given, "seed")),
            ("PRESENCE_OUTAGE_PAUSE", number(given, "pause")),
        ],
    };
    run(repository, given, &campaign)
}

/// The campaign of the full disk.
pub(crate) fn fill_disk(
    repository: &Repository,
    given: &ArgMatches,
) -> Result<bool, Box<dyn Error>> {
    let campaign = Campaign {
        package: "presence",
        test: "full_disk::",
        variables: vec![
            ("PRESENCE_FULL_ROUNDS", number(given, "rounds")),
            ("PRESENCE_FULL_SEED", number(given, "seed")),
        ],
    };
    run(repository, given, &campaign)
}

/// The hostile campaign.
pub(crate) fn hostile(repository: &Repository, given: &ArgMatches) -> Result<bool, Box<dyn Error>> {
    let campaign = Campaign {
        package: "presence",
        test: "hostile::",
        variables: vec![("PRESENCE_HOSTILE_CONNECTIONS", number(given, "connections"))],
    };
    run(repository, given, &campaign)
}

/// The campaign of schemathesis over the REST service.
pub(crate) fn schemathesis(
    repository: &Repository,
    given: &ArgMatches,
) -> Result<bool, Box<dyn Error>> {
    let campaign = Campaign {
        package: "presence",
        test: "strangers::rest::schemathesis_finds_nothing_with_all_its_checks",
        variables: vec![
            ("PRESENCE_SCHEMATHESIS_CASES", number(given, "cases")),
            ("PRESENCE_SCHEMATHESIS_EXAMPLES", number(given, "examples")),
            ("PRESENCE_SCHEMATHESIS_SEED", number(given, "seed")),
            ("PRESENCE_TEST_STRICT", "1".to_owned()),
        ],
    };
    run(repository, given, &campaign)
}

fn number(given: &ArgMatches, name: &str) -> String {
    given.get_one::<u64>(name).map(u64::to_string).unwrap_or_default()
}

fn run(
    repository: &Repository,
    given: &ArgMatches,
    campaign: &Campaign,
) -> Result<bool, Box<dyn Error>> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(["test", "--quiet", "--test", "it"]);
    if given.get_flag("dev") {
        // The whole workspace is what the tests have built: one package alone may be built with other features.
        command.arg("--workspace");
    } else {
        command.args(["--release", "--package", campaign.package]);
    }
    command.args(["--", "--nocapture", campaign.test]);
    command.envs(campaign.variables.iter().map(|(name, value)| (name, value)));
    Ok(command.current_dir(&repository.root).status()?.success())
}
