//! The program is killed under calls with an `Idempotency-Key`: whoever sends its call again is answered the same, and
//! nothing is there twice.
//!
//! `PRESENCE_KEY_KILL_ROUNDS` (4) and `PRESENCE_KEY_KILL_SEED` (1) choose the campaign.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::sync::mpsc::{Sender, channel};
use std::thread;

use domain::sample;
use fastrand::Rng;
use serde_json::{Value, json};

use crate::kill::caller::{Event, Line};
use crate::kill::{CONNECTIONS, number, random_moment, start};
use crate::rest::tomorrow;
use crate::server::Server;

const SERVICE: &str = "/REST/presenceRegistration/v1/presenceRegistrations";

/// A call that was at least begun.
pub(crate) struct Call {
    pub(crate) request: Vec<u8>,
    pub(crate) items: usize,
    /// The answer, if it arrived.
    pub(crate) answer: Option<String>,
}

fn post(operation: &str, headers: &str, body: &Value) -> Vec<u8> {
    let body = body.to_string();
    let length = body.len();
    format!(
        "POST {SERVICE}/{operation} HTTP/1.1\r\nHost: presence.example\r\n{headers}\
         Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}

/// A call of so many days at a work, each tenth of them of a person that cannot be.
fn days(work: u32, key: &str, items: usize) -> Vec<u8> {
    let day = |place: usize| {
        let person = sample::inss(u32::try_from(place).expect("few")).digits();
        json!({
            "registrationDate": tomorrow(),
            "ssin": if place % 10 == 9 { "0".repeat(11) } else { person },
            "type": "DAY",
            "employer": { "enterpriseNumber": sample::enterprise_number(1).to_string() },
            "contractualRelationshipReference": sample::works_reference(work).as_str(),
            "clientReference": format!("{key}-{place}"),
        })
    };
    let body = json!({ "items": (0..items).map(day).collect::<Vec<_>>() });
    post("registerInBulk", &format!("Idempotency-Key: {key}\r\n"), &body)
}

/// Calls without end, until the other side is gone; answers what was called.
pub(crate) fn load(
    address: SocketAddr,
    work: u32,
    name: &str,
    mut rng: Rng,
    events: &Sender<Event>,
) -> Vec<Call> {
    let mut calls = Vec::new();
    let Ok(mut line) = Line::open(address) else { return calls };
    for number in 0.. {
        let items = *rng.choice(&[1, 1, 20, 20, 200]).expect("not empty");
        let request = days(work, &format!("{name}-{number}"), items);
        let piece = rng.usize(256..16_384);
        // The one who kills may have heard enough.
        let sent = |bytes| _ = events.send(Event::Sent(bytes));
        let answer = line.send(&request, piece, sent).map(str::to_owned).ok();
        let over = answer.is_none();
        calls.push(Call { request, items, answer });
        if over {
            return calls;
        }
        _ = events.send(Event::Answered);
    }
    calls
}

/// Load on every connection, and SIGKILL in the middle of it.
fn load_and_kill(server: Server, round: u32, rng: &mut Rng) -> Vec<Call> {
    let (sender, events) = channel();
    let address = server.address;
    thread::scope(|scope| {
        let callers: Vec<_> = (0..CONNECTIONS)
            .map(|place| {
                let (sender, rng) = (sender.clone(), rng.fork());
                let name = format!("{round}-{place}");
                scope.spawn(move || load(address, round, &name, rng, &sender))
            })
            .collect();
        random_moment(rng, &events);
        drop(server);
        callers.into_iter().flat_map(|caller| caller.join().expect("a caller")).collect()
    })
}

/// The numbers that an answer gives out.
fn given(answer: &str) -> Vec<u64> {
    let answer: Value = serde_json::from_str(answer).expect("JSON");
    let items = answer["items"].as_array().expect("a list");
    items.iter().filter_map(|item| item["createdPresenceRegistration"]["id"].as_u64()).collect()
}

/// How many registrations the work has.
fn stored(line: &mut Line, work: u32) -> Value {
    let query = json!({
        "registrationPeriods": [{ "startDate": tomorrow(), "endDate": tomorrow() }],
        "contractualRelationshipReference": sample::works_reference(work).as_str(),
        "pageSize": 1,
    });
    let request = post("query", "", &query);
    let answer = line.send(&request, usize::MAX, |_| {}).expect("an answer");
    serde_json::from_str::<Value>(answer).expect("JSON")["total"].clone()
}

/// Sends all calls at a work again: each is answered as before, and nothing is lost or there twice. `ids` are the numbers
/// that were given until now; answers how many more there are.
pub(crate) fn repeat(line: &mut Line, work: u32, calls: &[Call], ids: &mut HashSet<u64>) -> usize {
    let mut right = 0;
    for Call { request, items, answer } in calls {
        let mut again = || line.send(request, usize::MAX, |_| {}).expect("an answer").to_owned();
        let told = again();
        let expected = answer.clone().unwrap_or_else(&mut again);
        assert_eq!(told, expected, "work {work}");
        let numbers = given(&told);
        assert_eq!(numbers.len(), items - items / 10);
        right += numbers.len();
        assert!(numbers.into_iter().all(|id| ids.insert(id)), "given once: {told}");
    }
    assert_eq!(stored(line, work), right, "nothing is lost, nothing there twice");
    right
}

#[test]
fn a_call_with_a_key_is_done_once_and_answered_the_same_whatever_kill_lies_between() {
    let rounds = u32::try_from(number("PRESENCE_KEY_KILL_ROUNDS", 4)).expect("fits");
    let seed = number("PRESENCE_KEY_KILL_SEED", 1);
    let mut rng = Rng::with_seed(seed);
    let folder = tempfile::tempdir().expect("a folder");
    let mut server = start(folder.path());
    let mut ids = HashSet::new();
    let (mut answered, mut cut) = (0, 0);
    for round in 1..=rounds {
        let calls = load_and_kill(server, round, &mut rng);
        server = start(folder.path());
        let mut line = Line::open(server.address).expect("connected");
        repeat(&mut line, round, &calls, &mut ids);
        answered += calls.iter().filter(|call| call.answer.is_some()).count();
        cut += calls.iter().filter(|call| call.answer.is_none()).count();
    }
    server.stop();
    println!(
        "seed {seed}: {rounds} kills; {answered} calls whose answer had arrived and {cut} that were cut off, sent again: \
         {} registrations, each once, and every answer the same",
        ids.len()
    );
    assert!(answered > 0 && cut > 0, "there was load");
}
