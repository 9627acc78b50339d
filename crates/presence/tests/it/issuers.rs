//! Tokens of another issuer: an issuer of ours on a free port publishes its keys, changes them, and goes away.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use domain::sample;
use jiff::Timestamp;
use serde_json::{Value, json};
use testkit::Signer;

use crate::reply::Reply;
use crate::server::{Server, program};
use crate::strangers::{clients, needed, skipped};

const QUERY: &str = "/REST/presenceRegistration/v1/presenceRegistrations/query";

/// Publishes what it is told to; `None` answers 500.
struct Issuer {
    address: SocketAddr,
    keys: Arc<Mutex<Option<Value>>>,
}

impl Issuer {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let keys: Arc<Mutex<Option<Value>>> = Arc::default();
        let published = Arc::clone(&keys);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = BufReader::new(stream.expect("a connection"));
                let mut head = String::new();
                while !head.ends_with("\r\n\r\n") && stream.read_line(&mut head).is_ok() {}
                let body = if head.starts_with("GET /.well-known/openid-configuration ") {
                    let issuer = format!("http://{address}");
                    Some(json!({ "issuer": issuer, "jwks_uri": format!("{issuer}/keys") }))
                } else {
                    published.lock().expect("fine").clone()
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
        Self { address, keys }
    }

    fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    fn publish(&self, keys: &[(&str, &Signer)]) {
        let keys: Vec<_> = keys.iter().map(|(kid, signer)| jwk(kid, signer)).collect();
        *self.keys.lock().expect("fine") = Some(json!({ "keys": keys }));
    }
}

/// The public key over P-256 as a JWK: its point is the end of what the PEM has.
fn jwk(kid: &str, signer: &Signer) -> Value {
    let lines = signer.public_pem().lines().filter(|line| !line.starts_with('-'));
    let der = STANDARD.decode(lines.collect::<String>()).expect("base64");
    let (x, y) = der[der.len() - 64..].split_at(32);
    let part = |bytes| URL_SAFE_NO_PAD.encode(bytes);
    json!({ "kty": "EC", "crv": "P-256", "kid": kid, "use": "sig", "x": part(x), "y": part(y) })
}

#[expect(clippy::disallowed_methods, reason = "the program that is tested has the real clock")]
fn now() -> i64 {
    Timestamp::now().as_second()
}

/// A service that trusts an issuer for workers, and folders that stay as long as it.
fn service(issuers: &[(&Issuer, &str, &str)]) -> (Server, tempfile::TempDir) {
    let urls = issuers.iter().map(|(issuer, holder, claim)| (issuer.url(), *holder, *claim));
    trusting(&urls.collect::<Vec<_>>())
}

/// A service that trusts issuers at these addresses.
fn trusting(issuers: &[(String, &str, &str)]) -> (Server, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let entry = |(url, holder, claim): &(String, &str, &str)| {
        format!(
            "[[issuer]]\nurl = \"{url}\"\naudience = \"presence\"\nholder = \"{holder}\"\n\
             claim = \"{claim}\"\nscopes = [\"scope:presenceRegistration:consult\"]\n"
        )
    };
    let file = folder.path().join("issuers.toml");
    std::fs::write(&file, issuers.iter().map(entry).collect::<String>()).expect("written");
    let data = folder.path().join("data");
    let (data, file) = (data.to_str().expect("UTF-8"), file.to_str().expect("UTF-8"));
    let words = ["serve", "--data", data, "--listen", "127.0.0.1:0", "--token-issuers", file];
    let words = [&words[..], &["--inner-listen", "127.0.0.1:0"]].concat();
    (Server::run(&mut program(&words)).0, folder)
}

fn ask_for(server: &Server, token: &str, more: &str) -> Reply {
    let day = domain::belgian_day(Timestamp::from_second(now()).expect("a moment")).to_string();
    let body = json!({ "registrationPeriods": [{ "startDate": day, "endDate": day }] }).to_string();
    let head = format!(
        "POST {QUERY} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: application/json\r\n\
         Authorization: Bearer {token}\r\n{more}Content-Length: {}\r\n\r\n",
        body.len()
    );
    server.send(format!("{head}{body}").as_bytes())
}

