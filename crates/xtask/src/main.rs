//! Checks and campaigns of the repository: `cargo xtask help` lists them.

mod bench;
mod campaigns;
mod edges;
mod lengths;
mod migrations;
mod numbers;
mod paths;
mod repository;
mod sample;

use std::error::Error;
use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::{Arg, ArgAction, ArgMatches, Command};

use campaigns::Campaign;
use repository::Repository;

/// What a check found, a line each; nothing when all is well.
type Findings = Result<Vec<String>, Box<dyn Error>>;

/// A check: its name, what it holds, how.
struct Check {
    name: &'static str,
    about: &'static str,
    run: fn(&Repository) -> Findings,
}

const CHECKS: &[Check] = &[
    Check {
        name: "edges",
        about: "Holds the crates' dependencies on each other against the table of the house",
        run: edges::check,
    },
    Check {
        name: "lengths",
        about: "No Rust file over 600 lines, the median under 150",
        run: lengths::check,
    },
    Check {
        name: "paths",
        about: "Nothing committed names a machine's path or another registry than the usual one",
        run: paths::check,
    },
    Check {
        name: "numbers",
        about: "No person's number is written down that is not known to be synthetic",
        run: numbers::check,
    },
    Check {
        name: "demo",
        about: "The files of the demonstration are those that the generator makes",
        run: sample::check,
    },
    Check {
        name: "migrations",
        about: "No recorded migration was changed, and each is recorded",
        run: migrations::check,
    },
];

fn main() -> ExitCode {
    let matches = command().get_matches();
    match run(&matches) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            say(&format!("error: {error}"));
            ExitCode::FAILURE
        }
    }
}

fn command() -> Command {
    let checks = CHECKS.iter().map(|check| Command::new(check.name).about(check.about));
    Command::new("cargo xtask")
        .about("Checks and campaigns of the repository")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(Command::new("check").about("All the checks below"))
        .subcommands(checks)
        .subcommand(sample::command())
        .subcommand(
            Command::new("record-migrations").about("Records the hashes of the new migrations"),
        )
        .subcommands(campaigns::ALL.iter().map(Campaign::command))
        .subcommand(
            Command::new("bench")
                .about("Measures the program beside what the machine can do: docs/performance.md")
                .arg(
                    Arg::new("quick")
                        .long("quick")
                        .action(ArgAction::SetTrue)
                        .help("Only proves that the measurement works, in seconds"),
                )
                .arg(
                    Arg::new("profile")
                        .long("profile")
                        .value_name("CALLxCONNECTIONS")
                        .conflicts_with("quick")
                        .help("Only keeps the program busy for ten seconds, as 200x16"),
                )
                .arg(
                    Arg::new("signed")
                        .long("signed")
                        .action(ArgAction::SetTrue)
                        .conflicts_with("profile")
                        .help("Only measures signed calls beside unsigned ones"),
                )
                .arg(
                    Arg::new("performances")
                        .long("performances")
                        .action(ArgAction::SetTrue)
                        .conflicts_with_all(["profile", "signed", "checks"])
                        .help("Only measures an employer's month of performances over REST"),
                )
                .arg(
                    Arg::new("rest")
                        .long("rest")
                        .action(ArgAction::SetTrue)
                        .conflicts_with_all(["profile", "signed"])
                        .help("Only measures calls over REST beside the same over SOAP"),
                )
                .arg(
                    Arg::new("postgres")
                        .long("postgres")
                        .action(ArgAction::SetTrue)
                        .conflicts_with_all(["signed", "rest", "performances", "checks"])
                        .help("Measures over PostgreSQL, which it starts; writes bench/results-postgres.md"),
                )
                .arg(
                    Arg::new("checks")
                        .long("checks")
                        .action(ArgAction::SetTrue)
                        .conflicts_with_all(["profile", "signed"])
                        .help("Only measures checks against the registers; writes bench/checks.md"),
                )
                .arg(campaigns::dev()),
        )
}

/// Does what is asked; answers whether all was well.
fn run(matches: &ArgMatches) -> Result<bool, Box<dyn Error>> {
    let repository = Repository::here()?;
    match matches.subcommand() {
        Some(("sample", matches)) => sample::run(&repository, matches),
        Some(("bench", matches)) => bench::run(&repository, matches),
        Some(("record-migrations", _)) => migrations::record(&repository).map(|()| true),
        Some((name, matches)) => {
            if let Some(campaign) = campaigns::ALL.iter().find(|campaign| campaign.name == name) {
                return campaign.run(&repository, matches);
            }
            let chosen = |check: &&Check| name == "check" || name == check.name;
            let mut good = true;
            for check in CHECKS.iter().filter(chosen) {
                let findings = (check.run)(&repository)?;
                let verdict = if findings.is_empty() { "ok" } else { "FAILED" };
                say(&format!("{}: {verdict}", check.name));
                for finding in &findings {
                    say(&format!("  {finding}"));
                }
                good &= findings.is_empty();
            }
            Ok(good)
        }
        None => unreachable!("clap requires a subcommand"),
    }
}

/// Nothing is lost when nobody listens.
fn say(line: &str) {
    _ = writeln!(io::stdout(), "{line}");
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_command_line_is_sound() {
        super::command().debug_assert();
    }
}
