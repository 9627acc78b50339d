//! Callers behind a balancer.

use std::io::Write as _;

use crate::reply::Reply;
use crate::server::{Server, is_closed, post};
use crate::soap::{XML, register};

#[test]
fn what_a_balancer_says_in_front_of_a_connection_is_the_callers_address() {
    let flags = ["--client-address", "proxy-protocol", "--trusted-proxies", "127.0.0.1"];
    let server = Server::open(&flags);
    let mut stream = server.connect();
    stream.write_all(b"PROXY TCP4 192.0.2.7 192.0.2.1 5000 443\r\n").expect("sent");
    stream.write_all(&post(&[XML], &register(1))).expect("sent");
    assert_eq!(Reply::read(&mut stream).status, 200);
    let line = server.log_line("presence::call");
    assert!(line.contains("peer=192.0.2.7:5000"), "{line}");
}

#[test]
fn a_connection_without_its_header_is_closed() {
    let flags = ["--client-address", "proxy-protocol", "--trusted-proxies", "127.0.0.1"];
    let server = Server::open(&flags);
    for start in [&b"POST /PresenceRegistration/v1 HTTP/1.1\r\n"[..], b"PROXY TCP4 a b 1 2\r\n"] {
        let mut stream = server.connect();
        stream.write_all(start).expect("sent");
        assert!(is_closed(&mut stream));
        server.log_line("no PROXY header");
    }
}

#[test]
fn a_stranger_may_not_play_the_balancer() {
    let flags = ["--client-address", "proxy-protocol", "--trusted-proxies", "10.0.0.0/8"];
    let server = Server::open(&flags);
    let mut stream = server.connect();
    _ = stream.write_all(b"PROXY TCP4 192.0.2.7 192.0.2.1 5000 443\r\n");
    assert!(is_closed(&mut stream));
    server.log_line("only the addresses in trusted_proxies may connect");
}

#[test]
fn headers_of_a_trusted_balancer_alone_are_listened_to() {
    for (header, way, trusted, peer) in [
        ("X-Forwarded-For: 6.6.6.6, 192.0.2.7", "x-forwarded-for", "127.0.0.1", "192.0.2.7"),
        ("Forwarded: for=192.0.2.7;proto=https", "forwarded", "127.0.0.1", "192.0.2.7"),
        ("X-Forwarded-For: 192.0.2.7", "x-forwarded-for", "10.0.0.0/8", "127.0.0.1"),
    ] {
        let server = Server::open(&["--client-address", way, "--trusted-proxies", trusted]);
        assert_eq!(server.post(&[XML, header], &register(1)).status, 200);
        let line = server.log_line("presence::call");
        assert!(line.contains(&format!("peer={peer}")), "{line}");
    }
}
