//! Requests for tokens, and tokens, that must not be taken, beside honest ones that must.

use std::collections::HashSet;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use domain::{Caller, Client, ClientId, Clock, Role, Sender, TokenKey, sample};
use jiff::{SignedDuration, Timestamp};
use ring::rand::SystemRandom;
use serde_json::{Value, json};
use testkit::{Signer, TestApp};

use super::*;

const ISSUER: &str = "https://presence.example";
const NOW: &str = "2026-11-24T08:00:00Z";
const REGISTER: &str = "scope:presenceRegistration:register";

struct Keys(Mutex<Arc<KeyRing>>);

impl KeySource for Keys {
    fn ring(&self) -> Arc<KeyRing> {
        Arc::clone(&self.0.lock().expect("not poisoned"))
    }
}

struct Scene {
    test: TestApp,
    keys: Arc<Keys>,
    oauth: OAuth,
    ids: AtomicU32,
}

fn client(id: &str, signer: &Signer, scopes: &[&str]) -> Client {
    Client {
        company: Some(sample::enterprise_number(1)),
        keys: vec![TokenKey { id: None, text: signer.public_pem().into() }],
        scopes: scopes.iter().map(|scope| Arc::from(*scope)).collect(),
        ..sample::client(id, Role::Employer)
    }
}

impl Scene {
    /// Two clients, each with a key of its own; both may register and consult.
    async fn new(open: bool) -> Self {
        let test = TestApp::at(NOW).await;
        let scopes = [REGISTER, "scope:presenceRegistration:consult"];
        for (id, signer) in [("one", Signer::rsa()), ("two", Signer::other_rsa())] {
            let added = test.store.clients().add(client(id, signer, &scopes)).await;
            added.expect("the store works").expect("a new client");
        }
        let clock: Arc<dyn Clock> = Arc::clone(&test.clock) as _;
        let ring = KeyRing::fresh(&SystemRandom::new(), clock.now());
        let keys = Arc::new(Keys(Mutex::new(Arc::new(ring))));
        let ids = AtomicU32::new(0);
        let settings = OAuthSettings {
            issuer: ISSUER.to_owned(),
            lifetime: 600,
            open: open.then(|| Caller::open(Sender::default())),
            ids: Box::new(move || ids.fetch_add(1, Ordering::Relaxed).to_string()),
        };
        let source: Arc<dyn KeySource> = Arc::clone(&keys) as _;
        let oauth = OAuth::new(Arc::clone(&test.app), clock, source, settings);
        Self { test, keys, oauth, ids: AtomicU32::new(0) }
    }

    fn now(&self) -> i64 {
        self.test.clock.now().as_second()
    }

    /// The claims of an honest assertion of client one.
    fn claims(&self) -> Value {
        let now = self.now();
        json!({
            "iss": "one",
            "sub": "one",
            "aud": format!("{ISSUER}{TOKEN_PATH}"),
            "jti": format!("id-{}", self.ids.fetch_add(1, Ordering::Relaxed)),
            "iat": now,
            "exp": now + 300,
        })
    }

    async fn ask(&self, assertion: &str, more: &str) -> Result<Value, TokenError> {
        let kind = "urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer";
        let body = format!(
            "grant_type=client_credentials&client_assertion_type={kind}&client_assertion={assertion}{more}"
        );
        self.post("application/x-www-form-urlencoded", &body).await
    }

    async fn post(&self, content_type: &str, body: &str) -> Result<Value, TokenError> {
        let content_type = Some(content_type);
        let body = body.as_bytes();
        let request = TokenRequest { content_type, has_authorization: false, body };
        self.oauth.token(request).await.map(|granted| granted.response)
    }

    async fn token(&self, more: &str) -> String {
        let answer = self.ask(&honest(&self.claims()), more).await.expect("a token");
        answer["access_token"].as_str().expect("a text").to_owned()
    }

    async fn call(&self, token: &str) -> Result<Access, AccessRefusal> {
        let header = format!("Bearer {token}");
        self.oauth.access(std::iter::once(header.as_bytes())).await
    }

    async fn changed(&self, change: impl FnOnce(&mut Client)) {
        let id = ClientId::parse("one").expect("an id");
        let mut client = self.test.store.clients().client(id).await.expect("read").expect("known");
        change(&mut client);
        self.test.store.clients().change(client).await.expect("written").expect("known");
        self.later(2);
    }

    fn later(&self, seconds: i64) {
        let now = self.test.clock.now() + SignedDuration::from_secs(seconds);
        self.test.clock.set(&now.to_string());
    }
}

