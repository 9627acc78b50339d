//! The tests that are run longer than `cargo test` does.

use std::env;
use std::error::Error;
use std::process;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};

use crate::repository::Repository;

/// One test of one crate, run for longer.
pub(crate) struct Campaign {
    /// The command that runs it.
    pub(crate) name: &'static str,
    about: &'static str,
    package: &'static str,
    test: &'static str,
    numbers: &'static [Number],
}

/// A number that may be chosen.
struct Number {
    name: &'static str,
    /// Where the test reads it.
    variable: &'static str,
    default: &'static str,
    help: &'static str,
}

const fn number(
    name: &'static str,
    variable: &'static str,
    default: &'static str,
    help: &'static str,
) -> Number {
    Number { name, variable, default, help }
}

/// All of them.
pub(crate) const ALL: &[Campaign] = &[
    Campaign {
        name: "mutate",
        about: "Compares our reading of messages with that of libxml2",
        package: "soap",
        test: "differential::we_accept_exactly_what_libxml2_accepts",
        numbers: &[
            number("messages", "PRESENCE_DIFFERENTIAL_MESSAGES", "1000000", "How many messages"),
            number("seed", "PRESENCE_DIFFERENTIAL_SEED", "1", "Which messages"),
        ],
    },
    Campaign {
        name: "kill",
        about: "Kills the program under load and looks for what it had acknowledged",
        package: "presence",
        test: "kill::",
        numbers: &[
            number("rounds", "PRESENCE_KILL_ROUNDS", "200", "How many times"),
            number("seed", "PRESENCE_KILL_SEED", "1", "Which moments"),
        ],
    },
    Campaign {
        name: "kill-worker",
        about: "Kills the program while it checks registrations and registers change",
        package: "presence",
        test: "check_kills::",
        numbers: &[
            number("rounds", "PRESENCE_CHECK_KILL_ROUNDS", "100", "How many times"),
            number("seed", "PRESENCE_CHECK_KILL_SEED", "1", "Which moments"),
        ],
    },
    Campaign {
        name: "kill-keys",
        about: "Kills the program under calls with a key, and sends them again",
        package: "presence",
        test: "key_kills::",
        numbers: &[
            number("rounds", "PRESENCE_KEY_KILL_ROUNDS", "100", "How many times"),
            number("seed", "PRESENCE_KEY_KILL_SEED", "1", "Which moments"),
        ],
    },
    Campaign {
        name: "outages",
        about: "Kills, stops, replaces and fills the database under load, and kills one of two nodes",
        package: "presence",
        test: "outages::",
        numbers: &[
            number("rounds", "PRESENCE_OUTAGE_ROUNDS", "20", "How often each"),
            number("seed", "PRESENCE_OUTAGE_SEED", "1", "Which moments"),
            number(
                "pause",
                "PRESENCE_OUTAGE_PAUSE",
                "30",
                "How many seconds a stopped database stands still at least",
            ),
        ],
    },
    Campaign {
        name: "fill-disk",
        about: "Lets the embedded store write no further, under load, and goes on",
        package: "presence",
        test: "full_disk::",
        numbers: &[
            number("rounds", "PRESENCE_FULL_ROUNDS", "200", "How many times"),
            number("seed", "PRESENCE_FULL_SEED", "1", "Where it is full"),
        ],
    },
    Campaign {
        name: "power",
        about: "Takes the power away under load, and with it whatever the disk was not made to keep",
        package: "presence",
        test: "power::what",
        numbers: &[
            number("rounds", "PRESENCE_POWER_ROUNDS", "300", "How many times"),
            number("seed", "PRESENCE_POWER_SEED", "1", "Which moments, and what is lost"),
        ],
    },
    Campaign {
        name: "power-store",
        about: "The same of the embedded store, whose files are small and begin anew all the time",
        package: "store-sqlite",
        test: "power::what",
        numbers: &[
            number(
                "rounds",
                "PRESENCE_POWER_STORE_ROUNDS",
                "20",
                "How many stores, lost 60 times each",
            ),
            number("seed", "PRESENCE_POWER_STORE_SEED", "1", "Which moments, and what is lost"),
        ],
    },
    Campaign {
        name: "hostile",
        about: "Attacks the program and sees that others are served",
        package: "presence",
        test: "hostile::",
        numbers: &[number(
            "connections",
            "PRESENCE_HOSTILE_CONNECTIONS",
            "10000",
            "How many connections stay idle",
        )],
    },
    Campaign {
        name: "schemathesis",
        about: "Has schemathesis call the REST service, with all its checks",
        package: "presence",
        test: "strangers::rest::schemathesis_finds_nothing_with_all_its_checks",
        numbers: &[
            number("cases", "PRESENCE_SCHEMATHESIS_CASES", "5000", "How many cases at least"),
            number(
                "examples",
                "PRESENCE_SCHEMATHESIS_EXAMPLES",
                "200",
                "How many of each operation in a run",
            ),
            number("seed", "PRESENCE_SCHEMATHESIS_SEED", "1", "Which cases: the first run's"),
        ],
    },
];

/// The argument that takes what the tests have built already.
pub(crate) fn dev() -> Arg {
    Arg::new("dev")
        .long("dev")
        .action(ArgAction::SetTrue)
        .help("With the profile of development, which the tests have built already")
}

impl Campaign {
    pub(crate) fn command(&self) -> Command {
        let numbers = self.numbers.iter().map(|number| {
            Arg::new(number.name)
                .long(number.name)
                .value_parser(value_parser!(u64))
                .default_value(number.default)
                .help(number.help)
        });
        Command::new(self.name).about(self.about).args(numbers).arg(dev())
    }

    /// Answers whether all was well.
    pub(crate) fn run(
        &self,
        repository: &Repository,
        given: &ArgMatches,
    ) -> Result<bool, Box<dyn Error>> {
        let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut command = process::Command::new(cargo);
        command.args(["test", "--quiet", "--test", "it"]);
        if given.get_flag("dev") {
            // The whole workspace is what the tests have built: one package alone may be built with other features.
            command.arg("--workspace");
        } else {
            command.args(["--release", "--package", self.package]);
        }
        command.args(["--", "--nocapture", self.test]);
        for number in self.numbers {
            let value = given.get_one::<u64>(number.name).map(u64::to_string).unwrap_or_default();
            command.env(number.variable, value);
        }
        // Who asks for a campaign wants it to run: what it lacks is a failure.
        command.env("PRESENCE_TEST_STRICT", "1");
        Ok(command.current_dir(&repository.root).status()?.success())
    }
}
