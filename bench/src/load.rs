//! Callers: each on a connection of its own, each with its next call when the one before is answered.

use std::net::SocketAddr;
use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use fastrand::Rng;
use memchr::memmem;

use crate::Outcome;
use crate::figures::quantile;
use crate::http::Connection;
use crate::message::Register;
use crate::population::Population;
use crate::proc::{Meter, Spent};
use crate::server::Server;

const REGISTERED: &[u8] = b"SUCCESSFULLY REGISTERED";
const REFUSED: &[u8] = b"PresenceRegistrationError";

/// What callers do.
pub(crate) struct Load<'a> {
    pub(crate) population: &'a Population,
    /// The day registered for, `yyyy-mm-dd`.
    pub(crate) day: &'a str,
    /// Registrations in a call.
    pub(crate) call: usize,
    pub(crate) connections: usize,
    pub(crate) warm_up: Duration,
    pub(crate) extent: Extent,
    pub(crate) seed: u64,
}

/// How much each caller calls.
#[derive(Clone, Copy)]
pub(crate) enum Extent {
    /// For so long.
    Time(Duration),
    /// So often.
    Calls(usize),
}

impl Extent {
    fn goes_on(self, start: Instant, calls: usize) -> bool {
        match self {
            Self::Time(time) => start.elapsed() < time,
            Self::Calls(most) => calls < most,
        }
    }
}

/// What came of it.
#[derive(Clone, Copy, Default)]
pub(crate) struct Round {
    /// Calls a second.
    pub(crate) calls: f64,
    /// Processor time of the server for a call.
    pub(crate) server: Duration,
    /// Processor time of the load itself for a call.
    pub(crate) own: Duration,
    /// The time that half of the calls took at most.
    pub(crate) median: Duration,
    /// The time that 99 of 100 calls took at most.
    pub(crate) p99: Duration,
    /// What was spent in all.
    pub(crate) spent: Spent,
}

impl Load<'_> {
    /// Lets the callers call.
    pub(crate) fn run(&self, server: &Server) -> Outcome<Round> {
        let ready = Barrier::new(self.connections + 1);
        let (mut times, spent) = thread::scope(|scope| -> Outcome<_> {
            let caller = |place| {
                let ready = &ready;
                scope.spawn(move || self.caller(place, server.address, ready))
            };
            let callers: Vec<_> = (0..self.connections).map(caller).collect();
            ready.wait();
            let meter = Meter::start(Some(server.process()))?;
            let mut times = Vec::new();
            for caller in callers {
                times.extend(caller.join().map_err(|_| "a caller panicked")??);
            }
            Ok((times, meter.stop()?))
        })?;
        times.sort_unstable();
        let calls = u32::try_from(times.len())?.max(1);
        Ok(Round {
            calls: f64::from(calls) / spent.wall.as_secs_f64(),
            server: spent.server / calls,
            own: spent.own / calls,
            median: quantile(&times, 500),
            p99: quantile(&times, 990),
            spent,
        })
    }

    /// The times of one caller's calls.
    fn caller(&self, place: usize, address: SocketAddr, ready: &Barrier) -> Outcome<Vec<Duration>> {
        let warm = self.warmed_up(place, address);
        // Also who failed is waited for.
        ready.wait();
        let mut caller = warm?;
        let start = Instant::now();
        let mut times = Vec::with_capacity(1 << 14);
        while self.extent.goes_on(start, times.len()) {
            let call = Instant::now();
            caller.call()?;
            times.push(call.elapsed());
        }
        Ok(times)
    }

    fn warmed_up(&self, place: usize, address: SocketAddr) -> Outcome<Caller<'_>> {
        let mut caller = Caller {
            load: self,
            connection: Connection::open(address)?,
            request: Register::new(self.call, self.day),
            rng: Rng::with_seed(self.seed.wrapping_mul(1_000_003) + place as u64),
            calls: 0,
        };
        caller.counted()?;
        let start = Instant::now();
        while start.elapsed() < self.warm_up {
            caller.call()?;
        }
        Ok(caller)
    }
}

struct Caller<'l> {
    load: &'l Load<'l>,
    connection: Connection,
    request: Register,
    rng: Rng,
    calls: u32,
}

impl Caller<'_> {
    /// One call, of which no registration may be refused.
    fn call(&mut self) -> Outcome<&[u8]> {
        let call = self.load.population.call(self.load.call, &mut self.rng);
        self.calls += 1;
        let answer = self.connection.exchange(self.request.bytes(&call, self.calls))?;
        if memmem::find(answer, REFUSED).is_some() {
            return Err("a registration was refused".into());
        }
        Ok(answer)
    }

    /// One call, whose registrations are counted.
    fn counted(&mut self) -> Outcome<()> {
        let wanted = self.load.call;
        let registered = memmem::find_iter(self.call()?, REGISTERED).count();
        if registered != wanted {
            return Err(format!("{registered} of {wanted} registrations were answered").into());
        }
        Ok(())
    }
}
