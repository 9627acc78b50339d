use std::sync::atomic::{AtomicBool, Ordering};

use app::App;
use domain::{Caller, Clock, Sender};
use http_body_util::BodyExt as _;
use rest::oauth::{OAuth, OAuthSettings};
use soap::{Door, DoorSettings, Environment, Gate, Limits, TokenSettings};
use store_sqlite::SqliteStore;
use tokio::sync::{Semaphore, watch};

use super::*;
use crate::clock::SystemClock;
use crate::http::{Allowance, Quotas, Room};
use crate::oauth_keys::FileKeys;
use crate::telemetry::Metrics;

type Tickets = Box<dyn Fn() -> String + Send + Sync>;

fn service(data: &tempfile::TempDir, calls: usize, tickets: Tickets) -> Arc<Service> {
    service_for(data, calls, Allowance { calls: 8, rate: None, burst: 1 }, tickets)
}

fn service_for(
    data: &tempfile::TempDir,
    calls: usize,
    allowance: Allowance,
    tickets: Tickets,
) -> Arc<Service> {
    let store = SqliteStore::open(data.path(), store_sqlite::Options::default()).expect("a store");
    let policy = app::default_policy();
    let app = Arc::new(App::new(Arc::new(store), Arc::new(SystemClock), policy, 500));
    let settings = DoorSettings {
        limits: Limits::default(),
        environment: Environment::Test,
        contact: None,
        gate: Gate::open(Caller::open(Sender::default()), Arc::new(SystemClock)),
        tokens: TokenSettings::default(),
        tickets,
    };
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let keys = FileKeys::open(data.path(), Arc::clone(&clock)).expect("new keys");
    let issuer = OAuthSettings {
        issuer: "https://presence.example".to_owned(),
        lifetime: 600,
        open: None,
        ids: Box::new(crate::ticket::ticket),
    };
    Arc::new(Service {
        door: Door::new(Arc::clone(&app), settings),
        api: rest::api::Api::new(
            Arc::clone(&app),
            rest::api::ApiSettings {
                cursor_key: [7; 32],
                tickets: Box::new(crate::ticket::ticket),
            },
        ),
        listeners: rest::api::Listeners::new(
            Arc::new(app::Feed::new(Arc::clone(&app))),
            String::new(),
            Box::new(crate::ticket::ticket),
        ),
        news: watch::Sender::default(),
        streams: Quotas::new(Allowance { calls: 1, rate: None, burst: 1 }, [0; 32]),
        oauth: OAuth::new(Arc::clone(&app), clock, Arc::new(keys), issuer),
        app,
        scheme: "http",
        public_url: None,
        max_body: 1 << 20,
        body_timeout: Duration::from_secs(1),
        room: Room::new(1 << 20),
        quotas: Quotas::new(allowance, [0; 32]),
        calls: Arc::new(Semaphore::new(calls)),
        metrics: Metrics::new(&SystemClock),
        stop: watch::channel(false).1,
    })
}

async fn answer(service: &Arc<Service>) -> (Response, String) {
    let peer = Extension(Peer::unwatched(([127, 0, 0, 1], 9).into()));
    let request = Request::new("<a/>".into());
    let response =
        call(State(Arc::clone(service)), Extension(Endpoint::HolderOfKey), peer, request).await;
    let (head, body) = response.into_parts();
    let body = body.collect().await.expect("a whole body").to_bytes();
    let text = String::from_utf8(body.to_vec()).expect("UTF-8");
    (Response::from_parts(head, axum::body::Body::empty()), text)
}

