//! An import beside a program that serves callers.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::callers;
use super::sample::{Sample, import};
use crate::Outcome;
use crate::figures::grouped;
use crate::options::Options;
use crate::server::Server;

/// How long the callers are watched before the import.
const BEFORE: Duration = Duration::from_secs(5);

/// What was measured.
pub(super) struct Beside {
    /// What was imported.
    pub(super) what: String,
    /// How long the import took.
    pub(super) import: Duration,
    /// The times of calls before it.
    pub(super) before: Vec<Duration>,
    /// Those beside it.
    pub(super) during: Vec<Duration>,
}

/// Imports persons, as many as are asked for beside those of the sample, over data that has the sample; then what else is
/// asked for.
pub(super) fn measure(
    options: &Options,
    folder: &Path,
    sample: &Sample,
    rows: u32,
) -> Outcome<Vec<Beside>> {
    let mut text = sample.persons()?;
    for place in 0..rows {
        // Behind those of the sample, whose indexes are far apart.
        let inss = domain::sample::inss(domain::sample::PERSONS - 1 - place);
        writeln!(text, "{},2020-01-01,,", &*inss.digits())?;
    }
    let file = folder.join("persons.csv");
    fs::write(&file, text)?;
    let persons = ("persons".to_owned(), vec![file]);
    let mut all = vec![one(
        &options.program,
        folder,
        sample,
        (format!("{} persons", grouped(rows.into())), &persons),
    )?];
    for import in &options.imports {
        all.push(one(&options.program, folder, sample, (import.0.clone(), import))?);
    }
    Ok(all)
}

fn one(
    program: &Path,
    folder: &Path,
    sample: &Sample,
    (what, (register, files)): (String, &(String, Vec<PathBuf>)),
) -> Outcome<Beside> {
    let server = Server::start(program, folder)?;
    let before = watched(&server, sample, || {
        #[expect(clippy::disallowed_methods, reason = "callers are watched for some time")]
        thread::sleep(BEFORE);
        Ok(())
    })?;
    let mut took = Duration::ZERO;
    let during = watched(&server, sample, || {
        let start = Instant::now();
        import(program, register, files, folder)?;
        took = start.elapsed();
        Ok(())
    })?;
    server.stop()?;
    Ok(Beside { what, import: took, before, during })
}

/// The times of calls that are made while something else is done.
fn watched(
    server: &Server,
    sample: &Sample,
    other: impl FnOnce() -> Outcome<()>,
) -> Outcome<Vec<Duration>> {
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        let callers = scope.spawn(|| callers::run(server.address, sample, 1, &over));
        let done = other();
        over.store(true, Ordering::Relaxed);
        done?;
        callers.join().map_err(|_| "the callers panicked")?
    })
}
