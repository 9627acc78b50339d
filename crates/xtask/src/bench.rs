//! The load: what registrations cost, beside what the machine can do.

use std::env;
use std::error::Error;
use std::ffi::OsString;
use std::process::Command;

use clap::ArgMatches;

use crate::repository::Repository;
use crate::sample;

/// Where the results of the full form are committed.
const RESULTS: &str = "bench/results.md";

/// Where those over PostgreSQL are.
const POSTGRES: &str = "bench/results-postgres.md";

/// Where those of the checks are.
const CHECKS: &str = "bench/checks.md";
/// Where their registers are made, below the repository's root.
const SAMPLE: &str = "target/sample-checks";
/// How many works and workers.
const FULL: (u32, u32) = (1000, 100_000);
const QUICK: (u32, u32) = (50, 2000);

/// Builds the program and the load as they are meant to run, and runs the load.
pub(crate) fn run(repository: &Repository, given: &ArgMatches) -> Result<bool, Box<dyn Error>> {
    let dev = given.get_flag("dev");
    let profile: &[&str] = if dev { &[] } else { &["--release"] };
    let mut build = cargo(repository);
    build.args(["build", "--quiet", "--package", "presence", "--package", "bench"]).args(profile);
    if !build.status()?.success() {
        return Ok(false);
    }
    let mut load = cargo(repository);
    load.args(["run", "--quiet", "--package", "bench"]).args(profile).arg("--");
    if given.get_flag("signed") {
        load.arg("--signed");
    }
    if given.get_flag("performances") {
        load.arg("--performances");
    }
    if given.get_flag("rest") {
        load.arg("--rest");
    }
    if given.get_flag("postgres") {
        load.arg("--postgres");
    }
    if given.get_flag("checks") {
        let folder = repository.root.join(SAMPLE);
        let (works, workers) = if given.get_flag("quick") { QUICK } else { FULL };
        sample::registers(&folder, works, workers)?;
        load.arg("--checks").arg(folder);
    }
    if given.get_flag("quick") {
        load.arg("--quick");
    } else if given.get_flag("checks") {
        if !dev {
            load.args(["--results", CHECKS]);
        }
    } else if given.get_flag("postgres") {
        if !dev {
            load.args(["--results", POSTGRES]);
        }
    } else if let Some(loads) = given.get_one::<String>("profile") {
        load.args(["--profile", loads]);
    } else if !dev && !["signed", "performances", "rest"].iter().any(|it| given.get_flag(it)) {
        load.args(["--results", RESULTS]);
    }
    Ok(load.status()?.success())
}

fn cargo(repository: &Repository) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo")));
    command.current_dir(&repository.root);
    command
}
