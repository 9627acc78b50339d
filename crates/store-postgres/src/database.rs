//! Connections, and transactions that are tried again when the database asks for it.

use std::str::FromStr as _;
use std::time::Duration;

use deadpool_postgres::{Client, Manager, ManagerConfig, Pool, RecyclingMethod, Timeouts};
use domain::{Error, ErrorKind};
use tokio::time::{Instant, timeout_at};
use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode};

use crate::Options;
use crate::failure::Failure;
use crate::hosts::Hosts;
use crate::tls::Tls;

/// Before a transaction is tried again; twice as long each time.
const FIRST_PAUSE: Duration = Duration::from_millis(20);
/// How long work may take that no caller waits for.
const BESIDE_CALLS: Duration = Duration::from_secs(30);

/// A pool of connections to one database.
#[derive(Clone)]
pub(crate) struct Database {
    pool: Pool,
    patience: Duration,
}

impl Database {
    /// Connects to nothing yet: connections are made when they are needed.
    pub(crate) fn new(url: &str, options: &Options) -> Result<Self, Error> {
        let (url, verify) = without_verification(url);
        let mut config = Config::from_str(&url)
            .map_err(|cause| Error::caused_by(ErrorKind::StoreRefused, cause))?;
        let tls = Tls::new(options.authorities.clone(), verify)
            .map_err(|cause| Error::caused_by(ErrorKind::StoreRefused, cause))?;
        if config.get_application_name().is_none() {
            config.application_name("presence");
        }
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(options.connect_timeout);
        }
        config.tcp_user_timeout(options.patience);
        // Whoever names authorities wants to know with whom this speaks. A socket in a folder has no TLS.
        let on_network = config.get_hosts().iter().any(|host| matches!(host, Host::Tcp(_)));
        if options.authorities.is_some() && on_network && config.get_ssl_mode() == SslMode::Prefer {
            config.ssl_mode(SslMode::Require);
        }
        // Of several hosts the one that takes writes: after a failover that is another.
        config.target_session_attrs(tokio_postgres::config::TargetSessionAttrs::ReadWrite);
        let recycling = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        let within = options.connect_timeout.min(options.patience);
        let hosts = Hosts::of(&config, tls, within);
        let manager = Manager::from_connect(config, hosts, recycling);
        let pool = Pool::builder(manager)
            .max_size(options.connections)
            .runtime(deadpool_postgres::Runtime::Tokio1)
            .timeouts(timeouts(options.connect_timeout))
            .build()
            .map_err(|cause| Error::caused_by(ErrorKind::Internal, cause))?;
        Ok(Self { pool, patience: options.patience })
    }

    /// A connection that nobody else uses for the time.
    pub(crate) async fn connection(&self) -> Result<Client, Failure> {
        Ok(self.pool.get().await?)
    }

    /// The same for work that no caller waits for: patience with callers would end a transaction that merely takes longer, and
    /// the next one in its place, for ever.
    pub(crate) fn beside_calls(&self) -> Self {
        Self { pool: self.pool.clone(), patience: self.patience.max(BESIDE_CALLS) }
    }

    /// Runs `work` until it succeeds, fails for a reason that would not go away, or patience ends. Each try takes a
    /// connection of its own; the name tells the log which transaction was repeated.
    ///
    /// A transaction whose connection is lost may have been committed: `work` is asked again only when it was
    /// certainly not.
    pub(crate) async fn repeat<T, F>(
        &self,
        name: &'static str,
        work: impl FnMut() -> F + Send,
    ) -> Result<T, Failure>
    where
        F: Future<Output = Result<T, Failure>> + Send,
    {
        self.persist(name, Failure::is_worth_repeating, work).await
    }

    /// The same for work that may be repeated even if it was done already: doing it twice is doing it once.
    pub(crate) async fn repeat_always<T, F>(
        &self,
        name: &'static str,
        work: impl FnMut() -> F + Send,
    ) -> Result<T, Failure>
    where
        F: Future<Output = Result<T, Failure>> + Send,
    {
        let again = |failure: &Failure| failure.is_worth_repeating() || failure.leaves_it_open();
        self.persist(name, again, work).await
    }

    async fn persist<T, F>(
        &self,
        name: &'static str,
        again: impl Fn(&Failure) -> bool + Send,
        mut work: impl FnMut() -> F + Send,
    ) -> Result<T, Failure>
    where
        F: Future<Output = Result<T, Failure>> + Send,
    {
        let end = Instant::now() + self.patience;
        let mut pause = FIRST_PAUSE;
        loop {
            let tried = timeout_at(end, work()).await.unwrap_or_else(|_| {
                // A server that stands still keeps its connections open, and another may have taken its place: the next call
                // makes a new one. That of this transaction is back in the pool, and waits for an answer that nobody wants.
                self.pool.retain(|_, _| false);
                Err(Failure::Late)
            });
            let failure = match tried {
                Err(failure) if again(&failure) && Instant::now() + pause < end => failure,
                other => return other,
            };
            tracing::warn!(transaction = name, error = %failure, "is tried again");
            tokio::time::sleep(pause).await;
            pause *= 2;
        }
    }
}

/// The address as the driver reads it, which does not know of `verify-full`; and whether it asks for that.
fn without_verification(url: &str) -> (String, bool) {
    let plain = url.replace("sslmode=verify-full", "sslmode=require");
    let verify = plain != url;
    (plain, verify)
}

fn timeouts(each: Duration) -> Timeouts {
    Timeouts { wait: Some(each), create: Some(each), recycle: Some(each) }
}

#[cfg(test)]
mod tests {
    use rustls::RootCertStore;

    use super::*;

    #[test]
    fn verification_is_asked_for_in_either_form_of_address() {
        for (url, plain, verify) in [
            (
                "postgres://a@b/c?sslmode=verify-full&x=y",
                "postgres://a@b/c?sslmode=require&x=y",
                true,
            ),
            ("host=b sslmode=verify-full", "host=b sslmode=require", true),
            ("host=b sslmode=require", "host=b sslmode=require", false),
            ("host=b", "host=b", false),
        ] {
            assert_eq!(without_verification(url), (plain.to_owned(), verify));
        }
    }

    #[tokio::test]
    async fn an_address_that_is_none_and_authorities_that_are_none_are_refused() {
        let options = Options::default();
        assert!(Database::new("no address", &options).is_err());
        assert!(Database::new("host=b sslmode=verify-full", &options).is_err(), "by whom?");
        let options = Options { authorities: Some(RootCertStore::empty().into()), ..options };
        assert!(Database::new("host=b sslmode=require", &options).is_err());
    }
}
