use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt as _;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// In what steps memory is taken from the [`Room`].
const STEP: usize = 64 << 10;

/// Why a body could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BodyError {
    /// It is, or would be, larger than is allowed.
    TooLarge,
    /// It did not come in time.
    TooSlow,
    /// The caller went away before its end.
    Truncated,
    /// The bodies of all requests take all the memory that they may.
    NoRoom,
    /// It says that it is packed with gzip, and is not.
    BadGzip,
    /// It says that it is packed in a way that is not known.
    UnknownEncoding,
}

/// The memory that the bodies of all requests may take together.
#[derive(Clone, Debug)]
pub(crate) struct Room {
    steps: usize,
    free: Arc<Semaphore>,
}

impl Room {
    /// Room for so many bytes.
    pub(crate) fn new(bytes: usize) -> Self {
        let steps = bytes.div_ceil(STEP).min(Semaphore::MAX_PERMITS);
        Self { steps, free: Arc::new(Semaphore::new(steps)) }
    }

    /// How many bytes are held.
    pub(crate) fn held(&self) -> u64 {
        (self.steps - self.free.available_permits()) as u64 * STEP as u64
    }

    /// A place that begins empty.
    pub(crate) fn place(&self) -> Place {
        Place { room: self.clone(), taken: None }
    }
}

/// Memory that was taken from a [`Room`]; dropping it gives it back.
#[derive(Debug)]
pub(crate) struct Place {
    room: Room,
    taken: Option<OwnedSemaphorePermit>,
}

impl Place {
    /// Takes what is missing to hold `bytes`.
    pub(crate) fn hold(&mut self, bytes: usize) -> Result<(), BodyError> {
        let taken = self.taken.as_ref().map_or(0, OwnedSemaphorePermit::num_permits);
        let missing = bytes.div_ceil(STEP).saturating_sub(taken);
        if missing == 0 {
            return Ok(());
        }
        let missing = u32::try_from(missing).map_err(|_| BodyError::NoRoom)?;
        let more = Arc::clone(&self.room.free).try_acquire_many_owned(missing);
        let more = more.map_err(|_| BodyError::NoRoom)?;
        match &mut self.taken {
            Some(taken) => taken.merge(more),
            None => self.taken = Some(more),
        }
        Ok(())
    }
}

/// Reads a body of at most `limit` bytes within `time`, holding its memory in `place`.
///
/// A body whose length is told beforehand and too large is refused before any of it is read.
pub(crate) async fn read(
    body: Body,
    told_length: Option<u64>,
    limit: usize,
    time: Duration,
    place: &mut Place,
) -> Result<Bytes, BodyError> {
    if told_length.is_some_and(|length| length > limit as u64) {
        return Err(BodyError::TooLarge);
    }
    tokio::time::timeout(time, collect(body, limit, place)).await.unwrap_or(Err(BodyError::TooSlow))
}

async fn collect(mut body: Body, limit: usize, place: &mut Place) -> Result<Bytes, BodyError> {
    let mut first = Bytes::new();
    let mut all = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| BodyError::Truncated)?.into_data() else { continue };
        let length = first.len() + all.len() + data.len();
        if length > limit {
            return Err(BodyError::TooLarge);
        }
        place.hold(length)?;
        if first.is_empty() && all.is_empty() {
            // Most bodies come in one piece, which is then not copied.
            first = data;
        } else {
            all.extend_from_slice(&std::mem::take(&mut first));
            all.extend_from_slice(&data);
        }
    }
    Ok(if all.is_empty() { first } else { all.freeze() })
}

#[cfg(test)]
mod tests {
    use std::pin::Pin;
    use std::task::{Context, Poll};

    use hyper::body::Frame;

    use super::*;

    const TIME: Duration = Duration::from_secs(9);

    /// How a body ends after its pieces.
    #[derive(Clone, Copy)]
    enum End {
        Good,
        Never,
        Cut,
    }

    struct Pieces(Vec<&'static str>, End);

    impl hyper::body::Body for Pieces {
        type Data = Bytes;
        type Error = &'static str;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
            if !self.0.is_empty() {
                return Poll::Ready(Some(Ok(Frame::data(self.0.remove(0).into()))));
            }
            match self.1 {
                End::Good => Poll::Ready(None),
                End::Never => Poll::Pending,
                End::Cut => Poll::Ready(Some(Err("the connection was cut"))),
            }
        }
    }

    fn body(pieces: &[&'static str], end: End) -> Body {
        Body::new(Pieces(pieces.to_vec(), end))
    }

    async fn read_all(
        body: Body,
        told_length: Option<u64>,
        limit: usize,
    ) -> Result<Bytes, BodyError> {
        read(body, told_length, limit, TIME, &mut Room::new(STEP).place()).await
    }

    #[tokio::test]
    async fn pieces_are_put_together_up_to_the_limit() {
        for (pieces, whole) in [(&[][..], ""), (&["abc"], "abc"), (&["a", "b", "", "c"], "abc")] {
            let read = read_all(body(pieces, End::Good), None, 3).await;
            assert_eq!(read.as_deref(), Ok(whole.as_bytes()), "{pieces:?}");
        }
        let over = read_all(body(&["ab", "cd"], End::Never), None, 3).await;
        assert_eq!(over, Err(BodyError::TooLarge));
    }

    #[tokio::test]
    async fn a_length_over_the_limit_is_refused_before_anything_is_read() {
        let refused = read_all(body(&[], End::Never), Some(4), 3).await;
        assert_eq!(refused, Err(BodyError::TooLarge));
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_does_not_end_in_time_is_too_slow() {
        assert_eq!(read_all(body(&["a"], End::Never), None, 3).await, Err(BodyError::TooSlow));
    }

    #[tokio::test]
    async fn a_body_that_breaks_off_is_truncated() {
        let cut = read_all(body(&["a"], End::Cut), None, 3).await;
        assert_eq!(cut, Err(BodyError::Truncated));
    }

    #[test]
    fn places_share_the_room_and_give_it_back() {
        let room = Room::new(3 * STEP);
        let (mut one, mut other) = (room.place(), room.place());
        assert_eq!(one.hold(1), Ok(()));
        assert_eq!(one.hold(2 * STEP), Ok(()));
        assert_eq!(other.hold(STEP + 1), Err(BodyError::NoRoom));
        assert_eq!(other.hold(STEP), Ok(()));
        assert_eq!(room.held(), 3 * STEP as u64);
        drop(one);
        assert_eq!(other.hold(3 * STEP), Ok(()));
    }
}
