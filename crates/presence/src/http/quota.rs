//! How much one caller may call: so many calls at once, and so many in a second over time. A caller is the client, once it
//! is known, and until then the address that it calls from. What the caller uses at other nodes counts, as far as they told it.

mod shared;

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::{Caller, ClientId};
use soap::TransportFault;
use store::ReplayKey;
use tokio::time::Instant;

use shared::Heard;

/// When so many callers are remembered, those that do not call any more are forgotten.
const MANY: usize = 1024;

/// What one caller may do.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Allowance {
    /// Calls at once.
    pub(crate) calls: u32,
    /// Calls a second over time; `None` without a bound.
    pub(crate) rate: Option<u32>,
    /// Calls that may come together before the rate counts.
    pub(crate) burst: u32,
}

/// Who calls, as far as is known.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Who {
    Address(IpAddr),
    Client(ClientId),
}

/// What all callers use of their allowance.
pub(crate) struct Quotas {
    allowance: Allowance,
    /// All nodes have the same, so that they know a caller by the same hash and nobody finds an address by trying all.
    secret: [u8; 32],
    callers: Mutex<Callers>,
}

struct Callers {
    uses: HashMap<ReplayKey, Use>,
    /// What each other node told last of each caller.
    heard: HashMap<(u64, ReplayKey), Heard>,
    sweep_at: usize,
}

/// What one caller uses.
#[derive(Clone, Copy)]
struct Use {
    running: u32,
    /// What is running at other nodes.
    elsewhere: u32,
    /// When all that was called would be over at the allowed rate, here and at other nodes.
    paid_until: Instant,
    /// Calls here since it is remembered.
    calls: u64,
    /// What the others were told last of `calls` and `running`, and when.
    told: Option<(u64, u32, Instant)>,
}

/// The place of one call in its caller's allowance, until it is dropped.
struct Turn {
    quotas: Arc<Quotas>,
    caller: ReplayKey,
}

/// The turn of one call, which passes from its address to its client as soon as that is known.
pub(super) struct Turns(Mutex<Turn>);

impl Quotas {
    /// The same allowance for everybody.
    pub(crate) fn new(allowance: Allowance, secret: [u8; 32]) -> Arc<Self> {
        let callers = Callers { uses: HashMap::new(), heard: HashMap::new(), sweep_at: MANY };
        Arc::new(Self { allowance, secret, callers: Mutex::new(callers) })
    }

    /// Begins a call from this address.
    pub(super) fn begin(self: &Arc<Self>, address: IpAddr) -> Result<Turns, TransportFault> {
        let turn = self.take(&Who::Address(network(address)), Instant::now())?;
        Ok(Turns(Mutex::new(turn)))
    }

    fn take(self: &Arc<Self>, who: &Who, now: Instant) -> Result<Turn, TransportFault> {
        let Allowance { calls, rate, burst } = self.allowance;
        let caller = who.hashed(&self.secret);
        let mut callers = self.lock();
        callers.sweep(now);
        let own = callers.uses.get(&caller).copied().unwrap_or(Use::none(now));
        if own.running.saturating_add(own.elsewhere) >= calls {
            return Err(TransportFault::TooManyCallsAtOnce { calls });
        }
        let mut paid_until = own.paid_until.max(now);
        if let Some(rate) = rate {
            if paid_until.duration_since(now) > cost(rate) * (burst - 1) {
                return Err(TransportFault::TooManyCallsASecond { calls: rate });
            }
            paid_until += cost(rate);
        }
        let (running, calls) = (own.running + 1, own.calls + 1);
        callers.uses.insert(caller, Use { running, paid_until, calls, ..own });
        Ok(Turn { quotas: Arc::clone(self), caller })
    }

    fn lock(&self) -> MutexGuard<'_, Callers> {
        self.callers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Callers {
    fn sweep(&mut self, now: Instant) {
        if self.uses.len() >= self.sweep_at {
            self.uses.retain(|_, own| !own.is_over(now));
            self.sweep_at = MANY.max(self.uses.len() * 2);
        }
    }
}

impl Use {
    fn none(now: Instant) -> Self {
        Self { running: 0, elsewhere: 0, paid_until: now, calls: 0, told: None }
    }

