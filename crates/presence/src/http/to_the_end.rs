use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};

type Work<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// The work panicked; what it had to say of that is logged.
#[derive(Debug)]
pub(super) struct Panicked;

/// Work that goes on when nobody waits for it any more, and whose panic is an answer.
///
/// As a task of its own it would be that as well, but nearly every caller stays, and to hand work to a task and its
/// answer back costs two wake-ups, often of another thread. So it becomes a task only when it is left alone.
pub(super) struct ToTheEnd<T: Send + 'static>(Option<Work<T>>);

impl<T: Send + 'static> ToTheEnd<T> {
    pub(super) fn new(work: impl Future<Output = T> + Send + 'static) -> Self {
        Self(Some(Box::pin(work)))
    }
}

impl<T: Send + 'static> Future for ToTheEnd<T> {
    type Output = Result<T, Panicked>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let work = self.0.as_mut().expect("it is not polled after its end");
        let polled = catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(context)));
        let ended = match polled {
            Ok(Poll::Pending) => return Poll::Pending,
            Ok(Poll::Ready(answer)) => Ok(answer),
            Err(_) => Err(Panicked),
        };
        self.0 = None;
        Poll::Ready(ended)
    }
}

impl<T: Send + 'static> Drop for ToTheEnd<T> {
    fn drop(&mut self) {
        if let Some(work) = self.0.take()
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            runtime.spawn(work);
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot;

    use super::*;

    #[tokio::test]
    async fn an_answer_and_a_panic_are_told() {
        assert_eq!(ToTheEnd::new(async { 7 }).await.expect("no panic"), 7);
        let panics: ToTheEnd<u8> = ToTheEnd::new(async { panic!("as it must") });
        assert!(panics.await.is_err());
    }

    #[tokio::test]
    async fn work_that_is_left_alone_goes_on() {
        let (start, started) = oneshot::channel();
        let (end, ended) = oneshot::channel();
        let mut work = ToTheEnd::new(async {
            started.await.expect("it is told to go on");
            end.send("done").expect("the test waits");
        });
        let mut context = Context::from_waker(std::task::Waker::noop());
        assert!(Pin::new(&mut work).poll(&mut context).is_pending());
        drop(work);
        start.send(()).expect("the work goes on");
        assert_eq!(ended.await, Ok("done"));
    }
}
