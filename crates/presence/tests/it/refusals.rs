//! Whoever is refused, at whichever door, has a ticket: under it the log says which check failed and how to mend it, and
//! the caller is told no more than the standard of the door.

mod limits;

use std::fs;
use std::io::Write as _;

use domain::sample;
use serde_json::{Value, json};
use testkit::Signer;

use crate::oauth::{self, ask, folder_with_client, now};
use crate::reply::Reply;
use crate::server::{Server, is_closed, program};
use crate::signed::scene::{Scene, signed};
use crate::soap::{XML, envelope, get, register};

const SERVICE: &str = "/REST/presenceRegistration/v1";
const FORM: &str = "application/x-www-form-urlencoded";

/// The line under the ticket says this, and the answer does not.
#[track_caller]
fn logged(server: &Server, reply: &Reply, status: u16, why: &str) {
    let text = reply.text();
    assert_eq!(reply.status, status, "{text}");
    let line = server.log_line(&reply.ticket());
    assert!(line.contains("detail=") && line.contains(why), "{why} is not in {line}");
    assert!(!text.contains(why), "the caller is told too much: {text}");
}

fn call(server: &Server, operation: &str, headers: &str, body: &str) -> Reply {
    let head = format!(
        "POST {SERVICE}/presenceRegistrations/{operation} HTTP/1.1\r\nHost: a\r\n\
         Connection: close\r\n{headers}Content-Length: {}\r\n\r\n",
        body.len()
    );
    server.send((head + body).as_bytes())
}

const JSON: &str = "Content-Type: application/json\r\n";

