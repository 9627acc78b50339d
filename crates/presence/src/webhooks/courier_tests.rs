use std::io::Write;
use std::net::TcpListener;
use std::thread;

use domain::{
    Channel, ClientId, NewRegistration, RegistrationId, Sender, StepPosition, Submission,
    WebhookSecret, Who, sample,
};
use rcgen::{CertificateParams, KeyPair};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use rustls_pki_types::PrivateKeyDer;

use super::*;

fn at() -> Timestamp {
    "2026-11-24T08:00:00Z".parse().expect("a moment")
}

fn step() -> Step {
    let new = NewRegistration {
        submission: Submission {
            day: "2026-11-24".parse().expect("a day"),
            moment: None,
            who: Who::Worker { inss: sample::inss(1), company: sample::enterprise_number(1) },
            works: sample::works_reference(1),
            reference: None,
        },
        sector: None,
        created: at(),
        channel: Channel::WebService,
        sender: Sender::default(),
    };
    let registration = new.stored_as(RegistrationId::new(17).expect("an id"));
    let entry = registration.first_entry();
    Step { position: StepPosition::START, version: 1, registration, entry }
}

fn webhook(url: String) -> Webhook {
    Webhook {
        id: ClientId::parse("hook").expect("an id"),
        client: ClientId::parse("one").expect("an id"),
        url,
        secret: WebhookSecret([1; 32]),
        added: at(),
        paused: None,
        position: StepPosition::START,
        delivered: 0,
        last_delivery: None,
        trouble: None,
    }
}

/// What comes of a delivery to `url`, by a courier that may go to private addresses and trusts the authorities in the file.
async fn delivered(url: String, authorities: Option<&Path>) -> Delivered {
    let courier = HttpCourier::new(authorities, true, "https://presence.example".to_owned());
    courier.expect("can be made").deliver(&webhook(url), &step(), at()).await
}

/// A receiver of one delivery; the scheme comes before its address.
fn receiver(serve: impl FnOnce(std::net::TcpStream) + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    thread::spawn(move || serve(listener.accept().expect("a connection").0));
    format!("://{address}/events")
}

/// Answers as soon as the request has begun; the rest is read so that the connection ends well.
fn answer(stream: &mut (impl std::io::Read + Write), answer: &str) {
    let mut begin = [0; 4096];
    assert!(stream.read(&mut begin).expect("a request") > 0);
    stream.write_all(answer.as_bytes()).expect("answered");
    // The courier ends the connection.
    _ = stream.read(&mut begin);
}

#[tokio::test]
async fn what_the_receiver_answers_is_what_became_of_a_delivery() {
    let failed = |text: &str| Delivered::Failed(text.to_owned());
    for (status, expected) in [
        ("204 No Content", Delivered::Arrived),
        ("200 OK", Delivered::Arrived),
        ("410 Gone", Delivered::Gone),
        ("500 Internal Server Error", failed("the receiver answered 500 Internal Server Error")),
        ("429 Too Many Requests", failed("the receiver answered 429 Too Many Requests")),
        ("302 Found", failed("302 Found: redirections are not followed")),
    ] {
        let head =
            format!("HTTP/1.1 {status}\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n");
        let url = receiver(move |mut stream| answer(&mut stream, &head));
        assert_eq!(delivered(format!("http{url}"), None).await, expected);
    }
    for serve in [|_| {}, |mut stream: std::net::TcpStream| answer(&mut stream, "nonsense\r\n\r\n")]
    {
        let outcome = delivered(format!("http{}", receiver(serve)), None).await;
        assert!(matches!(outcome, Delivered::Failed(_)), "{outcome:?}");
    }
}

/// The clock of the runtime goes on by itself as soon as there is nothing to do but wait.
#[tokio::test(start_paused = true)]
async fn a_receiver_that_does_not_answer_is_given_up_after_15_seconds() {
    let (end, ended) = std::sync::mpsc::channel::<()>();
    let url = receiver(move |stream| {
        // Holds the connection until the test is over.
        _ = ended.recv();
        drop(stream);
    });
    let outcome = delivered(format!("http{url}"), None).await;
    assert_eq!(outcome, Delivered::Failed("no answer within 15 s".to_owned()));
    drop(end);
}

#[tokio::test]
async fn over_tls_the_receiver_shows_a_certificate_of_an_authority_that_is_trusted() {
    let key = KeyPair::generate().expect("a key");
    let params = CertificateParams::new(["127.0.0.1".to_owned()]).expect("a name");
    let certificate = params.self_signed(&key).expect("a certificate");
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("authorities.pem");
    std::fs::write(&file, certificate.pem()).expect("written");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let key = PrivateKeyDer::Pkcs8(key.serialize_der().into());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("known")
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key);
    let config = Arc::new(config.expect("they belong together"));
    let url = || {
        let connection = ServerConnection::new(Arc::clone(&config)).expect("can begin");
        receiver(move |stream| {
            let mut stream = StreamOwned::new(connection, stream);
            // Whoever does not trust the certificate sends nothing.
            if stream.conn.complete_io(&mut stream.sock).is_ok() {
                answer(&mut stream, "HTTP/1.1 204 No Content\r\n\r\n");
            }
        })
    };
    assert_eq!(delivered(format!("https{}", url()), Some(&file)).await, Delivered::Arrived);
    let stranger = delivered(format!("https{}", url()), None).await;
    let Delivered::Failed(text) = stranger else { panic!("{stranger:?}") };
    assert!(text.starts_with("TLS: "), "{text}");
}
