use std::sync::Arc;

use jiff::ToSpan;

use super::Fixture;
use super::samples::moment;
use crate::ReplayKey;

/// Once means once, also after a restart.
pub async fn a_key_is_new_once(fixture: &impl Fixture) {
    let store = fixture.open().await;
    let now = moment("2026-11-24T06:30:00Z");
    let until = now + 5.minutes();
    let (one, other) = (ReplayKey::of("test", &[b"one"]), ReplayKey::of("test", &[b"other"]));
    assert!(store.replays().first_time(one, until, now).await.expect("asked"));
    assert!(!store.replays().first_time(one, until, now).await.expect("asked"));
    drop(store);
    let store = fixture.open().await;
    assert!(!store.replays().first_time(one, until, now + 4.minutes()).await.expect("asked"));
    assert!(store.replays().first_time(other, until, now).await.expect("asked"));
}

/// However many ask at once, through however many openings of the data.
pub async fn of_many_uses_at_the_same_time_one_is_the_first(fixture: &impl Fixture) {
    let stores = [fixture.open().await, fixture.open().await];
    let now = moment("2026-11-24T06:30:00Z");
    let key = ReplayKey::of("test", &[b"one"]);
    let calls: Vec<_> = (0..16)
        .map(|call: usize| {
            let store = Arc::clone(&stores[call % stores.len()]);
            tokio::spawn(
                async move { store.replays().first_time(key, now + 1.minute(), now).await },
            )
        })
        .collect();
    let mut first = 0;
    for call in calls {
        first += usize::from(call.await.expect("no panic").expect("asked"));
    }
    assert_eq!(first, 1);
}

/// What is over is forgotten, or the store would only grow.
pub async fn keys_that_are_over_are_forgotten(fixture: &impl Fixture) {
    let store = fixture.open().await;
    let now = moment("2026-11-24T06:30:00Z");
    let old = ReplayKey::of("test", &[b"old"]);
    let end = now + 1.minute();
    assert!(store.replays().first_time(old, end, now).await.expect("asked"));
    let others = async |range: std::ops::Range<u8>, now| {
        for other in range {
            let key = ReplayKey::of("test", &[&[other]]);
            assert!(store.replays().first_time(key, now + 1.hour(), now).await.expect("asked"));
        }
    };
    others(0..10, now).await;
    assert!(!store.replays().first_time(old, end, now).await.expect("asked"), "not over yet");
    others(10..20, end).await;
    assert!(store.replays().first_time(old, end, now).await.expect("asked"), "forgotten");
}
