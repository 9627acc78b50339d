//! `presence doctor`.

use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use clap::{Arg, ArgAction, ArgMatches, Command};
use domain::Clock;

use super::complain;
use crate::config::{self, Sources};
use crate::doctor::{Examination, Level, Report, examine};

/// The status when nothing could be looked at.
const UNKNOWN: u8 = 3;

/// The command line; it takes the settings of `serve` beside its own.
pub(crate) fn command(settings: impl IntoIterator<Item = Arg>) -> Command {
    let switch = |name: &'static str, help: &'static str| {
        Arg::new(name).long(name).action(ArgAction::SetTrue).help(help)
    };
    Command::new("doctor")
        .about("Looks at a node and says what to do; docs/operate.md")
        .after_help(
            "Give it the settings that the service runs with. It changes nothing. Status 0: all is well; 1: warnings; 2: \
             errors; 3: nothing could be looked at.",
        )
        .arg(switch("json", "Tells it in JSON"))
        .arg(switch("skip-pages", "Does not look through all pages of the database, which takes long for a large one"))
        .args(settings)
}

/// Looks, and tells.
pub(crate) fn run(matches: &ArgMatches, sources: &Sources, clock: &dyn Clock) -> ExitCode {
    let report = match report(matches, sources, clock) {
        Ok(report) => report,
        Err(error) => {
            complain(&format!("presence: {error}"));
            return ExitCode::from(UNKNOWN);
        }
    };
    let text = if matches.get_flag("json") { report.json() } else { report.text() };
    match std::io::stdout().write_all(text.as_bytes()) {
        Ok(()) => ExitCode::from(report.worst().status()),
        Err(error) => {
            complain(&format!("presence: {error}"));
            ExitCode::from(UNKNOWN)
        }
    }
}

fn report(
    matches: &ArgMatches,
    sources: &Sources,
    clock: &dyn Clock,
) -> Result<Report, std::io::Error> {
    let (config, strangers) = match config::read(sources) {
        Ok(read) => read,
        Err(error) => {
            let mut report = Report::new(clock.now());
            report.tell(
                Level::Error,
                "settings",
                error.to_string(),
                "the service does not start with them",
            );
            return Ok(report);
        }
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let data = config.data.as_deref().unwrap_or(Path::new("./presence-data"));
    let pages = !matches.get_flag("skip-pages");
    let what = Examination { config: &config, data, pages, clock };
    let mut report = runtime.block_on(examine(&what));
    for stranger in strangers {
        report.tell(Level::Warning, "settings", stranger, "correct its name, or take it away");
    }
    Ok(report)
}
