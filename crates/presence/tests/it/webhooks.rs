//! The program tells webhooks of what its callers register: over real connections, signed, again when asked to, and after
//! a kill.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::Command;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::sample;
use ring::hmac;
use serde_json::{Value, json};
use testkit::{PostgresServer, Signer};

use crate::oauth::folder_with_client;
use crate::server::{Server, let_a_minute_pass, program};
use crate::strangers::{clients, needed, run};

const PATIENCE: Duration = Duration::from_mins(1);

/// A delivery as it came in: the headers that are signed, and the body.
struct Delivery {
    id: String,
    timestamp: String,
    signature: String,
    content_type: String,
    body: Vec<u8>,
}

/// Takes deliveries and answers each with 204.
fn receiver() -> (SocketAddr, Receiver<Delivery>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let (sender, deliveries) = channel();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = BufReader::new(stream.expect("a connection"));
            let mut headers = std::collections::HashMap::new();
            let mut line = String::new();
            while stream.read_line(&mut line).expect("a line") > 2 {
                if let Some((name, value)) = line.trim_end().split_once(": ") {
                    headers.insert(name.to_ascii_lowercase(), value.to_owned());
                }
                line.clear();
            }
            let length = headers["content-length"].parse().expect("a number");
            let mut body = vec![0; length];
            stream.read_exact(&mut body).expect("a body");
            stream.get_mut().write_all(b"HTTP/1.1 204 No Content\r\n\r\n").expect("answered");
            let header = |name: &str| headers[name].clone();
            let delivery = Delivery {
                id: header("webhook-id"),
                timestamp: header("webhook-timestamp"),
                signature: header("webhook-signature"),
                content_type: header("content-type"),
                body,
            };
            if sender.send(delivery).is_err() {
                return;
            }
        }
    });
    (address, deliveries)
}

const FLAGS: [&str; 5] = [
    "--open-sender-id",
    "one",
    "--webhook-private-addresses",
    "--public-url",
    "https://presence.example",
];

fn start(folder: &Path) -> Server {
    Server::at(folder, &FLAGS)
}

