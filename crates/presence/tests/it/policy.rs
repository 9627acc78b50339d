//! Another policy, by a file and without a release: the real program with the one of `docs/examples`.

use std::fs;
use std::path::Path;

use domain::{belgian_day, sample};
use jiff::{Timestamp, ToSpan as _};
use serde_json::{Value, json};

use crate::server::{Server, program};

const BULK: &str = "/REST/presenceRegistration/v1/presenceRegistrations/registerInBulk";
/// What is registered.
const KINDS: [&str; 3] = ["DAY", "IN", "OUT"];
/// When the file's rule for construction begins.
const BEGINS: &str = "2027-01-01";

/// The file, as if its rule began on another day.
fn policy(folder: &Path, begins: &str) -> String {
    let text = include_str!("../../../../docs/examples/policy-2027.toml");
    assert_eq!(text.matches(BEGINS).count(), 1, "one rule begins then");
    let path = folder.join(format!("policy-{begins}.toml"));
    fs::write(&path, text.replace(BEGINS, begins)).expect("written");
    path.to_str().expect("UTF-8").to_owned()
}

#[expect(clippy::disallowed_methods, reason = "the program that is tested has the real clock")]
fn now() -> Timestamp {
    Timestamp::now()
}

/// What becomes of a day, a begin and an end of work at a work in construction: `None` where it is registered, else the
/// member that is refused.
fn of_construction(server: &Server) -> [Option<String>; 3] {
    let item = |kind: &str| {
        let mut item = json!({
            "registrationDate": now().to_string(),
            "ssin": sample::inss(1).digits(),
            "type": kind,
            "employer": { "enterpriseNumber": sample::enterprise_number(1).to_string() },
            "placeOfWork": { "coordinates": { "longitude": 4.35, "latitude": 50.84 } },
            "contractualRelationshipReference": sample::works_reference(1).as_str(),
        });
        if kind == "DAY" {
            item["registrationDate"] = belgian_day(now()).to_string().into();
            item.as_object_mut().expect("an object").remove("placeOfWork");
        }
        item
    };
    let items = KINDS.map(item);
    let body = json!({ "items": items }).to_string();
    let head = format!(
        "POST {BULK} HTTP/1.1\r\nHost: presence.example\r\nConnection: close\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n",
        body.len()
    );
    let reply = server.send(format!("{head}{body}").as_bytes());
    assert_eq!(reply.status, 200, "{}", reply.text());
    let answer: Value = serde_json::from_str(&reply.text()).expect("JSON");
    [0, 1, 2].map(|place| {
        let item = &answer["items"][place];
        let created = &item["createdPresenceRegistration"];
        if created.is_object() {
            assert_eq!(created["type"], KINDS[place]);
            return None;
        }
        let issue = &item["notCreatedPresenceRegistration"]["problem"]["issues"][0];
        Some(issue["name"].as_str().expect("a name").to_owned())
    })
}

#[test]
fn an_end_of_work_comes_to_construction_with_a_file_and_on_the_day_that_it_says() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let reference = sample::works_reference(1).to_string();
    let words = ["work", "add", &reference, "--sector", "construction", "--data"];
    let output = program(&[&words[..], &[data.to_str().expect("UTF-8")]].concat()).output();
    assert!(output.expect("it runs").status.success());
    let refused = |place: usize| Some(format!("items[{place}].type"));
    // As it is without a file, and as long as the day has not come.
    let later = (belgian_day(now()) + 2.days()).to_string();
    let not_yet = ["--policy", &policy(folder.path(), &later)];
    for flags in [&[][..], &not_yet] {
        let server = Server::at(&data, flags);
        assert_eq!(of_construction(&server), [None, refused(1), refused(2)], "{flags:?}");
        server.stop();
    }
    let server = Server::at(&data, &["--policy", &policy(folder.path(), "2026-01-01")]);
    assert_eq!(of_construction(&server), [refused(0), None, None]);
    server.stop();
}