fn honest(claims: &Value) -> String {
    Signer::rsa().token(&json!({ "alg": "RS256", "typ": "JWT" }), claims)
}

fn code(outcome: &Result<Value, TokenError>) -> &'static str {
    outcome.as_ref().err().map_or("a token", TokenError::code)
}

#[tokio::test]
async fn the_known_form_gets_a_token_with_all_scopes_of_the_client_and_it_is_good_for_calls() {
    let scene = Scene::new(false).await;
    let answer = scene.ask(&honest(&scene.claims()), "").await.expect("a token");
    assert_eq!(answer["token_type"], "Bearer");
    assert_eq!(answer["expires_in"], 600);
    let both = format!("{REGISTER} scope:presenceRegistration:consult");
    assert_eq!(answer["scope"], both);
    let access = scene.call(answer["access_token"].as_str().expect("text")).await.expect("good");
    let caller = access.caller(None).expect("may call");
    assert_eq!(caller.client_id().map(ClientId::as_str), Some("one"));
    access.require(Scope::Register).expect("has it");
    let missing = access.require(Scope::Cancel).expect_err("has not");
    let challenge = missing.challenge().expect("one");
    assert!(
        challenge.contains("insufficient_scope") && challenge.contains(":cancel"),
        "{challenge}"
    );
}

#[tokio::test]
async fn fewer_scopes_may_be_asked_for_and_more_not() {
    let scene = Scene::new(false).await;
    let answer = scene.ask(&honest(&scene.claims()), &format!("&scope={REGISTER}")).await;
    assert_eq!(answer.expect("a token")["scope"], REGISTER);
    for scope in
        ["scope:presenceRegistration:cancel", "openid", "%2A", "scope:presenceRegistration"]
    {
        let outcome = scene.ask(&honest(&scene.claims()), &format!("&scope={scope}")).await;
        assert_eq!(code(&outcome), "invalid_scope", "{scope}");
    }
    scene.changed(|client| client.scopes.clear()).await;
    let outcome = scene.ask(&honest(&scene.claims()), "").await;
    assert_eq!(code(&outcome), "unauthorized_client");
}

#[tokio::test]
async fn an_assertion_is_good_once() {
    let scene = Scene::new(false).await;
    let assertion = honest(&scene.claims());
    assert_eq!(code(&scene.ask(&assertion, "").await), "a token");
    assert_eq!(code(&scene.ask(&assertion, "").await), "invalid_client", "replayed");
    let mut again = scene.claims();
    again["jti"] = json!("id-0");
    assert_eq!(code(&scene.ask(&honest(&again), "").await), "invalid_client", "a jti again");
    // Another client may use the same id: they do not know of each other.
    let mut other = scene.claims();
    for (name, value) in [("jti", "id-0"), ("iss", "two"), ("sub", "two")] {
        other[name] = json!(value);
    }
    let other = Signer::other_rsa().token(&json!({ "alg": "PS256" }), &other);
    assert_eq!(code(&scene.ask(&other, "").await), "a token");
}

#[tokio::test]
async fn wrong_claims_are_refused_each_by_itself() {
    let scene = Scene::new(false).await;
    let now = scene.now();
    let mut jtis = HashSet::new();
    for (name, value) in [
        ("aud", json!("https://other.example/REST/oauth/v5/token")),
        ("aud", json!(format!("{ISSUER}{SERVICE_PATH}"))),
        ("aud", json!([])),
        ("aud", Value::Null),
        ("iss", json!("two")),
        ("iss", Value::Null),
        ("sub", json!("two")),
        ("sub", json!("nobody")),
        ("sub", json!("../one")),
        ("sub", json!(1)),
        ("exp", json!(now - 31)),
        ("exp", json!(now + 3600)),
        ("exp", json!("soon")),
        ("exp", Value::Null),
        ("nbf", json!(now + 60)),
        ("iat", json!(now + 60)),
        ("jti", Value::Null),
        ("jti", json!("")),
        ("jti", json!("x".repeat(300))),
    ] {
        let mut claims = scene.claims();
        assert!(jtis.insert(claims["jti"].to_string()), "each is asked for once");
        match value {
            Value::Null => drop(claims.as_object_mut().expect("an object").remove(name)),
            ref value => claims[name] = value.clone(),
        }
        let outcome = scene.ask(&honest(&claims), "").await;
        assert_eq!(code(&outcome), "invalid_client", "{name}: {value}");
    }
    let mut skewed = scene.claims();
    skewed["exp"] = json!(now - 20);
    assert_eq!(code(&scene.ask(&honest(&skewed), "").await), "a token", "clocks may differ");
}

