//! What checks against the registers cost: a backlog while registrations go on, a change that concerns ten of very many,
//! and imports beside callers.

mod backlog;
mod beside;
mod callers;
mod recheck;
mod sample;

use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use crate::figures::{grouped, milliseconds, number};
use crate::folder::Fresh;
use crate::options::Options;
use crate::population::Population;
use crate::{Outcome, machine};

use backlog::Backlog;
use beside::Beside;

/// What the issue of this service asks for: validations a second on two cores.
const VALIDATIONS: f64 = 20_000.0;
/// The longest that a change of ten registrations may take.
const RECHECK: Duration = Duration::from_secs(1);
/// The longest that a caller may wait because of an import.
const IMPORT: Duration = Duration::from_millis(100);

/// How much is measured.
struct Extent {
    /// Registrations that wait.
    waiting: u32,
    /// Registrations among which ten are checked again.
    stored: u32,
    /// Rows of the import that runs beside callers.
    rows: u32,
    /// How often a change is made.
    changes: u32,
}

const FULL: Extent = Extent { waiting: 1_000_000, stored: 10_000_000, rows: 500_000, changes: 9 };
const QUICK: Extent = Extent { waiting: 10_000, stored: 10_000, rows: 5_000, changes: 2 };

/// Measures all of it over the registers whose files lie in `sample`; a page that tells it.
pub(crate) fn measure(options: &Options, folder: &Path, sample: &Path) -> Outcome<String> {
    let extent = if options.quick { &QUICK } else { &FULL };
    let sample = sample::Sample::read(sample)?;
    let fresh = Fresh::named(folder, "checks")?;
    let backlog = backlog::measure(&options.program, fresh.path(), &sample, extent.waiting)?;
    if options.backlog {
        let mut page = format!("{} validations a second.\n", grouped(backlog.rate()));
        tell_of_backlog(&mut page, &backlog)?;
        return Ok(page);
    }
    let beside = beside::measure(options, fresh.path(), &sample, extent.rows)?;
    drop(fresh);
    let fresh = Fresh::named(folder, "rechecks")?;
    let population = Population::new();
    let recheck = recheck::measure(options, fresh.path(), &population, extent)?;
    page(&backlog, &beside, extent, &recheck)
}

fn page(
    backlog: &Backlog,
    beside: &[Beside],
    extent: &Extent,
    recheck: &[Duration],
) -> Outcome<String> {
    let mut page = String::from(
        "# Checks, measured\n\nMade by `cargo xtask bench --checks`; what it means is in `docs/performance.md`. Do not edit.\n\n",
    );
    let disturbance = backlog.spent.disturbance() * 100.0;
    writeln!(
        page,
        "Machine: {}. While the backlog was checked, programs that have nothing to do with it took {disturbance:.0} % of one \
         core.\n",
        machine::describe()?
    )?;
    let rate = backlog.rate();
    let (median, longest) = middle_and_longest(recheck);
    page.push_str("| what | should be | is | met |\n|:--|--:|--:|:--|\n");
    let mut row = |what: &str, should: &str, is: &str, met: bool| {
        let met = if met { "yes" } else { "**no**" };
        writeln!(page, "| {what} | {should} | {is} | {met} |")
    };
    let (wanted, is) = (format!("≥ {}", grouped(VALIDATIONS)), grouped(rate));
    let what = format!("validations a second, {} waiting", grouped(extent.waiting.into()));
    row(&what, &wanted, &is, rate >= VALIDATIONS)?;
    let what = format!(
        "a change that concerns 10 of {}, until they are checked again: median, longest of {}",
        grouped(extent.stored.into()),
        recheck.len()
    );
    let is = format!("{:.0}, {:.0} ms", milliseconds(median), milliseconds(longest));
    row(&what, "< 1000 ms", &is, longest < RECHECK)?;
    for Beside { what, during, .. } in beside {
        let count = grouped(number(during.len()));
        let what = format!("a registration beside an import of {what}, the longest of {count}");
        let (_, longest) = middle_and_longest(during);
        row(&what, "≤ 100 ms", &format!("{:.0} ms", milliseconds(longest)), longest <= IMPORT)?;
    }
    tell_of_backlog(&mut page, backlog)?;
    tell_of_imports(&mut page, beside)?;
    Ok(page)
}

fn tell_of_backlog(page: &mut String, backlog: &Backlog) -> Outcome<()> {
    writeln!(
        page,
        "\nThe backlog took {:.1} s and {:.1} s of the server's processor time, that of {} registrations that came in \
         meanwhile included: {} a second of processor time. {} calls of {} registrations came beside it; half of them took \
         {:.1} ms at most, the longest {:.0} ms.",
        backlog.spent.wall.as_secs_f64(),
        backlog.spent.server.as_secs_f64(),
        grouped(number(backlog.beside.len()) * f64::from(callers::CALL)),
        grouped(backlog.cpu_rate()),
        backlog.beside.len(),
        callers::CALL,
        milliseconds(middle_and_longest(&backlog.beside).0),
        milliseconds(middle_and_longest(&backlog.beside).1),
    )?;
    Ok(())
}

fn tell_of_imports(page: &mut String, imports: &[Beside]) -> Outcome<()> {
    let told = |times: &[Duration]| {
        let (median, longest) = middle_and_longest(times);
        format!(
            "{:.2} ms in the median, {:.0} ms at most",
            milliseconds(median),
            milliseconds(longest)
        )
    };
    for Beside { what, import, before, during } in imports {
        writeln!(
            page,
            "\nThe import of {what} took {:.1} s. A call of one registration, a hundred a second on {} connections, took {} \
             before it, and {} beside it.",
            import.as_secs_f64(),
            callers::CONNECTIONS,
            told(before),
            told(during)
        )?;
    }
    Ok(())
}

fn middle_and_longest(times: &[Duration]) -> (Duration, Duration) {
    let mut times = times.to_vec();
    times.sort_unstable();
    (crate::figures::quantile(&times, 500), times.last().copied().unwrap_or_default())
}