#[tokio::test]
async fn a_panic_is_a_fault_of_one_call_alone() {
    let data = tempfile::tempdir().expect("a folder");
    let panicked = AtomicBool::new(false);
    let tickets = move || {
        assert!(panicked.swap(true, Ordering::SeqCst), "the first ticket is a panic");
        "the ticket".to_owned()
    };
    let service = service(&data, 1, Box::new(tickets));
    let (response, text) = answer(&service).await;
    assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    assert!(text.contains("SOA-00001") && text.contains("the ticket"), "{text}");
    let (_, text) = answer(&service).await;
    assert!(text.contains("SOA-03002"), "the place of the call was given back: {text}");
    assert!(service.metrics.page().contains("presence_calls_in_flight 0"));
}

#[tokio::test]
async fn a_call_too_many_is_told_when_to_come_back() {
    let data = tempfile::tempdir().expect("a folder");
    let service = service(&data, 0, Box::new(|| "the ticket".to_owned()));
    let (response, text) = answer(&service).await;
    assert!(response.headers().contains_key(RETRY_AFTER));
    assert!(text.contains("SOA-02002"), "{text}");
}

#[tokio::test]
async fn at_every_door_the_log_is_told_the_setting_that_refused_a_call_too_many() {
    let data = tempfile::tempdir().expect("a folder");
    let service = service(&data, 0, Box::new(crate::ticket::ticket));
    let soap = service.door.fault(TransportFault::Overloaded).outcome.detail;
    let rest = service.api.refused(rest::api::Transport::Overloaded, None).detail;
    let peer = Peer::unwatched(([127, 0, 0, 1], 9).into());
    let token = crate::http::oauth::ask(&service, &peer, Request::new("x".into())).await;
    let token = token.map(drop).expect_err("there is no place for a call").why();
    for detail in [soap, rest, Some(token)] {
        let detail = detail.expect("it says why");
        assert!(detail.contains("max_calls"), "{detail}");
    }
}

#[tokio::test]
async fn over_rest_a_caller_that_calls_too_much_is_told_when_to_come_back() {
    let data = tempfile::tempdir().expect("a folder");
    let allowance = Allowance { calls: 0, rate: None, burst: 1 };
    let service = service_for(&data, 8, allowance, Box::new(|| "the ticket".to_owned()));
    let peer = Extension(Peer::unwatched(([127, 0, 0, 1], 9).into()));
    let request = Request::get("/REST/presenceRegistration/v1/health");
    let request = request.body(axum::body::Body::empty()).expect("a request");
    let response = crate::http::rest::call(State(service), peer, request).await;
    let (head, body) = response.into_parts();
    let header = |name: &str| head.headers.get(name).and_then(|it| it.to_str().ok());
    assert_eq!(head.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(header("content-type"), Some("application/problem+json"));
    assert_eq!((header("retry-after"), header("cache-control")), (Some("2"), Some("no-store")));
    assert_eq!(header("belgov-trace-id").map(str::len), Some(32));
    let body = body.collect().await.expect("a whole body").to_bytes();
    let text = String::from_utf8(body.to_vec()).expect("UTF-8");
    for part in
        ["\"urn:problem-type:belgif:tooManyRequests\"", "\"retryAfterSec\":2", "\"status\":429"]
    {
        assert!(text.contains(part), "{part} is not in {text}");
    }
}

#[tokio::test]
async fn a_tag_of_what_is_packed_is_weak() {
    let data = tempfile::tempdir().expect("a folder");
    let service = service(&data, 8, Box::new(crate::ticket::ticket));
    let peer = Peer::unwatched(([127, 0, 0, 1], 9).into());
    for (gzip, length, expected) in
        [(true, 4096, "W/\"tag\""), (true, 9, "\"tag\""), (false, 4096, "\"tag\"")]
    {
        let ending = crate::http::rest::Ending::new(
            Arc::clone(&service),
            peer.clone(),
            gzip,
            Instant::now(),
        );
        let answer = rest::api::Answer {
            headers: vec![("etag", "\"tag\"".to_owned())],
            body: vec![b' '; length],
            ..service.api.refused(rest::api::Transport::Overloaded, None)
        };
        assert_eq!(ending.end(answer, 0).headers()["etag"], expected, "{gzip} {length}");
    }
}