    /// May it be forgotten? As long as others know of it, its calls go on being counted from where they were.
    fn is_over(&self, now: Instant) -> bool {
        let running = self.running > 0 || self.elsewhere > 0;
        !running && self.paid_until <= now && !self.is_known(now)
    }
}

impl Who {
    /// As other nodes and the store know it.
    fn hashed(&self, secret: &[u8]) -> ReplayKey {
        match self {
            Self::Address(IpAddr::V4(address)) => {
                ReplayKey::of("address", &[secret, &address.octets()])
            }
            Self::Address(IpAddr::V6(address)) => {
                ReplayKey::of("address", &[secret, &address.octets()])
            }
            Self::Client(id) => ReplayKey::of("client", &[secret, id.as_str().as_bytes()]),
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if let Some(own) = self.quotas.lock().uses.get_mut(&self.caller) {
            own.running = own.running.saturating_sub(1);
        }
    }
}

impl Turn {
    /// As if it had never been paid.
    fn refund(&self) {
        if let Some(own) = self.quotas.lock().uses.get_mut(&self.caller) {
            own.calls = own.calls.saturating_sub(1);
            if let Some(rate) = self.quotas.allowance.rate {
                own.paid_until -= cost(rate);
            }
        }
    }
}

impl soap::Turns for Turns {
    fn take(&self, caller: &Caller) -> Result<(), TransportFault> {
        let Some(id) = caller.client_id() else { return Ok(()) };
        let mut turn = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let own = turn.quotas.take(&Who::Client(id.clone()), Instant::now());
        // Whether or not the client may call: other clients may call from the same address.
        turn.refund();
        *turn = own?;
        Ok(())
    }
}

impl rest::api::Turns for Turns {
    fn take(&self, caller: &Caller) -> Result<(), rest::api::Transport> {
        soap::Turns::take(self, caller).map_err(super::rest::limit)
    }
}

/// How long a call takes of the allowed rate.
fn cost(rate: u32) -> Duration {
    Duration::from_secs(1) / rate
}

/// The address that a caller is known by: of IPv6 its network, since whoever has one address has as many as they want.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => address.into(),
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use domain::{Role, sample};
    use soap::Turns as _;

    use super::*;

    const ADDRESS: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
    const OTHER: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 2));

    fn quotas(calls: u32, rate: Option<u32>, burst: u32) -> Arc<Quotas> {
        Quotas::new(Allowance { calls, rate, burst }, [7; 32])
    }

    fn client(id: &str) -> Caller {
        let mut client = sample::client(id, Role::Employer);
        client.company = Some(sample::enterprise_number(1));
        Caller::client(Arc::new(client), None).expect("may call")
    }

    #[tokio::test]
    async fn a_caller_has_no_more_calls_at_once_than_allowed_and_others_are_left_alone() {
        let quotas = quotas(2, None, 1);
        let (one, _two) =
            (quotas.begin(ADDRESS).expect("one"), quotas.begin(ADDRESS).expect("two"));
        let refused = quotas.begin(ADDRESS).err();
        assert_eq!(refused, Some(TransportFault::TooManyCallsAtOnce { calls: 2 }));
        assert!(quotas.begin(OTHER).is_ok());
        drop(one);
        assert!(quotas.begin(ADDRESS).is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn a_burst_may_come_at_once_and_then_the_rate_holds() {
        let quotas = quotas(9, Some(10), 3);
        let begin = || quotas.begin(ADDRESS).map(drop);
        for _ in 0..3 {
            assert_eq!(begin(), Ok(()));
        }
        assert_eq!(begin(), Err(TransportFault::TooManyCallsASecond { calls: 10 }));
        tokio::time::advance(Duration::from_millis(100)).await;
        assert_eq!(begin(), Ok(()));
        assert_eq!(begin(), Err(TransportFault::TooManyCallsASecond { calls: 10 }));
        tokio::time::advance(Duration::from_secs(9)).await;
        assert_eq!((0..9).filter(|_| begin().is_ok()).count(), 3, "rest is not saved up");
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_counts_for_its_client_once_that_is_known() {
        let quotas = quotas(1, Some(1), 1);
        let first = quotas.begin(ADDRESS).expect("the address is free");
        first.take(&client("one")).expect("the client is free");
        let second = quotas.begin(ADDRESS).expect("the address got its turn back");
        let refused = second.take(&client("one"));
        assert_eq!(refused, Err(TransportFault::TooManyCallsAtOnce { calls: 1 }));
        assert_eq!(second.take(&client("other")), Ok(()));
        drop((first, second));
        let third = quotas.begin(ADDRESS).expect("the address is free");
        let refused = third.take(&client("one"));
        assert_eq!(refused, Err(TransportFault::TooManyCallsASecond { calls: 1 }));
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_calls_too_often_takes_nothing_from_others_at_its_address() {
        let quotas = quotas(9, Some(1), 2);
        let call = |id: &str| quotas.begin(ADDRESS).and_then(|turns| turns.take(&client(id)));
        assert_eq!((call("one"), call("one")), (Ok(()), Ok(())));
        for _ in 0..5 {
            assert_eq!(call("one"), Err(TransportFault::TooManyCallsASecond { calls: 1 }));
        }
        assert_eq!(call("other"), Ok(()));
    }

    #[tokio::test(start_paused = true)]
    async fn who_does_not_call_any_more_is_forgotten() {
        let quotas = quotas(1, Some(1), 1);
        let address = |n: usize| IpAddr::from(u32::try_from(n).expect("few").to_be_bytes());
        let kept = quotas.begin(OTHER).expect("free");
        for n in 0..MANY - 1 {
            assert!(quotas.begin(address(n)).is_ok());
        }
        tokio::time::advance(Duration::from_secs(2)).await;
        assert!(quotas.begin(ADDRESS).is_ok());
        assert_eq!(quotas.lock().uses.len(), 2, "the one that is running, and the new one");
        drop(kept);
    }

    #[test]
    fn of_ipv6_the_network_counts() {
        let parse = |text: &str| text.parse::<IpAddr>().expect("an address");
        assert_eq!(network(parse("2001:db8:1:2:3::4")), parse("2001:db8:1:2::"));
        assert_eq!(network(parse("::ffff:192.0.2.1")), ADDRESS);
    }
}
