use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::thread;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::reply::Reply;
use crate::server::{Server, is_closed, post_head};
use crate::soap::{XML, register};

const LARGE: usize = 40 << 20;

fn gzip(plain: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(plain).expect("memory");
    encoder.finish().expect("memory")
}

/// Sends what does not end well on a thread of its own, since the other side may stop taking it.
fn flood(stream: &TcpStream, head: Vec<u8>, chunk_frame: bool) {
    let mut stream = stream.try_clone().expect("a second handle");
    thread::spawn(move || {
        let block = vec![b' '; 1 << 20];
        let mut send = || {
            stream.write_all(&head)?;
            for _ in 0..LARGE / block.len() {
                if chunk_frame {
                    stream.write_all(b"100000\r\n")?;
                }
                stream.write_all(&block)?;
                if chunk_frame {
                    stream.write_all(b"\r\n")?;
                }
            }
            std::io::Result::Ok(())
        };
        _ = send();
    });
}

#[test]
fn a_body_of_40_megabytes_gets_its_fault_whether_its_length_is_told_or_not() {
    let server = Server::open(&[]);
    let length = format!("Content-Length: {LARGE}");
    for (header, chunked) in [(length.as_str(), false), ("Transfer-Encoding: chunked", true)] {
        let mut stream = server.connect();
        flood(&stream, post_head(&[XML, header]), chunked);
        let reply = Reply::read(&mut stream);
        assert_eq!((reply.status, reply.header("connection")), (500, Some("close")), "{header}");
        assert_eq!(reply.fault().as_deref(), Some("SOA-03001"), "{header}");
    }
    assert_eq!(server.post(&[XML], &register(1)).status, 200);
}

#[test]
fn a_told_length_over_the_limit_is_refused_before_the_body_is_sent() {
    let server = Server::open(&["--max-body-bytes", "1 KiB"]);
    let mut stream = server.connect();
    stream
        .write_all(&post_head(&[XML, "Content-Length: 1025", "Expect: 100-continue"]))
        .expect("sent");
    assert_eq!(Reply::read(&mut stream).fault().as_deref(), Some("SOA-03001"));
}

#[test]
fn a_slow_sender_gets_its_fault_and_the_others_are_served() {
    let server = Server::open(&["--body-timeout", "1"]);
    let mut slow = server.connect();
    slow.write_all(&post_head(&[XML, "Content-Length: 100"])).expect("sent");
    slow.write_all(b"<s:Env").expect("sent");
    assert_eq!(server.post(&[XML], &register(1)).status, 200);
    let reply = Reply::read(&mut slow);
    assert_eq!((reply.status, reply.fault().as_deref()), (500, Some("SOA-03001")));
}

#[test]
fn a_body_that_breaks_off_only_ends_its_connection() {
    let server = Server::open(&[]);
    let mut stream = server.connect();
    stream.write_all(&post_head(&[XML, "Content-Length: 100"])).expect("sent");
    stream.write_all(b"<s:Env").expect("sent");
    stream.shutdown(Shutdown::Write).expect("still connected");
    let mut rest = Vec::new();
    // A reset is an end too.
    _ = stream.read_to_end(&mut rest);
    assert!(rest.is_empty() || rest.starts_with(b"HTTP/1.1 400"), "nothing was registered");
    assert_eq!(server.post(&[XML], &register(1)).status, 200);
}

#[test]
fn slow_headers_and_idle_connections_are_closed() {
    let server = Server::open(&["--header-timeout", "0.7", "--idle-timeout", "1.5"]);
    let mut idle = server.connect();
    let mut header = server.connect();
    header.write_all(b"POST /Pres").expect("sent");
    let mut kept = server.connect();
    kept.write_all(b"GET /health HTTP/1.1\r\nHost: a\r\n\r\n").expect("sent");
    assert_eq!(Reply::read(&mut kept).status, 200);
    for stream in [&mut idle, &mut header, &mut kept] {
        assert!(is_closed(stream));
    }
    server.await_metric("presence_connections_cut_total{phase=\"header\"} 1");
    server.await_metric("presence_connections_open 0");
}

