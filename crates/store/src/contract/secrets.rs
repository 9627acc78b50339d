use std::collections::HashSet;
use std::sync::Arc;

use super::Fixture;

/// Everybody hears the same, whoever asks at the same time, and after a restart.
pub async fn who_asks_first_makes_the_secret(fixture: &impl Fixture) {
    let stores = [fixture.open().await, fixture.open().await];
    let calls: Vec<_> = (0..8_u8)
        .map(|call| {
            let store = Arc::clone(&stores[usize::from(call) % stores.len()]);
            tokio::spawn(async move { store.secrets().secret("one", [call; 32]).await })
        })
        .collect();
    let mut heard = HashSet::new();
    for call in calls {
        heard.insert(call.await.expect("no panic").expect("told"));
    }
    assert_eq!(heard.len(), 1);
    drop(stores);
    let store = fixture.open().await;
    let again = store.secrets().secret("one", [100; 32]).await.expect("told");
    assert!(heard.contains(&again));
    assert_eq!(store.secrets().secret("other", [9; 32]).await.expect("told"), [9; 32]);
}
