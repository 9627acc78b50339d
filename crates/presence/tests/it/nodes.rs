//! Two programs that share a store, embedded or PostgreSQL: what one of them is told holds for the other.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use domain::sample;
use serde_json::{Value, json};
use tempfile::TempDir;
use testkit::{PostgresServer, Signer};
use wss::sign::SigningKey;

use crate::oauth::{self, ask};
use crate::reply::Reply;
use crate::server::{Server, program};
use crate::signed::scene::{Scene, key, signed};
use crate::soap::register;

const VAR_C: &str = "/PresenceRegistration/v1/VarC";
const URL: &str = "https://presence.example";
const QUERY: &str = "/REST/presenceRegistration/v1/presenceRegistrations/query";
/// What the contract of this service promises of a revocation.
const PROMISED: Duration = Duration::from_secs(2);

/// Two programs on one store. On PostgreSQL each has a folder of its own, with copies of the keys.
struct Nodes {
    servers: [Server; 2],
    folders: Vec<TempDir>,
    database: Option<String>,
}

/// The program on this store.
fn on(database: Option<&String>, words: &[&str]) -> Command {
    let mut command = program(words);
    command.env_remove("PRESENCE_DATABASE_URL");
    if let Some(url) = database {
        command.env("PRESENCE_DATABASE_URL", url);
    }
    command
}

fn path(folder: &Path) -> &str {
    folder.to_str().expect("UTF-8")
}

/// Copies the files of a folder, and those of the folders in it.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("copied");
        }
    }
}

impl Nodes {
    fn start(database: Option<String>, flags: &[&str]) -> Self {
        let first = tempfile::tempdir().expect("a folder");
        let data = path(first.path());
        let words = ["serve", "--demo", "--data", data, "--listen", "127.0.0.1:0"];
        // It makes the clients and their keys.
        Server::run(&mut on(database.as_ref(), &words)).0.stop();
        let mut folders = vec![first];
        if database.is_some() {
            let second = tempfile::tempdir().expect("a folder");
            copy(folders[0].path(), second.path());
            folders.push(second);
        }
        let run = |folder: &TempDir| {
            let words = ["serve", "--data", path(folder.path()), "--listen", "127.0.0.1:0"];
            let inner = ["--inner-listen", "127.0.0.1:0", "--public-url", URL];
            Server::run(&mut on(database.as_ref(), &[&words[..], &inner, flags].concat())).0
        };
        let servers = [run(&folders[0]), run(folders.last().expect("at least one"))];
        Self { servers, folders, database }
    }

    /// Both kinds of store; PostgreSQL where it is installed.
    fn on_each_store(flags: &[&str], test: impl Fn(&Self)) {
        static POSTGRES: OnceLock<Option<PostgresServer>> = OnceLock::new();
        test(&Self::start(None, flags));
        if let Some(server) = POSTGRES.get_or_init(PostgresServer::start_or_skip) {
            test(&Self::start(Some(server.new_database()), flags));
        }
    }

