//! Whoever meets a limit is told so at every door, and the log names the setting.

use std::fs;
use std::io::Write as _;
use std::net::TcpStream;

use domain::sample;
use serde_json::{Value, json};
use testkit::Signer;

use super::{FORM, JSON, SERVICE, call, logged};
use crate::oauth::{self, ask, folder_with_client, now};
use crate::reply::Reply;
use crate::server::{Server, post_head, program};
use crate::soap::{XML, register};

/// Each door: a call that it refuses, and the status of the refusal when it is busy.
fn doors(server: &Server) -> [(Reply, u16); 3] {
    [
        (server.post(&[XML], &register(1)), 500),
        (call(server, "query", JSON, "{}"), 503),
        (ask(server, "a.b.c"), 503),
    ]
}

/// The beginning of a request to each door, with the status of its answer when the rest does not come in time.
fn beginnings() -> [(Vec<u8>, u16); 3] {
    let post = |path: &str, kind: &str| {
        let head = "Host: presence.example\r\nContent-Length: 100\r\nContent-Type";
        format!("POST {path} HTTP/1.1\r\n{head}: {kind}\r\n\r\nx").into_bytes()
    };
    let soap = [post_head(&[XML, "Content-Length: 100"]), b"<s:Env".to_vec()].concat();
    let query = format!("{SERVICE}/presenceRegistrations/query");
    [(soap, 500), (post(&query, "application/json"), 408), (post(oauth::TOKEN, FORM), 408)]
}

fn begun(server: &Server, bytes: &[u8]) -> TcpStream {
    let mut stream = server.connect();
    stream.write_all(bytes).expect("sent");
    stream
}

#[test]
fn too_many_calls_a_second_and_bodies_that_are_too_large() {
    let flags = ["--client-rate", "1", "--client-burst", "1", "--max-body-bytes", "2 KiB"];
    let server = Server::open(&flags);
    let limited = |ask: &dyn Fn() -> Reply| {
        let refused = (0..100).map(|_| ask()).find(|reply| [429, 500].contains(&reply.status));
        let reply = refused.expect("more than one a second");
        assert!(reply.header("retry-after").is_some());
        logged(&server, &reply, reply.status, "client_rate and client_burst");
    };
    limited(&|| server.post(&[XML], &register(1)));
    limited(&|| call(&server, "query", JSON, "{}"));
    limited(&|| ask(&server, "a.b.c"));
    let large = "x".repeat(3 << 10);
    let reply = server.post(&[XML], large.as_bytes());
    logged(&server, &reply, 500, "the 2048 bytes of max_body_bytes");
    let reply = call(&server, "query", JSON, &large);
    logged(&server, &reply, 413, "the 2048 bytes of max_body_bytes");
    server.stop();
}

#[test]
fn a_body_that_does_not_come_in_time() {
    let server = Server::open(&["--body-timeout", "0.3"]);
    for (bytes, status) in beginnings() {
        let reply = Reply::read(&mut begun(&server, &bytes));
        logged(&server, &reply, status, "body_timeout");
    }
    server.stop();
}

#[test]
fn too_many_calls_of_one_address_at_once() {
    let server = Server::open(&["--client-calls", "1"]);
    let [_, (begin, _), _] = beginnings();
    let mut first = begun(&server, &begin);
    server.await_metric("presence_buffered_bytes 65536");
    for (reply, status) in doors(&server) {
        let status = if status == 503 { 429 } else { status };
        assert!(reply.header("retry-after").is_some(), "{}", reply.text());
        logged(&server, &reply, status, "client_calls may allow more");
    }
    first.write_all(&[b' '; 99]).expect("sent");
    assert_eq!(Reply::read(&mut first).status, 400, "it is no JSON");
    assert_eq!(server.post(&[XML], &register(1)).status, 200, "its place was given back");
    server.stop();
}

#[test]
fn bodies_that_take_too_much_memory_together() {
    let server = Server::open(&["--max-body-bytes", "1 MiB", "--max-buffered-bytes", "3 MiB"]);
    let large = [post_head(&[XML, "Content-Length: 1048576"]), vec![b' '; (1 << 20) - 1]].concat();
    let waiting: Vec<_> = (0..3).map(|_| begun(&server, &large)).collect();
    server.await_metric("presence_buffered_bytes 3145728");
    for (reply, status) in doors(&server) {
        assert!(reply.header("retry-after").is_some(), "{}", reply.text());
        logged(&server, &reply, status, "max_buffered_bytes");
    }
    drop(waiting);
    server.stop();
}

#[test]
fn clients_behind_one_address_have_limits_of_their_own() {
    let folder = folder_with_client(Signer::rsa());
    let data = folder.path().to_str().expect("UTF-8");
    let file = folder.path().join("two.public");
    fs::write(&file, Signer::other_rsa().public_pem()).expect("written");
    let (file, company) = (file.to_str().expect("UTF-8"), sample::enterprise_number(2).to_string());
    let words =
        ["client", "add", "two", "--role", "employer", "--company", &company, "--key", file];
    let scope = ["--scope", "scope:presenceRegistration:register", "--data", data];
    let added = program(&[&words[..], &scope].concat()).output().expect("it runs");
    assert!(added.status.success(), "{}", String::from_utf8_lossy(&added.stderr));
    let server = Server::closed(folder.path(), &["--client-rate", "1", "--client-burst", "4"]);
    let audience = format!("http://{}{}", server.address, oauth::TOKEN);
    let token = |id: &str, signer: &Signer| {
        let (now, rs256) = (now(), json!({ "alg": "RS256" }));
        let claims = json!({
            "iss": id, "sub": id, "aud": audience, "jti": id, "iat": now, "exp": now + 120,
        });
        let reply = ask(&server, &signer.token(&rs256, &claims));
        let answer: Value = serde_json::from_slice(&reply.body).expect("JSON");
        let token = answer["access_token"].as_str().expect("a token");
        format!("{JSON}Authorization: Bearer {token}\r\n")
    };
    let (one, two) = (token("one", Signer::rsa()), token("two", Signer::other_rsa()));
    let calls = |headers: &str| call(&server, "registerInBulk", headers, "{}");
    let refused = (0..100).map(|_| calls(&one)).find(|reply| reply.status == 429);
    logged(&server, &refused.expect("more than one a second"), 429, "client_rate and client_burst");
    for _ in 0..20 {
        calls(&one);
    }
    assert_eq!(calls(&two).status, 400, "it is let in, and its body is wrong");
    server.stop();
}