fn ask(server: &Server, token: &str) -> u16 {
    ask_for(server, token, "").status
}

fn claims(issuer: &Issuer) -> Value {
    json!({
        "iss": issuer.url(), "sub": "somebody", "aud": "presence", "exp": now() + 300,
        "iat": now(), "ssin": sample::inss(1).digits(),
        "enterprise": sample::enterprise_number(1).to_string(),
    })
}

#[test]
fn attacks_with_tokens_of_another_issuer_are_refused() {
    let (issuer, key, other) = (Issuer::start(), Signer::p256(), Signer::p256());
    issuer.publish(&[("one", &key)]);
    let (server, _folder) = service(&[(&issuer, "worker", "ssin")]);
    let es256 = json!({ "alg": "ES256", "kid": "one" });
    let good = claims(&issuer);
    assert_eq!(ask(&server, &key.token(&es256, &good)), 200);
    let with = |name: &str, value: Value| {
        let mut claims = good.clone();
        claims[name] = value;
        key.token(&es256, &claims)
    };
    let without = |name: &str| {
        let mut claims = good.clone();
        claims.as_object_mut().expect("an object").remove(name);
        key.token(&es256, &claims)
    };
    for (what, token) in [
        ("wrong issuer", with("iss", json!("https://other.example"))),
        ("an issuer with a slash more", with("iss", json!(format!("{}/", issuer.url())))),
        ("the service as issuer", with("iss", json!(format!("http://{}", server.address)))),
        ("wrong audience", with("aud", json!("another"))),
        ("no audience", without("aud")),
        ("expired", with("exp", json!(now() - 60))),
        ("no end", without("exp")),
        ("an end in a year", with("exp", json!(now() + 365 * 24 * 3600))),
        ("future", with("nbf", json!(now() + 120))),
        ("another's key", other.token(&es256, &good)),
        ("a foreign kid", key.token(&json!({ "alg": "ES256", "kid": "two" }), &good)),
        ("no kid", key.token(&json!({ "alg": "ES256" }), &good)),
        ("none", key.token(&json!({ "alg": "none", "kid": "one" }), &good)),
        ("HS256", key.token(&json!({ "alg": "HS256", "kid": "one" }), &good)),
        ("RS256 with an EC key", key.token(&json!({ "alg": "RS256", "kid": "one" }), &good)),
        ("jwk", other.token(&json!({ "alg": "ES256", "kid": "one", "jwk": {} }), &good)),
        (
            "another type",
            key.token(&json!({ "alg": "ES256", "kid": "one", "typ": "dpop+jwt" }), &good),
        ),
        ("no person", without("ssin")),
        ("no number of a person", with("ssin", json!("00000000000"))),
        ("a number instead of a text", with("ssin", json!(12_345_678_901_i64))),
    ] {
        let reply = ask_for(&server, &token, "");
        assert_eq!(reply.status, 401, "{what}");
        assert!(reply.header("www-authenticate").is_some(), "{what}");
    }
    let behalf = format!("Presence-On-Behalf-Of: {}\r\n", sample::enterprise_number(1));
    assert_eq!(ask_for(&server, &key.token(&es256, &good), &behalf).status, 403);
    server.stop();
}

#[test]
fn a_worker_reads_its_own_and_staff_that_of_its_employer_and_no_more() {
    let key = Signer::p256();
    let (workers, staff) = (Issuer::start(), Issuer::start());
    workers.publish(&[("one", &key)]);
    staff.publish(&[("one", &key)]);
    let issuers = [(&workers, "worker", "ssin"), (&staff, "employer", "enterprise")];
    let (server, _folder) = service(&issuers);
    let es256 = json!({ "alg": "ES256", "kid": "one" });
    for issuer in [&workers, &staff] {
        let token = key.token(&es256, &claims(issuer));
        assert_eq!(ask(&server, &token), 200);
        // Neither has the scope, and the worker never registers.
        let path = "/REST/presenceRegistration/v1/presenceRegistrations/registerInBulk";
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 2\r\n\
             Content-Type: application/json\r\nAuthorization: Bearer {token}\r\n\r\n{{}}"
        );
        let problem: Value =
            serde_json::from_slice(&server.send(head.as_bytes()).body).expect("JSON");
        assert_eq!(problem["type"], "urn:problem-type:belgif:missingScope");
    }
    let token = key.token(&es256, &claims(&staff));
    let behalf = |index| format!("Presence-On-Behalf-Of: {}\r\n", sample::enterprise_number(index));
    assert_eq!(ask_for(&server, &token, &behalf(1)).status, 200, "its own employer");
    assert_eq!(ask_for(&server, &token, &behalf(2)).status, 403);
    server.stop();
}

