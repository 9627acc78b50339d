//! What attackers send.

use std::io::Write as _;

use fastrand::Rng;
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::server::PATH;
use crate::soap::{XML, register};

/// A message, and the code of the fault that it must get.
pub(super) struct Attack {
    pub(super) name: &'static str,
    pub(super) headers: Vec<String>,
    pub(super) body: Vec<u8>,
    pub(super) fault: &'static str,
}

impl Attack {
    fn new(name: &'static str, fault: &'static str, body: Vec<u8>) -> Self {
        Self { name, headers: vec![XML.to_owned()], body, fault }
    }

    fn packed(mut self) -> Self {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(&self.body).expect("memory");
        self.body = encoder.finish().expect("memory");
        self.headers.push("Content-Encoding: gzip".to_owned());
        self
    }

    pub(super) fn is_packed(&self) -> bool {
        self.headers.len() > 1
    }
}

const NESTED: usize = 10_000_000;

const START: &str = "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\">";

/// A header, which may hold anything, with more and more elements in each other.
fn nested() -> Vec<u8> {
    [START.as_bytes(), b"<s:Header><a xmlns=\"urn:a\">", &b"<a>".repeat(NESTED)].concat()
}

/// A good call behind a document type.
fn behind(doctype: &str) -> Vec<u8> {
    [doctype.as_bytes(), &register(1)].concat()
}

/// Entities of entities: a few hundred bytes that stand for gigabytes.
fn laughs() -> Vec<u8> {
    let levels = (1..=12).map(|level| {
        let inner = format!("&l{};", level - 1).repeat(10);
        format!("<!ENTITY l{level} \"{inner}\">")
    });
    let levels = levels.collect::<String>();
    behind(&format!("<?xml version=\"1.0\"?><!DOCTYPE l [<!ENTITY l0 \"ha\">{levels}]>"))
}

/// A good call with so many attributes on its first element.
fn attributes(count: usize, attribute: fn(usize) -> String) -> Vec<u8> {
    let more = (0..count).map(attribute).collect::<Vec<_>>().join(" ");
    replaced("<s:Envelope ", &format!("<s:Envelope {more} "))
}

fn replaced(what: &str, by: &str) -> Vec<u8> {
    let text = String::from_utf8(register(1)).expect("UTF-8");
    assert!(text.contains(what), "{what} in {text}");
    text.replacen(what, by, 1).into_bytes()
}

fn truncated() -> Vec<u8> {
    let mut body = register(200);
    body.truncate(body.len() / 2);
    body
}

/// A value that never ends, where a few characters are allowed.
fn long_value() -> Vec<u8> {
    replaced("<t:INSS>", &format!("<t:INSS>{}", "1".repeat(20 << 20)))
}

fn long_name() -> Vec<u8> {
    let name = "x".repeat(20 << 20);
    format!("{START}<s:Body><{name} xmlns=\"urn:a\"/></s:Body></s:Envelope>").into_bytes()
}

/// Each is to be stopped by what it is, so a body may be large.
pub(super) fn messages() -> Vec<Attack> {
    let mut all = vec![
        Attack::new("10 million nested elements", "SOA-03001", nested()),
        Attack::new("10 million nested elements, packed", "SOA-03001", nested()).packed(),
        Attack::new("200 MB of blanks, packed", "SOA-03001", vec![b' '; 200 << 20]).packed(),
        Attack::new("entities of entities", "SOA-03004", laughs()),
        Attack::new(
            "an entity from outside",
            "SOA-03004",
            behind(
                "<!DOCTYPE l SYSTEM \"http://127.0.0.1/l.dtd\" [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>",
            ),
        ),
        Attack::new(
            "an entity that nobody declared",
            "SOA-03001",
            replaced("<t:INSS>", "<t:INSS>&e;"),
        ),
        Attack::new(
            "60 000 attributes",
            "SOA-03001",
            attributes(60_000, |place| format!("a{place}=''")),
        ),
        Attack::new(
            "60 000 namespaces",
            "SOA-03001",
            attributes(60_000, |place| format!("xmlns:n{place}='urn:{place}'")),
        ),
        Attack::new("201 items", "SOA-03006", register(201)),
        Attack::new("100 000 items", "SOA-03006", register(100_000)),
        Attack::new("half a message", "SOA-03001", truncated()),
        Attack::new("a value of 20 MB", "SOA-03006", long_value()),
        Attack::new("a name of 20 MB", "SOA-03005", long_name()),
        Attack::new("bytes that are no UTF-8", "SOA-03001", {
            let mut body = register(1);
            body.extend(b"<!-- \xff\xfe\xc0\x80 -->");
            body
        }),
        Attack::new("a NUL", "SOA-03001", replaced("<t:INSS>", "<t:INSS>\0")),
        Attack::new("nothing", "SOA-03001", Vec::new()),
    ];
    for charset in ["utf-16", "none-such", "utf-7"] {
        let mut attack = Attack::new("a charset that it is not in", "SOA-03001", register(1));
        attack.headers = vec![format!("Content-Type: text/xml; charset={charset}")];
        all.push(attack);
    }
    all
}

/// What is no request of HTTP, or two at the same time.
pub(super) fn garbage(rng: &mut Rng) -> Vec<Vec<u8>> {
    let post = |lines: &str| {
        format!("POST {PATH} HTTP/1.1\r\nHost: a\r\n{XML}\r\n{lines}\r\n").into_bytes()
    };
    let mut all = vec![
        b"\r\n\r\n\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".to_vec(),
        b"GET / HTTP/9.9\r\n\r\n".to_vec(),
        b"GET  /  HTTP/1.1\r\nHost: a\r\n\r\n".to_vec(),
        b"GET /health HTTP/1.1\r\nHost : a\r\n\r\n".to_vec(),
        [b"GET /health HTTP/1.1\r\nA: ".as_slice(), &b"x".repeat(1 << 20), b"\r\n\r\n"].concat(),
        [b"GET /".as_slice(), &b"x".repeat(1 << 20), b" HTTP/1.1\r\n\r\n"].concat(),
        [b"GET /health HTTP/1.1\r\n".as_slice(), &b"a: b\r\n".repeat(10_000), b"\r\n"].concat(),
        post("Content-Length: -1\r\n"),
        post("Content-Length: 99999999999999999999999\r\n"),
        post("Content-Length: 5\r\nContent-Length: 6\r\n"),
        [post("Transfer-Encoding: chunked\r\n"), b"zz\r\n<a/>\r\n0\r\n\r\n".to_vec()].concat(),
        [post("Transfer-Encoding: chunked\r\n"), b"ffffffffffffffffff\r\n<a/>".to_vec()].concat(),
        [post("Transfer-Encoding: xchunked\r\n"), b"0\r\n\r\n".to_vec()].concat(),
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff".to_vec(),
    ];
    for _ in 0..40 {
        let length = rng.usize(1..2_000);
        let mut noise = vec![0; length];
        rng.fill(&mut noise);
        all.push(noise);
    }
    all
}
