use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;

use domain::Step;

/// How many deliveries to one receiver are under way at once.
const LANES: usize = 8;

/// Divides steps so that those of one registration are in one lane, in their order.
pub(super) fn divide<'a>(steps: impl Iterator<Item = &'a Step>) -> Vec<Vec<&'a Step>> {
    let mut lanes = vec![Vec::new(); LANES];
    for step in steps {
        let number = step.registration.id.number().cast_unsigned();
        let lane = usize::try_from(number % LANES as u64).unwrap_or(0);
        lanes[lane].push(step);
    }
    lanes.retain(|lane| !lane.is_empty());
    lanes
}

/// Runs them beside each other to their ends.
pub(super) async fn join<F: Future>(runs: impl IntoIterator<Item = F>) -> Vec<F::Output> {
    let mut runs: Vec<Option<Pin<Box<F>>>> =
        runs.into_iter().map(|run| Some(Box::pin(run))).collect();
    let mut ended = Vec::with_capacity(runs.len());
    poll_fn(move |context| {
        for place in &mut runs {
            let Some(run) = place else { continue };
            if let Poll::Ready(output) = run.as_mut().poll(context) {
                ended.push(output);
                *place = None;
            }
        }
        if runs.iter().all(Option::is_none) {
            Poll::Ready(std::mem::take(&mut ended))
        } else {
            Poll::Pending
        }
    })
    .await
}
