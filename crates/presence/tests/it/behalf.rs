//! Clients that call for others, over REST with access tokens: mandataries and intermediaries.

use std::fs;

use domain::{belgian_day, sample};
use jiff::{Timestamp, ToSpan as _};
use serde_json::{Value, json};
use tempfile::TempDir;
use testkit::Signer;

use crate::oauth::{self, ask};
use crate::reply::Reply;
use crate::server::{Server, program};

const SERVICE: &str = "/REST/presenceRegistration/v1/presenceRegistrations";

struct Scene {
    data: TempDir,
    server: Server,
}

impl Scene {
    fn new() -> Self {
        let data = tempfile::tempdir().expect("a folder");
        let server = Server::closed(data.path(), &[]);
        Self { data, server }
    }

    fn run(&self, words: &[&str]) -> String {
        let data = self.data.path().to_str().expect("UTF-8");
        let output = program(&[words, &["--data", data]].concat()).output().expect("it runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("UTF-8")
    }

    /// Adds a client with this role that may do everything over REST; its access token.
    fn client(&self, id: &str, role: &[&str]) -> String {
        let file = self.data.path().join("client.public");
        fs::write(&file, Signer::rsa().public_pem()).expect("written");
        let mut words = vec!["client", "add", id, "--key", file.to_str().expect("UTF-8")];
        words.extend(role);
        for scope in ["register", "cancel", "consult"] {
            words.extend(["--scope", scope_name(scope)]);
        }
        self.run(&words);
        let now = oauth::now();
        let audience = format!("http://{}{}", self.server.address, oauth::TOKEN);
        let claims = json!({
            "iss": id, "sub": id, "aud": audience, "jti": id, "iat": now, "exp": now + 120,
        });
        let reply = ask(&self.server, &Signer::rsa().token(&json!({ "alg": "RS256" }), &claims));
        let answer: Value = serde_json::from_slice(&reply.body).expect("JSON");
        answer["access_token"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
    }

    fn post(&self, operation: &str, token: &str, behalf: &[String], body: &Value) -> Reply {
        let behalf = behalf.iter().map(|number| format!("Presence-On-Behalf-Of: {number}\r\n"));
        let body = body.to_string();
        let head = format!(
            "POST {SERVICE}/{operation} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\
             Content-Type: application/json\r\nAuthorization: Bearer {token}\r\n{}\
             Content-Length: {}\r\n\r\n",
            behalf.collect::<String>(),
            body.len()
        );
        self.server.send((head + &body).as_bytes())
    }

    /// How many of the registrations of one worker of each of these employers are taken.
    fn registers(&self, token: &str, behalf: &[String], employers: &[u32]) -> Vec<bool> {
        let reply = self.post("registerInBulk", token, behalf, &days(employers));
        assert_eq!(reply.status, 200, "{}", reply.text());
        let answer: Value = serde_json::from_slice(&reply.body).expect("JSON");
        let items = answer["items"].as_array().expect("a list").iter();
        items.map(|item| item["createdPresenceRegistration"].is_object()).collect()
    }

    fn finds(&self, token: &str, behalf: &[String]) -> Value {
        let day = tomorrow();
        let body = json!({ "registrationPeriods": [{ "startDate": day, "endDate": day }] });
        let reply = self.post("query", token, behalf, &body);
        assert_eq!(reply.status, 200, "{}", reply.text());
        let answer: Value = serde_json::from_slice(&reply.body).expect("JSON");
        answer["total"].clone()
    }

    #[track_caller]
    fn is_refused(&self, reply: &Reply, status: u16, why: &str) {
        assert_eq!(reply.status, status, "{}", reply.text());
        let line = self.server.log_line(&reply.ticket());
        assert!(line.contains(why), "{why} is not in {line}");
    }
}

fn scope_name(short: &str) -> &'static str {
    let all = rest::oauth::Scope::ALL.map(rest::oauth::Scope::name);
    all.into_iter().find(|name| name.ends_with(short)).expect("a scope")
}

fn tomorrow() -> String {
    let now = Timestamp::from_second(oauth::now()).expect("a moment");
    (belgian_day(now) + 1.day()).to_string()
}

fn days(employers: &[u32]) -> Value {
    let item = |employer: &u32| {
        json!({
            "registrationDate": tomorrow(),
            "ssin": sample::inss(*employer).digits(),
            "type": "DAY",
            "employer": { "enterpriseNumber": number(*employer) },
            "contractualRelationshipReference": sample::works_reference(1).as_str(),
        })
    };
    json!({ "items": employers.iter().map(item).collect::<Vec<_>>() })
}

fn number(employer: u32) -> String {
    sample::enterprise_number(employer).to_string()
}

#[test]
fn an_intermediary_names_for_whom_it_calls_and_is_that_enterprise_for_the_call() {
    let scene = Scene::new();
    let token = scene.client("gateway", &["--role", "intermediary", "--company", &number(9)]);
    let (one, two) = ([number(1)], [number(2)]);
    assert_eq!(scene.registers(&token, &one, &[1, 2]), [true, false]);
    assert_eq!(scene.registers(&token, &two, &[2]), [true]);
    assert_eq!((scene.finds(&token, &one), scene.finds(&token, &two)), (json!(1), json!(1)));
    let body = days(&[1]);
    let reply = scene.post("registerInBulk", &token, &[], &body);
    scene.is_refused(&reply, 400, "Presence-On-Behalf-Of");
    for wrong in [&["0100000168".to_owned()][..], &["x".to_owned()], &[number(1), number(2)]] {
        let reply = scene.post("registerInBulk", &token, wrong, &body);
        scene.is_refused(&reply, 400, "Presence-On-Behalf-Of");
    }
    let audit = scene.run(&["audit", "list"]);
    let behalf = format!("\"onBehalfOf\":\"{}\"", number(1));
    let line = audit.lines().find(|line| line.contains(&behalf));
    assert!(line.is_some_and(|line| line.contains("\"client\":\"gateway\"")), "{audit}");
}

#[test]
fn a_mandatary_calls_for_those_whose_mandate_it_has_and_for_one_of_them_where_it_names_it() {
    let scene = Scene::new();
    let (own, one, two) = (number(9), number(1), number(2));
    let role = ["--role", "mandatary", "--company", &own, "--mandate", &one, "--mandate", &two];
    let token = scene.client("payroll", &role);
    assert_eq!(scene.registers(&token, &[], &[1, 2, 9, 3]), [true, true, true, false]);
    assert_eq!(scene.registers(&token, &[number(1)], &[1, 2]), [true, false]);
    let reply = scene.post("registerInBulk", &token, &[number(3)], &days(&[3]));
    scene.is_refused(&reply, 403, "no mandate of enterprise");
    assert!(!reply.text().contains("mandate"), "the caller is told too much: {}", reply.text());
}

#[test]
fn an_employer_calls_for_nobody_else() {
    let scene = Scene::new();
    let token = scene.client("acme", &["--role", "employer", "--company", &number(1)]);
    assert_eq!(scene.registers(&token, &[number(1)], &[1, 2]), [true, false]);
    let reply = scene.post("query", &token, &[number(2)], &json!({}));
    scene.is_refused(&reply, 403, "only mandataries and intermediaries call for others");
}
