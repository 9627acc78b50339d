use jiff::{SignedDuration, Timestamp, ToSpan};

use super::Fixture;
use super::samples::moment;
use crate::{CallerUse, ReplayKey, Store, TOLD_FOR, ToldUse};

fn used(caller: &str, calls: u64) -> CallerUse {
    let caller = ReplayKey::of("test", &[caller.as_bytes()]);
    CallerUse { caller, calls, owed: 3, running: 2 }
}

async fn exchange(
    store: &dyn Store,
    node: u64,
    uses: &[CallerUse],
    now: Timestamp,
) -> Vec<ToldUse> {
    let mut told = store.usage().exchange(node, uses.to_vec(), now).await.expect("exchanged");
    told.sort_by_key(|told| (told.node, told.of.calls));
    told
}

/// Of each caller, the last; the largest numbers too.
pub async fn nodes_hear_what_others_told_last(fixture: &impl Fixture) {
    let (one, other) = (fixture.open().await, fixture.open().await);
    let now = moment("2026-11-24T06:30:00Z");
    let most = CallerUse { owed: u32::MAX, running: u32::MAX, ..used("b", 1 << 62) };
    assert_eq!(exchange(one.as_ref(), u64::MAX, &[used("a", 1), most], now).await, []);
    let later = now + 1.second();
    let told = |at, of| ToldUse { node: u64::MAX, at, of };
    let heard = exchange(other.as_ref(), 7, &[used("a", 5)], now).await;
    assert_eq!(heard, [told(now, used("a", 1)), told(now, most)]);
    let heard = exchange(one.as_ref(), u64::MAX, &[used("a", 2)], later).await;
    assert_eq!(heard, [ToldUse { node: 7, at: now, of: used("a", 5) }]);
    let heard = exchange(other.as_ref(), 7, &[], later).await;
    assert_eq!(heard, [told(later, used("a", 2)), told(now, most)]);
}

/// Of a node that has ended nothing is heard any more.
pub async fn what_was_told_long_ago_is_not_heard(fixture: &impl Fixture) {
    let store = fixture.open().await;
    let now = moment("2026-11-24T06:30:00Z");
    exchange(store.as_ref(), 1, &[used("a", 1)], now).await;
    let last = now + TOLD_FOR;
    assert_eq!(exchange(store.as_ref(), 2, &[], last).await.len(), 1);
    let after = last + SignedDuration::from_millis(1);
    assert_eq!(exchange(store.as_ref(), 2, &[], after).await, []);
}

/// It is forgotten when others tell something, or the store would only grow.
pub async fn what_is_not_heard_any_more_is_forgotten(fixture: &impl Fixture) {
    let store = fixture.open().await;
    let now = moment("2026-11-24T06:30:00Z");
    let uses: Vec<_> = (0..10).map(|n| used(&n.to_string(), n)).collect();
    exchange(store.as_ref(), 1, &uses, now).await;
    let later = now + TOLD_FOR + 1.minute();
    for second in 0..10 {
        exchange(store.as_ref(), 2, &[used("a", 1)], later + second.seconds()).await;
    }
    assert_eq!(exchange(store.as_ref(), 3, &[], now).await.len(), 1, "the one that is new");
}