#[tokio::test]
async fn signatures_of_others_and_forged_headers_are_refused() {
    let scene = Scene::new(false).await;
    let p256 = Signer::p256();
    let claims = || scene.claims();
    let (signed, _) = {
        let token = honest(&claims());
        let (signed, signature) = token.rsplit_once('.').expect("three parts");
        (signed.to_owned(), signature.to_owned())
    };
    let jwk = json!({ "kty": "EC", "crv": "P-256", "x": "AA", "y": "AA" });
    for (what, assertion) in [
        ("another client's key", Signer::other_rsa().token(&json!({ "alg": "RS256" }), &claims())),
        ("a foreign key", p256.token(&json!({ "alg": "ES256" }), &claims())),
        ("a key in the header", p256.token(&json!({ "alg": "ES256", "jwk": jwk }), &claims())),
        ("jku", p256.token(&json!({ "alg": "ES256", "jku": "https://evil.example" }), &claims())),
        ("x5u", p256.token(&json!({ "alg": "ES256", "x5u": "https://evil.example" }), &claims())),
        ("crit", Signer::rsa().token(&json!({ "alg": "RS256", "crit": ["exp"] }), &claims())),
        ("none", Signer::rsa().token(&json!({ "alg": "none" }), &claims())),
        ("HS256", Signer::rsa().token(&json!({ "alg": "HS256" }), &claims())),
        (
            "another type",
            Signer::rsa().token(&json!({ "alg": "RS256", "typ": "at+jwt" }), &claims()),
        ),
        ("no signature", format!("{signed}.")),
        ("huge", "a".repeat(1 << 20)),
        ("empty parts", "..".to_owned()),
    ] {
        let outcome = scene.ask(&assertion, "").await;
        assert_eq!(code(&outcome), "invalid_client", "{what}");
    }
}

#[tokio::test]
async fn a_stranger_learns_nothing_of_which_clients_there_are() {
    let scene = Scene::new(false).await;
    let mut texts = HashSet::new();
    for id in ["one", "nobody"] {
        let mut claims = scene.claims();
        (claims["iss"], claims["sub"]) = (json!(id), json!(id));
        let token = Signer::p256().token(&json!({ "alg": "ES256" }), &claims);
        texts.insert(scene.ask(&token, "").await.expect_err("refused").description());
    }
    assert_eq!(texts.len(), 1, "{texts:?}");
}

#[tokio::test]
async fn the_request_is_held_to_the_standard() {
    let scene = Scene::new(false).await;
    let outcome = scene.ask(&honest(&scene.claims()), "&client_id=two").await;
    assert_eq!(code(&outcome), "invalid_client", "another client_id");
    let outcome = scene.ask(&honest(&scene.claims()), "&client_id=one").await;
    assert_eq!(code(&outcome), "a token");
    for (more, expected) in [
        ("&grant_type=client_credentials", "invalid_request"),
        ("&scope=a&scope=b", "invalid_request"),
        ("&client_secret=x", "invalid_client"),
        ("&x=%", "invalid_request"),
    ] {
        let outcome = scene.ask(&honest(&scene.claims()), more).await;
        assert_eq!(code(&outcome), expected, "{more}");
    }
    let form = "application/x-www-form-urlencoded";
    for (content_type, body, expected) in [
        ("application/json", "{}", "invalid_request"),
        ("", "grant_type=client_credentials", "invalid_request"),
        (form, "", "invalid_request"),
        (form, "grant_type=password", "unsupported_grant_type"),
        (form, "grant_type=client_credentials", "invalid_client"),
        (form, "grant_type=client_credentials&client_id=one&client_secret=x", "invalid_client"),
        (
            "application/x-www-form-urlencoded; charset=UTF-8",
            "grant_type=x",
            "unsupported_grant_type",
        ),
    ] {
        assert_eq!(code(&scene.post(content_type, body).await), expected, "{content_type} {body}");
    }
    let request = TokenRequest {
        content_type: Some(form),
        has_authorization: true,
        body: b"grant_type=client_credentials",
    };
    let refused = scene.oauth.token(request).await.expect_err("Basic");
    assert_eq!(refused.code(), "invalid_client");
}

