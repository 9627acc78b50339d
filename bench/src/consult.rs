use std::net::SocketAddr;
use std::time::{Duration, Instant};

use memchr::memmem;

use crate::Outcome;
use crate::figures::quantile;
use crate::http::Connection;
use crate::query::Query;

/// Asks one question after the other on one connection; the median of the times.
pub(crate) fn measure(
    address: SocketAddr,
    count: usize,
    mut question: impl FnMut() -> Query,
) -> Outcome<Duration> {
    let mut connection = Connection::open(address)?;
    let mut times = Vec::with_capacity(count);
    for _ in 0..count {
        let Query { request, answer } = question();
        let start = Instant::now();
        let body = connection.exchange(&request)?;
        times.push(start.elapsed());
        if memmem::find(body, answer.as_bytes()).is_none() {
            let body = String::from_utf8_lossy(body);
            return Err(format!("the answer to a question lacks {answer}: {body}").into());
        }
    }
    times.sort_unstable();
    Ok(quantile(&times, 500))
}
