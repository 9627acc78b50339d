//! The program tells those who listen of what its callers register: as it happens, and after a break from where they were.

use std::collections::{BTreeSet, HashMap};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::thread;

use domain::sample;
use serde_json::{Value, json};

use crate::reply::Reply;
use crate::server::Server;

const SERVICE: &str = "/REST/presenceRegistration/v1";

/// A stream of events that is being read.
struct Stream {
    reader: BufReader<TcpStream>,
    /// The id of the last event.
    last: Option<String>,
}

/// The chunks of an answer, one line of the stream after the other; `None` at its end.
fn line(reader: &mut BufReader<TcpStream>, rest: &mut Vec<u8>) -> Option<String> {
    loop {
        if let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
            let line: Vec<_> = rest.drain(..=end).collect();
            return Some(String::from_utf8(line).expect("UTF-8").trim_end().to_owned());
        }
        let mut size = String::new();
        reader.read_line(&mut size).ok().filter(|count| *count > 0)?;
        let size = usize::from_str_radix(size.trim(), 16).expect("a size");
        let mut chunk = vec![0; size + 2];
        // Whoever was cut off has no more than a part of the last one.
        reader.read_exact(&mut chunk).ok()?;
        if size == 0 {
            return None;
        }
        rest.extend(&chunk[..size]);
    }
}

impl Stream {
    fn open(server: &Server, last: Option<&str>) -> Self {
        let mut socket = server.connect();
        let last_header = last.map(|id| format!("Last-Event-ID: {id}\r\n")).unwrap_or_default();
        let head = format!("GET {SERVICE}/events HTTP/1.1\r\nHost: a\r\n{last_header}\r\n");
        socket.write_all(head.as_bytes()).expect("sent");
        let mut reader = BufReader::new(socket);
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            assert!(reader.read_line(&mut head).expect("a line") > 0, "{head}");
        }
        assert!(head.starts_with("HTTP/1.1 200") && head.contains("text/event-stream"), "{head}");
        Self { reader, last: last.map(str::to_owned) }
    }

    /// The data of so many events.
    fn events(&mut self, count: usize) -> Vec<Value> {
        let (mut rest, mut events, mut id) = (Vec::new(), Vec::new(), None);
        while events.len() < count {
            let line = line(&mut self.reader, &mut rest).expect("the stream goes on");
            if let Some(text) = line.strip_prefix("id: ") {
                id = Some(text.to_owned());
            } else if let Some(data) = line.strip_prefix("data: ") {
                events.push(serde_json::from_str(data).expect("JSON"));
                self.last = id.take();
            }
        }
        events
    }

    /// The data of all events until it ends.
    fn events_to_the_end(&mut self) -> Vec<Value> {
        let (mut rest, mut events, mut id) = (Vec::new(), Vec::new(), None);
        while let Some(line) = line(&mut self.reader, &mut rest) {
            if let Some(text) = line.strip_prefix("id: ") {
                id = Some(text.to_owned());
            } else if let Some(data) = line.strip_prefix("data: ") {
                events.push(serde_json::from_str(data).expect("JSON"));
                self.last = id.take();
            }
        }
        events
    }

    /// Reads until it ends.
    fn end(&mut self) {
        let mut rest = Vec::new();
        while line(&mut self.reader, &mut rest).is_some() {}
    }
}

