//! `presence serve`: builds the service from its settings, runs it, and ends it.

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use std::{fs, io};

use app::{App, Feed};
use domain::{Caller, Clock, Policy, Sender};
use jiff::SignedDuration;
use rest::api::{Api, ApiSettings, Listeners};
use rest::oauth::{OAuth, OAuthSettings, SERVICE_PATH};
use soap::{Door, DoorSettings, Endpoint, Gate, Limits, TokenSettings};
use store::Store;
use tempfile::TempDir;
use thiserror::Error;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::Instant;
use wss::Freshness;

use crate::callers::{Issuer, IssuerError, Register, TrustError, TrustFiles};
use crate::checks;
use crate::clock::SystemClock;
use crate::config::Config;
use crate::demo::{self, DemoKeysError};
use crate::http::{self, Allowance, Quotas, Room, Service};
use crate::issuers::{self, FetchedKeys};
use crate::keeper::{Keeper, KeeperError};
use crate::oauth_keys::{FileKeys, OAuthKeysError};
use crate::server::{
    Bounds, ConnectionCounts, Entrance, Listener, Origin, Patience, ShownBy, Tls, TlsError,
    TlsFiles, reload,
};
use crate::telemetry::{Kind, Metrics};
use crate::ticket::{random, seed, ticket};
use crate::usage::{self, Node};
use crate::webhooks::{self, HttpCourier, Telling};

/// How many connections the operator's address serves at once.
const INNER_CONNECTIONS: u32 = 64;
/// Files that the program has open beside its connections, generously.
const OTHER_FILES: u64 = 256;

