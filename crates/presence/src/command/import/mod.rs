//! `presence import`: fills a register from files, beside a serving process or without one.

mod addresses;
mod digest;
mod enterprises;
mod keep;
mod progress;
mod report;
mod source;

use std::path::PathBuf;
use std::process::ExitCode;

use app::import::{FileError, read_register};
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use domain::register::{Register, Row};
use domain::{Clock as _, belgian_day};
use store::ImportForm;

use self::keep::Keep;
use self::progress::Progress;
use self::report::Report;
use super::{Data, Failure, data_arg};
use crate::clock::SystemClock;

/// The register that is kept in an area of its own.
const ADDRESSES: &str = "addresses";

/// The command line.
pub(crate) fn command() -> Command {
    let registers = Register::ALL.into_iter().map(Register::name).chain([ADDRESSES]);
    let switch = |name: &'static str, help: &'static str| {
        Arg::new(name).long(name).action(ArgAction::SetTrue).help(help)
    };
    Command::new("import")
        .about("Fills a register from files; the forms stand in docs/import.md")
        .after_help(
            "The register changes at once or not at all. Status 0: done; 2: lines or files were \
             refused and nothing was changed; 1: something else failed.",
        )
        .arg(
            Arg::new("register")
                .required(true)
                .value_parser(registers.collect::<Vec<_>>())
                .help("The register to fill"),
        )
        .arg(
            Arg::new("files")
                .required(true)
                .num_args(1..)
                .value_name("FILE")
                .value_parser(value_parser!(PathBuf))
                .help("Files that together are the register; for enterprises a zip or folder"),
        )
        .arg(data_arg())
        .arg(switch("check", "Only reads: imports nothing"))
        .arg(switch("allow-errors", "Imports the good lines although others were rejected"))
        .arg(
            Arg::new("report")
                .long("report")
                .value_name("FILE")
                .value_parser(value_parser!(PathBuf))
                .help("Where every rejected line is written: file, line, column, reason (CSV)"),
        )
}

/// What is asked for.
struct Job<'m> {
    register: &'m str,
    files: Vec<&'m PathBuf>,
    check: bool,
    allow_errors: bool,
    report: Option<&'m PathBuf>,
    matches: &'m ArgMatches,
}

/// Does what is asked.
pub(crate) fn run(matches: &ArgMatches) -> ExitCode {
    let name = matches.get_one::<String>("register").map(String::as_str).unwrap_or_default();
    let job = Job {
        register: name,
        files: matches.get_many("files").into_iter().flatten().collect(),
        check: matches.get_flag("check"),
        allow_errors: matches.get_flag("allow-errors"),
        report: matches.get_one("report"),
        matches,
    };
    let done = match Register::from_name(name) {
        Some(Register::Enterprises) => enterprises::import(&job),
        Some(register) => register_import(&job, register),
        None => addresses::import(&job),
    };
    super::exit(done)
}

/// Imports a register whose form is a file of lines.
fn register_import(job: &Job<'_>, register: Register) -> Result<(), Failure> {
    let inputs = source::inputs(&job.files)?;
    let progress = Progress::start(source::size(&inputs));
    let mut report = Report::open(job.report)?;
    let data = job.data()?;
    let staging = match &data {
        Some(data) => Some(data.run(data.store.registers().begin(register, ImportForm::Whole))?),
        None => None,
    };
    let mut keep: Keep<'_, Row> = Keep::new(data.as_ref(), staging, &mut report);
    let today = belgian_day(SystemClock.now());
    for input in inputs {
        input.each(&progress, &mut |name, bytes| {
            read_register(register, name, bytes, today, &mut keep)
        })?;
    }
    progress.read();
    finish_rows(job, keep, &names(job), &progress)
}

impl Job<'_> {
    /// The store; none where nothing is imported.
    fn data(&self) -> Result<Option<Data>, Failure> {
        if self.check { Ok(None) } else { Data::open(self.matches).map(Some) }
    }

    /// May what was read be swapped in?
    fn may_swap(&self, rejected: u64) -> Result<bool, Failure> {
        if rejected > 0 && !self.allow_errors {
            return Err(Failure::Rejected { rejected, check: self.check });
        }
        Ok(!self.check)
    }
}

/// The names of the files, for the history of registrations that are checked again.
fn names(job: &Job<'_>) -> String {
    let name = |path: &&PathBuf| {
        path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
    };
    job.files.iter().map(name).collect::<Vec<_>>().join(", ")
}

/// Swaps rows in, or says why not.
fn finish_rows(
    job: &Job<'_>,
    keep: Keep<'_, Row>,
    source: &str,
    progress: &Progress,
) -> Result<(), Failure> {
    let told = keep.finish()?;
    progress.say(&told.summary());
    if !job.may_swap(told.rejected)? {
        return Ok(());
    }
    let (Some(data), Some(staging)) = (told.data, told.staging) else { return Ok(()) };
    let entry = digest::entry(job, told.read, told.rejected)?;
    let swap = progress.swapping();
    let steps = |done, of| swap.step(done, of);
    let import = data.run(staging.swap(source, SystemClock.now(), Some(entry), &steps))?;
    swap.end();
    progress.say(&match import {
        Some(import) => format!(
            "import {}: {} rows added, {} taken away",
            import.id.0, import.added, import.removed
        ),
        None => "the register was the same already: nothing was changed".into(),
    });
    Ok(())
}

impl From<FileError> for Failure {
    fn from(error: FileError) -> Self {
        match error {
            FileError::Store(error) => Self::Store(error),
            refused => Self::Refused(refused.to_string()),
        }
    }
}
