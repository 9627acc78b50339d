use app::import::read_addresses;
use domain::Clock as _;
use domain::place::RegisteredAddress;
use store::AddressStaging;

use super::keep::Keep;
use super::progress::Progress;
use super::report::Report;
use super::{Job, digest, source};
use crate::clock::SystemClock;
use crate::command::Failure;

/// Imports the addresses of the regions that the files hold; other regions keep theirs.
pub(super) fn import(job: &Job<'_>) -> Result<(), Failure> {
    let inputs = source::inputs(&job.files)?;
    let progress = Progress::start(source::size(&inputs));
    let mut report = Report::open(job.report)?;
    let data = job.data()?;
    let staging = match &data {
        Some(data) => Some(data.run(data.store.addresses().begin())?),
        None => None,
    };
    let mut keep: Keep<'_, RegisteredAddress, Box<dyn AddressStaging>> =
        Keep::new(data.as_ref(), staging, &mut report);
    for input in inputs {
        input.each(&progress, &mut |name, bytes| read_addresses(name, bytes, &mut keep))?;
    }
    progress.read();
    let told = keep.finish()?;
    progress.say(&told.summary());
    if !job.may_swap(told.rejected)? {
        return Ok(());
    }
    let (Some(data), Some(staging)) = (told.data, told.staging) else { return Ok(()) };
    let entry = digest::entry(job, told.read, told.rejected)?;
    let swap = progress.swapping();
    let steps = |done, of| swap.step(done, of);
    let changed = data.run(staging.swap(SystemClock.now(), Some(entry), &steps))?;
    swap.end();
    if changed.is_empty() {
        progress.say("the register was the same already: nothing was changed");
    }
    for region in changed {
        progress.say(&format!("{}: {} addresses", region.region.code(), region.addresses));
    }
    Ok(())
}
