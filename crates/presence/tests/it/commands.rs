//! `presence client` and `presence audit`, beside a service that uses the same data.

use std::path::Path;
use std::process::Output;

use crate::server::{Server, program};
use crate::soap::{XML, register};

fn command(data: &Path, words: &[&str]) -> Output {
    let data = data.to_str().expect("UTF-8");
    let mut command = program(&[words, &["--data", data]].concat());
    command.env("USER", "operator-1").output().expect("the program runs")
}

/// What a command says that goes well.
fn said(data: &Path, words: &[&str]) -> String {
    let output = command(data, words);
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{words:?}: {error}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// What a command complains of.
fn refused(data: &Path, words: &[&str]) -> String {
    let output = command(data, words);
    assert!(!output.status.success(), "{words:?} was done");
    String::from_utf8(output.stderr).expect("UTF-8")
}

#[test]
fn a_client_is_added_changed_revoked_and_restored() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path();
    let company = domain::sample::enterprise_number(3).to_string();
    let employer = domain::sample::enterprise_number(1).to_string();
    let fingerprint = "0f".repeat(32);
    let mandate = format!("{employer}:2026-01-01:2026-12-31");
    let add = ["client", "add", "payroll", "--role", "mandatary", "--name", "Payroll Ltd"];
    let parts = ["--company", &company, "--fingerprint", &fingerprint, "--mandate", &mandate];
    let shown = said(data, &[&add[..], &parts].concat());
    for row in [
        "client       payroll",
        "name         Payroll Ltd",
        "role         mandatary",
        &format!("company      {company}"),
        "user type    MANDATARY",
        "revoked      no",
        &format!("certificate  SHA-256 {fingerprint}"),
        &format!("mandate      {employer} from 2026-01-01 until 2026-12-31"),
    ] {
        assert!(shown.lines().any(|line| line == row), "{row}\nnot in\n{shown}");
    }
    assert_eq!(said(data, &["client", "show", "payroll"]), shown);
    let changed =
        said(data, &["client", "change", "payroll", "--clear", "mandates", "--mandate", &employer]);
    assert!(changed.contains(&format!("mandate      {employer} always")), "{changed}");
    assert!(!changed.contains("2026-12-31") && changed.contains(&fingerprint), "{changed}");
    let revoked = said(data, &["client", "revoke", "payroll"]);
    assert!(revoked.contains("revoked      since 20"), "{revoked}");
    let list = said(data, &["client", "list"]);
    assert_eq!(list, format!("payroll  revoked  mandatary  {company}  Payroll Ltd\n"));
    assert!(refused(data, &["client", "revoke", "payroll"]).contains("revoked already"));
    said(data, &["client", "restore", "payroll"]);
    assert!(said(data, &["client", "list"]).contains("in force"));
    let audit = said(data, &["audit", "list", "--containing", "operator-1"]);
    let actions: Vec<_> = ["add", "change", "revoke", "restore"].into_iter().collect();
    for (line, action) in audit.lines().zip(&actions) {
        assert!(line.contains(&format!("\"client.{action}\"")), "{action}: {line}");
    }
    assert_eq!(audit.lines().count(), actions.len());
}

#[test]
fn a_client_that_makes_no_sense_is_refused_with_a_word_on_why() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path();
    let add = |rest: &[&str]| refused(data, &[&["client", "add", "one"], rest].concat());
    for (rest, why) in [
        (&[][..], "--role is missing"),
        (&["--role", "employer"], "give --company"),
        (&["--role", "consulting"], "--profile is missing"),
        (&["--role", "king"], "possible values"),
        (&["--role", "inspector", "--mandate", "0100000169"], "for clients of role mandatary"),
        (&["--role", "mandatary", "--mandate", "1"], "no enterprise number"),
        (&["--role", "mandatary", "--mandate", "0100000169:2026-13-01"], "2026-01-31"),
        (
            &["--role", "mandatary", "--mandate", "0100000169:2026-02-01:2026-01-01"],
            "ends before it begins",
        ),
        (&["--role", "inspector", "--certificate", "/nowhere.pem"], "/nowhere.pem"),
        (&["--role", "inspector", "--fingerprint", "00"], "64 hexadecimal digits"),
    ] {
        let error = add(rest);
        assert!(error.contains(why), "{rest:?}: {error}");
    }
    assert!(refused(data, &["client", "show", "one"]).contains("there is no client one"));
    said(data, &["client", "add", "one", "--role", "inspector"]);
    assert!(add(&["--role", "inspector"]).contains("there is a client one already"));
}

#[test]
fn keys_are_registered_and_private_ones_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path();
    let write = |name: &str, text: &str| {
        let path = data.join(name);
        std::fs::write(&path, text).expect("written");
        path.to_str().expect("UTF-8").to_owned()
    };
    let jwk = write("one.jwk", r#"{"kty":"EC","kid":"own","crv":"P-256","x":"a","y":"b"}"#);
    let named = format!("mine={jwk}");
    let shown = said(
        data,
        &["client", "add", "one", "--role", "inspector", "--key", &jwk, "--key", &named],
    );
    assert!(shown.contains("key          own (JWK)\nkey          mine (JWK)"), "{shown}");
    let secret = write("secret.jwk", r#"{"kty":"EC","d":"c"}"#);
    let nothing = write("nothing.txt", "nothing");
    let change = |file: &str| refused(data, &["client", "change", "one", "--key", file]);
    assert!(change(&secret).contains("holds a private key"));
    assert!(change(&nothing).contains("neither a PUBLIC KEY"));
}

#[test]
fn the_audit_of_a_running_service_is_listed_exported_and_verified() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path();
    let server = Server::at(data, &["--open-sender-id", "tester"]);
    assert_eq!(server.post(&[XML], &register(2)).status, 200);
    said(data, &["client", "add", "one", "--role", "inspector"]);
    assert_eq!(server.post(&[XML], &register(1)).status, 200);
    let list = said(data, &["audit", "list"]);
    let lines: Vec<serde_json::Value> =
        list.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let actions: Vec<_> = lines.iter().map(|line| line["action"].as_str()).collect();
    let register = Some("presence.register");
    assert_eq!(actions, [register, Some("client.add"), register]);
    assert_eq!((&lines[0]["sequence"], &lines[0]["client"]), (&1.into(), &"tester".into()));
    assert_eq!(lines[0]["registrations"], "1-2");
    assert_eq!(lines[0]["persons"].as_array().map(Vec::len), Some(2));
    let ticket = lines[0]["ticket"].as_str().expect("a ticket");
    assert!(server.log_line("presence::call").contains(ticket), "as in the log");
    let verified = said(data, &["audit", "verify"]);
    assert!(verified.contains("whole: 3 records"), "{verified}");
    let head = verified.lines().last().expect("a head");
    assert_eq!(said(data, &["audit", "verify", "--head", head]), verified);
    let export = data.join("export");
    let file = export.to_str().expect("UTF-8");
    std::fs::write(&export, said(data, &["audit", "export"])).expect("written");
    assert_eq!(said(data, &["audit", "verify", "--file", file]), verified);
    let text = std::fs::read_to_string(&export).expect("read");
    std::fs::write(&export, text.replace("1-2", "1-3")).expect("written");
    let breach = refused(data, &["audit", "verify", "--file", file]);
    assert!(breach.contains("NOT whole: record 1/1"), "{breach}");
    let cut = text.lines().take(2).collect::<Vec<_>>().join("\n");
    std::fs::write(&export, cut).expect("written");
    let breach = refused(data, &["audit", "verify", "--file", file, "--head", head]);
    assert!(breach.contains("the newest are gone"), "{breach}");
}