#[tokio::test]
async fn a_revoked_client_gets_no_token_and_those_that_it_has_are_refused_at_once() {
    let scene = Scene::new(false).await;
    let token = scene.token("").await;
    scene.call(&token).await.expect("good");
    let now: Timestamp = NOW.parse().expect("a moment");
    scene.changed(|client| client.revoked = Some(now)).await;
    assert_eq!(code(&scene.ask(&honest(&scene.claims()), "").await), "invalid_client");
    assert!(matches!(scene.call(&token).await, Err(AccessRefusal::Invalid(_))));
}

#[tokio::test]
async fn an_access_token_lives_as_long_as_it_says() {
    let scene = Scene::new(false).await;
    let token = scene.token("").await;
    scene.later(629);
    scene.call(&token).await.expect("clocks may differ");
    scene.later(1);
    let refusal = scene.call(&token).await.expect_err("over");
    assert!(matches!(refusal, AccessRefusal::Expired));
    assert!(
        refusal
            .challenge()
            .expect("one")
            .ends_with("error_description=\"The access token expired\"")
    );
}

#[tokio::test]
async fn only_our_own_access_tokens_for_this_service_are_taken() {
    let scene = Scene::new(false).await;
    let now = scene.now();
    let good = json!({
        "iss": ISSUER, "sub": "one", "client_id": "one", "aud": format!("{ISSUER}{SERVICE_PATH}"),
        "nbf": now, "iat": now, "exp": now + 600, "jti": "x", "scope": REGISTER,
    });
    let with = |name: &str, value: Value| {
        let mut claims = good.clone();
        claims[name] = value;
        claims
    };
    let ring = scene.keys.ring();
    let key = ring.signer(scene.test.clock.now()).expect("a key");
    scene.call(&key.sign("at+jwt", &good)).await.expect("what the service itself makes");
    let kid = key.kid();
    let stranger = Signer::p256();
    for (what, token) in [
        ("another issuer", key.sign("at+jwt", &with("iss", json!("https://evil.example")))),
        ("another audience", key.sign("at+jwt", &with("aud", json!("https://evil.example")))),
        ("not yet", key.sign("at+jwt", &with("nbf", json!(now + 60)))),
        ("no nbf", key.sign("at+jwt", &with("nbf", json!("x")))),
        ("no scope", key.sign("at+jwt", &with("scope", json!("")))),
        ("an unknown client", key.sign("at+jwt", &with("client_id", json!("nobody")))),
        ("another type", key.sign("JWT", &good)),
        (
            "a foreign key",
            stranger.token(&json!({"alg": "ES256", "typ": "at+jwt", "kid": kid}), &good),
        ),
        ("no kid", stranger.token(&json!({"alg": "ES256", "typ": "at+jwt"}), &good)),
        ("an assertion", honest(&scene.claims())),
        (
            "a client's own token",
            Signer::rsa().token(&json!({"alg": "RS256", "typ": "at+jwt", "kid": kid}), &good),
        ),
        ("none", stranger.token(&json!({"alg": "none", "typ": "at+jwt", "kid": kid}), &good)),
        ("nothing", String::new()),
    ] {
        assert!(matches!(scene.call(&token).await, Err(AccessRefusal::Invalid(_))), "{what}");
    }
}

#[tokio::test]
async fn headers_that_are_missing_doubled_or_of_another_scheme_are_told_apart() {
    let scene = Scene::new(false).await;
    let none = scene.oauth.access(std::iter::empty()).await;
    assert!(matches!(none, Err(AccessRefusal::NoToken)));
    let header = format!("Bearer {}", scene.token("").await);
    let twice = [header.as_bytes(), header.as_bytes()];
    assert!(matches!(scene.oauth.access(twice.into_iter()).await, Err(AccessRefusal::Invalid(_))));
    for other in ["Basic b25lOng=", "Bearer", "\u{e9}"] {
        let outcome = scene.oauth.access(std::iter::once(other.as_bytes())).await;
        assert!(matches!(outcome, Err(AccessRefusal::Invalid(_))), "{other}");
    }
}

#[tokio::test]
async fn tokens_outlive_the_rotation_of_keys() {
    let scene = Scene::new(false).await;
    let token = scene.token("").await;
    let random = SystemRandom::new();
    let text = scene.keys.ring().to_text();
    let ring = KeyRing::parse(&text, &random).expect("our own form");
    let minutes = SignedDuration::from_mins;
    let ring = ring.rotated(&random, scene.test.clock.now(), minutes(0), minutes(11));
    *scene.keys.0.lock().expect("not poisoned") = Arc::new(ring);
    scene.call(&token).await.expect("the old key still checks");
    let new = scene.token("").await;
    assert_ne!(header(&new), header(&token), "the new key signs");
    scene.call(&new).await.expect("good");
}

