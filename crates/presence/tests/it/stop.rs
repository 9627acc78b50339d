use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;

use crate::reply::Reply;
use crate::server::{Server, is_closed, is_left_out, post_head};
use crate::soap::{XML, get, register};

const EVENTS: &str = "/REST/presenceRegistration/v1/events";

/// Sends the head of a call and waits until the service asks for its body.
fn accepted(server: &Server, body: &[u8]) -> TcpStream {
    let mut stream = server.connect();
    let length = format!("Content-Length: {}", body.len());
    stream.write_all(&post_head(&[XML, &length, "Expect: 100-continue"])).expect("sent");
    let mut interim = [0; 25];
    stream.read_exact(&mut interim).expect("the body is asked for");
    assert_eq!(&interim, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream
}

#[test]
fn a_stop_finishes_what_was_accepted_and_accepts_no_more() {
    let mut server = Server::open(&[]);
    let body = register(5);
    let mut stream = accepted(&server, &body);
    let mut idle = server.connect();
    server.signal("TERM");
    server.log_line("stopping");
    assert!(is_closed(&mut idle));
    stream.write_all(&body).expect("sent");
    let reply = Reply::read(&mut stream);
    assert_eq!(reply.status, 200);
    assert_eq!(reply.text().matches("SUCCESSFULLY REGISTERED").count(), 5);
    assert!(server.wait().success());
    assert!(TcpStream::connect(server.address).is_err());
}

#[test]
fn a_stop_leaves_one_file_that_holds_everything() {
    if is_left_out("a database has its files elsewhere") {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let mut kept = Vec::new();
    for round in 1..=8 {
        let server = Server::at(folder.path(), &[]);
        let _listener = listening(&server);
        // The last of them lies in the journal alone when the stop comes.
        for _ in 0..3 {
            let reply = server.post(&[XML], &register(20));
            kept.push(reply.element("PresenceRegistrationId").expect("registered"));
        }
        server.stop();
        let log = folder.path().join("presence.sqlite-wal");
        assert!(!log.exists(), "a log is left after round {round}");
    }
    let alone = tempfile::tempdir().expect("a folder");
    let file = "presence.sqlite";
    fs::copy(folder.path().join(file), alone.path().join(file)).expect("copied");
    let server = Server::at(alone.path(), &[]);
    for id in kept {
        let reply = server.post(&[XML], &get(&id));
        assert!(reply.text().contains("SUCCESSFULLY REGISTERED"), "{id}");
    }
}

/// A caller of the stream of events who has its first bytes.
fn listening(server: &Server) -> TcpStream {
    let mut stream = server.connect();
    let head = format!("GET {EVENTS} HTTP/1.1\r\nHost: a\r\n\r\n");
    stream.write_all(head.as_bytes()).expect("sent");
    let mut status = [0; 12];
    stream.read_exact(&mut status).expect("answered");
    assert_eq!(&status, b"HTTP/1.1 200");
    stream
}

#[test]
fn a_second_signal_and_the_end_of_the_time_stop_at_once() {
    let mut server = Server::open(&[]);
    let _stream = accepted(&server, b"<a/>");
    server.signal("INT");
    server.log_line("stopping");
    server.signal("TERM");
    assert_eq!(server.wait().code(), Some(1));

    let mut server = Server::open(&["--stop-timeout", "0.1"]);
    let _stream = accepted(&server, b"<a/>");
    server.signal("TERM");
    assert_eq!(server.wait().code(), Some(1));
}

#[test]
fn a_restart_keeps_registrations_even_after_a_kill() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::at(folder.path(), &[]);
    let kept = |reply: &Reply| reply.element("PresenceRegistrationId").expect("registered");
    let first = kept(&server.post(&[XML], &register(1)));
    server.stop();
    let server = Server::at(folder.path(), &[]);
    let second = kept(&server.post(&[XML], &register(1)));
    assert_ne!(first, second);
    // Dropping kills: nothing is told to the program.
    drop(server);
    let server = Server::at(folder.path(), &[]);
    for id in [first, second] {
        let reply = server.post(&[XML], &get(&id));
        assert_eq!(reply.status, 200);
        assert!(reply.text().contains("SUCCESSFULLY REGISTERED"), "{id}");
    }
}
