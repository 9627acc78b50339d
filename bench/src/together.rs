use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;

use crate::Outcome;

/// Waits for all of them, on the thread of whoever waits; ends with the first error.
pub(crate) async fn together<T>(
    all: impl IntoIterator<Item: Future<Output = Outcome<T>>>,
) -> Outcome<Vec<T>> {
    let mut waiting: Vec<_> = all.into_iter().map(|one| Some(Box::pin(one))).collect();
    let mut done: Vec<_> = waiting.iter().map(|_| None).collect();
    poll_fn(|context| {
        for (future, done) in waiting.iter_mut().zip(&mut done) {
            let Some(one) = future else { continue };
            if let Poll::Ready(outcome) = Pin::as_mut(one).poll(context) {
                (*future, *done) = (None, Some(outcome?));
            }
        }
        let ended = waiting.iter().all(Option::is_none);
        if ended { Poll::Ready(Outcome::Ok(())) } else { Poll::Pending }
    })
    .await?;
    Ok(done.into_iter().flatten().collect())
}
