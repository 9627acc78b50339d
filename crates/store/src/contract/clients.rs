use std::sync::Arc;

use domain::register::Period;
use domain::{
    CertificateHandle, CertificateRule, Client, ClientId, Fingerprint, KeptCertificate, Mandate,
    Profile, Role, TokenKey, sample,
};
use jiff::civil::date;

use super::Fixture;
use super::samples::moment;
use crate::{ClientConflict, Presented, Store};

/// A client with every part.
fn whole() -> Client {
    let mandate = |index, from, until| Mandate {
        employer: sample::enterprise_number(index),
        period: Period::new(from, until).expect("in order"),
    };
    let (from, until) = (date(2026, 1, 1), date(2026, 6, 30));
    let mandates = vec![
        mandate(5, Some(from), Some(until)),
        mandate(4, Some(from), None),
        mandate(5, None, Some(from)),
    ];
    Client {
        name: "Ünïted Payroll".to_owned(),
        company: Some(sample::enterprise_number(3)),
        user_type: "MANDATEE".into(),
        certificates: vec![issued("CN=one"), by_fingerprint(7)],
        kept: vec![kept(b"second", &[5, 3]), kept(b"", &[]), kept(b"first", &[3])],
        keys: vec![
            TokenKey { id: Some("second".into()), text: "{}".into() },
            TokenKey { id: None, text: "PEM".into() },
        ],
        scopes: vec!["b".into(), "a".into()],
        added: moment("2026-11-24T06:30:00.123Z"),
        revoked: Some(moment("2026-11-25T06:30:00.456Z")),
        ..sample::client("whole", Role::Mandatary(mandates))
    }
}

fn by_fingerprint(byte: u8) -> CertificateRule {
    CertificateRule::Fingerprint(Fingerprint([byte; 32]))
}

fn issued(subject: &str) -> CertificateRule {
    CertificateRule::Issued { issuer: "CN=Authority,C=BE".into(), subject: subject.into() }
}

fn kept(der: &[u8], handles: &[u8]) -> KeptCertificate {
    KeptCertificate::new(der.into(), handles.iter().copied().map(handle).collect())
}

fn handle(byte: u8) -> CertificateHandle {
    CertificateHandle([byte; 32])
}

fn presented(byte: u8, issuer: &str, subject: &str) -> Presented {
    let fingerprint = Fingerprint([byte; 32]);
    Presented { fingerprint, issuer: issuer.into(), subject: subject.into() }
}

fn id(text: &str) -> ClientId {
    ClientId::parse(text).expect("an id")
}

async fn added(store: &dyn Store, client: Client) -> Client {
    store.clients().add(client.clone()).await.expect("written").expect("no conflict");
    client
}

/// Of every role, with and without its optional parts, also after a restart.
pub async fn clients_are_read_as_they_were_written(fixture: &impl Fixture) {
    let store = fixture.open().await;
    let mut all = vec![added(&*store, whole()).await];
    let roles = Profile::ALL.map(Role::Consulting).into_iter().chain([
        Role::Employer,
        Role::Mandatary(Vec::new()),
        Role::Intermediary,
        Role::Inspector,
        Role::Administrator,
    ]);
    for (place, role) in roles.enumerate() {
        all.push(added(&*store, sample::client(&format!("client-{place}"), role)).await);
    }
    drop(store);
    let store = fixture.open().await;
    for client in all {
        let read = store.clients().client(client.id.clone()).await.expect("read");
        assert_eq!(read, Some(client));
    }
    assert_eq!(store.clients().client(id("nobody")).await.expect("read"), None);
}

/// This one certificate before any of its issuer and subject, and nothing for a stranger.
pub async fn a_certificate_leads_to_its_client(fixture: &impl Fixture) {
    let store = fixture.open().await;
    let one = Client {
        certificates: vec![by_fingerprint(1), issued("CN=one")],
        ..sample::client("one", Role::Employer)
    };
    let other =
        Client { certificates: vec![by_fingerprint(2)], ..sample::client("other", Role::Employer) };
    added(&*store, one).await;
    added(&*store, other).await;
    let authority = "CN=Authority,C=BE";
    for (presented, expected) in [
        (presented(1, "CN=x", "CN=x"), Some("one")),
        (presented(9, authority, "CN=one"), Some("one")),
        (presented(2, authority, "CN=one"), Some("other")),
        (presented(9, authority, "CN=two"), None),
        (presented(9, "CN=Another,C=BE", "CN=one"), None),
        (presented(9, "CN=one", authority), None),
    ] {
        let found = store.clients().by_certificate(presented.clone()).await.expect("read");
        assert_eq!(found.as_ref().map(|client| client.id.as_str()), expected, "{presented:?}");
    }
}

