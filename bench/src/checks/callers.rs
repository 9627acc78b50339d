//! Callers that register now and then, as they do all day, and say how long each call took.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use domain::{Clock as _, WorksReference, belgian_day};
use memchr::memmem;

use super::sample::{Sample, Worker};
use crate::Outcome;
use crate::clock::RealTime;
use crate::http::Connection;
use crate::message::post;

/// Registrations in a call of the load beside a backlog.
pub(super) const CALL: u32 = 20;
/// Connections of the load.
pub(super) const CONNECTIONS: usize = 4;
/// From one call on a connection to the next.
const PAUSE: Duration = Duration::from_millis(40);

/// Registers `size` workers a call until `over` turns true; the time of each call.
pub(super) fn run(
    address: SocketAddr,
    sample: &Sample,
    size: u32,
    over: &AtomicBool,
) -> Outcome<Vec<Duration>> {
    thread::scope(|scope| {
        let callers: Vec<_> = (0..CONNECTIONS)
            .map(|place| scope.spawn(move || caller(address, sample, (place, size), over)))
            .collect();
        let mut times = Vec::new();
        for caller in callers {
            times.extend(caller.join().map_err(|_| "a caller panicked")??);
        }
        Ok(times)
    })
}

#[expect(clippy::disallowed_methods, reason = "a load that leaves time between its calls")]
fn caller(
    address: SocketAddr,
    sample: &Sample,
    (place, size): (usize, u32),
    over: &AtomicBool,
) -> Outcome<Vec<Duration>> {
    let mut connection = Connection::open(address)?;
    let day = belgian_day(RealTime.now()).tomorrow()?;
    let mut workers = sample.workers.iter().skip(place).step_by(CONNECTIONS).cycle();
    let mut times = Vec::new();
    while !over.load(Ordering::Relaxed) {
        let mut items = String::new();
        for _ in 0..size {
            let worker = workers.next().ok_or("the sample has no workers")?;
            let works = sample.works(worker).first().ok_or("a worker has no work")?;
            items.push_str(&item(worker, works, &day.to_string()));
        }
        let request = post("registerPresences", "RegisterPresencesRequest", &items);
        let start = Instant::now();
        let answer = connection.exchange(&request)?;
        times.push(start.elapsed());
        if memmem::find(answer, b"PresenceRegistrationError").is_some() {
            return Err("a registration was refused".into());
        }
        thread::sleep(PAUSE);
    }
    Ok(times)
}

fn item(worker: &Worker, works: &WorksReference, day: &str) -> String {
    let (inss, company) = (worker.inss, worker.employer);
    format!(
        "<ns0:PresenceRegistrationRequest><ns1:RegistrationDate>{day}</ns1:RegistrationDate><ns1:INSS>{inss:011}</ns1:INSS><ns1:CompanyID>{company}</ns1:CompanyID>\
         <ns1:WorkPlaceId>{works}</ns1:WorkPlaceId>\
         </ns0:PresenceRegistrationRequest>"
    )
}