#[test]
fn an_issuer_that_is_away_stops_nobody_whose_key_is_known() {
    let (issuer, first, second) = (Issuer::start(), Signer::p256(), Signer::p256());
    let (server, _folder) = service(&[(&issuer, "worker", "ssin")]);
    let token = |kid: &str, key: &Signer| {
        key.token(&json!({ "alg": "ES256", "kid": kid }), &claims(&issuer))
    };
    // Its keys were never there: nobody can say whether the token is good.
    assert_eq!(ask(&server, &token("one", &first)), 503);
    server.stop();

    let (server, _folder) = service(&[(&issuer, "worker", "ssin")]);
    issuer.publish(&[("one", &first)]);
    assert_eq!(ask(&server, &token("one", &first)), 200);
    *issuer.keys.lock().expect("fine") = None;
    assert_eq!(ask(&server, &token("one", &first)), 200, "known, and away by now");
    assert_eq!(ask(&server, &token("two", &second)), 401, "not known");
    assert_eq!(ask(&server, &token("one", &first)), 200);
    server.stop();
}

/// oidc-provider, run for one test; what it says of itself.
struct Stranger(Child, Value);

impl Stranger {
    /// `None` where it is not installed.
    fn start(claims: &Value) -> Option<Self> {
        let modules = needed("PRESENCE_TEST_NODE_MODULES")?;
        if !Path::new(&modules).join("oidc-provider").is_dir() {
            skipped("oidc-provider is not among the Node.js modules");
            return None;
        }
        let mut command = Command::new("node");
        command.arg(clients().join("oidc_provider.mjs")).env("NODE_PATH", modules);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().expect("node runs");
        let given = json!({ "audience": "presence", "claims": claims });
        writeln!(child.stdin.as_mut().expect("piped"), "{given}").expect("it reads");
        let mut line = String::new();
        let mut output = BufReader::new(child.stdout.take().expect("piped"));
        output.read_line(&mut line).expect("it says");
        let said = serde_json::from_str(&line).expect("one line of JSON");
        Some(Self(child, said))
    }

    fn url(&self) -> String {
        self.1["issuer"].as_str().expect("a text").to_owned()
    }
}

impl Drop for Stranger {
    fn drop(&mut self) {
        // It may have ended already.
        _ = self.0.kill();
        _ = self.0.wait();
    }
}

#[test]
fn tokens_of_a_provider_that_we_did_not_write_are_taken() {
    let ssin = sample::inss(1).digits();
    let enterprise = sample::enterprise_number(1).to_string();
    let claims = json!({ "ssin": &ssin[..], "enterprise": enterprise });
    for (holder, claim) in [("worker", "ssin"), ("employer", "enterprise")] {
        let Some(provider) = Stranger::start(&claims) else { return };
        let (server, _folder) = trusting(&[(provider.url(), holder, claim)]);
        let tokens = provider.1["tokens"].as_array().expect("a list");
        assert_eq!(tokens.len(), 3, "one of each algorithm");
        for token in tokens {
            let reply = ask_for(&server, token.as_str().expect("a text"), "");
            assert_eq!(reply.status, 200, "{}", reply.text());
        }
        let other = ask_for(&server, provider.1["other"].as_str().expect("a text"), "");
        assert_eq!(other.status, 401, "it is for another audience");
        let line = server.log_line(&other.ticket());
        assert!(line.contains("for another audience than presence"), "{line}");
        let (server, _folder) = trusting(&[(provider.url(), holder, "missing")]);
        let reply = ask_for(&server, tokens[0].as_str().expect("a text"), "");
        assert_eq!(reply.status, 401, "it does not say whose it is");
    }
}
