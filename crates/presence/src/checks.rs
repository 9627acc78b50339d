//! Runs the worker that checks registrations, as long as the service runs.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use app::{Checker, CheckerStep};
use domain::{Clock, Error, Policy};
use store::Store;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinHandle;

use crate::telemetry::{Kind, Metrics};

/// When little or nothing waited, how long until it is looked again. New registrations gather meanwhile: to check ten
/// costs hardly more than to check one. Files are imported by other processes.
const PAUSE: Duration = Duration::from_millis(200);
/// The same after an error.
const AFTER_ERROR: Duration = Duration::from_secs(2);

#[derive(Default)]
struct Counters {
    checked: AtomicU64,
    new: AtomicU64,
    again: AtomicU64,
    changes: AtomicU64,
    aside: AtomicU64,
}

/// Starts the worker; it ends after `stop`, when its batch is finished. While much waits, it takes two batches at a time when
/// the service is `idle`.
pub(crate) fn start(
    store: &Arc<dyn Store>,
    clock: &Arc<dyn Clock>,
    (policy, batch): (Policy, u32),
    idle: impl Fn() -> bool + Send + 'static,
    metrics: &mut Metrics,
    stop: &watch::Receiver<bool>,
) -> JoinHandle<()> {
    let counters = Arc::new(Counters::default());
    let read = |of: fn(&Counters) -> &AtomicU64| {
        let counters = Arc::clone(&counters);
        move || of(&counters).load(Ordering::Relaxed)
    };
    let (gauge, count) = (Kind::Gauge, Kind::Counter);
    let help = "New registrations that wait to be checked";
    metrics.watch("checks_waiting", help, gauge, read(|counters| &counters.new));
    let help = "Registrations that wait to be checked again";
    metrics.watch("rechecks_waiting", help, gauge, read(|counters| &counters.again));
    let help = "Changes of registers whose registrations are still looked for";
    metrics.watch("register_changes_waiting", help, gauge, read(|counters| &counters.changes));
    let help = "Registrations that cannot be checked and are set aside";
    metrics.watch("checks_set_aside", help, gauge, read(|counters| &counters.aside));
    let help = "Registrations checked, and changes of registers looked at";
    metrics.watch("checks_done", help, count, read(|counters| &counters.checked));
    let checker = Checker::new(Arc::clone(store), Arc::clone(clock), policy, batch);
    tokio::spawn(run(checker, Arc::clone(store), counters, idle, stop.clone()))
}

/// Whether fewer of all calls that there may be are under way than the machine has cores.
pub(crate) fn is_idle(calls: &Arc<Semaphore>, most: usize) -> impl Fn() -> bool + Send + 'static {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let calls = Arc::clone(calls);
    move || most - calls.available_permits().min(most) < cores
}

async fn run(
    checker: Checker,
    store: Arc<dyn Store>,
    counters: Arc<Counters>,
    idle: impl Fn() -> bool,
    mut stop: watch::Receiver<bool>,
) {
    try_again(&checker).await;
    let (mut steps, mut more) = (0_u64, false);
    while !*stop.borrow() {
        let taken = if more && idle() { two(&checker).await } else { checker.step().await };
        more = matches!(taken, Ok(CheckerStep { more: true, .. }));
        let pause = match taken {
            Ok(CheckerStep { done, more }) => {
                counters.checked.fetch_add(done, Ordering::Relaxed);
                if more { None } else { Some(PAUSE) }
            }
            Err(error) => {
                let cause = std::error::Error::source(&error).map(ToString::to_string);
                tracing::warn!(%error, cause, "a batch could not be checked; it will be again");
                Some(AFTER_ERROR)
            }
        };
        steps += 1;
        if pause.is_some() || steps.is_multiple_of(16) {
            note(store.as_ref(), &counters).await;
        }
        if let Some(pause) = pause {
            // Whichever comes first.
            _ = tokio::time::timeout(pause, stop.wait_for(|stop| *stop)).await;
        }
    }
}

/// Two steps at once: while one asks the registers, the other is written. It takes one core more, which calls may want.
async fn two(checker: &Checker) -> Result<CheckerStep, Error> {
    let (one, other) = tokio::join!(checker.step(), checker.step());
    let (one, other) = (one?, other?);
    Ok(CheckerStep { done: one.done + other.done, more: one.more || other.more })
}

/// What could not be read may have been written by a newer program, which this one may be now.
async fn try_again(checker: &Checker) {
    match checker.try_again().await {
        Ok(0) => {}
        Ok(registrations) => {
            tracing::info!(registrations, "what was set aside is checked once more");
        }
        Err(error) => {
            tracing::warn!(error = error.for_log(), "what is set aside stays so for now");
        }
    }
}

async fn note(store: &dyn Store, counters: &Counters) {
    if let Ok(backlog) = store.checks().backlog().await {
        counters.new.store(backlog.new, Ordering::Relaxed);
        counters.again.store(backlog.again, Ordering::Relaxed);
        counters.changes.store(backlog.changes, Ordering::Relaxed);
        counters.aside.store(backlog.aside, Ordering::Relaxed);
    }
}
