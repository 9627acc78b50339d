use std::sync::Arc;

use app::App;
use domain::{CertificateRule, Client, ClientId, Clock, Fingerprint, Role, sample};
use store::{Presented, ReplayKey};
use testkit::TestApp;

fn presented() -> Presented {
    Presented {
        fingerprint: Fingerprint([7; 32]),
        issuer: "CN=issuer".into(),
        subject: "CN=subject".into(),
    }
}

fn client() -> Client {
    Client {
        certificates: vec![CertificateRule::Fingerprint(Fingerprint([7; 32]))],
        ..sample::client("one", Role::Inspector)
    }
}

/// Another node on the same data.
fn other_node(test: &TestApp) -> App {
    let clock: Arc<dyn Clock> = Arc::clone(&test.clock) as _;
    App::new(Arc::clone(&test.store), clock, app::default_policy(), 10_000)
}

#[tokio::test]
async fn a_revoked_client_is_known_as_such_on_every_node_after_two_seconds() {
    let test = TestApp::at("2026-11-24T08:00:00Z").await;
    let other = other_node(&test);
    let nodes = [&*test.app, &other];
    test.store.clients().add(client()).await.expect("written").expect("no conflict");
    let id = ClientId::parse("one").expect("an id");
    let revoked = async |node: &App| {
        let by_id = node.clients().by_id(&id).await.expect("read").expect("known");
        let certificate = presented();
        let found = node.clients().by_certificate(&certificate).await.expect("read");
        assert_eq!(found.expect("known"), by_id);
        by_id.revoked.is_some()
    };
    for node in nodes {
        assert!(!revoked(node).await);
    }
    let at = test.clock.now();
    let after = Client { revoked: Some(at), ..client() };
    test.store.clients().change(after).await.expect("written").expect("no conflict");
    test.clock.set("2026-11-24T08:00:02Z");
    for node in nodes {
        assert!(revoked(node).await);
    }
}

#[tokio::test]
async fn a_stranger_is_looked_up_anew_once_the_register_has_changed() {
    let test = TestApp::at("2026-11-24T08:00:00Z").await;
    let clients = test.app.clients();
    assert_eq!(clients.by_certificate(&presented()).await.expect("read"), None);
    test.store.clients().add(client()).await.expect("written").expect("no conflict");
    // A clock that is set back does not make anyone wait for it.
    test.clock.set("2026-11-24T07:00:00Z");
    let found = clients.by_certificate(&presented()).await.expect("read");
    assert_eq!(found.as_deref(), Some(&client()));
}

#[tokio::test]
async fn what_may_be_used_once_is_remembered_for_a_day_at_most() {
    let test = TestApp::at("2026-11-24T08:00:00Z").await;
    let key = ReplayKey::of("test", &[b"one"]);
    let far = "2030-01-01T00:00:00Z".parse().expect("a moment");
    let other = other_node(&test);
    assert!(test.app.first_time(key, far).await.expect("asked"));
    assert!(!other.first_time(key, far).await.expect("asked"), "on every node");
    test.clock.set("2026-11-25T08:00:00Z");
    assert!(test.app.first_time(key, far).await.expect("asked"));
}
