//! TLS as callers meet it: real handshakes with the real program.

mod shown;

use std::fs;
use std::io::Write as _;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose,
};
use rustls::crypto::ring;
use rustls::version::{TLS12, TLS13};
use rustls::{
    ClientConfig, ClientConnection, RootCertStore, StreamOwned, SupportedProtocolVersion,
};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tempfile::TempDir;

use crate::reply::Reply;
use crate::server::{Server, is_closed, post, program};
use crate::soap::{XML, register};

/// A certificate and its key, both in PEM.
struct Pair {
    certificate: String,
    key: String,
}

struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new([]).expect("no names");
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let key = KeyPair::generate().expect("a key");
        Self(CertifiedIssuer::self_signed(params, key).expect("a certificate"))
    }

    fn issue(&self, usage: ExtendedKeyUsagePurpose) -> Pair {
        let mut params = CertificateParams::new(["localhost".to_owned()]).expect("a name");
        params.extended_key_usages = vec![usage];
        let key = KeyPair::generate().expect("a key");
        let certificate = params.signed_by(&key, &self.0).expect("a certificate");
        Pair { certificate: certificate.pem(), key: key.serialize_pem() }
    }

    fn server(&self) -> Pair {
        self.issue(ExtendedKeyUsagePurpose::ServerAuth)
    }

    fn client(&self) -> Pair {
        self.issue(ExtendedKeyUsagePurpose::ClientAuth)
    }
}

/// The service's files, in a folder of their own.
struct Files(TempDir);

impl Files {
    fn new(server: &Pair, authority: &Authority) -> Self {
        let files = Self(tempfile::tempdir().expect("a folder"));
        files.put(server);
        fs::write(files.path("authority.pem"), authority.0.pem()).expect("written");
        files
    }