#[tokio::test]
async fn a_rotation_goes_by_the_clock_and_refuses_no_token_within_its_life() {
    let scene = Scene::new(false).await;
    let random = SystemRandom::new();
    let (notice, overlap) = (SignedDuration::from_mins(10), SignedDuration::from_mins(11));
    let old = header(&scene.token("").await).to_owned();
    let ring = KeyRing::parse(&scene.keys.ring().to_text(), &random).expect("our own form");
    let ring = ring.rotated(&random, scene.test.clock.now(), notice, overlap);
    *scene.keys.0.lock().expect("not poisoned") = Arc::new(ring);
    let published = || scene.oauth.published_keys()["keys"].as_array().map(Vec::len);
    scene.later(599);
    let last = scene.token("").await;
    assert_eq!((header(&last), published()), (&*old, Some(2)), "published, and not used yet");
    scene.later(1);
    assert_ne!(header(&scene.token("").await), old, "the new key signs");
    scene.later(600);
    scene.call(&last).await.expect("what the old key signed last lives its life");
    scene.later(60);
    assert_eq!(published(), Some(1));
    assert!(matches!(scene.call(&last).await, Err(AccessRefusal::Invalid(_))));
}

#[tokio::test]
async fn a_client_changes_its_key_without_a_moment_between() {
    let scene = Scene::new(false).await;
    let new = Signer::p256();
    let sign = |signer: &Signer, alg: &str| signer.token(&json!({ "alg": alg }), &scene.claims());
    let key = TokenKey { id: None, text: new.public_pem().into() };
    assert_eq!(code(&scene.ask(&sign(&new, "ES256"), "").await), "invalid_client", "not yet");
    scene.changed(|client| client.keys.push(key.clone())).await;
    for assertion in [sign(Signer::rsa(), "RS256"), sign(&new, "ES256")] {
        assert_eq!(code(&scene.ask(&assertion, "").await), "a token");
    }
    scene.changed(|client| client.keys = vec![key]).await;
    assert_eq!(code(&scene.ask(&sign(Signer::rsa(), "RS256"), "").await), "invalid_client");
    assert_eq!(code(&scene.ask(&sign(&new, "ES256"), "").await), "a token");
}

fn header(token: &str) -> &str {
    token.split('.').next().expect("a first part")
}

#[tokio::test]
async fn an_open_service_needs_no_token_and_gives_strangers_one_that_is_worth_no_more() {
    let scene = Scene::new(true).await;
    let open = scene.oauth.access(std::iter::empty()).await.expect("everyone may call");
    open.require(Scope::Cancel).expect("everything");
    let mut claims = scene.claims();
    (claims["iss"], claims["sub"]) = (json!("stranger"), json!("stranger"));
    let token = Signer::p256().token(&json!({ "alg": "ES256" }), &claims);
    let answer = scene.ask(&token, "").await.expect("a token");
    let access = scene.call(answer["access_token"].as_str().expect("text")).await.expect("good");
    assert_eq!(access.caller(None).expect("may call"), Caller::open(Sender::default()));
    // Who is registered has to prove it here too.
    let mut claims = scene.claims();
    claims["jti"] = json!("forged");
    let forged = Signer::p256().token(&json!({ "alg": "ES256" }), &claims);
    assert_eq!(code(&scene.ask(&forged, "").await), "invalid_client");
}

#[tokio::test]
async fn what_is_published_leads_a_library_to_the_token_endpoint() {
    let scene = Scene::new(false).await;
    let metadata = scene.oauth.metadata();
    assert_eq!(metadata["issuer"], ISSUER);
    assert_eq!(metadata["token_endpoint"], format!("{ISSUER}{TOKEN_PATH}"));
    assert_eq!(metadata["jwks_uri"], format!("{ISSUER}{KEYS_PATH}"));
    let keys = scene.oauth.published_keys();
    let key = &keys["keys"][0];
    assert_eq!(
        (&key["alg"], &key["use"], &key["crv"]),
        (&json!("ES256"), &json!("sig"), &json!("P-256"))
    );
    let token = scene.token("").await;
    let set = crate::jose::KeySet::parse(keys.to_string().as_bytes()).expect("a set");
    let claims = set.verify(&crate::jose::Jws::parse(&token).expect("a token")).expect("ours");
    assert_eq!(claims.required("client_id"), Ok("one"));
}
