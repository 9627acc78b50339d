//! Access tokens over HTTP: what a client gets, what an attacker does not, and libraries that we did not write.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use domain::{Client, Role, TokenKey, sample};
use jiff::Timestamp;
use serde_json::{Value, json};
use tempfile::TempDir;
use testkit::Signer;

use crate::reply::Reply;
use crate::server::{Server, program};
use crate::strangers::{clients, needed};

pub(crate) const TOKEN: &str = "/REST/oauth/v5/token";
const SCOPE: &str = "scope:presenceRegistration:register";
const FORM: &str = "application/x-www-form-urlencoded";

/// A folder whose register knows the client `one` by this key.
#[tokio::main(flavor = "current_thread")]
pub(crate) async fn folder_with_client(signer: &Signer) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let store = testkit::chosen_store(folder.path()).await;
    let client = Client {
        company: Some(sample::enterprise_number(1)),
        keys: vec![TokenKey { id: None, text: signer.public_pem().into() }],
        scopes: vec![Arc::from(SCOPE)],
        ..sample::client("one", Role::Employer)
    };
    store.clients().add(client).await.expect("written").expect("a new client");
    folder
}

fn post(server: &Server, content_type: &str, body: &str) -> Reply {
    server.send(form(content_type, body).as_bytes())
}

fn form(content_type: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "POST {TOKEN} HTTP/1.1\r\nHost: presence.example\r\nConnection: close\r\n\
         Content-Type: {content_type}\r\nContent-Length: {length}\r\n\r\n{body}"
    )
}

#[expect(clippy::disallowed_methods, reason = "the program that is tested has the real clock")]
pub(crate) fn now() -> i64 {
    Timestamp::now().as_second()
}

fn claims(server: &Server, jti: &str) -> Value {
    json!({
        "iss": "one", "sub": "one", "aud": format!("http://{}{TOKEN}", server.address),
        "jti": jti, "iat": now(), "exp": now() + 120,
    })
}

/// Asks for a token with an assertion.
pub(crate) fn ask(server: &Server, assertion: &str) -> Reply {
    server.send(request(assertion).as_bytes())
}

/// The request that asks for a token.
pub(crate) fn request(assertion: &str) -> String {
    let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    let body = format!(
        "grant_type=client_credentials&client_assertion_type={kind}&client_assertion={assertion}"
    );
    form(FORM, &body)
}

fn json_of(reply: &Reply) -> Value {
    serde_json::from_slice(&reply.body).expect("JSON")
}

#[test]
fn a_client_of_the_register_gets_a_token_in_the_known_form() {
    let folder = folder_with_client(Signer::rsa());
    let server = Server::at(folder.path(), &[]);
    let header = json!({ "alg": "RS256", "typ": "JWT" });
    let reply = ask(&server, &Signer::rsa().token(&header, &claims(&server, "a")));
    let token = json_of(&reply);
    assert_eq!((reply.status, reply.header("cache-control")), (200, Some("no-store")), "{token}");
    assert_eq!(reply.header("content-type"), Some("application/json"));
    assert_eq!(token["expires_in"], 600);
    assert_eq!((&token["token_type"], &token["scope"]), (&json!("Bearer"), &json!(SCOPE)));
    let published = json_of(&server.get("/.well-known/jwks.json"));
    let set = rest::jose::KeySet::parse(published.to_string().as_bytes()).expect("a set");
    let token = token["access_token"].as_str().expect("a text");
    set.verify(&rest::jose::Jws::parse(token).expect("a token")).expect("of a published key");
    server.stop();
}