#[test]
fn refusals_of_the_token_endpoint() {
    let folder = folder_with_client(Signer::rsa());
    let data = folder.path().to_str().expect("UTF-8");
    let file = folder.path().join("two.public");
    fs::write(&file, Signer::rsa().public_pem()).expect("written");
    let file = file.to_str().expect("UTF-8");
    let words = ["client", "add", "two", "--role", "employer", "--company"];
    let company = sample::enterprise_number(2).to_string();
    let words = [&words[..], &[company.as_str(), "--key", file, "--data", data]].concat();
    assert!(program(&words).output().expect("it runs").status.success());
    let server = Server::closed(folder.path(), &[]);
    let rs256 = json!({ "alg": "RS256" });
    let claims = |name: &str, value: Value| {
        let mut claims = json!({
            "iss": "one", "sub": "one", "aud": format!("http://{}{}", server.address, oauth::TOKEN),
            "jti": format!("{name}{value}"), "iat": now(), "exp": now() + 120,
        });
        claims[name] = value;
        claims
    };
    let signed = |name: &str, value: Value| Signer::rsa().token(&rs256, &claims(name, value));
    let used = signed("x", json!(1));
    assert_eq!(ask(&server, &used).status, 200);
    let mut two = claims("sub", json!("two"));
    two["iss"] = json!("two");
    for (assertion, why) in [
        (Signer::other_rsa().token(&rs256, &claims("x", json!(2))), "client one has 1 keys"),
        (
            Signer::p256().token(&json!({ "alg": "ES256" }), &claims("x", json!(3))),
            "no key is known that has the token's kid, if it names one, and is for its algorithm",
        ),
        (signed("sub", json!("nobody")), "client nobody is not in the register"),
        (signed("sub", json!("a b")), "its sub is no id of a client"),
        (signed("exp", json!(now() - 60)), "client one: the token has expired"),
        (signed("nbf", json!(now() + 90)), "client one: the token is not valid yet"),
        (signed("aud", json!("x")), "client one: the token is for another audience: aud has to be"),
        (used, "client one: the assertion was used already"),
        (signed("iss", json!("other")), "client one: iss and sub"),
    ] {
        logged(&server, &ask(&server, &assertion), 401, why);
    }
    let assertion = Signer::rsa().token(&rs256, &two);
    logged(&server, &ask(&server, &assertion), 400, "client two has no scope; give it some with");
    let refused = |body: &str| {
        let head = format!(
            "POST {} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: {FORM}\r\n\
             Content-Length: {}\r\n\r\n",
            oauth::TOKEN,
            body.len()
        );
        server.send((head + body).as_bytes())
    };
    // What is wrong with the form itself is told to the caller, and to the log.
    for (body, status, why) in [
        ("grant_type=password", 400, "the grant_type here is client_credentials"),
        ("", 400, "grant_type is missing"),
        (&*"x".repeat(17 << 10), 413, "the form is larger than 16 KiB"),
    ] {
        let reply = refused(body);
        assert_eq!(reply.status, status);
        assert!(server.log_line(&reply.ticket()).contains(why), "{why}");
    }
    let (kind, good) = ("client_assertion_type", signed("x", json!(4)));
    let kind = format!("{kind}=urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
    let body =
        format!("grant_type=client_credentials&{kind}&client_assertion={good}&scope=everything");
    logged(&server, &refused(&body), 400, "client one asks for a scope that is not known");
    server.stop();
}

#[test]
fn refusals_of_access_tokens() {
    let folder = folder_with_client(Signer::rsa());
    let server = Server::closed(folder.path(), &[]);
    let audience = format!("http://{}{}", server.address, oauth::TOKEN);
    let claims = json!({
        "iss": "one", "sub": "one", "aud": audience, "jti": "a", "iat": now(), "exp": now() + 120,
    });
    let reply = ask(&server, &Signer::rsa().token(&json!({ "alg": "RS256" }), &claims));
    let token: Value = serde_json::from_slice(&reply.body).expect("JSON");
    let token = token["access_token"].as_str().expect("a token");
    let bearer = |token: &str| format!("{JSON}Authorization: Bearer {token}\r\n");
    let changed = format!("{}AAAA", &token[..token.len() - 4]);
    let foreign = Signer::p256()
        .token(&json!({ "alg": "ES256", "typ": "at+jwt", "kid": "x" }), &json!({ "iss": "x" }));
    let both = bearer(token) + &bearer(token);
    for (headers, status, why) in [
        (JSON, 401, "there is no access token: get one at"),
        (&*both, 401, "the header Authorization is there twice"),
        ("Authorization: Basic YTpi\r\n", 401, "is not `Bearer` and one token"),
        (&*bearer("a.b"), 401, "not three parts of base64url"),
        (&*bearer(&changed), 401, "the token's signature is wrong: it is not of this service"),
        (&*bearer(&foreign), 401, "nor of an issuer that the file of token_issuers names"),
        (&*bearer(token), 403, "the access token has no scope:presenceRegistration:consult: ask"),
    ] {
        logged(&server, &call(&server, "query", headers, "{}"), status, why);
    }
    let events = format!("GET {SERVICE}/events HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    let reply = server.send(events.as_bytes());
    logged(&server, &reply, 401, "there is no access token");
    let run = |action: &str| {
        let data = folder.path().to_str().expect("UTF-8");
        let output = program(&["client", action, "one", "--data", data]).output();
        assert!(output.expect("it runs").status.success());
    };
    run("revoke");
    let end = std::time::Instant::now() + std::time::Duration::from_mins(1);
    let reply = loop {
        let reply = call(&server, "query", &bearer(token), "{}");
        if reply.status == 401 {
            break reply;
        }
        assert!(std::time::Instant::now() < end, "it is never refused");
    };
    logged(&server, &reply, 401, "client one: the client is revoked; add it anew with");
    server.stop();
}

#[test]
fn refusals_of_items_tell_the_log_what_the_caller_is_not_told() {
    let scene = Scene::demonstration();
    let path = "/PresenceRegistration/v1/VarC";
    let send =
        |client: &str, message: &[u8]| scene.send(path, &signed(&scene.key(client), message));
    let company = |index| sample::enterprise_number(index).number().to_string();
    let text = |message| String::from_utf8(message).expect("UTF-8");
    // At a work that nobody of the demonstration leads.
    let (led, other) = (sample::works_reference(1), sample::works_reference(9999));
    let foreign = text(register(2)).replace(&company(1), &company(7));
    let foreign = foreign.replace(led.as_str(), other.as_str());
    let reply = send("employer", foreign.as_bytes());
    logged(&scene.server, &reply, 200, "a mandate of the employer for that day is missing");
    assert!(reply.text().contains("<t:ErrorCode>112</t:ErrorCode>"));
    // Of somebody else, who sent it to the open address.
    let reply = scene.server.post(&[XML], foreign.as_bytes());
    let id = reply.element("PresenceRegistrationId").expect("it is registered");
    let item = |id: &str| {
        format!(
            "<m:CancelPresenceRequest><t:PresenceRegistrationId>{id}</t:PresenceRegistrationId>\
             <t:CancellationReason>OTHER</t:CancellationReason></m:CancelPresenceRequest>"
        )
    };
    let cancel = envelope("CancelPresencesRequest", &(item(&id) + &item("999999999")));
    let reply = send("employer", &cancel);
    logged(&scene.server, &reply, 200, "it exists, and the caller is neither its employer nor");
    let reply = send("employer", &get(&id));
    logged(&scene.server, &reply, 200, "there is a registration with this id, and the caller may");
    let hidden = reply.text().replace(&format!(">{id}<"), "><");
    let reply = send("employer", &get("999999999"));
    logged(&scene.server, &reply, 200, "there is no registration with this id");
    assert_eq!(reply.text().replace(">999999999<", "><"), hidden, "the caller hears the same");
    let broken = text(register(1)).replace("<t:INSS>", "<t:Inss>").replace("/t:INSS", "/t:Inss");
    let reply = send("employer", broken.as_bytes());
    assert_eq!(reply.fault().as_deref(), Some("SOA-03006"), "a fault of the caller's is told");
    assert!(scene.server.log_line(&reply.ticket()).contains("Inss"));
}

#[test]
fn a_connection_that_is_not_let_in_leaves_a_line_that_says_why() {
    let said = |server: &Server, why: &str| {
        let line = server.log_line("a connection was not let in");
        assert!(line.contains("ticket=") && line.contains(why), "{why} is not in {line}");
    };
    let server = Server::open(&["--max-connections", "1"]);
    let mut first = server.connect();
    first.write_all(b"GET /health HTTP/1.1\r\nHost: a\r\n\r\n").expect("sent");
    assert_eq!(Reply::read(&mut first).status, 200);
    assert!(is_closed(&mut server.connect()));
    said(&server, "as many connections as max_connections allows are open");
    let flags = ["--client-address", "proxy-protocol", "--trusted-proxies", "10.0.0.0/8"];
    let server = Server::open(&flags);
    assert!(is_closed(&mut server.connect()));
    said(&server, "only the addresses in trusted_proxies may connect");
}
