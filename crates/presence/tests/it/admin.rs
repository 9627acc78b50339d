//! The administrator's interface for works, on the operator's address.

use std::io::Write as _;

use domain::sample::{enterprise_number, works_reference};
use serde_json::{Value, json};

use crate::reply::Reply;
use crate::server::Server;

fn send(server: &Server, method: &str, path: &str, kind: &str, body: &str) -> Reply {
    let mut stream = std::net::TcpStream::connect(server.inner).expect("connected");
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: {kind}\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(head.as_bytes()).expect("sent");
    Reply::read(&mut stream)
}

fn json_of(reply: &Reply) -> Value {
    serde_json::from_str(&reply.text()).expect("JSON")
}

fn work() -> Value {
    json!({
        "reference": works_reference(7).as_str(),
        "sector": "cleaning",
        "from": "2026-01-01",
        "until": null,
        "subjectToPresenceRegistration": true,
        "sites": [],
        "contracts": [{ "enterpriseNumber": enterprise_number(1).to_string(), "role": "builder",
            "from": null, "until": null }],
    })
}

#[test]
fn works_are_added_read_changed_and_closed() {
    let server = Server::open(&["--public-url", "https://presence.example"]);
    let json = |method: &str, path: &str, body: &Value| {
        send(&server, method, path, "application/json", &body.to_string())
    };
    let path = format!("/admin/works/{}", works_reference(7));
    assert_eq!(json("GET", &path, &Value::Null).status, 404);
    let reply = json("POST", "/admin/works", &work());
    assert_eq!((reply.status, reply.header("location")), (201, Some(path.as_str())));
    assert_eq!(json("POST", "/admin/works", &work()).status, 409);
    assert_eq!(json_of(&server.get_inner(&path)), work());
    let mut other = work();
    other["sector"] = json!("guarding");
    assert_eq!(json_of(&json("PUT", &path, &other)), json!({ "changed": true }));
    assert_eq!(json_of(&json("PUT", &path, &other)), json!({ "changed": false }));
    let close = format!("{path}/close");
    assert_eq!(json("POST", &close, &json!({ "until": "2025-12-31" })).status, 422);
    assert_eq!(json("POST", &close, &json!({ "until": "2026-12-31" })).status, 200);
    let listed = json_of(&server.get_inner("/admin/works?most=5"));
    assert_eq!(listed["works"][0]["until"], "2026-12-31");
    assert_eq!(listed["works"][0]["sector"], "guarding");
    let picture = server.get_inner(&format!("{path}/qr.svg"));
    assert_eq!((picture.status, picture.header("content-type")), (200, Some("image/svg+xml")));
    assert_eq!(server.get_inner(&format!("{path}/qr.png")).status, 200);
}

#[test]
fn what_is_wrong_is_told_with_its_place_and_only_json_is_taken() {
    let server = Server::open(&[]);
    let mut bad = work();
    bad["contracts"][0]["role"] = json!("cook");
    let reply = send(&server, "POST", "/admin/works", "application/json", &bad.to_string());
    assert_eq!(reply.status, 422);
    assert_eq!(reply.header("content-type"), Some("application/problem+json"));
    assert_eq!(json_of(&reply)["flaws"][0]["path"], "contracts[0].role");
    let reply = send(&server, "POST", "/admin/works", "text/plain", &work().to_string());
    assert_eq!(reply.status, 415);
    assert_eq!(send(&server, "POST", "/admin/works", "application/json", "{").status, 400);
    assert_eq!(server.get_inner("/admin/works?x=1").status, 400);
    let reply = send(&server, "DELETE", "/admin/works", "application/json", "");
    assert_eq!((reply.status, reply.header("allow")), (405, Some("GET, HEAD, POST")));
}
