//! Exchanges with the other nodes what callers use, as long as the service runs, so that limits hold over all of them. No
//! call waits for it.

use std::sync::Arc;
use std::time::Duration;

use domain::{Clock, Error, ErrorKind};
use store::Store;
use tokio::sync::watch;
use tokio::time::{Instant, MissedTickBehavior};

use crate::http::Quotas;

/// How often.
const EVERY: Duration = Duration::from_millis(500);
/// How long the store may take: what it says later would not be true any more.
const PATIENCE: Duration = Duration::from_secs(2);

/// A node among those that exchange.
pub(crate) struct Node {
    /// A number that no other node has, nor this program when it ran before.
    pub(crate) number: u64,
    /// What callers use at it.
    pub(crate) quotas: Arc<Quotas>,
    /// What it exchanges through.
    pub(crate) store: Arc<dyn Store>,
    /// The time.
    pub(crate) clock: Arc<dyn Clock>,
}

/// Exchanges until the program stops. While the store is away each node counts alone.
pub(crate) async fn exchange(node: Node, mut stop: watch::Receiver<bool>) {
    let mut turns = tokio::time::interval(EVERY);
    turns.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut alone = false;
    loop {
        tokio::select! {
            _ = turns.tick() => {}
            _ = stop.wait_for(|stop| *stop) => return,
        }
        match node.exchange().await {
            Ok(()) if alone => {
                alone = false;
                tracing::info!("limits of callers hold over all nodes again");
            }
            Ok(()) => {}
            Err(error) => {
                node.quotas.hear_nothing(Instant::now());
                if !alone {
                    alone = true;
                    tracing::warn!(
                        error = error.for_log(),
                        "limits of callers are counted by this node alone until the store answers"
                    );
                }
            }
        }
    }
}

impl Node {
    async fn exchange(&self) -> Result<(), Error> {
        let own = self.quotas.to_tell(Instant::now());
        let exchange = self.store.usage().exchange(self.number, own, self.clock.now());
        let told = tokio::time::timeout(PATIENCE, exchange).await;
        let told = told.map_err(|late| Error::caused_by(ErrorKind::StoreUnavailable, late))??;
        self.quotas.hear(told, Instant::now());
        Ok(())
    }
}