/// Why the service could not start, or not end well.
#[derive(Debug, Error)]
pub(crate) enum ServeError {
    /// An address is taken, or is not of this machine.
    #[error("cannot listen on {address} ({setting}): {cause}")]
    Listen { setting: &'static str, address: SocketAddr, cause: io::Error },
    /// The policy's file cannot be read.
    #[error("the policy {} cannot be read: {cause}", path.display())]
    PolicyFile { path: PathBuf, cause: io::Error },
    /// The policy's file holds no policy.
    #[error("the policy {} cannot be used: {cause}", path.display())]
    Policy { path: PathBuf, cause: app::PolicyFileError },
    /// No folder for the data.
    #[error("no fresh folder can be made for the demonstration: {0}")]
    Folder(io::Error),
    /// The folder of the data cannot be made.
    #[error("the folder {} (data) cannot be made: {cause}", path.display())]
    Data { path: PathBuf, cause: io::Error },
    /// The authorities of webhooks cannot be used.
    #[error("the authorities of receivers (webhook_authorities) cannot be used: {0}")]
    Authorities(Box<dyn std::error::Error + Send + Sync>),
    /// The file of other issuers cannot be used.
    #[error("the issuers in {} (token_issuers) cannot be used: {cause}", path.display())]
    Issuers { path: PathBuf, cause: String },
    /// The authorities of other issuers cannot be used.
    #[error("the authorities of issuers (token_issuer_authorities) cannot be used: {0}")]
    IssuerAuthorities(Box<dyn std::error::Error + Send + Sync>),
    /// The keys of access tokens cannot be used.
    #[error(transparent)]
    Keys(#[from] OAuthKeysError),
    /// The store cannot be opened.
    #[error(transparent)]
    Store(#[from] KeeperError),
    /// The store gives no secrets.
    #[error("the secrets of the service cannot be read: {}", chain(.0))]
    Secrets(domain::Error),
    /// The store refused the samples.
    #[error("the samples cannot be stored: {}", chain(.0))]
    Samples(domain::Error),
    /// The authorities or their revocations cannot be read.
    #[error("the callers' authorities cannot be used: {0}")]
    Trust(#[from] TrustError),
    /// The token service has no key.
    #[error(transparent)]
    Issuer(#[from] IssuerError),
    /// The password of its key cannot be read.
    #[error("the password in {} cannot be read: {cause}", path.display())]
    Password { path: PathBuf, cause: io::Error },
    /// The keys of the demonstration.
    #[error("the keys of the demonstration cannot be made: {0}")]
    DemoKeys(#[from] DemoKeysError),
    /// TLS.
    #[error("TLS cannot be spoken: {0}")]
    Tls(#[from] TlsError),
    /// The system gives no signals.
    #[error("the system's signals cannot be received: {0}")]
    Signals(io::Error),
    /// Calls were still under way when the time to stop ended, or a second signal came.
    #[error("stopped before everything that was accepted was finished")]
    CutShort,
}

/// An error with everything beneath it, for the operator.
fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

/// Serves until a signal says to stop.
pub(crate) async fn serve(config: Config, mut metrics: Metrics) -> Result<(), ServeError> {
    raise_file_limit(config.max_connections);
    let mut signals = Signals::new().map_err(ServeError::Signals)?;
    let folder = Folder::new(config.data.as_deref())?;
    let keeper = Keeper::open(&config, folder.path()).await?;
    let store = keeper.store();
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let policy = policy(config.policy.as_deref())?;
    let outer = bind("listen", config.listen)?;
    let inner = config.inner_listen.map(|address| bind("inner_listen", address)).transpose()?;
    let app = Arc::new(App::new(
        Arc::clone(&store),
        Arc::clone(&clock),
        policy.clone(),
        config.search_budget,
    ));
    let oauth = oauth(&config, folder.path(), outer.address(), &app, &clock)?;
    let (stop, stopped) = watch::channel(false);
    let register = register(&config, (Arc::clone(&store), &app), folder.path(), &clock)?;
    let mut keys = None;
    if config.demo {
        demo::fill(store.as_ref(), clock.as_ref()).await.map_err(ServeError::Samples)?;
        keys = Some(demo::keys(store.as_ref(), folder.path(), clock.now()).await?);
    }
    // The files of TLS may be those that the demonstration has just made.
    let entrance = entrance(&config)?;
    announce(&config, folder.path(), &outer, inner.as_ref());
    if let Some(keys) = keys {
        let inner = inner.as_ref().map(Listener::address);
        let service = format!("{}://{}", config.scheme(), outer.address());
        show(&demo::console(&service, inner, folder.path(), &keys, clock.as_ref()));
    }
    keeper.watch(&mut metrics);
    let care = tokio::spawn(keeper.clone().look_after(Arc::clone(&clock), stopped.clone()));
    let checking = (policy, config.check_batch);
    let calls = Arc::new(Semaphore::new(config.max_calls as usize));
    let idle = checks::is_idle(&calls, config.max_calls as usize);
    let checks = checks::start(&store, &clock, checking, idle, &mut metrics, &stopped);
    let telling = telling(&config, outer.address(), &app, &store, &clock, keeper.node(seed()))?;
    let node_clock = Arc::clone(&clock);
    let gate = gate(&config, register, clock);
    let cursor_key = store.secrets().secret("cursors", random()).await;
    let cursor_key = cursor_key.map_err(ServeError::Secrets)?;
    let api = api(&app, cursor_key);
    let callers_secret = store.secrets().secret("callers", random()).await;
    let quotas = quotas(&config, callers_secret.map_err(ServeError::Secrets)?, &mut metrics);
    let node = Node {
        number: seed(),
        quotas: Arc::clone(&quotas),
        store: Arc::clone(&store),
        clock: node_clock,
    };
    let exchange = tokio::spawn(usage::exchange(node, stopped.clone()));
    let (doors, stopping) = ((app, api, oauth), stopped.clone());
    let service = Arc::new(service(&config, doors, (quotas, calls), gate, metrics, stopping));
    let listeners = listen(&config, &service, entrance, (outer, inner), &stopped);
    let webhooks = tokio::spawn(webhooks::tell(telling, seed(), stopped.clone()));
    let looking = tokio::spawn(http::look(Arc::clone(&service)));
    signals.next().await;
    tracing::info!("stopping: finishing what was accepted");
    stop.send_replace(true);
    let ended = finish(&config, listeners, &service, &mut signals).await;
    for (task, what) in [
        (checks, "the worker that checks registrations"),
        (care, "looking after the store"),
        (exchange, "telling other nodes what callers use"),
        (webhooks, "telling webhooks"),
        (looking, "looking for what there is to tell"),
    ] {
        if task.await.is_err() {
            tracing::error!("{what} had panicked");
        }
    }
    drop((service, store));
    if ended.is_ok() {
        close(keeper, config.stop_timeout).await;
    }
    ended
}

/// Leaves the data as one file that holds everything, where nobody holds on to it longer than that.
async fn close(keeper: Keeper, patience: Duration) {
    if tokio::time::timeout(patience, keeper.close()).await.is_err() {
        // Nothing is lost: the next start goes on with the log that is left.
        tracing::warn!("the store was still in use, so its log was not copied into the file");
    }
}

/// Who is known to this service.
fn register(
    config: &Config,
    (store, app): (Arc<dyn Store>, &Arc<App>),
    data: &Path,
    clock: &Arc<dyn Clock>,
) -> Result<Register, ServeError> {
    let now = clock.now();
    let authorities = config.client_authorities.clone();
    let trust = TrustFiles::new(authorities, config.client_revocations.clone(), now)?;
    let issuer = match &config.token_key {
        None => Issuer::own(data, signed(config.token_lifetime), now)?,
        Some(key) => {
            let password = password(config.token_key_password_file.as_deref())?;
            Issuer::given(key.clone(), config.token_former_key.clone(), password, now)?
        }
    };
    Ok(Register { store, app: Arc::clone(app), trust, issuer, clock: Arc::clone(clock) })
}

fn password(path: Option<&Path>) -> Result<Option<String>, ServeError> {
    let Some(path) = path else { return Ok(None) };
    let text = fs::read_to_string(path)
        .map_err(|cause| ServeError::Password { path: path.to_owned(), cause })?;
    Ok(text.lines().next().map(str::to_owned))
}

fn gate(config: &Config, register: Register, clock: Arc<dyn Clock>) -> Gate {
    let freshness = Freshness { skew: signed(config.clock_skew), ..Freshness::default() };
    Gate {
        open: config.open.then(|| open_caller(config)),
        tls: config.client_certificate != ShownBy::Off,
        sha1: config.sha1,
        freshness,
        callers: Arc::new(register),
        clock,
    }
}

/// A setting's time, which is at most a day.
fn signed(time: Duration) -> SignedDuration {
    SignedDuration::try_from(time).expect("no setting is longer than a day")
}

/// The REST door. The key of its cursors is kept with the data, so that pages go on after a restart and on other nodes.
fn api(app: &Arc<App>, cursor_key: [u8; 32]) -> Api {
    Api::new(Arc::clone(app), ApiSettings { cursor_key, tickets: Box::new(ticket) })
}

/// What each caller may call, over all nodes.
fn quotas(config: &Config, secret: [u8; 32], metrics: &mut Metrics) -> Arc<Quotas> {
    let allowance = Allowance {
        calls: config.client_calls,
        rate: config.client_rate,
        burst: config.client_burst,
    };
    let quotas = Quotas::new(allowance, secret);
    let (help, watched) = ("Callers of whom other nodes told lately", Arc::clone(&quotas));
    let callers = move || watched.callers_elsewhere(Instant::now());
    metrics.watch("callers_elsewhere", help, Kind::Gauge, callers);
    quotas
}

fn service(
    config: &Config,
    (app, api, oauth): (Arc<App>, Api, OAuth),
    (quotas, calls): (Arc<Quotas>, Arc<Semaphore>),
    gate: Gate,
    mut metrics: Metrics,
    stop: watch::Receiver<bool>,
) -> Service {
    let room = Room::new(config.max_buffered_bytes);
    let bodies = room.clone();
    let help = "Memory that the bodies of requests take";
    metrics.watch("buffered_bytes", help, Kind::Gauge, move || bodies.held());
    let settings = DoorSettings {
        limits: Limits {
            depth: config.max_xml_depth,
            attributes: config.max_xml_attributes,
            ..Limits::default()
        },
        environment: config.environment,
        contact: config.contact.clone(),
        gate,
        tokens: TokenSettings { lifetime: signed(config.token_lifetime) },
        tickets: Box::new(ticket),
    };
    let source = format!("{}{SERVICE_PATH}", oauth.issuer());
    let feed = Arc::new(Feed::new(Arc::clone(&app)));
    let listeners = Listeners::new(feed, source, Box::new(ticket));
    let streams = Allowance { calls: config.client_streams, rate: None, burst: 1 };
    Service {
        door: Door::new(Arc::clone(&app), settings),
        api,
        listeners,
        news: watch::Sender::default(),
        // Of this node alone: nobody else hears of them.
        streams: Quotas::new(streams, [0; 32]),
        oauth,
        app,
        scheme: config.scheme(),
        public_url: config.public_url.clone(),
        max_body: config.max_body_bytes,
        body_timeout: config.body_timeout,
        room,
        quotas,
        calls,
        metrics,
        stop,
    }
}

/// As whom callers of an open service call.
fn open_caller(config: &Config) -> Caller {
    Caller::open(Sender {
        id: config.open_sender_id.as_deref().map(Into::into),
        company: config.open_sender_company,
        user_type: config.open_sender_type.as_deref().map(Into::into),
    })
}

fn oauth(
    config: &Config,
    folder: &Path,
    address: SocketAddr,
    app: &Arc<App>,
    clock: &Arc<dyn Clock>,
) -> Result<OAuth, ServeError> {
    let keys = Arc::new(FileKeys::open(folder, Arc::clone(clock))?);
    let settings = OAuthSettings {
        issuer: issuer(config, address),
        lifetime: config.access_token_lifetime.into(),
        open: config.open.then(|| open_caller(config)),
        ids: Box::new(ticket),
    };
    let oauth = OAuth::new(Arc::clone(app), Arc::clone(clock), keys, settings);
    let Some(path) = &config.token_issuers else { return Ok(oauth) };
    let issuers =
        issuers::read(path).map_err(|cause| ServeError::Issuers { path: path.clone(), cause })?;
    let tls = webhooks::tls(config.token_issuer_authorities.as_deref())
        .map_err(ServeError::IssuerAuthorities)?;
    let keys = FetchedKeys::new(tls, Arc::clone(clock), &issuers);
    Ok(oauth.trusting(issuers, Arc::new(keys)))
}

/// What tells webhooks of the steps of registrations.
fn telling(
    config: &Config,
    address: SocketAddr,
    app: &Arc<App>,
    store: &Arc<dyn Store>,
    clock: &Arc<dyn Clock>,
    node: u64,
) -> Result<Telling, ServeError> {
    let authorities = config.webhook_authorities.as_deref();
    let private = config.webhook_private_addresses;
    let source = format!("{}{SERVICE_PATH}", issuer(config, address));
    let courier =
        HttpCourier::new(authorities, private, source).map_err(ServeError::Authorities)?;
    Ok(Telling {
        app: Arc::clone(app),
        store: Arc::clone(store),
        clock: Arc::clone(clock),
        courier: Arc::new(courier),
        node,
    })
}

/// The address that callers know.
fn issuer(config: &Config, address: SocketAddr) -> String {
    config.public_url.clone().unwrap_or_else(|| format!("{}://{address}", config.scheme()))
}

fn listen(
    config: &Config,
    service: &Arc<Service>,
    entrance: Entrance,
    (outer, inner): (Listener, Option<Listener>),
    stop: &watch::Receiver<bool>,
) -> JoinSet<()> {
    let patience = Patience {
        header: config.header_timeout,
        write: config.body_timeout,
        idle: config.idle_timeout,
    };
    let mut listeners = JoinSet::new();
    let router = http::outer(Arc::clone(service));
    let counts = service.metrics.connections.clone();
    let bounds = Bounds { connections: config.max_connections, patience };
    listeners.spawn(outer.serve(router, entrance, bounds, counts, stop.clone()));
    if let Some(inner) = inner {
        let router = http::inner(Arc::clone(service));
        let bounds = Bounds { connections: INNER_CONNECTIONS, patience };
        let (entrance, counts) = (Entrance::default(), ConnectionCounts::default());
        listeners.spawn(inner.serve(router, entrance, bounds, counts, stop.clone()));
    }
    listeners
}

/// Waits for what was accepted: connections, and calls whose callers have gone away.
async fn finish(
    config: &Config,
    listeners: JoinSet<()>,
    service: &Service,
    signals: &mut Signals,
) -> Result<(), ServeError> {
    let all = async {
        listeners.join_all().await;
        drop(service.calls.acquire_many(config.max_calls).await);
    };
    tokio::select! {
        () = all => {
            tracing::info!("stopped");
            Ok(())
        }
        () = tokio::time::sleep(config.stop_timeout) => Err(ServeError::CutShort),
        () = signals.next() => Err(ServeError::CutShort),
    }
}

/// How connections come in; with TLS, whose files are read anew from now on.
fn entrance(config: &Config) -> Result<Entrance, ServeError> {
    let origin = Origin {
        way: config.client_address,
        proxies: config.trusted_proxies.clone(),
        shown_by: config.client_certificate,
    };
    let Some((certificate, key)) = config.tls_certificate.clone().zip(config.tls_key.clone())
    else {
        return Ok(Entrance { origin, tls: None });
    };
    let tls = Arc::new(Tls::new(TlsFiles {
        certificate,
        key,
        client_authorities: config.tls_client_authorities.clone(),
        client_required: config.tls_client_required,
    })?);
    let hang_up = signal(SignalKind::hangup()).map_err(ServeError::Signals)?;
    tokio::spawn(reload(Arc::clone(&tls), hang_up, config.tls_reload_interval));
    Ok(Entrance { origin, tls: Some(tls) })
}

fn bind(setting: &'static str, address: SocketAddr) -> Result<Listener, ServeError> {
    Listener::bind(address).map_err(|cause| ServeError::Listen { setting, address, cause })
}

fn policy(path: Option<&Path>) -> Result<Policy, ServeError> {
    let Some(path) = path else { return Ok(app::default_policy()) };
    let text = fs::read_to_string(path)
        .map_err(|cause| ServeError::PolicyFile { path: path.to_owned(), cause })?;
    app::read_policy(&text).map_err(|cause| ServeError::Policy { path: path.to_owned(), cause })
}

/// The tests and the load generator wait for the line with the address.
fn announce(config: &Config, data: &Path, outer: &Listener, inner: Option<&Listener>) {
    let version = env!("CARGO_PKG_VERSION");
    let environment = config.environment.name();
    tracing::info!(version, environment, data = %data.display(), "presence");
    if let Some(inner) = inner {
        tracing::info!("metrics on http://{}/metrics", inner.address());
    }
    let (path, scheme) = (Endpoint::HolderOfKey.path(), config.scheme());
    tracing::info!("service on {scheme}://{}{path}", outer.address());
    tracing::info!("listening on {scheme}://{}", outer.address());
}

/// The console is where a demonstration is explained. It works as well when nobody reads there.
fn show(text: &str) {
    _ = writeln!(io::stdout(), "{text}");
}

/// Connections are files to the system, which by default allows few.
fn raise_file_limit(connections: u32) {
    let wanted = u64::from(connections + INNER_CONNECTIONS) + OTHER_FILES;
    match rlimit::increase_nofile_limit(wanted) {
        Ok(given) if given >= wanted => {}
        Ok(given) => tracing::warn!(
            given,
            wanted,
            "the system allows fewer open files than max_connections needs; raise it (ulimit -n)"
        ),
        Err(error) => tracing::warn!(%error, "the system's limit of open files is not known"),
    }
}

/// Where the data is: a folder that stays, or one that goes with the process.
enum Folder {
    Given(PathBuf),
    Fresh(TempDir),
}

impl Folder {
    fn new(given: Option<&Path>) -> Result<Self, ServeError> {
        match given {
            Some(path) => {
                let made = store_sqlite::make_folder(path);
                made.map_err(|cause| ServeError::Data { path: path.to_owned(), cause })?;
                Ok(Self::Given(path.to_owned()))
            }
            None => tempfile::Builder::new()
                .prefix("presence-demo-")
                .tempdir()
                .map(Self::Fresh)
                .map_err(ServeError::Folder),
        }
    }

    fn path(&self) -> &Path {
        match self {
            Self::Given(path) => path,
            Self::Fresh(folder) => folder.path(),
        }
    }
}

/// The signals that say to stop.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn new() -> io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
