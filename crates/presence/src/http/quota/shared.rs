//! What this node tells others of its callers, and how what they tell counts here.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use jiff::Timestamp;
use store::{CallerUse, ReplayKey, ToldUse};
use tokio::time::Instant;

use super::{Allowance, Callers, Quotas, Use, cost};

/// What a node told last counts for so long: then it is gone, or the caller does not use much there any more.
const GOOD_FOR: Duration = Duration::from_secs(3);
/// Which part of its allowance a caller has to use before others are told.
const PART: u64 = 8;
/// Of how many callers others are told at a time; the rest has its turn next time.
const MOST: usize = 1000;

/// What another node told last of a caller.
#[derive(Clone, Copy)]
pub(super) struct Heard {
    calls: u64,
    running: u32,
    /// When it told that, by its own clock: only good to see that it told it anew.
    told: Timestamp,
    /// When that was first heard, by this node's clock.
    at: Instant,
}

impl Quotas {
    /// What others should know: of callers that use a considerable part of their allowance, and of those that did
    /// shortly before, so that others know that they ended.
    pub(crate) fn to_tell(&self, now: Instant) -> Vec<CallerUse> {
        let mut callers = self.lock();
        let due = callers.uses.iter_mut().filter(|(_, own)| own.is_due(self.allowance, now));
        let tell = |(caller, own): (&ReplayKey, &mut Use)| {
            own.told = Some((own.calls, own.running, now));
            let (calls, running) = (own.calls, own.running);
            CallerUse { caller: *caller, calls, owed: own.owed(self.allowance, now), running }
        };
        due.take(MOST).map(tell).collect()
    }

    /// Counts what others told: all that they tell at present.
    pub(crate) fn hear(&self, told: Vec<ToldUse>, now: Instant) {
        let mut callers = self.lock();
        let before = std::mem::take(&mut callers.heard);
        for told in told {
            let place = (told.node, told.of.caller);
            let known = before.get(&place);
            let heard = match known {
                Some(known) if known.told == told.at => *known,
                _ => {
                    Heard { calls: told.of.calls, running: told.of.running, told: told.at, at: now }
                }
            };
            let calls = new_calls(known, &told.of, now);
            if calls != 0 {
                callers.charge(told.of.caller, calls, self.allowance.rate, now);
            }
            callers.heard.insert(place, heard);
        }
        callers.count_elsewhere(now);
    }

    /// Of how many callers others told lately.
    pub(crate) fn callers_elsewhere(&self, now: Instant) -> u64 {
        let callers = self.lock();
        let good = callers.heard.iter().filter(|(_, heard)| heard.is_good(now));
        let good: HashSet<_> = good.map(|((_, caller), _)| caller).collect();
        good.len() as u64
    }

    /// Nothing was heard: what others told grows old.
    pub(crate) fn hear_nothing(&self, now: Instant) {
        self.lock().count_elsewhere(now);
    }
}

/// How many calls another node tells that were not counted here yet. Of a caller that was not heard of lately, only those
/// whose time is not over, and its count may have begun anew.
fn new_calls(known: Option<&Heard>, of: &CallerUse, now: Instant) -> i64 {
    let before = known.map_or(0, |known| known.calls);
    if known.is_some_and(|known| known.is_good(now)) {
        return of.calls.cast_signed().saturating_sub(before.cast_signed());
    }
    let new = of.calls.checked_sub(before).unwrap_or(of.calls);
    new.min(of.owed.into()).cast_signed()
}

impl Heard {
    fn is_good(&self, now: Instant) -> bool {
        now.duration_since(self.at) < GOOD_FOR
    }
}

impl Callers {
    /// Calls elsewhere take their time of the rate here; fewer than none give it back.
    fn charge(&mut self, caller: ReplayKey, calls: i64, rate: Option<u32>, now: Instant) {
        let Some(rate) = rate else { return };
        let own = self.uses.entry(caller).or_insert(Use::none(now));
        let time = cost(rate) * u32::try_from(calls.unsigned_abs()).unwrap_or(u32::MAX);
        own.paid_until = match calls {
            0.. => own.paid_until.max(now) + time,
            _ => own.paid_until.checked_sub(time).unwrap_or(now),
        };
    }

    /// What runs elsewhere, by what is still good of what was heard.
    fn count_elsewhere(&mut self, now: Instant) {
        let mut elsewhere: HashMap<ReplayKey, u32> = HashMap::new();
        for ((_, caller), heard) in self.heard.iter().filter(|(_, heard)| heard.is_good(now)) {
            let running = elsewhere.entry(*caller).or_default();
            *running = running.saturating_add(heard.running);
        }
        for (caller, own) in &mut self.uses {
            own.elsewhere = elsewhere.remove(caller).unwrap_or(0);
        }
        // Callers that have not called here.
        for (caller, running) in elsewhere.into_iter().filter(|(_, running)| *running > 0) {
            self.uses.insert(caller, Use { elsewhere: running, ..Use::none(now) });
        }
    }
}

impl Use {
    /// Do others count what they were told of it?
    pub(super) fn is_known(&self, now: Instant) -> bool {
        self.told.is_some_and(|(.., at)| now.duration_since(at) < 2 * GOOD_FOR)
    }

    fn is_due(&self, allowance: Allowance, now: Instant) -> bool {
        let (calls, running) = self.told.map_or((0, 0), |(calls, running, _)| (calls, running));
        let changed = (calls, running) != (self.calls, self.running);
        let new = self.calls.saturating_sub(calls);
        if self.is_known(now) && changed {
            return true;
        }
        let much = |part: u64, of: u32| part > 0 && part * PART >= u64::from(of);
        let rate = allowance.rate.is_some_and(|rate| {
            // Two exchanges are a second.
            much(new * 2, rate)
                || new > 0 && much(self.owed(allowance, now).into(), allowance.burst)
        });
        rate || much(self.running.into(), allowance.calls)
    }

    /// How many calls' time it is ahead of the rate.
    fn owed(&self, allowance: Allowance, now: Instant) -> u32 {
        let Some(rate) = allowance.rate else { return 0 };
        let ahead = self.paid_until.saturating_duration_since(now).as_nanos();
        u32::try_from(ahead.div_ceil(cost(rate).as_nanos())).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests;