/// Registers a day of each of these persons.
fn register(server: &Server, persons: std::ops::Range<u32>) {
    // A work of construction, which registers days; the day is the program's.
    let today = server.get(&format!("{SERVICE}/health"));
    assert_eq!(today.status, 200);
    let item = |person| {
        json!({
            "registrationDate": today_of(server),
            "ssin": sample::inss(person).digits(),
            "type": "DAY",
            "employer": { "enterpriseNumber": sample::enterprise_number(1).to_string() },
            "contractualRelationshipReference": sample::works_reference(9999).as_str(),
        })
    };
    let body = json!({ "items": persons.clone().map(item).collect::<Vec<_>>() }).to_string();
    let head = format!(
        "POST {SERVICE}/presenceRegistrations/registerInBulk HTTP/1.1\r\nHost: a\r\n\
         Connection: close\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    let reply: Reply = server.send(format!("{head}{body}").as_bytes());
    let answer: Value = serde_json::from_slice(&reply.body).expect("JSON");
    let items = answer["items"].as_array().expect("a list");
    assert_eq!(items.len(), persons.len());
    assert!(items.iter().all(|it| it["createdPresenceRegistration"].is_object()), "{answer}");
}

#[expect(clippy::disallowed_methods, reason = "the program that is tested has the real clock")]
fn today_of(_server: &Server) -> String {
    domain::belgian_day(jiff::Timestamp::now()).to_string()
}

fn registered(events: &[Value]) -> BTreeSet<i64> {
    let first = events.iter().filter(|event| event["data"]["version"] == 1);
    first.map(|event| event["data"]["id"].as_i64().expect("a number")).collect()
}

#[test]
fn a_listener_that_breaks_off_goes_on_where_it_was_even_after_a_kill() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::at(folder.path(), &[]);
    let mut stream = Stream::open(&server, None);
    register(&server, 0..3);
    // Each is registered, and then checked.
    let mut events = stream.events(2);
    let last = stream.last.clone().expect("an id");
    register(&server, 3..5);
    // SIGKILL.
    drop(server);
    let server = Server::at(folder.path(), &[]);
    register(&server, 5..7);
    let mut stream = Stream::open(&server, Some(&last));
    events.extend(stream.events(12));
    let ids: BTreeSet<_> = events.iter().map(|event| event["id"].to_string()).collect();
    assert_eq!(ids.len(), 14, "each step once: {events:#?}");
    assert_eq!(registered(&events).len(), 7, "nothing is lost");
    assert!(events.iter().all(|event| event["specversion"] == "1.0"));
    server.stop();
}

#[test]
fn a_stop_ends_streams_and_a_caller_has_only_so_many() {
    let server = Server::open(&["--client-streams", "2"]);
    let mut streams = [Stream::open(&server, None), Stream::open(&server, Some("0-0"))];
    let refused = server.get(&format!("{SERVICE}/events"));
    assert_eq!((refused.status, refused.header("retry-after").is_some()), (429, true));
    server.stop();
    streams.iter_mut().for_each(Stream::end);
}

#[test]
fn whoever_asks_wrongly_is_told_what_and_where() {
    let server = Server::open(&[]);
    for (query, headers, name) in [
        ("?colour=red", "", "colour"),
        ("?contractualRelationshipReference=1", "", "contractualRelationshipReference"),
        ("", "Last-Event-ID: 17\r\n", "Last-Event-ID"),
        ("", "Presence-On-Behalf-Of: 0100000168\r\n", "Presence-On-Behalf-Of"),
    ] {
        let head =
            format!("GET {SERVICE}/events{query} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n");
        let reply = server.send(format!("{head}{headers}\r\n").as_bytes());
        let problem: Value = serde_json::from_slice(&reply.body).expect("JSON");
        assert_eq!((reply.status, &problem["issues"][0]["name"]), (400, &json!(name)));
    }
    server.stop();
}

/// Each step once, and those of a registration in their order.
fn are_whole_and_in_order(events: &[Value], steps: usize) {
    let mut versions = HashMap::new();
    for event in events {
        let (id, version) = (event["data"]["id"].as_i64(), event["data"]["version"].as_i64());
        let before = versions.insert(id.expect("a number"), version.expect("a number"));
        assert_eq!(before.unwrap_or(0) + 1, version.expect("a number"), "of {id:?}");
    }
    assert_eq!(events.len(), steps);
}

#[test]
fn a_slow_listener_delays_nobody_is_cut_off_and_misses_nothing() {
    // More than the buffers of a connection hold.
    const PERSONS: u32 = 6000;
    const STEPS: usize = 2 * PERSONS as usize;
    let server = Server::open(&["--body-timeout", "2"]);
    let mut slow = Stream::open(&server, Some("0-0"));
    thread::scope(|scope| {
        let mut fast = Stream::open(&server, Some("0-0"));
        let fast = scope.spawn(move || fast.events(STEPS));
        for first in (0..PERSONS).step_by(200) {
            register(&server, first..first + 200);
        }
        are_whole_and_in_order(&fast.join().expect("it hears"), STEPS);
    });
    // The fast one has gone; the other is cut off.
    server.log_line("presence::call: ends");
    server.log_line("presence::call: ends");
    let mut events = slow.events_to_the_end();
    assert!(events.len() < STEPS, "it was cut off");
    let last = slow.last.expect("it heard something");
    let mut again = Stream::open(&server, Some(&last));
    events.extend(again.events(STEPS - events.len()));
    are_whole_and_in_order(&events, STEPS);
    drop(again);
    server.stop();
}