#[test]
fn attacks_on_the_token_endpoint_are_refused_in_the_form_of_the_standard() {
    let folder = folder_with_client(Signer::rsa());
    let server = Server::at(folder.path(), &[]);
    let (rsa, other) = (Signer::rsa(), Signer::other_rsa());
    let rs256 = json!({ "alg": "RS256" });
    let used = rsa.token(&rs256, &claims(&server, "used"));
    assert_eq!(ask(&server, &used).status, 200);
    let with = |jti: &str, name: &str, value: Value| {
        let mut claims = claims(&server, jti);
        claims[name] = value;
        rsa.token(&rs256, &claims)
    };
    for (what, assertion) in [
        ("replayed", used.clone()),
        ("none", rsa.token(&json!({ "alg": "none" }), &claims(&server, "b"))),
        ("HS256", rsa.token(&json!({ "alg": "HS256" }), &claims(&server, "c"))),
        ("another's key", other.token(&rs256, &claims(&server, "d"))),
        ("jwk", other.token(&json!({ "alg": "RS256", "jwk": {} }), &claims(&server, "e"))),
        ("kid", other.token(&json!({ "alg": "RS256", "kid": "/dev/null" }), &claims(&server, "f"))),
        ("audience", with("g", "aud", json!("https://other.example"))),
        ("expired", with("h", "exp", json!(now() - 60))),
        ("future", with("i", "nbf", json!(now() + 60))),
        ("for another client", with("j", "sub", json!("two"))),
        ("twice", rsa.token_of(r#"{"alg":"RS256"}"#, r#"{"sub":"one","sub":"one"}"#)),
    ] {
        let reply = ask(&server, &assertion);
        let body = json_of(&reply);
        assert_eq!((reply.status, &body["error"]), (401, &json!("invalid_client")), "{what}");
        assert!(body["error_description"].is_string(), "{what}");
        assert_eq!(reply.header("cache-control"), Some("no-store"));
        assert!(reply.header("www-authenticate").is_some(), "RFC 9110, section 15.5.2");
    }
    let good = rsa.token(&rs256, &claims(&server, "k"));
    let body = format!("client_assertion={good}&grant_type=client_credentials");
    for (content_type, body, status, error) in [
        ("application/json", "{}", 400, "invalid_request"),
        (FORM, "grant_type=password", 400, "unsupported_grant_type"),
        (FORM, "", 400, "invalid_request"),
        (FORM, body.as_str(), 401, "invalid_client"),
        (FORM, &"x".repeat(17 << 10), 413, "invalid_request"),
    ] {
        let reply = post(&server, content_type, body);
        assert_eq!((reply.status, &json_of(&reply)["error"]), (status, &json!(error)));
    }
    assert_eq!(server.get(TOKEN).status, 405);
    server.stop();
}

#[test]
fn keys_are_rotated_while_the_program_runs() {
    let folder = folder_with_client(Signer::rsa());
    let server = Server::at(folder.path(), &[]);
    let data = folder.path().to_str().expect("UTF-8");
    let run = |words: &[&str]| {
        let output = program(&[&["oauth-key"], words, &["--data", data]].concat()).output();
        let output = output.expect("it runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("UTF-8")
    };
    assert_eq!(run(&["list"]).lines().count(), 1);
    let rotated = run(&["rotate"]);
    assert_eq!(rotated.lines().count(), 2, "{rotated}");
    let end = std::time::Instant::now() + std::time::Duration::from_mins(1);
    while json_of(&server.get("/.well-known/jwks.json"))["keys"].as_array().map(Vec::len) != Some(2)
    {
        assert!(std::time::Instant::now() < end, "the new key was never published");
    }
    server.stop();
}

/// Runs a library against a program of its own.
fn library_gets_tokens(mut library: Command, signer: &Signer, algorithm: &str) {
    let folder = folder_with_client(signer);
    let server = Server::at(folder.path(), &[]);
    let input = json!({
        "issuer": format!("http://{}", server.address),
        "client": "one",
        "key": signer.private_pem(),
        "algorithm": algorithm,
        "scope": SCOPE,
    });
    library.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = library.spawn().expect("it starts");
    let mut stdin = child.stdin.take().expect("piped");
    stdin.write_all(input.to_string().as_bytes()).expect("it reads");
    drop(stdin);
    let output = child.wait_with_output().expect("it ends");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{algorithm}: {errors}");
    server.stop();
}

fn script(program: &std::ffi::OsStr, name: &str) -> Command {
    let mut command = Command::new(program);
    command.arg(Path::new(&clients()).join(name));
    command
}

#[test]
fn authlib_gets_tokens_with_its_algorithms() {
    let Some(python) = needed("PRESENCE_TEST_PYTHON") else { return };
    // For private_key_jwt, Authlib 1.9.10 takes RSA keys only.
    for algorithm in ["RS256", "PS256"] {
        library_gets_tokens(script(&python, "authlib_client.py"), Signer::rsa(), algorithm);
    }
}

#[test]
fn openid_client_gets_tokens_with_every_algorithm() {
    let Some(modules) = needed("PRESENCE_TEST_NODE_MODULES") else { return };
    let p256 = Signer::p256();
    for (signer, alg) in [(Signer::rsa(), "RS256"), (Signer::rsa(), "PS256"), (&p256, "ES256")] {
        let mut library = script("node".as_ref(), "openid_client.mjs");
        library.env("NODE_PATH", &modules);
        library_gets_tokens(library, signer, alg);
    }
}
