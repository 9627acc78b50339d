//! Callers: each on a connection of its own, each with its next call when the one before is answered.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use fastrand::Rng;
use memchr::memmem;
use tokio::runtime::Builder;

use crate::Outcome;
use crate::figures::quantile;
use crate::http::SharedConnection;
use crate::message::Register;
use crate::population::Population;
use crate::proc::{Meter, Processes, Spent};
use crate::server::Server;
use crate::together::together;

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
    /// Processor time of the database's server for a call.
    pub(crate) database: Duration,
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
    /// Lets the callers call. All of them share one thread: what they take of the cores is not the program's, and a
    /// thread for each is woken for every answer.
    pub(crate) fn run(&self, server: &Server) -> Outcome<Round> {
        self.run_on(&[server], None)
    }

    /// The same on several nodes by turns, whose database is the process `database`.
    pub(crate) fn run_on(&self, nodes: &[&Server], database: Option<u32>) -> Outcome<Round> {
        let runtime = Builder::new_current_thread().enable_io().build()?;
        let (mut times, spent) = runtime.block_on(self.measured(nodes, database))?;
        times.sort_unstable();
        let calls = u32::try_from(times.len())?.max(1);
        Ok(Round {
            calls: f64::from(calls) / spent.wall.as_secs_f64(),
            server: spent.server / calls,
            database: spent.database / calls,
            own: spent.own / calls,
            median: quantile(&times, 500),
            p99: quantile(&times, 990),
            spent,
        })
    }

    /// The times of all calls, and what was spent meanwhile.
    async fn measured(
        &self,
        nodes: &[&Server],
        database: Option<u32>,
    ) -> Outcome<(Vec<Duration>, Spent)> {
        let addresses = nodes.iter().map(|node| node.address).cycle();
        let callers = (0..self.connections).zip(addresses);
        let callers = callers.map(|(place, address)| self.warmed_up(place, address));
        let callers = together(callers).await?;
        let servers = nodes.iter().map(|node| node.process()).collect();
        let meter = Meter::of(Processes { servers, database })?;
        let times = together(callers.into_iter().map(|caller| self.times(caller))).await?;
        Ok((times.concat(), meter.stop()?))
    }

    /// The times of one caller's calls.
    async fn times(&self, mut caller: Caller<'_>) -> Outcome<Vec<Duration>> {
        let start = Instant::now();
        let mut times = Vec::with_capacity(1 << 14);
        while self.extent.goes_on(start, times.len()) {
            let call = Instant::now();
            caller.call().await?;
            times.push(call.elapsed());
        }
        Ok(times)
    }

    async fn warmed_up(&self, place: usize, address: SocketAddr) -> Outcome<Caller<'_>> {
        let mut caller = Caller {
            load: self,
            connection: SharedConnection::open(address).await?,
            request: Register::new(self.call, self.day),
            rng: Rng::with_seed(self.seed.wrapping_mul(1_000_003) + place as u64),
            calls: 0,
        };
        caller.counted().await?;
        let start = Instant::now();
        while start.elapsed() < self.warm_up {
            caller.call().await?;
        }
        Ok(caller)
    }
}

struct Caller<'l> {
    load: &'l Load<'l>,
    connection: SharedConnection,
    request: Register,
    rng: Rng,
    calls: u32,
}

impl Caller<'_> {
    /// One call, of which no registration may be refused.
    async fn call(&mut self) -> Outcome<&[u8]> {
        let call = self.load.population.call(self.load.call, &mut self.rng);
        self.calls += 1;
        let answer = self.connection.exchange(self.request.bytes(&call, self.calls)).await?;
        if memmem::find(answer, REFUSED).is_some() {
            return Err("a registration was refused".into());
        }
        Ok(answer)
    }

    /// One call, whose registrations are counted.
    async fn counted(&mut self) -> Outcome<()> {
        let wanted = self.load.call;
        let registered = memmem::find_iter(self.call().await?, REGISTERED).count();
        if registered != wanted {
            return Err(format!("{registered} of {wanted} registrations were answered").into());
        }
        Ok(())
    }
}
