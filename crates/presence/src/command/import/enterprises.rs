use app::import::kbo::{ExtractKind, follows, read_extract, read_set};
use domain::Clock as _;
use domain::register::{Register, Row};
use store::ImportForm;

use super::keep::Keep;
use super::progress::Progress;
use super::report::Report;
use super::source::Set;
use super::{Job, finish_rows};
use crate::clock::SystemClock;
use crate::command::Failure;

/// Imports a set of the Crossroads Bank, full or update.
pub(super) fn import(job: &Job<'_>) -> Result<(), Failure> {
    let [path] = &job.files[..] else {
        return Err(Failure::Refused(
            "one set at a time, so that each follows the one before".into(),
        ));
    };
    let mut set = Set::open(path)?;
    let extract = read_extract(&mut set)?;
    // A check asks the data too, if there is any, whether the set would follow.
    let data = job.data()?;
    let progress = Progress::start(set.size);
    let stored = match &data {
        Some(data) => data.run(data.store.extracts().extract(Register::Enterprises))?,
        None => None,
    };
    let kind = extract.kind;
    if data.is_some() && !follows(&extract, stored)? {
        progress.say(&format!("update {extract} is in already: nothing was changed"));
        return Ok(());
    }
    set.count(&progress);
    let mut report = Report::open(job.report)?;
    let form = match kind {
        ExtractKind::Full => ImportForm::Whole,
        ExtractKind::Update => ImportForm::Update,
    };
    let staging = match &data {
        Some(data) => Some(data.run(data.store.registers().begin(Register::Enterprises, form))?),
        None => None,
    };
    let mut keep: Keep<'_, Row> = Keep::new(data.as_ref(), staging, &mut report);
    read_set(&mut set, &extract, &mut keep)?;
    progress.read();
    finish_rows(job, keep, &format!("KBO {kind} {extract}"), &progress)?;
    if let Some(data) = &data {
        // After the rows: when this is not reached, the same set may be imported again, which changes nothing more.
        let number = data.store.extracts();
        data.run(number.set_extract(Register::Enterprises, extract.number, SystemClock.now()))?;
    }
    Ok(())
}
