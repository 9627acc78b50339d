use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::thread;

use jiff::SignedDuration;
use rest::oauth::{Holder, Scopes};
use ring::rand::SystemRandom;
use serde_json::json;
use testkit::FakeClock;

use super::*;

/// What an issuer publishes, and how often its keys were asked for.
#[derive(Default)]
struct Published {
    /// Their names; `None` while it is away.
    kids: Option<Vec<&'static str>>,
    asked: u32,
}

/// An issuer, and what keeps its keys.
struct Scene {
    url: String,
    published: Arc<Mutex<Published>>,
    clock: Arc<FakeClock>,
    keys: FetchedKeys,
}

/// Serves the two documents of an issuer.
fn serve(published: &Arc<Mutex<Published>>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let (published, issuer) = (Arc::clone(published), url.clone());
    let random = SystemRandom::new();
    let key = rest::jose::SigningKey::generate(&random);
    let jwk = rest::jose::SigningKey::from_pkcs8(&key, &random).expect("it was just made").jwk();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = BufReader::new(stream.expect("a connection"));
            let mut head = String::new();
            while !head.ends_with("\r\n\r\n") && stream.read_line(&mut head).is_ok() {}
            let mut published = published.lock().expect("fine");
            let body = if head.starts_with("GET /keys ") {
                published.asked += 1;
                let named = |kid: &&str| {
                    let mut jwk = json!(jwk.clone());
                    jwk["kid"] = json!(kid);
                    jwk
                };
                published
                    .kids
                    .as_ref()
                    .map(|kids| json!({ "keys": kids.iter().map(named).collect::<Vec<_>>() }))
            } else {
                Some(json!({ "issuer": issuer, "jwks_uri": format!("{issuer}/keys") }))
            };
            let answer = match body.map(|body| body.to_string()) {
                Some(body) => format!(
                    "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                    body.len()
                ),
                None => "HTTP/1.1 500 Away\r\nContent-Length: 0\r\n\r\n".to_owned(),
            };
            _ = stream.get_mut().write_all(answer.as_bytes());
        }
    });
    url
}

impl Scene {
    fn new(kids: &[&'static str]) -> Self {
        let published = Arc::new(Mutex::new(Published { kids: Some(kids.to_vec()), asked: 0 }));
        let url = serve(&published);
        let clock = Arc::new(FakeClock::at("2026-11-24T08:00:00Z"));
        let issuer = TrustedIssuer {
            url: url.clone(),
            audience: "presence".to_owned(),
            holder: Holder::Worker,
            claim: "ssin".to_owned(),
            scopes: Scopes::all(),
        };
        let tls = crate::webhooks::tls(None).expect("the public authorities");
        let keys = FetchedKeys::new(tls, Arc::clone(&clock) as _, &[issuer]);
        Self { url, published, clock, keys }
    }

    fn publish(&self, kids: Option<&[&'static str]>) {
        self.published.lock().expect("fine").kids = kids.map(<[_]>::to_vec);
    }

    fn later(&self, seconds: i64) {
        let now = self.clock.now() + SignedDuration::from_secs(seconds);
        self.clock.set(&now.to_string());
    }

    /// Whether a token with a key of this name may be held against one; an error while nobody can say.
    async fn knows(&self, kid: &str) -> Result<bool, ErrorKind> {
        let keys = self.keys.keys(&self.url, kid).await;
        keys.map(|keys| keys.has(kid)).map_err(|error| error.kind())
    }

    /// How often the issuer was asked since it was asked before.
    fn asked(&self) -> u32 {
        std::mem::take(&mut self.published.lock().expect("fine").asked)
    }
}

#[tokio::test]
async fn keys_are_kept_for_ten_minutes_and_no_issuer_is_asked_before_its_first_token() {
    let scene = Scene::new(&["one"]);
    assert_eq!(scene.asked(), 0);
    for seconds in [0, 599] {
        scene.later(seconds);
        assert_eq!(scene.knows("one").await, Ok(true));
    }
    assert_eq!(scene.asked(), 1);
    scene.later(1);
    assert_eq!((scene.knows("one").await, scene.asked()), (Ok(true), 1));
}

#[tokio::test]
async fn a_new_key_is_known_at_its_first_use_and_names_of_no_key_ask_only_twice_a_minute() {
    let scene = Scene::new(&["one"]);
    assert_eq!(scene.knows("one").await, Ok(true));
    // Whoever makes up names gets nobody asked, whether or not there is a new key.
    scene.publish(Some(&["one", "two"]));
    for kid in ["made", "up", "two"] {
        assert_eq!(scene.knows(kid).await, Ok(false), "{kid}");
    }
    scene.later(29);
    assert_eq!((scene.knows("two").await, scene.asked()), (Ok(false), 1));
    scene.later(1);
    assert_eq!((scene.knows("two").await, scene.asked()), (Ok(true), 1));
    for kid in ["made", "up", "one"] {
        assert_eq!(scene.knows(kid).await, Ok(kid == "one"), "{kid}");
    }
    assert_eq!(scene.asked(), 0);
}

#[tokio::test]
async fn a_key_that_its_issuer_withdraws_ends_with_what_is_kept() {
    let scene = Scene::new(&["one", "two"]);
    assert_eq!(scene.knows("one").await, Ok(true));
    scene.publish(Some(&["two"]));
    scene.later(599);
    assert_eq!(scene.knows("one").await, Ok(true));
    scene.later(1);
    assert_eq!((scene.knows("one").await, scene.knows("two").await), (Ok(false), Ok(true)));
}

#[tokio::test]
async fn an_issuer_that_is_away_is_believed_for_a_day_and_asked_again_with_pauses() {
    let scene = Scene::new(&["one"]);
    assert_eq!(scene.knows("one").await, Ok(true));
    scene.publish(None);
    scene.asked();
    for (seconds, asked) in [(600, 1), (1, 0), (28, 0), (1, 1), (23 * 3600, 1)] {
        scene.later(seconds);
        assert_eq!((scene.knows("one").await, scene.asked()), (Ok(true), asked), "{seconds}");
    }
    scene.later(3600);
    assert_eq!(scene.knows("one").await, Err(ErrorKind::StoreUnavailable));
    scene.publish(Some(&["one"]));
    scene.later(30);
    assert_eq!(scene.knows("one").await, Ok(true));
}

#[tokio::test]
async fn many_tokens_at_once_ask_once() {
    let scene = Arc::new(Scene::new(&["one"]));
    let ask = |_| {
        let scene = Arc::clone(&scene);
        tokio::spawn(async move { scene.knows("one").await })
    };
    let asked: Vec<_> = (0..20).map(ask).collect();
    for answer in asked {
        assert_eq!(answer.await.expect("it ends"), Ok(true));
    }
    assert_eq!(scene.asked(), 1);
}
