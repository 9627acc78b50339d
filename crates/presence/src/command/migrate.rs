//! `presence migrate`: brings what the embedded store holds to PostgreSQL.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use store_postgres::{Distribution, Options, PostgresStore};
use store_sqlite::transfer::Source;

use super::bar::Bar;
use super::{Failure, exit, other};
use crate::migrate::{Moved, Watch, migrate};
use crate::pem;

/// The variable that names the database, as `serve` has it.
const VARIABLE: &str = "PRESENCE_DATABASE_URL";
/// The variable that names the file with the authorities of its servers.
const AUTHORITIES: &str = "PRESENCE_DATABASE_AUTHORITIES";

/// The command line.
pub(crate) fn command() -> Command {
    Command::new("migrate")
        .about("Moves all data to PostgreSQL, or distributes a database with Citus; docs/postgresql.md")
        .after_help(
            "What was moved stays moved: called again, it goes on where it was cut off. The service is stopped meanwhile. \
             Status 0: done; 2: refused; 1: something failed.",
        )
        .arg(
            Arg::new("from")
                .long("from")
                .value_name("DIR")
                .value_parser(value_parser!(PathBuf))
                .required_unless_present("citus")
                .help("The folder of the data that is moved; nothing is changed in it"),
        )
        .arg(
            Arg::new("to")
                .long("to")
                .value_name("URL")
                .help("The database, as postgres://…; also PRESENCE_DATABASE_URL, which others on the machine do not see"),
        )
        .arg(
            Arg::new("at-most")
                .long("at-most")
                .value_name("ROWS")
                .value_parser(value_parser!(u64).range(1..))
                .help("Moves so many rows at most, and leaves the rest to the next call"),
        )
        .arg(
            Arg::new("citus")
                .long("citus")
                .action(ArgAction::SetTrue)
                .help("Distributes the tables over the nodes of Citus, by employer"),
        )
        .arg(
            Arg::new("shards")
                .long("shards")
                .value_name("COUNT")
                .default_value("32")
                .value_parser(value_parser!(u32).range(1..=4096))
                .help("Into how many shards, with --citus"),
        )
}

/// Does what the command line says.
pub(crate) fn run(matches: &ArgMatches) -> ExitCode {
    exit(act(matches))
}

fn act(matches: &ArgMatches) -> Result<(), Failure> {
    let url = matches.get_one::<String>("to").cloned().or_else(|| std::env::var(VARIABLE).ok());
    let url = url.ok_or_else(|| {
        Failure::Refused(format!("--to is missing: name the database, or set {VARIABLE}"))
    })?;
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(other)?;
    runtime.block_on(async {
        let target = Arc::new(PostgresStore::open_to_take(&url, options()?).await?);
        if let Some(from) = matches.get_one::<PathBuf>("from") {
            bring(matches, from, &target).await?;
        }
        if matches.get_flag("citus") {
            distribute(matches, &target).await?;
        }
        Ok(())
    })
}

/// The authorities of the database's servers, as `serve` has them.
fn options() -> Result<Options, Failure> {
    let given = std::env::var_os(AUTHORITIES).filter(|value| !value.is_empty());
    let read = |path: std::ffi::OsString| {
        pem::authorities([&path]).map(Arc::new).map_err(|error| {
            Failure::Refused(format!("{AUTHORITIES} names what cannot be used: {error}"))
        })
    };
    Ok(Options { authorities: given.map(read).transpose()?, ..Options::default() })
}

async fn bring(
    matches: &ArgMatches,
    from: &std::path::Path,
    target: &Arc<PostgresStore>,
) -> Result<(), Failure> {
    let source = Source::hold(from).map_err(|error| {
        Failure::Refused(format!(
            "the data in {} cannot be moved (is the service stopped?): {}",
            from.display(),
            super::chain(&error)
        ))
    })?;
    let watch: Arc<dyn Watch> = Arc::new(Shown::new());
    let most = matches.get_one::<u64>("at-most").copied();
    let moved = migrate(&source, target, most, &watch).await;
    let moved = moved.map_err(other)?;
    tell(&moved).map_err(other)
}

async fn distribute(matches: &ArgMatches, target: &PostgresStore) -> Result<(), Failure> {
    let shards = *matches.get_one::<u32>("shards").expect("it has a default");
    let Distribution { version, nodes, shards, moved } = target.distribute(shards).await?;
    let what = if moved.is_empty() {
        "nothing had to be done".to_owned()
    } else {
        format!("distributed now: {}", moved.join(", "))
    };
    writeln!(
        std::io::stdout(),
        "Citus {version}: registrations lie by employer in {shards} shards on {nodes} nodes, registers on every node; {what}. \
         It cannot be served from yet: docs/postgresql.md says what is missing."
    )
    .map_err(other)
}

fn tell(moved: &Moved) -> std::io::Result<()> {
    let mut output = std::io::stdout();
    for (table, rows) in moved.tables.iter().filter(|(_, rows)| *rows > 0) {
        writeln!(output, "{rows:>14}  {table}")?;
    }
    if moved.complete {
        writeln!(
            output,
            "All {} rows are there and were read again: every table has the rows that were given, and the chains of \
             the audit are whole.",
            moved.rows
        )
    } else {
        writeln!(output, "{} rows are there; the next call goes on.", moved.rows)
    }
}

/// Two bars, one after the other.
struct Shown {
    moving: Bar,
    checking: Bar,
}

impl Shown {
    fn new() -> Self {
        Self { moving: Bar::start("moving", "rows"), checking: Bar::start("checking", "rows") }
    }
}

impl Watch for Shown {
    fn moved(&self, done: u64, total: u64) {
        self.moving.step(done, total);
    }

    fn checked(&self, done: u64, total: u64) {
        self.moving.end();
        self.checking.step(done, total);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        command().debug_assert();
    }
}
