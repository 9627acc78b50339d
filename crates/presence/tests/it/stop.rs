use std::io::{Read, Write};
use std::net::TcpStream;

use crate::reply::Reply;
use crate::server::{Server, is_closed, post_head};
use crate::soap::{XML, get, register};

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