#[test]
fn a_connection_too_many_is_closed_at_once_and_counted() {
    let server = Server::open(&["--max-connections", "1"]);
    let mut first = server.connect();
    first.write_all(b"GET /health HTTP/1.1\r\nHost: a\r\n\r\n").expect("sent");
    assert_eq!(Reply::read(&mut first).status, 200);
    assert!(is_closed(&mut server.connect()));
    let page = server.get_inner("/metrics").text();
    assert!(page.contains("presence_connections_refused_total 1"), "{page}");
}

#[test]
fn a_call_is_served_beside_hundreds_of_idle_connections() {
    let server = Server::open(&[]);
    let idle: Vec<_> = (0..400).map(|_| server.connect()).collect();
    assert_eq!(server.post(&[XML], &register(1)).status, 200);
    drop(idle);
}

#[test]
fn a_packed_body_is_read_and_the_answer_packed_when_wished() {
    let server = Server::open(&[]);
    let packed = gzip(&register(20));
    let reply = server.post(&[XML, "Content-Encoding: gzip", "Accept-Encoding: gzip"], &packed);
    assert_eq!((reply.status, reply.header("content-encoding")), (200, Some("gzip")));
    assert_eq!(reply.header("vary"), Some("accept-encoding"));
    assert!(reply.element("PresenceRegistrationId").is_some());
    let plain = server.post(&[XML, "Accept-Encoding: gzip;q=0, identity"], &register(20));
    assert_eq!((plain.status, plain.header("content-encoding")), (200, None));
    assert!(reply.body.len() * 4 < plain.body.len(), "it was worth it");
}

#[test]
fn a_bomb_and_what_is_no_gzip_and_other_encodings_are_refused() {
    let server = Server::open(&[]);
    let bomb = gzip(&vec![b' '; 64 << 20]);
    for (encoding, body, status) in
        [("gzip", &bomb[..], 500), ("gzip", b"<a/>", 500), ("br", b"<a/>", 415)]
    {
        let reply = server.post(&[XML, &format!("Content-Encoding: {encoding}")], body);
        assert_eq!(reply.fault().as_deref(), Some("SOA-03001"), "{encoding}");
        assert_eq!(reply.status, status, "{encoding}");
    }
    assert_eq!(server.post(&[XML], &register(1)).status, 200);
}

#[test]
fn bodies_that_would_take_too_much_memory_together_are_told_to_come_back() {
    let server = Server::open(&["--max-body-bytes", "1 MiB", "--max-buffered-bytes", "3 MiB"]);
    let mut waiting: Vec<_> = (0..3)
        .map(|_| {
            let mut stream = server.connect();
            stream.write_all(&post_head(&[XML, "Content-Length: 1048576"])).expect("sent");
            stream.write_all(&vec![b' '; (1 << 20) - 1]).expect("sent");
            stream
        })
        .collect();
    server.await_metric("presence_buffered_bytes 3145728");
    let refused = server.post(&[XML], &register(1));
    assert_eq!(refused.fault().as_deref(), Some("SOA-02002"));
    assert!(refused.header("retry-after").is_some());
    for stream in &mut waiting {
        stream.write_all(b" ").expect("sent");
        assert_eq!(Reply::read(stream).status, 500, "blanks are no message");
    }
    assert_eq!(server.post(&[XML], &register(1)).status, 200, "the memory was given back");
}

#[test]
fn a_caller_who_calls_too_often_is_told_the_limit_and_when_to_come_back() {
    let server = Server::open(&["--client-rate", "1", "--client-burst", "2"]);
    for _ in 0..2 {
        assert_eq!(server.post(&[XML], &register(1)).status, 200);
    }
    // On a machine that stands still for a second another call is let in; a hundred are not.
    let mut calls = (0..100).map(|_| server.post(&[XML], &register(1)));
    let refused = calls.find(|reply| reply.status == 500).expect("more than one a second");
    assert_eq!(refused.fault().as_deref(), Some("SOA-02002"));
    assert_eq!(refused.header("retry-after"), Some("1"));
    assert_eq!(refused.element("Retry").as_deref(), Some("true"));
    assert!(refused.text().contains("One caller may make 1 calls a second over time."));
    assert_eq!(server.get("/health").status, 200, "only calls are counted");
}
