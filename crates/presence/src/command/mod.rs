//! The commands beside `serve`, a file each.

pub(crate) mod audit;
pub(crate) mod backup;
pub(crate) mod bar;
pub(crate) mod client;
pub(crate) mod doctor;
pub(crate) mod import;
pub(crate) mod migrate;
pub(crate) mod oauth_key;
pub(crate) mod token_key;
pub(crate) mod webhook;
pub(crate) mod work;

use std::fmt::Display;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Arg, ArgMatches, value_parser};
use store::Store;
use thiserror::Error;
use tokio::runtime::Runtime;

use crate::config::Secret;
use crate::keeper::{Keeper, KeeperError, Place};

/// Why a command did not do what it was asked.
#[derive(Debug, Error)]
pub(crate) enum Failure {
    /// Lines that cannot be read.
    #[error(
        "{rejected} lines were rejected{}",
        if *check { "" } else { ": nothing was changed; --allow-errors imports the others" }
    )]
    Rejected { rejected: u64, check: bool },
    /// What was given is refused.
    #[error("{0}; nothing was changed")]
    Refused(String),
    /// The store cannot do it.
    #[error("{}", chain(.0))]
    Store(#[from] domain::Error),
    /// Anything else.
    #[error("{0}")]
    Other(String),
}

/// An error with everything beneath it, for the operator.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

/// 0: done; 2: what was given is not right; 1: anything else.
pub(crate) fn exit(done: Result<(), Failure>) -> ExitCode {
    let Err(failure) = done else { return ExitCode::SUCCESS };
    complain(&format!("presence: {failure}"));
    match failure {
        Failure::Rejected { .. } | Failure::Refused(_) => ExitCode::from(2),
        Failure::Store(_) | Failure::Other(_) => ExitCode::FAILURE,
    }
}

/// A line on the standard error.
#[expect(clippy::print_stderr, reason = "a command tells its operator what becomes of it")]
pub(crate) fn complain(line: &str) {
    eprintln!("{line}");
}

/// `--data`, as `serve` has it.
pub(crate) fn data_arg() -> Arg {
    Arg::new("data")
        .long("data")
        .value_name("DIR")
        .value_parser(value_parser!(PathBuf))
        .help("Where the data is; also PRESENCE_DATA [default: ./presence-data]")
}

/// The folder that `--data` names.
fn data_folder(matches: &ArgMatches) -> PathBuf {
    let given = matches.get_one::<PathBuf>("data").cloned();
    given
        .or_else(|| std::env::var_os("PRESENCE_DATA").map(PathBuf::from))
        .unwrap_or_else(|| PathBuf::from("./presence-data"))
}

/// Refuses a command that copies files where the data is in a database.
fn in_folder() -> Result<(), Failure> {
    match std::env::var_os("PRESENCE_DATABASE_URL").filter(|url| !url.is_empty()) {
        None => Ok(()),
        Some(_) => Err(Failure::Refused(
            "the data is in a database (PRESENCE_DATABASE_URL), which PostgreSQL's own means copy: docs/postgresql.md"
                .to_owned(),
        )),
    }
}

/// Opens the data beside a service that may be using it: the database of `PRESENCE_DATABASE_URL`, where there is one.
async fn open(matches: &ArgMatches) -> Result<Arc<dyn Store>, KeeperError> {
    let given = |name| std::env::var(name).ok().filter(|value: &String| !value.is_empty());
    let place = Place {
        folder: data_folder(matches),
        database: given("PRESENCE_DATABASE_URL").map(Secret::new),
        authorities: given("PRESENCE_DATABASE_AUTHORITIES").map(PathBuf::from),
    };
    Ok(Keeper::beside(place).await?.store())
}

/// The account of the machine that gives a command, as far as its shell tells it.
fn account() -> String {
    let told = ["SUDO_USER", "USER", "LOGNAME"]
        .into_iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    told.unwrap_or_else(|| "unknown".to_owned())
}

/// The data of a service, opened by a command beside it.
pub(crate) struct Data {
    pub(crate) store: Arc<dyn Store>,
    runtime: Runtime,
}

impl Data {
    pub(crate) fn open(matches: &ArgMatches) -> Result<Self, Failure> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| Failure::Other(error.to_string()))?;
        let store = runtime.block_on(open(matches)).map_err(other)?;
        Ok(Self { store, runtime })
    }

    /// Waits for what the store does.
    pub(crate) fn run<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }
}

/// What goes wrong is told with all that brought it about.
pub(crate) fn other(error: impl Display) -> Failure {
    Failure::Other(error.to_string())
}