    fn put(&self, pair: &Pair) {
        fs::write(self.path("server.pem"), &pair.certificate).expect("written");
        fs::write(self.path("server.key"), &pair.key).expect("written");
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn serve(&self, flags: &[&str]) -> Server {
        let text = |path: &Path| path.to_str().expect("UTF-8").to_owned();
        let (certificate, key) = (text(&self.path("server.pem")), text(&self.path("server.key")));
        let mut all = vec!["--tls-certificate", &certificate, "--tls-key", &key];
        all.extend(flags);
        Server::open(&all)
    }
}

/// What a caller trusts and shows.
fn caller(
    authority: &Authority,
    shows: Option<&Pair>,
    version: &'static SupportedProtocolVersion,
) -> ClientConfig {
    trusting(authority.0.der().clone(), shows, version)
}

fn trusting(
    authority: CertificateDer<'static>,
    shows: Option<&Pair>,
    version: &'static SupportedProtocolVersion,
) -> ClientConfig {
    let mut roots = RootCertStore::empty();
    roots.add(authority).expect("a root");
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(&[version])
        .expect("ring has it")
        .with_root_certificates(roots);
    match shows {
        None => config.with_no_client_auth(),
        Some(pair) => {
            let certificate = CertificateDer::from_pem_slice(pair.certificate.as_bytes());
            let key = PrivateKeyDer::from_pem_slice(pair.key.as_bytes());
            config
                .with_client_auth_cert(vec![certificate.expect("PEM")], key.expect("PEM"))
                .expect("they belong together")
        }
    }
}

fn connect(
    server: &Server,
    config: ClientConfig,
) -> std::io::Result<StreamOwned<ClientConnection, TcpStream>> {
    let name = "localhost".try_into().expect("a name");
    let connection = ClientConnection::new(Arc::new(config), name).expect("a connection");
    let mut stream = StreamOwned::new(connection, server.connect());
    // With TLS 1.3 a refusal of the certificate comes after the handshake of the client is over.
    stream.write_all(&post(&[XML], &register(1)))?;
    stream.conn.complete_io(&mut stream.sock)?;
    Ok(stream)
}

/// One call; `None` where the handshake is refused.
fn call(server: &Server, config: ClientConfig) -> Option<u16> {
    let mut stream = connect(server, config).ok()?;
    let mut first = [0];
    std::io::Read::read_exact(&mut stream, &mut first).ok()?;
    let mut whole = std::io::Read::chain(&first[..], &mut stream);
    Some(Reply::read(&mut whole).status)
}

#[test]
fn calls_are_served_over_both_versions_and_the_contract_says_https() {
    let authority = Authority::new();
    let server = Files::new(&authority.server(), &authority).serve(&[]);
    for version in [&TLS12, &TLS13] {
        assert_eq!(call(&server, caller(&authority, None, version)), Some(200), "{version:?}");
    }
    assert_eq!(call(&server, caller(&Authority::new(), None, &TLS13)), None, "who checks it");
    let mut plain = server.connect();
    plain.write_all(&post(&[XML], &register(1))).expect("sent");
    let mut answer = Vec::new();
    _ = std::io::Read::read_to_end(&mut plain, &mut answer);
    assert!(!answer.starts_with(b"HTTP"), "nothing is said without TLS");
}

#[test]
fn the_certificate_is_replaced_while_connections_stay() {
    let (old, new) = (Authority::new(), Authority::new());
    let files = Files::new(&old.server(), &old);
    let server = files.serve(&["--tls-reload-interval", "86400"]);
    let mut kept = connect(&server, caller(&old, None, &TLS13)).expect("let in");
    fs::write(files.path("server.pem"), "broken").expect("written");
    server.signal("HUP");
    server.log_line("the TLS files cannot be used");
    assert_eq!(call(&server, caller(&old, None, &TLS13)), Some(200), "the old one stays");
    files.put(&new.server());
    server.signal("HUP");
    server.log_line("new connections use the TLS files as they are now");
    assert_eq!(call(&server, caller(&new, None, &TLS13)), Some(200));
    assert_eq!(call(&server, caller(&old, None, &TLS13)), None);
    assert_eq!(Reply::read(&mut kept).status, 200, "a connection keeps what it was made with");
}

#[test]
fn changed_files_are_found_without_a_signal() {
    let (old, new) = (Authority::new(), Authority::new());
    let files = Files::new(&old.server(), &old);
    let server = files.serve(&["--tls-reload-interval", "0.05"]);
    files.put(&new.server());
    server.log_line("new connections use the TLS files as they are now");
    assert_eq!(call(&server, caller(&new, None, &TLS13)), Some(200));
}

#[test]
fn a_certificate_of_the_caller_may_be_asked_for_or_required() {
    let authority = Authority::new();
    let files = Files::new(&authority.server(), &authority);
    let path = files.path("authority.pem");
    let asks = ["--tls-client-authorities", path.to_str().expect("UTF-8")];
    let (known, stranger) = (authority.client(), Authority::new().client());
    for version in [&TLS12, &TLS13] {
        let server = files.serve(&asks);
        assert_eq!(call(&server, caller(&authority, None, version)), Some(200));
        assert_eq!(call(&server, caller(&authority, Some(&known), version)), Some(200));
        let line = server.log_line("certificate=");
        assert!(line.contains("presence::call"), "{line}");
        assert_eq!(call(&server, caller(&authority, Some(&stranger), version)), None);
        not_let_in(&server, "the caller's certificate has to come from tls_client_authorities");
        let server = files.serve(&[&asks[..], &["--tls-client-required"]].concat());
        assert_eq!(call(&server, caller(&authority, None, version)), None);
        not_let_in(&server, "tls_client_required asks for a certificate");
        assert_eq!(call(&server, caller(&authority, Some(&known), version)), Some(200));
    }
}

/// The log says why, and how to mend it, under a ticket.
#[track_caller]
fn not_let_in(server: &Server, why: &str) {
    let line = server.log_line("a connection was not let in");
    assert!(line.contains("ticket=") && line.contains(why), "{why} is not in {line}");
}

#[test]
fn the_log_says_why_hands_were_not_shaken() {
    let authority = Authority::new();
    let server = Files::new(&authority.server(), &authority).serve(&[]);
    let mut plain = server.connect();
    plain.write_all(&post(&[XML], &register(1))).expect("sent");
    not_let_in(&server, "the caller has to speak TLS at this address");
    // It does not trust the service.
    assert_eq!(call(&server, caller(&Authority::new(), None, &TLS13)), None);
    not_let_in(&server, "it is the caller who refuses");
}

#[test]
fn a_demonstration_speaks_tls_with_the_certificate_that_it_makes() {
    let data = tempfile::tempdir().expect("a folder");
    let keys = data.path().join("demo-keys");
    let text = |path: &Path| path.to_str().expect("UTF-8").to_owned();
    let (folder, certificate) = (text(data.path()), text(&keys.join("server.pem")));
    let key = text(&keys.join("server.key"));
    let server = Server::run(&mut program(&[
        "serve",
        "--demo",
        "--data",
        &folder,
        "--listen",
        "127.0.0.1:0",
        "--tls-certificate",
        &certificate,
        "--tls-key",
        &key,
    ]))
    .0;
    let authority = fs::read(keys.join("authority.pem")).expect("written");
    let authority = CertificateDer::from_pem_slice(&authority).expect("PEM");
    assert_eq!(call(&server, trusting(authority, None, &TLS13)), Some(200));
}

#[test]
fn a_handshake_that_does_not_end_is_cut_off_and_the_others_are_served() {
    let authority = Authority::new();
    let server = Files::new(&authority.server(), &authority).serve(&["--header-timeout", "0.7"]);
    let mut slow = server.connect();
    slow.write_all(&[0x16, 0x03, 0x01, 0x02]).expect("sent");
    let mut silent = server.connect();
    assert_eq!(call(&server, caller(&authority, None, &TLS13)), Some(200));
    assert!(is_closed(&mut slow) && is_closed(&mut silent));
    not_let_in(&server, "within header_timeout");
    server.await_metric("presence_connections_cut_total{phase=\"handshake\"} 2");
}
