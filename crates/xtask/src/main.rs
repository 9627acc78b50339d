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

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};

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

#[expect(clippy::too_many_lines, reason = "a list of commands")]
fn command() -> Command {
    let checks = CHECKS.iter().map(|check| Command::new(check.name).about(check.about));
    let number = |name: &'static str, default: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_parser(value_parser!(u64)).default_value(default).help(help)
    };
    let dev = Arg::new("dev")
        .long("dev")
        .action(ArgAction::SetTrue)
        .help("With the profile of development, which the tests have built already");
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
        .subcommand(
            Command::new("mutate")
                .about("Compares our reading of messages with that of libxml2")
                .arg(number("messages", "1000000", "How many messages"))
                .arg(number("seed", "1", "Which messages"))
                .arg(&dev),
        )
        .subcommand(
            Command::new("kill")
                .about("Kills the program under load and looks for what it had acknowledged")
                .arg(number("rounds", "200", "How many times"))
                .arg(number("seed", "1", "Which moments"))
                .arg(&dev),
        )
        .subcommand(
            Command::new("kill-worker")
                .about("Kills the program while it checks registrations and registers change")
                .arg(number("rounds", "100", "How many times"))
                .arg(number("seed", "1", "Which moments"))
                .arg(&dev),
        )
        .subcommand(
            Command::new("kill-keys")
                .about("Kills the program under calls with a key, and sends them again")
                .arg(number("rounds", "100", "How many times"))
                .arg(number("seed", "1", "Which moments"))
                .arg(&dev),
        )
        .subcommand(
            Command::new("outages")
                .about("Kills, stops, replaces and fills the database under load, and kills one of two nodes")
                .arg(number("rounds", "20", "How often each"))
                .arg(number("seed", "1", "Which moments"))
                .arg(number("pause", "30", "How many seconds a stopped database stands still at least"))
                .arg(&dev),
        )
        .subcommand(
            Command::new("fill-disk")
                .about("Lets the embedded store write no further, under load, and goes on")
                .arg(number("rounds", "200", "How many times"))
                .arg(number("seed", "1", "Where it is full"))
                .arg(&dev),
        )
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
                .arg(&dev),
        )
        .subcommand(
            Command::new("hostile")
                .about("Attacks the program and sees that others are served")
                .arg(number("connections", "10000", "How many connections stay idle"))
                .arg(&dev),
        )
        .subcommand(
            Command::new("schemathesis")
                .about("Has schemathesis call the REST service, with all its checks")
                .arg(number("cases", "5000", "How many cases at least"))
                .arg(number("examples", "200", "How many of each operation in a run"))
                .arg(number("seed", "1", "Which cases: the first run's"))
                .arg(&dev),
        )
}

/// Does what is asked; answers whether all was well.
fn run(matches: &ArgMatches) -> Result<bool, Box<dyn Error>> {
    let repository = Repository::here()?;
    match matches.subcommand() {
        Some(("sample", matches)) => sample::run(&repository, matches),
        Some(("mutate", matches)) => campaigns::mutate(&repository, matches),
        Some(("kill", matches)) => campaigns::kill(&repository, matches),
        Some(("kill-worker", matches)) => campaigns::kill_worker(&repository, matches),
        Some(("kill-keys", matches)) => campaigns::kill_keys(&repository, matches),
        Some(("outages", matches)) => campaigns::outages(&repository, matches),
        Some(("fill-disk", matches)) => campaigns::fill_disk(&repository, matches),
        Some(("bench", matches)) => bench::run(&repository, matches),
        Some(("hostile", matches)) => campaigns::hostile(&repository, matches),
        Some(("schemathesis", matches)) => campaigns::schemathesis(&repository, matches),
        Some(("record-migrations", _)) => migrations::record(&repository).map(|()| true),
        Some((name, _)) => {
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
