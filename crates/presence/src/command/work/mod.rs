//! `presence work`: the operator adds, changes and closes works, and prints their codes.

mod edit;

use std::fs;
use std::io::{self, Read as _, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use app::import::{Flaw, read_work, work_to_json};
use app::{WorkAdmin, WorkError};
use clap::{Arg, ArgAction, ArgGroup, ArgMatches, Command, value_parser};
use domain::register::Import;
use domain::{Work, WorksReference};
use jiff::civil::Date;
use serde_json::Value;

use super::{Data, Failure, data_arg};
use crate::clock::SystemClock;
use crate::qr::{self, Qr};

/// The command line.
pub(crate) fn command() -> Command {
    let with_reference = |name: &'static str, about: &'static str| {
        Command::new(name).about(about).arg(reference_arg()).arg(data_arg())
    };
    Command::new("work")
        .about("Adds, changes, closes and shows works; prints their QR codes")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(
            with_reference("add", "Adds a work").args(edit::args(true)).after_help(edit::HELP),
        )
        .subcommand(
            with_reference("change", "Changes what is given, and nothing else")
                .args(edit::args(false))
                .args(edit::args_of_change())
                .after_help(edit::HELP),
        )
        .subcommand(
            Command::new("put")
                .about("Adds or replaces a work: the JSON object of a line of works.jsonl")
                .arg(
                    Arg::new("file")
                        .value_name("FILE")
                        .required(true)
                        .value_parser(value_parser!(PathBuf))
                        .help("The file, - for the standard input"),
                )
                .arg(data_arg()),
        )
        .subcommand(
            with_reference("close", "Ends a work").arg(
                Arg::new("until")
                    .long("until")
                    .value_name("DATE")
                    .value_parser(value_parser!(Date))
                    .help("Its last day [default: today]"),
            ),
        )
        .subcommand(with_reference("show", "Shows a work, as JSON"))
        .subcommand(
            Command::new("list")
                .about("Lists works by their references: reference, sector, first and last day")
                .arg(
                    Arg::new("after")
                        .long("after")
                        .value_name("REFERENCE")
                        .value_parser(parse_reference)
                        .help("Only those behind this one"),
                )
                .arg(
                    Arg::new("most")
                        .long("most")
                        .value_name("NUMBER")
                        .value_parser(value_parser!(u32).range(1..=1000))
                        .default_value("100")
                        .help("No more than these"),
                )
                .arg(data_arg()),
        )
        .subcommand(
            with_reference("qr", "Writes the QR code that leads to registering at the work")
                .arg(picture("svg"))
                .arg(picture("png"))
                .group(ArgGroup::new("picture").args(["svg", "png"]).required(true).multiple(true))
                .arg(
                    Arg::new("public-url")
                        .long("public-url")
                        .value_name("URL")
                        .help("Where callers reach the service; also PRESENCE_PUBLIC_URL"),
                ),
        )
}

fn reference_arg() -> Arg {
    Arg::new("reference")
        .value_name("REFERENCE")
        .required(true)
        .value_parser(parse_reference)
        .help("13 digits and capitals without I and O")
}

fn picture(form: &'static str) -> Arg {
    Arg::new(form)
        .long(form)
        .value_name("FILE")
        .action(ArgAction::Set)
        .value_parser(value_parser!(PathBuf))
        .help("The picture to write")
}

fn parse_reference(text: &str) -> Result<WorksReference, String> {
    WorksReference::parse(text)
        .ok_or_else(|| "a reference has 13 digits and capitals without I and O".into())
}

/// Does what is asked.
pub(crate) fn run(matches: &ArgMatches) -> ExitCode {
    super::exit(match matches.subcommand() {
        Some(("add", given)) => with_admin(given, |desk| desk.add(given)),
        Some(("change", given)) => with_admin(given, |desk| desk.change(given)),
        Some(("put", given)) => with_admin(given, |desk| desk.put(given)),
        Some(("close", given)) => with_admin(given, |desk| {
            let until = given.get_one("until").copied();
            let done = desk.data.run(desk.admin.close(reference(given), until));
            told(done?.as_ref())
        }),
        Some(("show", given)) => with_admin(given, |desk| {
            let work = desk.data.run(desk.admin.work(reference(given)))?;
            say(&format!("{:#}", work_to_json(&work)))
        }),
        Some(("list", given)) => with_admin(given, |desk| desk.list(given)),
        Some(("qr", given)) => with_admin(given, |desk| desk.qr(given)),
        _ => unreachable!("clap requires a subcommand"),
    })
}

/// The works of a store, and who asks for them.
struct Desk<'a> {
    data: &'a Data,
    admin: WorkAdmin<'a>,
}

