//! The exact words that callers get while the database is away.

use std::io::Write as _;
use std::time::Duration;

use serde_json::{Value, json};
use testkit::PostgresServer;

use super::door;
use crate::kill::message;
use crate::reply::Reply;
use crate::server::{Server, post};
use crate::soap::{XML, get, register};

const SERVICE: &str = "/REST/presenceRegistration/v1";

/// What stands between two texts.
fn between<'t>(text: &'t str, before: &str, after: &str) -> &'t str {
    let (_, rest) = text.split_once(before).unwrap_or_else(|| panic!("no {before} in {text}"));
    rest.split_once(after).unwrap_or_else(|| panic!("no {after} in {rest}")).0
}

fn is_fault_of_the_contract(reply: &Reply) {
    assert_eq!(reply.status, 500);
    assert_eq!(reply.header("content-type"), Some("text/xml; charset=utf-8"));
    assert_eq!(reply.header("retry-after"), Some("1"));
    let text = reply.text();
    let ticket = between(&text, " Id=\"", "\"");
    assert!(ticket.len() == 32 && ticket.chars().all(|c| c.is_ascii_hexdigit()), "{ticket}");
    let expected = "<S:Fault><faultcode>S:Server</faultcode>\
        <faultstring>The service is temporarily not available; retry later.</faultstring><detail>\
        <e:SystemError xmlns:e=\"http://socialsecurity.be/errors/v1\" Id=\"TICKET\">\
        <e:Origin>Provider</e:Origin><e:Code>SOA-02002</e:Code>\
        <e:Message xml:lang=\"en\">The service is temporarily not available; retry later.</e:Message>\
        <e:Message xml:lang=\"nl\">De dienst is tijdelijk niet beschikbaar; probeer later opnieuw.</e:Message>\
        <e:Message xml:lang=\"fr\">Le service est temporairement indisponible ; réessayez plus tard.</e:Message>\
        <e:Message xml:lang=\"de\">Der Dienst ist vorübergehend nicht verfügbar; versuchen Sie es später \
        erneut.</e:Message><e:Retry>true</e:Retry><e:Environment>Development</e:Environment></e:SystemError></detail>\
        </S:Fault>";
    let fault = between(&text, "<S:Body>", "</S:Body>");
    assert_eq!(fault.replace(ticket, "TICKET"), expected);
}

fn is_problem_of_the_contract(reply: &Reply) {
    assert_eq!(reply.status, 503, "{}", reply.text());
    assert_eq!(reply.header("content-type"), Some("application/problem+json"));
    assert_eq!(reply.header("retry-after"), Some("2"));
    assert_eq!(reply.header("cache-control"), Some("no-store"));
    let mut problem: Value = serde_json::from_str(&reply.text()).expect("JSON");
    let instance = problem.as_object_mut().and_then(|problem| problem.remove("instance"));
    let instance = instance.as_ref().and_then(Value::as_str).expect("a ticket");
    assert_eq!(instance.split_once("urn:uuid:").map(|(_, id)| id.len()), Some(36), "{instance}");
    let expected = json!({
        "type": "urn:problem-type:belgif:serviceUnavailable",
        "href": "https://www.belgif.be/specification/rest/api-guide/problems/serviceUnavailable.html",
        "title": "Service is unavailable",
        "status": 503,
        "retryAfterSec": 2,
    });
    assert_eq!(problem, expected);
}

fn rest(server: &Server, request: &[u8]) -> Reply {
    let mut stream = server.connect();
    stream.write_all(request).expect("sent");
    Reply::read(&mut stream)
}

/// Every operation of either door, as far as it needs the database.
#[test]
fn while_the_database_is_away_callers_are_told_to_come_again_in_the_contracts_words() {
    let Some(database) = PostgresServer::start_or_skip() else { return };
    let data = tempfile::tempdir().expect("a folder");
    let flags = ["--database-patience", "0.2"];
    let server = Server::on_database(&database.new_database(), data.path(), &flags);
    let stored = server.post(&[XML], &register(1));
    let id = message::registrations(&stored.text())[0].id;
    let day = message::registrations(&stored.text())[0].day.parse().expect("a day");
    assert_eq!(server.get("/health").status, 200);

    database.kill_all();
    for call in
        [register(1), message::cancel(&[id]), get(&id.to_string()), message::search(1, day, 0)]
    {
        is_fault_of_the_contract(&server.send(&post(&[XML], &call)));
    }
    let references = ["one".to_owned()];
    for ask in [door::Ask::Register(&references), door::Ask::Cancel(&[id])] {
        is_problem_of_the_contract(&rest(
            &server,
            &door::Door::Rest.request(&ask, (1, day), "key"),
        ));
    }
    let path = format!("{SERVICE}/presenceRegistrations/{id}");
    for path in [path.as_str(), &format!("{path}/history")] {
        is_problem_of_the_contract(&server.get(path));
    }
    let health = server.get("/health");
    assert_eq!((health.status, health.text().as_str()), (503, "{\"status\":\"DOWN\"}"));

    database.start_again();
    let got = server.post(&[XML], &get(&id.to_string()));
    assert_eq!(message::registrations(&got.text())[0].id, id);
    let request = door::Door::Rest.request(&door::Ask::Register(&references), (1, day), "key");
    let done = door::Door::Rest.read(
        &rest(&server, &request),
        &door::Ask::Register(&references),
        Duration::ZERO,
    );
    assert!(matches!(done, door::Told::Done(ids) if ids.len() == 1));
    assert_eq!(server.get("/health").status, 200);
}
