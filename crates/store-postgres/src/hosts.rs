//! Which of several hosts is connected to.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use deadpool_postgres::{ConfigConnectImpl, Connect};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_postgres::config::Host;
use tokio_postgres::{Client, Config, Error};

use crate::tls::Tls;

type Connected = Result<(Client, JoinHandle<()>), Error>;

/// Hosts that are tried in turn, the one that served last before the others. The driver would wait for the first of them as
/// long as there is time, if it takes connections and says nothing, or is no longer there to refuse them.
pub(crate) struct Hosts {
    each: Arc<[Config]>,
    connector: Arc<ConfigConnectImpl<Tls>>,
    last: Arc<AtomicUsize>,
    /// How long each but the last to be tried may take.
    patience: Duration,
}

impl Hosts {
    /// Those of an address; all of them are tried in this time.
    pub(crate) fn of(config: &Config, tls: Tls, within: Duration) -> Self {
        let each = divided(config);
        let count = u32::try_from(each.len()).unwrap_or(u32::MAX).max(1);
        Self {
            each: each.into(),
            connector: Arc::new(ConfigConnectImpl { tls }),
            last: Arc::default(),
            patience: within / count,
        }
    }
}

impl Connect for Hosts {
    fn connect(&self, _: &Config) -> Pin<Box<dyn Future<Output = Connected> + Send>> {
        let (each, last) = (Arc::clone(&self.each), Arc::clone(&self.last));
        let (connector, patience) = (Arc::clone(&self.connector), self.patience);
        Box::pin(async move {
            let (count, first) = (each.len(), last.load(Ordering::Relaxed));
            for tried in 0..count - 1 {
                let place = (first + tried) % count;
                if let Ok(Ok(connected)) = timeout(patience, connector.connect(&each[place])).await
                {
                    last.store(place, Ordering::Relaxed);
                    return Ok(connected);
                }
            }
            let place = (first + count - 1) % count;
            let connected = connector.connect(&each[place]).await?;
            last.store(place, Ordering::Relaxed);
            Ok(connected)
        })
    }
}

/// The address of each host alone. One that is none is left as it is: the driver says what it lacks.
fn divided(config: &Config) -> Vec<Config> {
    let (hosts, addresses, ports) =
        (config.get_hosts(), config.get_hostaddrs(), config.get_ports());
    let count = hosts.len().max(addresses.len());
    let fits = |of: usize| of == 0 || of == count;
    if count < 2
        || !fits(hosts.len())
        || !fits(addresses.len())
        || ports.len() > 1 && !fits(ports.len())
    {
        return vec![config.clone()];
    }
    let one = |place: usize| {
        let mut one = without_hosts(config);
        match hosts.get(place) {
            Some(Host::Tcp(name)) => _ = one.host(name),
            Some(Host::Unix(folder)) => _ = one.host_path(folder),
            None => {}
        }
        addresses.get(place).map(|address| one.hostaddr(*address));
        ports.get(place).or(ports.first()).map(|port| one.port(*port));
        one
    };
    (0..count).map(one).collect()
}

/// All else that an address says.
fn without_hosts(config: &Config) -> Config {
    let mut other = Config::new();
    config.get_user().map(|user| other.user(user));
    config.get_password().map(|password| other.password(password));
    config.get_dbname().map(|name| other.dbname(name));
    config.get_options().map(|options| other.options(options));
    config.get_application_name().map(|name| other.application_name(name));
    config.get_connect_timeout().map(|time| other.connect_timeout(*time));
    config.get_tcp_user_timeout().map(|time| other.tcp_user_timeout(*time));
    config.get_keepalives_interval().map(|time| other.keepalives_interval(time));
    config.get_keepalives_retries().map(|count| other.keepalives_retries(count));
    other
        .ssl_mode(config.get_ssl_mode())
        .ssl_negotiation(config.get_ssl_negotiation())
        .keepalives(config.get_keepalives())
        .keepalives_idle(config.get_keepalives_idle())
        .target_session_attrs(config.get_target_session_attrs())
        .channel_binding(config.get_channel_binding())
        .load_balance_hosts(config.get_load_balance_hosts());
    other
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Config {
        text.parse().expect("an address")
    }

    #[test]
    fn each_host_keeps_all_else_that_the_address_says() {
        let all = "user=a password=b dbname=c options='-c x=y' application_name=d connect_timeout=7 \
                   sslmode=require keepalives=1 keepalives_idle=11 keepalives_interval=12 keepalives_retries=13 \
                   tcp_user_timeout=5 target_session_attrs=read-write channel_binding=require \
                   load_balance_hosts=random";
        let several = parsed(&format!("host=one,two,/three port=1,2,3 {all}"));
        let each = [
            parsed(&format!("host=one port=1 {all}")),
            parsed(&format!("host=two port=2 {all}")),
            parsed(&format!("host=/three port=3 {all}")),
        ];
        assert_eq!(divided(&several), each);
        let addresses = parsed("host=one,two hostaddr=127.0.0.1,127.0.0.2 port=9");
        let each = [
            parsed("host=one hostaddr=127.0.0.1 port=9"),
            parsed("host=two hostaddr=127.0.0.2 port=9"),
        ];
        assert_eq!(divided(&addresses), each);
    }

    #[test]
    fn what_does_not_fit_together_is_left_to_the_driver() {
        for text in ["host=one", "", "host=one,two port=1,2,3", "host=a,b,c hostaddr=127.0.0.1"] {
            assert_eq!(divided(&parsed(text)), [parsed(text)], "{text}");
        }
    }
}
