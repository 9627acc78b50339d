//! `presence backup` and `presence restore`.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Arg, ArgMatches, Command, value_parser};
use domain::Clock;
use store_sqlite::backup::Copying;

use super::bar::Bar;
use super::{Failure, complain, data_arg, data_folder, exit, other};
use crate::backup::{self, Restoring};

/// How many ids a restore leaves out unless told otherwise: those of some fifty days of two million registrations.
const ID_GAP: &str = "100000000";

impl From<backup::Failure> for Failure {
    fn from(failure: backup::Failure) -> Self {
        match failure {
            backup::Failure::Refused(why) => Self::Refused(why),
            failure => other(failure),
        }
    }
}

/// The command line of `backup`.
pub(crate) fn backup_command() -> Command {
    Command::new("backup")
        .about("Copies the data, keys included, while the service runs; docs/operate.md")
        .after_help(
            "All that was acknowledged before the start is in it. The copy is read again and held against the original \
             before it gets its name. It holds persons' numbers and private keys: keep it as you keep these. Status 0: \
             done; 2: refused; 1: something failed.",
        )
        .arg(
            Arg::new("target")
                .required(true)
                .value_name("FOLDER")
                .value_parser(value_parser!(PathBuf))
                .help("The folder to make; it must not be there yet"),
        )
        .arg(data_arg())
        .arg(
            Arg::new("rate")
                .long("rate")
                .value_name("MIB")
                .value_parser(value_parser!(u64).range(1..=1_000_000))
                .help("Copies at most so many MiB a second, where the disk is busy"),
        )
}

/// The command line of `restore`.
pub(crate) fn restore_command() -> Command {
    Command::new("restore")
        .about("Brings the data of a backup to an empty folder; docs/operate.md")
        .after_help("Status 0: done; 2: refused, and nothing was changed; 1: something failed.")
        .arg(
            Arg::new("backup")
                .required(true)
                .value_name("BACKUP")
                .value_parser(value_parser!(PathBuf))
                .help("A folder that `presence backup` made"),
        )
        .arg(data_arg())
        .arg(
            Arg::new("id-gap")
                .long("id-gap")
                .value_name("COUNT")
                .default_value(ID_GAP)
                .value_parser(value_parser!(u64).range(0..=1_000_000_000_000))
                .help("Leaves out so many ids, so that none that was given out after the backup comes a second time"),
        )
}

/// Makes a backup.
pub(crate) fn back_up(matches: &ArgMatches, clock: &dyn Clock) -> ExitCode {
    if let Err(failure) = super::in_folder() {
        return exit(Err(failure));
    }
    let target = matches.get_one::<PathBuf>("target").expect("clap asks for it");
    let data = data_folder(matches);
    let bar = Bar::start("copying", "pages");
    let rate = matches.get_one::<u64>("rate").map(|mebibytes| mebibytes << 20);
    let mut progress = |done, total| bar.step(done, total);
    let mut how = Copying { rate, progress: &mut progress };
    let made = backup::make(&data, target, clock.now(), &mut how);
    bar.end();
    exit(made.map_err(Failure::from).and_then(|(manifest, left_out)| {
        for path in left_out {
            complain(&format!("left out, since it is no file: {}", path.display()));
        }
        let (registrations, files) = (manifest.registrations(), manifest.files.len());
        let bytes: u64 = manifest.files.iter().map(|file| file.bytes).sum();
        say(&format!(
            "{} is a backup of {} as of {:.0}: {registrations} registrations, {files} files, {bytes} bytes.\n\
             The head of its audit, to be noted elsewhere: {}",
            target.display(),
            data.display(),
            manifest.begun,
            manifest.audit(),
        ))
    }))
}

/// Restores from one.
pub(crate) fn restore(matches: &ArgMatches) -> ExitCode {
    if let Err(failure) = super::in_folder() {
        return exit(Err(failure));
    }
    let data = data_folder(matches);
    let backup = matches.get_one::<PathBuf>("backup").expect("clap asks for it");
    let id_gap = *matches.get_one("id-gap").expect("it has a default");
    let restored = backup::restore(&Restoring { backup, data: &data, id_gap });
    exit(restored.map_err(Failure::from).and_then(|manifest| {
        say(&format!(
            "{} is as it was at {:.0}: {} registrations. What came later is not in it.\n\
             The head of its audit: {}",
            data.display(),
            manifest.begun,
            manifest.registrations(),
            manifest.audit(),
        ))
    }))
}

fn say(text: &str) -> Result<(), Failure> {
    writeln!(std::io::stdout(), "{text}").map_err(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_lines_are_sound() {
        backup_command().debug_assert();
        restore_command().debug_assert();
    }
}