/// All that have the handle, of whichever client, as long as it has them; no more than asked for.
pub async fn kept_certificates_are_found_by_what_messages_call_them(fixture: &impl Fixture) {
    let store = fixture.open().await;
    let found = async |byte, limit| -> Vec<Vec<u8>> {
        let found = store.clients().kept_certificates(handle(byte), limit).await.expect("read");
        let mut found: Vec<_> = found.iter().map(|der| der.to_vec()).collect();
        found.sort();
        found
    };
    assert!(found(3, 9).await.is_empty());
    let first = added(&*store, whole()).await;
    let other = Client {
        kept: vec![kept(b"other", &[3, 4]), kept(b"same", &[9])],
        ..sample::client("other", Role::Employer)
    };
    let other = added(&*store, other).await;
    assert_eq!(found(3, 9).await, [&b"first"[..], b"other", b"second"]);
    assert_eq!(found(5, 9).await, [b"second"]);
    assert_eq!(found(3, 2).await.len(), 2);
    let changed = Client { kept: vec![kept(b"other", &[4])], ..other };
    store.clients().change(changed).await.expect("written").expect("no conflict");
    assert_eq!(found(3, 9).await, [&b"first"[..], b"second"]);
    assert_eq!(found(4, 9).await, [b"other"]);
    assert!(found(9, 9).await.is_empty());
    let without = Client { kept: Vec::new(), ..first };
    store.clients().change(without).await.expect("written").expect("no conflict");
    assert!(found(3, 9).await.is_empty());
}

/// Ids and certificates are one client's each; what is refused changes nothing.
pub async fn a_client_takes_nothing_from_another(fixture: &impl Fixture) {
    let store = fixture.open().await;
    let first = added(&*store, whole()).await;
    let again = Client { name: "other".into(), ..whole() };
    let refused = store.clients().add(again).await.expect("handled");
    assert_eq!(refused, Err(ClientConflict::Exists(first.id.clone())));
    let second = added(&*store, sample::client("second", Role::Employer)).await;
    for rule in &first.certificates {
        let taken = ClientConflict::CertificateTaken { rule: rule.clone(), by: first.id.clone() };
        let with = |client: &Client| Client { certificates: vec![rule.clone()], ..client.clone() };
        let refused = store.clients().change(with(&second)).await.expect("handled");
        assert_eq!(refused, Err(taken.clone()));
        let third = with(&sample::client("third", Role::Employer));
        assert_eq!(store.clients().add(third).await.expect("handled"), Err(taken));
    }
    let unknown = sample::client("nobody", Role::Employer);
    let refused = store.clients().change(unknown).await.expect("handled");
    assert_eq!(refused, Err(ClientConflict::Unknown(id("nobody"))));
    let all = store.clients().list(None, 10).await.expect("read");
    assert_eq!(all, [second, first]);
}

/// A change replaces every part, and frees the certificates that were given up.
pub async fn a_change_replaces_the_whole_client(fixture: &impl Fixture) {
    let store = fixture.open().await;
    let before = added(&*store, whole()).await;
    let after = Client {
        certificates: vec![by_fingerprint(7)],
        ..sample::client("whole", Role::Inspector)
    };
    store.clients().change(after.clone()).await.expect("written").expect("no conflict");
    let read = store.clients().client(before.id).await.expect("read");
    assert_eq!(read, Some(after));
    let next =
        Client { certificates: vec![issued("CN=one")], ..sample::client("next", Role::Employer) };
    added(&*store, next).await;
}

/// So that every node sees that it has to read anew.
pub async fn every_change_of_a_client_raises_the_version(fixture: &impl Fixture) {
    let store = fixture.open().await;
    let version = async || store.clients().version().await.expect("read");
    let first = version().await;
    let client = added(&*store, whole()).await;
    let second = version().await;
    assert!(second > first);
    store.clients().change(Client { revoked: None, ..client }).await.expect("written").expect("ok");
    let third = version().await;
    assert!(third > second);
    let refused = store.clients().add(whole()).await.expect("handled");
    assert!(refused.is_err());
    assert_eq!(version().await, third, "nothing changed");
}

/// In order, page by page.
pub async fn clients_are_listed_by_id(fixture: &impl Fixture) {
    let store = fixture.open().await;
    for name in ["c", "a", "b"] {
        added(&*store, sample::client(name, Role::Employer)).await;
    }
    let ids = async |after: Option<&str>, limit| -> Vec<Arc<str>> {
        let page = store.clients().list(after.map(id), limit).await.expect("read");
        page.iter().map(|client| client.id.as_str().into()).collect()
    };
    let texts =
        |texts: &[&str]| -> Vec<Arc<str>> { texts.iter().copied().map(Arc::from).collect() };
    assert_eq!(ids(None, 2).await, texts(&["a", "b"]));
    assert_eq!(ids(Some("b"), 2).await, texts(&["c"]));
    assert_eq!(ids(Some("c"), 2).await, texts(&[]));
}