    /// Gives the operator's command for a client.
    fn command(&self, words: &[&str]) {
        let data = ["--data", path(self.folders[0].path())];
        let output = on(self.database.as_ref(), &[&["client"], words, &data].concat()).output();
        let output = output.expect("it runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    /// A file beside the data, for a command.
    fn file(&self, name: &str, text: &str) -> String {
        let file = self.folders[0].path().join(name);
        fs::write(&file, text).expect("written");
        path(&file).to_owned()
    }

    fn key(&self) -> SigningKey {
        let file = self.folders[0].path().join("demo-keys/employer");
        let text = |ending| fs::read_to_string(file.with_extension(ending)).expect("it is there");
        key(&(text("key") + &text("pem")))
    }

    fn signed_call(&self) -> String {
        signed(&self.key(), &register(1))
    }

    /// Lets the client `employer` ask for tokens.
    fn give_token_key(&self) {
        let file = self.file("employer.public", Signer::rsa().public_pem());
        let scope = "scope:presenceRegistration:consult";
        self.command(&["change", "employer", "--key", &file, "--scope", scope]);
    }

    /// What the nodes answer each, asked again until both answer so. After what was promised no call that begins is
    /// answered otherwise: a node asks the store before it answers, however busy the machine is.
    fn settle(&self, since: Instant, ask: impl Fn(&Server) -> bool) {
        let mut late = false;
        loop {
            let begins = since.elapsed();
            let all = self.servers.iter().all(&ask);
            if all {
                return;
            }
            assert!(!late, "a call {begins:?} after the change was answered as before it");
            late = begins > PROMISED;
        }
    }
}

fn assertion(jti: &str) -> String {
    let now = oauth::now();
    let claims = json!({
        "iss": "employer", "sub": "employer", "aud": format!("{URL}{}", oauth::TOKEN), "jti": jti,
        "iat": now, "exp": now + 120,
    });
    Signer::rsa().token(&json!({ "alg": "RS256" }), &claims)
}

fn query(server: &Server, token: &str) -> Reply {
    let now = jiff::Timestamp::from_second(oauth::now()).expect("a moment");
    let day = domain::belgian_day(now).to_string();
    let body = json!({ "registrationPeriods": [{ "startDate": day, "endDate": day }] }).to_string();
    let head = format!(
        "POST {QUERY} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: application/json\r\n\
         Authorization: Bearer {token}\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    server.send((head + &body).as_bytes())
}

fn access_token(reply: &Reply) -> String {
    let answer: Value = serde_json::from_slice(&reply.body).expect("JSON");
    answer["access_token"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
}

#[test]
fn a_revoked_client_is_refused_by_both_nodes_within_two_seconds_with_each_of_its_proofs() {
    Nodes::on_each_store(&[], |nodes| {
        nodes.give_token_key();
        let since = Instant::now();
        nodes.settle(since, |node| ask(node, &assertion(&fresh())).status == 200);
        let token = access_token(&ask(&nodes.servers[0], &assertion("kept")));
        let call = |node: &Server| Scene::send_to(node, VAR_C, &nodes.signed_call());
        for node in &nodes.servers {
            assert_eq!(call(node).status, 200);
            assert_eq!(query(node, &token).status, 200, "a token of the other node too");
        }
        nodes.command(&["revoke", "employer"]);
        let since = Instant::now();
        nodes.settle(since, |node| {
            call(node).fault().as_deref() == Some("SOA-01001")
                && query(node, &token).status == 401
                && ask(node, &assertion(&fresh())).status == 401
        });
        nodes.command(&["restore", "employer"]);
        let since = Instant::now();
        nodes.settle(since, |node| call(node).status == 200 && query(node, &token).status == 200);
    });
}

/// An id that no assertion has had.
fn fresh() -> String {
    use std::sync::atomic::{AtomicU32, Ordering};
    static COUNT: AtomicU32 = AtomicU32::new(0);
    format!("fresh-{}", COUNT.fetch_add(1, Ordering::Relaxed))
}

#[test]
fn what_a_command_changes_of_a_client_holds_on_both_nodes_at_once() {
    Nodes::on_each_store(&[], |nodes| {
        // At a work that nobody of the demonstration leads.
        let (led, other) = (sample::works_reference(1), sample::works_reference(9999));
        let message = String::from_utf8(register(1)).expect("UTF-8");
        let message = message.replace(led.as_str(), other.as_str());
        let call =
            |node: &Server| Scene::send_to(node, VAR_C, &signed(&nodes.key(), message.as_bytes()));
        nodes.command(&["change", "employer", "--company", &number(2)]);
        let since = Instant::now();
        // Its workers are those of another enterprise now.
        nodes.settle(since, |node| call(node).text().contains("<t:ErrorCode>112</t:ErrorCode>"));
        nodes.command(&["change", "employer", "--company", &number(1)]);
        let since = Instant::now();
        nodes.settle(since, |node| call(node).element("PresenceRegistrationId").is_some());
        let stranger = rcgen::generate_simple_self_signed(["stranger".to_owned()]).expect("made");
        let certificate = nodes.file("stranger.pem", &stranger.cert.pem());
        let pem = stranger.signing_key.serialize_pem() + &stranger.cert.pem();
        let call = |node: &Server| Scene::send_to(node, VAR_C, &signed(&key(&pem), &register(1)));
        assert!(nodes.servers.iter().all(|node| call(node).status == 500));
        let words = ["add", "new", "--role", "employer", "--company", &number(1)];
        nodes.command(&[&words[..], &["--certificate", &certificate]].concat());
        let since = Instant::now();
        nodes.settle(since, |node| call(node).status == 200);
    });
}

fn number(index: u32) -> String {
    sample::enterprise_number(index).to_string()
}

#[test]
fn what_is_good_once_is_good_once_on_both_nodes_together() {
    Nodes::on_each_store(&[], |nodes| {
        nodes.give_token_key();
        let since = Instant::now();
        nodes.settle(since, |node| ask(node, &assertion(&fresh())).status == 200);
        let together = |request: &[u8]| {
            let streams: Vec<_> = (0..8)
                .map(|place: usize| {
                    let mut stream = nodes.servers[place % 2].connect();
                    stream.write_all(request).expect("sent");
                    stream
                })
                .collect();
            let replies = streams.into_iter().map(|mut stream| Reply::read(&mut stream));
            replies.filter(|reply| reply.status == 200).count()
        };
        for _ in 0..3 {
            let message = nodes.signed_call();
            let request = Scene::request(VAR_C, &message);
            assert_eq!(together(request.as_bytes()), 1, "a signed message");
            let request = oauth::request(&assertion(&fresh()));
            assert_eq!(together(request.as_bytes()), 1, "an assertion");
        }
    });
}

#[test]
fn limits_of_a_caller_hold_over_both_nodes_together() {
    let flags = ["--client-rate", "1", "--client-burst", "30"];
    Nodes::on_each_store(&flags, |nodes| {
        let [one, other] = &nodes.servers;
        let call = |node: &Server| Scene::send_to(node, VAR_C, &nodes.signed_call());
        let accepted = |node: &Server| {
            let refused = (0..100).map(|_| call(node)).enumerate();
            let (count, refused) =
                refused.into_iter().find(|(_, reply)| reply.status != 200).expect("a limit");
            assert_eq!(refused.fault().as_deref(), Some("SOA-02002"), "{}", refused.text());
            count
        };
        assert!(accepted(one) >= 30);
        let since = Instant::now();
        // The other hears of it, and then no more: by then it has heard all.
        let hears = || !has_metric(other, "presence_callers_elsewhere 0");
        for heard in [true, false] {
            while hears() != heard {
                assert!(since.elapsed() < Duration::from_secs(20), "heard: {heard}");
            }
        }
        let count = accepted(other);
        let most = since.elapsed().as_secs() + 2;
        assert!(count as u64 <= most, "{count} where one node would accept {most}, and alone 30");
    });
}

fn has_metric(server: &Server, line: &str) -> bool {
    server.get_inner("/metrics").text().lines().any(|other| other == line)
}
