//! Attacks, several at a time where one alone is not enough. Each gets its fault or is closed, and a caller who does no
//! harm is served meanwhile. `limits.rs` has the single ones: large bodies, slow and broken senders, a packed bomb.
//!
//! `PRESENCE_HOSTILE_CONNECTIONS` (600) is how many connections stay idle; fewer where the system allows fewer open
//! files, which is said.

mod attacks;
mod witness;

use std::env;
use std::io::{Read as _, Write as _};
use std::thread;
use std::time::Duration;

use fastrand::Rng;

use crate::reply::Reply;
use crate::server::{Server, is_closed, post, post_head};
use crate::soap::XML;
use attacks::Attack;
use witness::Witness;

/// Large enough that it is not the size that stops an attack.
const LARGE: &[&str] = &["--max-body-bytes", "64 MiB", "--max-buffered-bytes", "1 GiB"];
/// Files that a test process and the program need beside connections.
const OTHER_FILES: u64 = 500;

#[test]
fn hostile_messages_get_their_fault_while_others_are_served() {
    let server = Server::open(LARGE);
    let witness = Witness::start(server.address);
    for Attack { name, headers, body, fault } in attacks::messages() {
        let headers: Vec<_> = headers.iter().map(String::as_str).collect();
        witness.is_served_during(|| {
            let reply = server.post(&headers, &body);
            let text = reply.text();
            assert_eq!(reply.fault().as_deref(), Some(fault), "{name}: {text}");
            assert_eq!(reply.status, 500, "{name}");
            assert!(
                reply.body.len() < 8_000,
                "{name}: a fault does not grow with what it is about"
            );
        });
    }
    witness.end();
    server.stop();
}

#[test]
fn many_bombs_at_once_do_not_keep_others_from_being_served() {
    let server = Server::open(&[]);
    let witness = Witness::start(server.address);
    let bombs: Vec<_> = attacks::messages().into_iter().filter(Attack::is_packed).collect();
    assert!(bombs.len() >= 2);
    witness.is_served_during(|| {
        thread::scope(|scope| {
            for bomb in bombs.iter().cycle().take(24) {
                let mut stream = server.connect();
                scope.spawn(move || {
                    let headers: Vec<_> = bomb.headers.iter().map(String::as_str).collect();
                    stream.write_all(&post(&headers, &bomb.body)).expect("sent");
                    let reply = Reply::read(&mut stream);
                    assert_eq!(reply.fault().as_deref(), Some("SOA-03001"), "{}", bomb.name);
                });
            }
        });
    });
    witness.end();
    server.await_metric("presence_buffered_bytes 0");
    server.stop();
}

#[test]
fn hundreds_of_slow_senders_get_their_faults() {
    let server = Server::open(&["--body-timeout", "1"]);
    let witness = Witness::start(server.address);
    let mut slow: Vec<_> = (0..200).map(|_| server.connect()).collect();
    for (stream, length) in slow.iter_mut().zip(100..) {
        let length = format!("Content-Length: {length}");
        stream.write_all(&post_head(&[XML, &length])).expect("sent");
        stream.write_all(b"<").expect("sent");
    }
    witness.is_served_during(|| {
        for mut stream in slow.drain(..) {
            assert_eq!(Reply::read(&mut stream).fault().as_deref(), Some("SOA-03001"));
        }
    });
    witness.end();
    server.stop();
}

#[test]
fn what_is_no_http_is_refused_or_closed_and_what_came_before_is_answered() {
    let server = Server::open(&["--header-timeout", "1", "--idle-timeout", "1"]);
    let witness = Witness::start(server.address);
    let mut rng = Rng::with_seed(1);
    let good = b"GET /health HTTP/1.1\r\nHost: presence.example\r\n\r\n";
    for garbage in attacks::garbage(&mut rng) {
        for before in [0, 1, 5] {
            let mut stream = server.connect();
            let mut bytes = good.repeat(before);
            bytes.extend_from_slice(&garbage);
            // The program may close before it has taken everything.
            _ = stream.write_all(&bytes);
            let mut answers = Vec::new();
            // A reset is an end too.
            _ = stream.read_to_end(&mut answers);
            let answers = String::from_utf8_lossy(&answers);
            let what = garbage.escape_ascii();
            assert_eq!(answers.matches("HTTP/1.1 200 ").count(), before, "{what}\n{answers}");
            assert!(answers.matches("HTTP/1.1 ").count() <= before + 1, "{what}\n{answers}");
        }
    }
    witness.is_served_during(|| {});
    witness.end();
    server.stop();
}

#[test]
fn calls_are_served_beside_very_many_connections_that_do_nothing() {
    let wanted = env::var("PRESENCE_HOSTILE_CONNECTIONS")
        .map_or(600, |text| text.parse().expect("a number"));
    let allowed = rlimit::increase_nofile_limit(wanted + OTHER_FILES).expect("a limit");
    let count = wanted.min(allowed - OTHER_FILES);
    let patient = ["--header-timeout", "600", "--body-timeout", "600", "--idle-timeout", "600"];
    let server = Server::open(&[&patient[..], &["--max-connections", "30000"]].concat());
    let witness = Witness::start(server.address);
    let head = post_head(&[XML, "Content-Length: 100"]);
    let mut idle = Vec::new();
    witness.is_served_during(|| {
        for place in idle.len()..usize::try_from(count).expect("fits") {
            let mut stream = server.connect();
            // Nothing at all, half a head, a head with half a body.
            let begun: &[u8] = match place % 3 {
                0 => b"",
                1 => &head[..head.len() / 2],
                _ => &head,
            };
            stream.write_all(begun).expect("sent");
            idle.push(stream);
        }
    });
    let longest = witness.longest_of(200);
    println!(
        "{count} connections held (of {wanted} wished): the longest of 200 calls beside them took {} ms",
        longest.as_millis()
    );
    assert!(longest < Duration::from_secs(10), "{longest:?}");
    witness.end();
    server.await_metric(&format!("presence_connections_open {count}"));
    idle.clear();
    server.await_metric("presence_connections_open 0");
    let mut last = server.connect();
    last.write_all(b"no request\r\n\r\n").expect("sent");
    assert_eq!(Reply::read(&mut last).status, 400);
    assert!(is_closed(&mut last));
    server.stop();
}
