//! Callers who sign nothing, and are known by the certificate that they show.

use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::sample;
use rcgen::{CertificateRevocationListParams, RevokedCertParams, SerialNumber, date_time_ymd};
use wss::Certificate;

use super::*;
use crate::server::{PATH, post_head};

const TLS: &str = "/PresenceRegistration/v1/TLS";

/// A service that knows one client by this option, and asks for certificates of the authority.
struct Known {
    files: Files,
    data: TempDir,
    server: Option<Server>,
}

impl Known {
    fn new(authority: &Authority, client: &Pair, option: &str, flags: &[&str]) -> Self {
        let files = Files::new(&authority.server(), authority);
        fs::write(files.path("client.pem"), &client.certificate).expect("written");
        let mut known = Self { files, data: tempfile::tempdir().expect("a folder"), server: None };
        let company = sample::enterprise_number(1).to_string();
        let path = known.path("client.pem");
        known.command(&["add", "acme", "--role", "employer", "--company", &company, option, &path]);
        known.server = Some(known.serve(flags));
        known
    }

    fn path(&self, name: &str) -> String {
        self.files.path(name).to_str().expect("UTF-8").to_owned()
    }

    fn command(&self, words: &[&str]) {
        let data = self.data.path().to_str().expect("UTF-8");
        let output = program(&[&["client"], words, &["--data", data]].concat()).output();
        let output = output.expect("it runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    fn serve(&self, flags: &[&str]) -> Server {
        let data = self.data.path().to_str().expect("UTF-8");
        let [certificate, key, authority] =
            ["server.pem", "server.key", "authority.pem"].map(|name| self.path(name));
        let words =
            ["serve", "--data", data, "--listen", "127.0.0.1:0", "--inner-listen", "127.0.0.1:0"];
        let tls = [
            "--tls-certificate",
            &certificate,
            "--tls-key",
            &key,
            "--tls-client-authorities",
            &authority,
        ];
        let all = [&words[..], &tls, flags].concat();
        Server::run(&mut program(&all)).0
    }

    fn server(&self) -> &Server {
        self.server.as_ref().expect("it serves")
    }

    fn connect(&self, authority: &Authority, shows: Option<&Pair>) -> Open {
        let name = "localhost".try_into().expect("a name");
        let config = Arc::new(caller(authority, shows, &TLS13));
        let connection = ClientConnection::new(config, name).expect("a connection");
        Open(StreamOwned::new(connection, self.server().connect()))
    }
}

struct Open(StreamOwned<ClientConnection, TcpStream>);

impl Open {
    /// A call that leaves the connection open.
    fn call(&mut self, path: &str) -> Reply {
        self.0.write_all(&request(path, &[])).expect("sent");
        Reply::read(&mut self.0)
    }
}

fn request(path: &str, headers: &[&str]) -> Vec<u8> {
    let body = register(1);
    let length = format!("Content-Length: {}", body.len());
    let head = post_head(&[&[XML, &length], headers].concat());
    let head = String::from_utf8(head).expect("ASCII").replacen(PATH, path, 1);
    [head.into_bytes(), body].concat()
}

#[track_caller]
fn refused(server: &Server, reply: &Reply, code: &str, why: &str) {
    assert_eq!(reply.fault().as_deref(), Some(code), "{}", reply.text());
    let line = server.log_line("presence::call");
    assert!(line.contains(why), "{why} is not in {line}");
    assert!(!reply.text().contains(why), "the caller is told too much: {}", reply.text());
}

#[test]
fn a_client_is_known_by_the_certificate_that_it_shows_for_every_call_anew() {
    let authority = Authority::new();
    let client = authority.client();
    let known =
        Known::new(&authority, &client, "--certificate", &["--client-certificate", "connection"]);
    let mut open = known.connect(&authority, Some(&client));
    let reply = open.call(TLS);
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert_eq!(reply.element("SenderId").as_deref(), Some("acme"));
    // The addresses that ask for signatures ask for them all the same.
    assert_eq!(open.call("/PresenceRegistration/v1/VarC").fault().as_deref(), Some("SOA-01001"));
    known.server().log_line("no wsse:Security header");
    known.command(&["revoke", "acme"]);
    let end = Instant::now() + Duration::from_mins(1);
    while open.call(TLS).status == 200 {
        assert!(Instant::now() < end, "a revoked client is still let in");
    }
    known.server().log_line("the client is revoked");
}

#[test]
fn who_shows_none_or_one_that_nobody_registered_is_refused() {
    let authority = Authority::new();
    let client = authority.client();
    let known =
        Known::new(&authority, &client, "--certificate", &["--client-certificate", "connection"]);
    let reply = known.connect(&authority, None).call(TLS);
    refused(known.server(), &reply, "SOA-01001", "TLS asks for one with tls_client_authorities");
    let other = authority.client();
    let reply = known.connect(&authority, Some(&other)).call(TLS);
    refused(known.server(), &reply, "SOA-01001", "no chain leads from the certificate");
}

#[test]
fn a_certificate_lets_nobody_in_unless_the_operator_says_so() {
    let authority = Authority::new();
    let client = authority.client();
    let known = Known::new(&authority, &client, "--certificate", &[]);
    let reply = known.connect(&authority, Some(&client)).call(TLS);
    refused(known.server(), &reply, "SOA-02001", "the setting client_certificate is off");
}

#[test]
fn limits_are_of_the_client_and_not_of_its_address() {
    let authority = Authority::new();
    let (client, other) = (authority.client(), authority.client());
    let flags = ["--client-certificate", "connection", "--client-rate", "1", "--client-burst", "3"];
    let known = Known::new(&authority, &client, "--certificate", &flags);
    fs::write(known.files.path("other.pem"), &other.certificate).expect("written");
    let company = sample::enterprise_number(1).to_string();
    let path = known.path("other.pem");
    let words = ["add", "other", "--role", "employer", "--company", &company];
    known.command(&[&words[..], &["--certificate", &path]].concat());
    let mut open = known.connect(&authority, Some(&client));
    let refused = (0..50).map(|_| open.call(TLS)).find(|reply| reply.status != 200);
    let refused = refused.expect("it calls more often than once a second");
    assert_eq!(refused.fault().as_deref(), Some("SOA-02002"), "{}", refused.text());
    assert!(refused.header("retry-after").is_some());
    let reply = known.connect(&authority, Some(&other)).call(TLS);
    assert_eq!(reply.status, 200, "another client: {}", reply.text());
}

#[test]
fn a_revocation_list_counts_for_certificates_that_are_shown() {
    let authority = Authority::new();
    let (client, renewed) = (authority.client(), authority.client());
    let list = authority.revoking(&client);
    let files = tempfile::tempdir().expect("a folder");
    let (path, trusted) = (files.path().join("list.pem"), files.path().join("authority.pem"));
    fs::write(&path, list).expect("written");
    fs::write(&trusted, authority.0.pem()).expect("written");
    let [path, trusted] = [path, trusted].map(|path| path.to_str().expect("UTF-8").to_owned());
    let flags = ["--client-certificate", "connection", "--client-authorities", &trusted];
    let flags = [&flags[..], &["--client-revocations", &path]].concat();
    let known = Known::new(&authority, &client, "--issued-like", &flags);
    let reply = known.connect(&authority, Some(&client)).call(TLS);
    refused(known.server(), &reply, "SOA-01001", "is revoked");
    let reply = known.connect(&authority, Some(&renewed)).call(TLS);
    assert_eq!(reply.status, 200, "of the same name, and not revoked: {}", reply.text());
}

#[test]
fn a_certificate_in_a_header_counts_from_a_trusted_balancer_alone() {
    let authority = Authority::new();
    let client = authority.client();
    let der = CertificateDer::from_pem_slice(client.certificate.as_bytes()).expect("PEM");
    let sequence = format!("Client-Cert: :{}:", STANDARD.encode(&der));
    let escaped = client.certificate.replace('\n', "%0A").replace(' ', "%20");
    let escaped = format!("X-SSL-Client-Cert: {escaped}");
    let nothing = "no certificate was shown";
    for (way, trusted, headers, expected) in [
        ("client-cert", "127.0.0.1", &[&*sequence][..], None),
        ("x-ssl-client-cert", "127.0.0.1", &[&escaped], None),
        ("client-cert", "10.0.0.0/8", &[&sequence], Some(nothing)),
        ("client-cert", "127.0.0.1", &[&sequence, &sequence], Some(nothing)),
        ("client-cert", "127.0.0.1", &[&escaped], Some(nothing)),
        ("client-cert", "127.0.0.1", &["Client-Cert: :AAAA:"], Some(nothing)),
        ("client-cert", "127.0.0.1", &[], Some(nothing)),
        ("connection", "127.0.0.1", &[&sequence, &escaped], Some(nothing)),
    ] {
        let flags = ["--client-certificate", way, "--trusted-proxies", trusted];
        let known = Known::new(&authority, &client, "--certificate", &flags);
        // The balancer itself shows a certificate too, where it is to count for nothing.
        let shows = (way != "connection").then_some(&client);
        let mut open = known.connect(&authority, shows);
        open.0.write_all(&request(TLS, headers)).expect("sent");
        let reply = Reply::read(&mut open.0);
        match expected {
            None => assert_eq!(reply.status, 200, "{way} {trusted}: {}", reply.text()),
            Some(why) => refused(known.server(), &reply, "SOA-01001", why),
        }
    }
}

impl Authority {
    /// A list that revokes this certificate, in PEM.
    fn revoking(&self, pair: &Pair) -> String {
        let der = CertificateDer::from_pem_slice(pair.certificate.as_bytes()).expect("PEM");
        let certificate = Certificate::from_der(&der).expect("read");
        let list = CertificateRevocationListParams {
            this_update: date_time_ymd(2020, 1, 1),
            next_update: date_time_ymd(2099, 1, 1),
            crl_number: SerialNumber::from(1_u64),
            issuing_distribution_point: None,
            revoked_certs: vec![RevokedCertParams {
                serial_number: SerialNumber::from_slice(certificate.serial()),
                revocation_time: date_time_ymd(2020, 1, 1),
                reason_code: None,
                invalidity_date: None,
            }],
            key_identifier_method: rcgen::KeyIdMethod::Sha256,
        };
        list.signed_by(&self.0).expect("signed").pem().expect("PEM")
    }
}
