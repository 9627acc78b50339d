//! TLS to a real server, whose certificate is made when the tests run.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use domain::{Error, ErrorKind};
use rustls::RootCertStore;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;
use store_postgres::{Options, PostgresStore};
use testkit::{PostgresServer, TlsEntrance};

type Reached = (PostgresServer, TlsEntrance);

fn reached() -> Option<&'static Reached> {
    static SERVER: OnceLock<Option<Reached>> = OnceLock::new();
    SERVER.get_or_init(PostgresServer::start_with_tls_or_skip).as_ref()
}

fn trusting(authority: &str) -> Options {
    let mut roots = RootCertStore::empty();
    let certificate = CertificateDer::from_pem_slice(authority.as_bytes()).expect("a certificate");
    roots.add(certificate).expect("an authority");
    Options { authorities: Some(Arc::new(roots)), ..Options::default() }
}

/// What the operator is told, with everything beneath it.
fn told(error: &Error) -> String {
    let causes = std::iter::successors(std::error::Error::source(error), |cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

async fn refusal(url: &str, options: Options) -> String {
    let options = Options { patience: Duration::from_millis(300), ..options };
    let error = PostgresStore::open(url, options).await.map(|_| ()).expect_err("is refused");
    assert_eq!(error.kind(), ErrorKind::StoreUnavailable);
    told(&error)
}

/// Of each connection of the store to a database: is it encrypted?
fn encrypted(server: &PostgresServer, database: &str) -> String {
    let ask = "SELECT DISTINCT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) \
               WHERE datname = current_database() AND application_name = 'presence'";
    server.ask(database, ask)
}

fn name(url: &str) -> &str {
    url.rsplit('=').next().expect("a name")
}

#[tokio::test]
async fn a_server_that_can_prove_its_name_is_trusted() {
    let Some((server, entrance)) = reached() else { return };
    let database = server.new_database();
    let database = name(&database);
    let url = entrance.url(entrance.name, database, "sslmode=verify-full");
    let store = PostgresStore::open(&url, trusting(&entrance.authority)).await.expect("opened");
    assert_eq!(encrypted(server, database), "t");
    drop(store);
}

#[tokio::test]
async fn a_server_of_another_authority_or_another_name_is_refused_and_told() {
    let Some((server, entrance)) = reached() else { return };
    let database = server.new_database();
    let other = trusting(&PostgresServer::other_authority());
    let own = trusting(&entrance.authority);
    let authority = "the server of the database is refused: \
                     its certificate comes from none of the authorities of the database";
    for mode in ["sslmode=verify-full", "sslmode=require", ""] {
        let url = entrance.url(entrance.name, name(&database), mode);
        let told = refusal(&url, other.clone()).await;
        assert!(told.ends_with(authority), "{mode}: {told}");
        let url = entrance.url("elsewhere.example", name(&database), mode);
        let told = refusal(&url, own.clone()).await;
        assert!(told.contains("the server of the database is refused"), "{mode}: {told}");
        assert!(told.contains("elsewhere.example"), "the name that was meant: {told}");
        assert!(told.contains("database.example"), "the name that was met: {told}");
    }
    assert_eq!(encrypted(server, name(&database)), "", "nobody was let in");
}

#[tokio::test]
async fn without_authorities_what_is_said_is_secret_and_nobody_knows_to_whom() {
    let Some((server, entrance)) = reached() else { return };
    for mode in ["sslmode=require", "sslmode=prefer", ""] {
        let database = server.new_database();
        let url = entrance.url("elsewhere.example", name(&database), mode);
        let store = PostgresStore::open(&url, Options::default()).await.expect("opened");
        assert_eq!(encrypted(server, name(&database)), "t", "{mode}");
        drop(store);
    }
}

#[tokio::test]
async fn a_server_that_wants_tls_refuses_who_speaks_none() {
    let Some((server, entrance)) = reached() else { return };
    let database = server.new_database();
    let url = entrance.url(entrance.name, name(&database), "sslmode=disable");
    let told = refusal(&url, Options::default()).await;
    assert!(told.contains("no encryption"), "PostgreSQL's own words: {told}");
}

#[tokio::test]
async fn a_server_without_tls_is_refused_where_tls_is_asked_for() {
    let Some((server, entrance)) = PostgresServer::start_with_tls_or_skip() else { return };
    let database = server.new_database();
    server.without_tls();
    let trusting = trusting(&entrance.authority);
    let url = |mode| entrance.url(entrance.name, name(&database), mode);
    for (mode, options) in [
        ("sslmode=verify-full", &trusting),
        ("sslmode=require", &Options::default()),
        ("sslmode=prefer", &trusting),
        ("", &trusting),
    ] {
        let told = refusal(&url(mode), options.clone()).await;
        assert!(told.contains("server does not support TLS"), "{mode}: {told}");
    }
}