fn webhook(folder: &Path, words: &[&str]) -> String {
    let data = folder.to_str().expect("UTF-8");
    let output =
        program(&[&["webhook"], words, &["--data", data]].concat()).output().expect("runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

fn register(server: &Server, person: u32) {
    let body = format!(
        "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body>\
         <RegisterPresencesRequest xmlns=\"http://socialsecurity.be/presenceregistration/v1\" \
         xmlns:t=\"http://socialsecurity.be/presenceregistration/schemas/v1\">\
         <PresenceRegistrationRequest><t:INSS>{}</t:INSS><t:CompanyID>{:010}</t:CompanyID>\
         <t:WorkPlaceId>{}</t:WorkPlaceId></PresenceRegistrationRequest>\
         </RegisterPresencesRequest></s:Body></s:Envelope>",
        sample::inss(person).digits(),
        sample::enterprise_number(1).number(),
        sample::works_reference(1).as_str(),
    );
    let action =
        "SOAPAction: \"http://socialsecurity.be/presenceregistration/v1/registerPresences\"";
    let reply = server.post(&["Content-Type: text/xml; charset=utf-8", action], body.as_bytes());
    assert!(reply.text().contains("PresenceRegistrationId>"), "{}", reply.text());
}

/// The next first step of a registration; checks of it may come between.
fn registered(deliveries: &Receiver<Delivery>, secret: &[u8]) -> String {
    loop {
        let delivery = deliveries.recv_timeout(PATIENCE).expect("it comes");
        let signed =
            [delivery.id.as_bytes(), b".", delivery.timestamp.as_bytes(), b".", &delivery.body]
                .concat();
        let tag = delivery.signature.strip_prefix("v1,").expect("the version");
        let tag = STANDARD.decode(tag).expect("base64");
        hmac::verify(&hmac::Key::new(hmac::HMAC_SHA256, secret), &signed, &tag).expect("ours");
        let event: Value = serde_json::from_slice(&delivery.body).expect("JSON");
        assert_eq!(event["id"], delivery.id.as_str());
        assert_eq!(event["source"], "https://presence.example/REST/presenceRegistration/v1");
        if event["type"].as_str().expect("a type").ends_with(".registered") {
            return delivery.id;
        }
    }
}

#[test]
fn a_webhook_is_told_again_when_asked_to_and_goes_on_after_a_kill() {
    let folder = folder_with_client(Signer::rsa());
    let folder = folder.path();
    let (address, deliveries) = receiver();
    let server = start(folder);
    let url = format!("http://{address}/events");
    let words = ["add", "hook", "--client", "one", "--url", &url, "--private"];
    let secret = webhook(folder, &words);
    let secret = secret.trim_end().strip_prefix("whsec_").expect("the form of Standard Webhooks");
    let secret = STANDARD.decode(secret).expect("base64");

    register(&server, 1);
    let first = registered(&deliveries, &secret);
    webhook(folder, &["pause", "hook"]);
    register(&server, 2);
    assert!(webhook(folder, &["show", "hook"]).contains("paused: by the operator"));
    // SIGKILL.
    drop(server);
    let_a_minute_pass(folder);

    webhook(folder, &["resume", "hook"]);
    let server = start(folder);
    let second = registered(&deliveries, &secret);
    assert_ne!(first, second);
    webhook(folder, &["resend", "hook", "--from", "start"]);
    let again = [registered(&deliveries, &secret), registered(&deliveries, &secret)];
    assert!(again.contains(&first) && again.contains(&second), "{again:?}");
    assert!(webhook(folder, &["list"]).starts_with("hook of one to http://127.0.0.1:"));
    webhook(folder, &["remove", "hook"]);
    assert_eq!(webhook(folder, &["list"]), "");
    server.stop();
}

#[test]
fn a_node_that_stops_leaves_its_webhooks_to_others_at_once() {
    let Some(database) = PostgresServer::start_or_skip() else { return };
    let url = database.new_database();
    let (folder, (address, deliveries)) = (tempfile::tempdir().expect("a folder"), receiver());
    let folder = folder.path();
    let command = |words: &[&str]| {
        let words = [words, &["--data", folder.to_str().expect("UTF-8")]].concat();
        let output = program(&words).env("PRESENCE_DATABASE_URL", &url).output().expect("it runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    let company = sample::enterprise_number(1).to_string();
    command(&[
        "client",
        "add",
        "one",
        "--name",
        "One",
        "--role",
        "employer",
        "--company",
        &company,
    ]);
    let to = format!("http://{address}/events");
    command(&["webhook", "add", "hook", "--client", "one", "--url", &to, "--private"]);
    let held = || {
        let sql =
            "SELECT count(*) FROM webhook_turn WHERE until > extract(epoch FROM now()) * 1000";
        database.ask("test_0", sql)
    };
    let told = |node: &Server, person| {
        register(node, person);
        deliveries.recv_timeout(PATIENCE).expect("it comes");
    };
    let node = Server::on_database(&url, folder, &FLAGS);
    told(&node, 1);
    assert_eq!(held(), "1");
    node.stop();
    assert_eq!(held(), "0");
    // Its number is another one.
    let node = Server::on_database(&url, folder, &FLAGS);
    told(&node, 2);
    node.stop();
}

#[test]
fn the_libraries_of_standard_webhooks_and_cloud_events_take_what_is_sent() {
    let Some(python) = needed("PRESENCE_TEST_PYTHON") else { return };
    let folder = folder_with_client(Signer::rsa());
    let folder = folder.path();
    let (address, deliveries) = receiver();
    let server = start(folder);
    let url = format!("http://{address}/events");
    let words = ["add", "hook", "--client", "one", "--url", &url, "--private"];
    let secret = webhook(folder, &words);
    register(&server, 1);
    // Registered, and checked.
    let delivered: Vec<_> = (0..2)
        .map(|_| {
            let delivery = deliveries.recv_timeout(PATIENCE).expect("it comes");
            json!({
                "headers": {
                    "webhook-id": delivery.id,
                    "webhook-timestamp": delivery.timestamp,
                    "webhook-signature": delivery.signature,
                    "content-type": delivery.content_type,
                },
                "body": String::from_utf8(delivery.body).expect("UTF-8"),
            })
        })
        .collect();
    let input = json!({ "secret": secret.trim_end(), "deliveries": delivered });
    let mut client = Command::new(python);
    client.arg(clients().join("webhook_receiver.py"));
    let done: Value = serde_json::from_str(&run(client, &input.to_string())).expect("JSON");
    assert_eq!(done["types"][0], "registered");
    assert!(["validated", "failed"].contains(&done["types"][1].as_str().expect("a text")));
    server.stop();
}
