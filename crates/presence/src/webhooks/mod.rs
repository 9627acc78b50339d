//! Telling webhooks: one task for each, and one that sees what is new.

mod address;
mod courier;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use app::{App, Delivery, Next};
use domain::{ClientId, Clock, StepPosition, Webhook};
use fastrand::Rng;
use jiff::Timestamp;
use store::Store;
use tokio::sync::watch;
use tokio::task::{AbortHandle, JoinSet};

pub(crate) use address::{Target, TargetError};
pub(crate) use courier::{HttpCourier, tls};

/// How often the store is asked what is new.
const LOOK: Duration = Duration::from_millis(500);
/// How long to wait when the store cannot be read.
const PAUSE: Duration = Duration::from_secs(5);

/// What tasks share.
#[derive(Clone)]
pub(crate) struct Telling {
    pub(crate) app: Arc<App>,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) courier: Arc<HttpCourier>,
    /// The number of this node.
    pub(crate) node: u64,
}

/// What may change what is to be done.
#[derive(Clone, PartialEq, Eq, Default)]
struct News {
    last: StepPosition,
    webhooks: Vec<(ClientId, Option<String>, StepPosition, Option<Timestamp>)>,
}

/// Tells webhooks until it is to stop. What is under way then comes again, from this node after its next start or at once
/// from another.
pub(crate) async fn tell(telling: Telling, seed: u64, mut stop: watch::Receiver<bool>) {
    let (news, _) = watch::channel(News::default());
    let mut seeds = Rng::with_seed(seed);
    let mut running: HashMap<ClientId, AbortHandle> = HashMap::new();
    let mut tasks = JoinSet::new();
    loop {
        match look(telling.store.as_ref()).await {
            Ok(found) => {
                running.retain(|_, task| !task.is_finished());
                for (id, ..) in &found.webhooks {
                    if !running.contains_key(id) {
                        let delivery = Delivery::new(
                            Arc::clone(&telling.app),
                            Arc::clone(&telling.courier) as _,
                            id.clone(),
                            telling.node,
                            seeds.fork(),
                        );
                        let clock = Arc::clone(&telling.clock);
                        let task = tasks.spawn(run(delivery, id.clone(), clock, news.subscribe()));
                        running.insert(id.clone(), task);
                    }
                }
                news.send_if_modified(|before| {
                    let changed = *before != found;
                    *before = found;
                    changed
                });
            }
            Err(error) => tracing::error!(%error, "it cannot be seen what webhooks are to be told"),
        }
        while tasks.try_join_next().is_some() {}
        if tokio::time::timeout(LOOK, stop.wait_for(|stop| *stop)).await.is_ok() {
            break;
        }
    }
    tasks.shutdown().await;
    if tokio::time::timeout(PAUSE, leave(&telling, running.into_keys())).await.is_err() {
        tracing::warn!("webhooks could not be left to other nodes, which will wait for a minute");
    }
}

/// Lets other nodes tell webhooks at once.
async fn leave(telling: &Telling, webhooks: impl Iterator<Item = ClientId>) {
    let now = telling.clock.now();
    for id in webhooks {
        if let Err(error) = telling.store.events().hold_webhook(id, telling.node, now, now).await {
            tracing::warn!(%error, "a webhook could not be left to other nodes");
        }
    }
}

async fn look(store: &dyn Store) -> Result<News, domain::Error> {
    let last = store.events().last_step().await?;
    let state = |webhook: Webhook| {
        let next = webhook.trouble.map(|trouble| trouble.next);
        (webhook.id, webhook.paused, webhook.position, next)
    };
    let webhooks = store.events().webhooks().await?.into_iter().map(state).collect();
    Ok(News { last, webhooks })
}

/// The deliveries of one webhook.
async fn run(
    mut delivery: Delivery,
    id: ClientId,
    clock: Arc<dyn Clock>,
    mut news: watch::Receiver<News>,
) {
    loop {
        news.borrow_and_update();
        let wait = match delivery.round().await {
            Ok(Next::AtOnce) => continue,
            Ok(Next::Never) => return,
            Ok(Next::OnNews) => None,
            Ok(Next::At(next)) => Some(until(next, clock.now())),
            Err(error) => {
                tracing::error!(webhook = %id, %error, "nothing can be delivered at this moment");
                Some(PAUSE)
            }
        };
        let changed = news.changed();
        let gone = match wait {
            None => changed.await.is_err(),
            Some(time) => {
                tokio::time::timeout(time, changed).await.is_ok_and(|changed| changed.is_err())
            }
        };
        if gone {
            return;
        }
    }
}

fn until(next: Timestamp, now: Timestamp) -> Duration {
    Duration::try_from(next.duration_since(now)).unwrap_or(Duration::ZERO)
}
