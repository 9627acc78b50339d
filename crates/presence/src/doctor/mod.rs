//! Looks at a node as its operator would, and says of each thing whether it is well, and if not, what to do.

mod audit;
mod certificates;
mod clock;
mod database;
mod folder;
mod keys;
mod policy;
mod registers;
mod report;
mod service;
mod store;
mod work;

use std::path::Path;

use domain::Clock;
use jiff::Timestamp;

use crate::config::Config;

pub(crate) use report::{Level, Report};

/// What is looked at, and how closely.
pub(crate) struct Examination<'e> {
    /// The settings that the service runs with.
    pub(crate) config: &'e Config,
    /// The folder of the data.
    pub(crate) data: &'e Path,
    /// Are all pages of the database looked through?
    pub(crate) pages: bool,
    /// The present moment.
    pub(crate) clock: &'e dyn Clock,
}

/// Looks at everything. Nothing is changed, made or brought up to date.
pub(crate) async fn examine(what: &Examination<'_>) -> Report {
    let Examination { config, data, clock, .. } = *what;
    let now = clock.now();
    let mut report = Report::new(now);
    service::examine(config, &mut report);
    folder::examine(data, &mut report);
    match store::open(what, &mut report).await {
        Some(keeper) => {
            let store = keeper.store();
            let store = store.as_ref();
            store::examine(store, &mut report).await;
            database::examine(&keeper, what, &mut report).await;
            clock::examine(store, now, &mut report).await;
            audit::examine(store, &mut report).await;
            registers::examine(store, now, &mut report).await;
            work::examine(store, now, &mut report).await;
        }
        None => clock::zone(now, &mut report),
    }
    keys::examine(config, data, now, &mut report);
    certificates::examine(config, now, &mut report);
    policy::examine(config, domain::belgian_day(now), &mut report);
    report
}

/// How many whole days lie between two moments.
fn days(from: Timestamp, to: Timestamp) -> i64 {
    to.duration_since(from).as_hours() / 24
}

/// An error with everything beneath it.
fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}