fn with_admin(
    given: &ArgMatches,
    run: impl FnOnce(&Desk<'_>) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let data = Data::open(given)?;
    let admin =
        WorkAdmin::new(data.store.as_ref(), &SystemClock, "presence work", &super::account());
    run(&Desk { data: &data, admin })
}

fn reference(given: &ArgMatches) -> WorksReference {
    *given.get_one("reference").expect("clap requires it")
}

impl Desk<'_> {
    fn add(&self, given: &ArgMatches) -> Result<(), Failure> {
        let work = read(&edit::new(reference(given), given)?)?;
        told(self.data.run(self.admin.add(work))?.as_ref())
    }

    fn change(&self, given: &ArgMatches) -> Result<(), Failure> {
        let mut value = work_to_json(&self.data.run(self.admin.work(reference(given)))?);
        edit::edit(&mut value, given)?;
        told(self.data.run(self.admin.change(read(&value)?))?.as_ref())
    }

    fn put(&self, given: &ArgMatches) -> Result<(), Failure> {
        let path: &PathBuf = given.get_one("file").expect("clap requires it");
        let text = if path.as_os_str() == "-" {
            let mut text = String::new();
            io::stdin().read_to_string(&mut text).map(|_| text)
        } else {
            fs::read_to_string(path)
        };
        let refused = |error: &dyn std::fmt::Display| {
            Failure::Refused(format!("{}: {error}", path.display()))
        };
        let text = text.map_err(|error| refused(&error))?;
        let value = serde_json::from_str(&text).map_err(|error| refused(&error))?;
        let work = read(&value)?;
        let done = self.data.run(async {
            match self.admin.add(work.clone()).await {
                Err(WorkError::Exists(_)) => self.admin.change(work).await,
                done => done,
            }
        });
        told(done?.as_ref())
    }

    fn list(&self, given: &ArgMatches) -> Result<(), Failure> {
        let most = given.get_one("most").copied().unwrap_or(100);
        let works = self.data.run(self.admin.works(given.get_one("after").copied(), most))?;
        let day = |day: Option<Date>| day.map_or_else(|| "-".into(), |day| day.to_string());
        for Work { reference, sector, period, .. } in works {
            let (from, until) = (day(period.from()), day(period.until()));
            say(&format!("{reference}  {:12}  {from:10}  {until:10}", sector.name()))?;
        }
        Ok(())
    }

    fn qr(&self, given: &ArgMatches) -> Result<(), Failure> {
        let url = given
            .get_one::<String>("public-url")
            .cloned()
            .or_else(|| std::env::var("PRESENCE_PUBLIC_URL").ok())
            .filter(|url| url.starts_with("http://") || url.starts_with("https://"))
            .ok_or_else(|| {
                Failure::Refused(
                    "the code leads to the service: give its address, --public-url https://…"
                        .into(),
                )
            })?;
        let work = self.data.run(self.admin.work(reference(given)))?;
        let address = qr::address(&url, work.reference);
        let qr = Qr::new(&address)
            .ok_or_else(|| Failure::Refused("the address is too long for a code".into()))?;
        let save = |path: &PathBuf, bytes: &[u8]| {
            fs::write(path, bytes)
                .map_err(|error| Failure::Other(format!("{}: {error}", path.display())))
        };
        if let Some(path) = given.get_one("svg") {
            save(path, qr.svg().as_bytes())?;
        }
        if let Some(path) = given.get_one("png") {
            save(path, &qr.png().map_err(super::other)?)?;
        }
        say(&address)
    }
}

fn read(value: &Value) -> Result<Work, Failure> {
    read_work(value).map_err(|flaws| Failure::Refused(listed(&flaws)))
}

/// Flaws in one text, a line each.
fn listed(flaws: &[Flaw]) -> String {
    let line = |Flaw { column, reason }: &Flaw| format!("{column} {reason}");
    flaws.iter().map(line).collect::<Vec<_>>().join("\n  ")
}

fn told(import: Option<&Import>) -> Result<(), Failure> {
    say(&match import {
        Some(import) => format!("changed (import {})", import.id.0),
        None => "nothing to change".into(),
    })
}

fn say(line: &str) -> Result<(), Failure> {
    writeln!(io::stdout(), "{line}").map_err(super::other)
}

impl From<WorkError> for Failure {
    fn from(error: WorkError) -> Self {
        match error {
            WorkError::Store(error) => Self::Store(error),
            refused => Self::Refused(refused.to_string()),
        }
    }
}
