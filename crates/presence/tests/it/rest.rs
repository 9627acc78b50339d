//! The REST service as callers meet it: nodes that share their data, and restarts.

use std::io::Write as _;

use domain::{belgian_day, sample};
use jiff::{Timestamp, ToSpan as _};
use serde_json::{Value, json};

use crate::reply::Reply;
use crate::server::Server;
use crate::soap::{self, XML, envelope};

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

/// The present second.
#[expect(clippy::disallowed_methods, reason = "the program that is tested has the real clock")]
fn now() -> Timestamp {
    Timestamp::from_second(Timestamp::now().as_second()).expect("in range")
}

#[test]
fn each_door_finds_what_came_by_the_other_in_its_own_form() {
    let server = Server::open(&[]);
    let moment = now();
    let begin = json!({
        "registrationDate": moment.to_string(),
        "ssin": sample::inss(7).digits(),
        "type": "IN",
        "employer": { "enterpriseNumber": sample::enterprise_number(1).to_string() },
        "placeOfWork": { "coordinates": { "longitude": 4.35, "latitude": 50.84 } },
        "contractualRelationshipReference": sample::works_reference(4).as_str(),
    });
    let stored = answer(&post(&server, "registerInBulk", "", &json!({ "items": [begin] })));
    let by_rest = stored["items"][0]["createdPresenceRegistration"]["id"].to_string();
    let reply = server.post(&[XML], &soap::register(1));
    let by_soap = reply.element("PresenceRegistrationId").expect("it is registered");

    let (first, last) = (belgian_day(moment) - 1.day(), tomorrow());
    let period = format!(
        "<t:RegistrationPeriodStartDate>{first}</t:RegistrationPeriodStartDate>\
         <t:RegistrationPeriodEndDate>{last}</t:RegistrationPeriodEndDate>"
    );
    let search = format!(
        "<m:SearchPresenceRequest><t:SearchPresenceRegistrationCriteria><t:INSS>{}</t:INSS>\
         <t:RegistrationPeriodList><t:RegistrationPeriod>{period}</t:RegistrationPeriod>\
         </t:RegistrationPeriodList></t:SearchPresenceRegistrationCriteria></m:SearchPresenceRequest>",
        sample::inss(7).digits()
    );
    let found = server.post(&[XML], &envelope("SearchPresencesRequest", &search));
    let day = belgian_day(moment).to_string();
    for reply in [found, server.post(&[XML], &soap::get(&by_rest))] {
        let element = |name| reply.element(name);
        assert_eq!(element("PresenceRegistrationId"), Some(by_rest.clone()), "{}", reply.text());
        assert_eq!(element("RegistrationDate"), Some(day.clone()), "a begin is of its day");
        assert_eq!(element("Channel").as_deref(), Some("REST"));
    }

    let query = json!({ "registrationPeriods": [{ "startDate": first, "endDate": last }] });
    let found = answer(&post(&server, "query", "", &query));
    let [begin, whole] = &found["items"].as_array().expect("items")[..] else { panic!("{found}") };
    assert_eq!(begin["registrationDate"], moment.to_string());
    assert_eq!((&begin["type"], &begin["channel"]), (&json!("IN"), &json!("REST")));
    assert_eq!((&whole["type"], &whole["channel"]), (&json!("DAY"), &json!("WS")));
    assert_eq!(whole["registrationDate"], whole["registrationDay"], "a day has no time");
    assert_eq!(
        (begin["id"].to_string(), whole["id"].to_string()),
        (by_rest.clone(), by_soap.clone())
    );

    let id: i64 = by_soap.parse().expect("a number");
    let item = json!({ "items": [{ "id": id, "cancellationReason": "PLANNING" }] });
    let cancelled = answer(&post(&server, "cancelInBulk", "", &item));
    assert_eq!(cancelled["items"][0]["cancelledPresenceRegistration"]["validity"], "cancelled");
    let item = format!(
        "<m:CancelPresenceRequest><t:PresenceRegistrationId>{by_rest}</t:PresenceRegistrationId>\
         <t:CancellationReason>PLANNING</t:CancellationReason></m:CancelPresenceRequest>"
    );
    let cancelled = server.post(&[XML], &envelope("CancelPresencesRequest", &item));
    assert_eq!(cancelled.element("Status").as_deref(), Some("SUCCESSFULLY CANCELLED"));
    server.stop();
}

#[test]
fn every_answer_has_a_fresh_trace_id_and_says_who_may_keep_it() {
    let server = Server::open(&[]);
    let stored = answer(&post(&server, "registerInBulk", "", &days(1)));
    let id = stored["items"][0]["createdPresenceRegistration"]["id"].to_string();
    let get = |method: &str, headers: &str| {
        let head = format!("{method} {SERVICE}/{id} HTTP/1.1\r\nHost: a\r\n{headers}");
        let mut stream = server.connect();
        stream.write_all((head + "Connection: close\r\n\r\n").as_bytes()).expect("sent");
        Reply::read(&mut stream)
    };
    let first = get("GET", "BelGov-Trace-Id: a-client-s-own-1\r\n");
    assert_eq!(first.header("belgov-related-trace-id"), Some("a-client-s-own-1"));
    let tag = first.header("etag").expect("a tag").to_owned();
    let again = get("GET", &format!("If-None-Match: {tag}\r\nBelGov-Trace-Id: a b\r\n"));
    assert_eq!((again.status, again.header("etag")), (304, Some(&*tag)), "{}", again.text());
    assert_eq!(again.header("belgov-related-trace-id"), None, "that was no id");
    let wrong = post(&server, "query", "", &json!({}));
    let tickets = [&first, &again, &wrong].map(Reply::ticket);
    for (place, ticket) in tickets.iter().enumerate() {
        assert!((1..=36).contains(&ticket.len()), "{ticket}");
        assert!(!tickets[..place].contains(ticket), "each call has one of its own");
    }
    let kept = "private, no-cache";
    for (reply, cache) in [(&first, kept), (&again, kept), (&wrong, "no-store")] {
        assert_eq!(reply.header("cache-control"), Some(cache));
        let vary = reply.header("vary").expect("what it goes by");
        for header in ["accept-language", "accept-encoding", "authorization"] {
            assert!(vary.contains(header), "{vary}");
        }
    }
    let dutch = get("GET", "Accept-Language: nl-BE, en;q=0.3\r\n");
    assert_eq!(dutch.header("content-language"), Some("nl"));
    server.stop();
}
