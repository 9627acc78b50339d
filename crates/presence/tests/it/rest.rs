//! The REST service as callers meet it: nodes that share their data, and restarts.

use std::io::Write as _;

use domain::{belgian_day, sample};
use jiff::{Timestamp, ToSpan as _};
use serde_json::{Value, json};

use crate::reply::Reply;
use crate::server::Server;

const SERVICE: &str = "/REST/presenceRegistration/v1/presenceRegistrations";

fn request(operation: &str, headers: &str, body: &Value) -> Vec<u8> {
    let body = body.to_string();
    let head = format!(
        "POST {SERVICE}/{operation} HTTP/1.1\r\nHost: presence.example\r\nConnection: close\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n{headers}\r\n",
        body.len()
    );
    format!("{head}{body}").into_bytes()
}

pub(crate) fn post(server: &Server, operation: &str, headers: &str, body: &Value) -> Reply {
    server.send(&request(operation, headers, body))
}

fn answer(reply: &Reply) -> Value {
    assert_eq!(reply.status, 200, "{}", reply.text());
    serde_json::from_str(&reply.text()).expect("JSON")
}

/// A day that may be registered now and after midnight, too.
#[expect(clippy::disallowed_methods, reason = "the program that is tested has the real clock")]
pub(crate) fn tomorrow() -> String {
    (belgian_day(Timestamp::now()) + 1.day()).to_string()
}

pub(crate) fn days(persons: u32) -> Value {
    let day = |person| {
        json!({
            "registrationDate": tomorrow(),
            "ssin": sample::inss(person).digits(),
            "type": "DAY",
            "employer": { "enterpriseNumber": sample::enterprise_number(1).to_string() },
            "contractualRelationshipReference": sample::works_reference(1).as_str(),
        })
    };
    json!({ "items": (0..persons).map(day).collect::<Vec<_>>() })
}

#[test]
fn pages_go_on_on_another_node_and_after_a_restart() {
    let data = tempfile::tempdir().expect("a folder");
    let mut nodes = [Server::at(data.path(), &[]), Server::at(data.path(), &[])];
    let stored = answer(&post(&nodes[0], "registerInBulk", "", &days(4)));
    assert_eq!(stored["items"].as_array().map(Vec::len), Some(4));
    let period = json!([{ "startDate": tomorrow(), "endDate": tomorrow() }]);
    let mut query = json!({ "registrationPeriods": period, "pageSize": 1 });
    let mut seen = Vec::new();
    for place in 0..4 {
        if place == 2 {
            nodes[0] = Server::at(data.path(), &[]);
        }
        let page = answer(&post(&nodes[place % 2], "query", "", &query));
        seen.push(page["items"][0]["id"].clone());
        if place < 3 {
            query["cursor"] = page["nextCursor"].clone();
        }
    }
    let expected: Vec<_> = (0..4)
        .map(|place| stored["items"][place]["createdPresenceRegistration"]["id"].clone())
        .collect();
    assert_eq!(seen, expected);
}

#[test]
fn a_call_with_a_key_is_done_once_by_all_nodes_and_after_a_restart() {
    let data = tempfile::tempdir().expect("a folder");
    let nodes = [Server::at(data.path(), &[]), Server::at(data.path(), &[])];
    let key = "Idempotency-Key: 7f3c2c1e-5a1e-4d57-9d0c-3f8a7f2b9c11\r\n";
    let body = days(3);
    let streams: Vec<_> = (0..8)
        .map(|place: usize| {
            let mut stream = nodes[place % 2].connect();
            stream.write_all(&request("registerInBulk", key, &body)).expect("sent");
            stream
        })
        .collect();
    let calls: Vec<_> =
        streams.into_iter().map(|mut stream| answer(&Reply::read(&mut stream))).collect();
    drop(nodes);
    let node = Server::at(data.path(), &[]);
    let late = answer(&post(&node, "registerInBulk", key, &body));
    assert!(calls.iter().all(|call| *call == late), "{calls:?}");
    let period = json!([{ "startDate": tomorrow(), "endDate": tomorrow() }]);
    let found = answer(&post(&node, "query", "", &json!({ "registrationPeriods": period })));
    assert_eq!(found["total"], 3);
    assert_eq!(post(&node, "registerInBulk", key, &days(1)).status, 409);
}
