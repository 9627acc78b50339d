//! `presence doctor`, beside a service and without one.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::Value;
use testkit::PostgresServer;

use crate::server::{Server, is_left_out, is_not_embedded, program};
use crate::soap::{XML, register};

/// The size of a page of the database, in bytes.
const PAGE: usize = 4096;

/// What it finds, with its status; the disk of whoever tests is left out.
fn findings(data: &Path, flags: &[&str]) -> (Vec<Value>, i32) {
    let words = ["doctor", "--json", "--data", data.to_str().expect("UTF-8")];
    let output = program(&[&words[..], flags].concat()).output().expect("the program runs");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let report: Value =
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
    let findings = report["findings"].as_array().expect("a list").clone();
    let level = |name: &str| findings.iter().any(|finding| finding["level"] == name);
    let status = if level("error") { 2 } else { i32::from(level("warning")) };
    assert_eq!(output.status.code(), Some(status), "{text}");
    (findings, status)
}

/// The levels and texts of what it finds in an area.
fn of<'f>(findings: &'f [Value], area: &str) -> Vec<(&'f str, &'f str)> {
    let found = findings.iter().filter(|finding| finding["area"] == area);
    let text = |it: &'f Value| it.as_str().expect("a text");
    found.map(|it| (text(&it["level"]), text(&it["what"]))).collect()
}

fn assert_told(findings: &[Value], area: &str, level: &str, what: &str) {
    let found = of(findings, area);
    let told = found.iter().any(|(its, text)| *its == level && text.contains(what));
    assert!(told, "no {level} of \"{what}\" in {found:?}");
    for finding in findings {
        let todo = finding["todo"].as_str();
        assert_eq!(
            todo.is_none(),
            finding["level"] == "well",
            "each finding says what to do: {finding}"
        );
    }
}

fn served() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::at(folder.path(), &[]);
    assert_eq!(server.post(&[XML], &register(3)).status, 200);
    server.stop();
    folder
}

#[test]
fn a_service_that_is_up_is_well_but_for_what_is_missing() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let server = Server::at(&data, &[]);
    assert_eq!(server.post(&[XML], &register(3)).status, 200);
    let inner = server.inner.to_string();
    let (found, status) = findings(&data, &["--inner-listen", &inner]);
    assert_eq!(of(&found, "service"), [("well", format!("is up, says {inner}").as_str())]);
    for (area, what) in [
        ("store", "schema version"),
        ("data", "its owner's alone"),
        ("clock", "the last record is of"),
        ("clock", "in Belgium it is"),
        ("audit", "the last 1 records are whole; the head is 1/1:"),
        ("checks", "new registrations wait"),
        ("webhooks", "there are none"),
        ("keys", "the token service signs since"),
        ("keys", "access tokens are signed since"),
        ("certificates", "days are left"),
        ("policy", "the rules that are built in hold"),
    ] {
        assert_told(&found, area, "well", what);
    }
    if !is_not_embedded() {
        assert_told(&found, "store", "well", "all pages are sound");
        assert_told(&found, "store", "well", "can be written to");
        assert_told(&found, "log", "well", "MiB");
    }
    assert_told(&found, "registers", "warning", "persons: empty");
    assert!(status >= 1);
    let text = program(&["doctor", "--data", data.to_str().expect("UTF-8")]);
    let text = { text }.output().expect("the program runs");
    let text = String::from_utf8(text.stdout).expect("UTF-8");
    assert!(text.contains("→ `presence import persons …`"), "{text}");
    assert!(text.contains(" errors, "), "{text}");
    server.stop();
}

#[test]
fn what_is_broken_is_told_with_what_to_do() {
    let folder = served();
    let data = folder.path();
    let chmod = |name: &str, mode: u32| {
        let path = data.join(name);
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("ours");
    };
    chmod("", 0o755);
    chmod("oauth-keys.json", 0o644);
    let keys = fs::read_dir(data.join("token-keys")).expect("there").flatten();
    for key in keys {
        chmod(&format!("token-keys/{}", key.file_name().to_str().expect("UTF-8")), 0o644);
    }
    let (found, status) = findings(data, &["--inner-listen", "127.0.0.1:9"]);
    assert_eq!(status, 2);
    assert_told(&found, "service", "warning", "nothing answers on 127.0.0.1:9");
    assert_told(&found, "data", "warning", "(mode 755)");
    assert_told(&found, "keys", "error", "oauth-keys.json can be read by others");
    assert_told(&found, "keys", "error", ".pem (mode 644)");

    if is_left_out("the data would not be in the folder that is missing") {
        return;
    }
    let (found, status) = findings(&data.join("nothing"), &[]);
    assert_eq!(status, 2);
    assert_told(&found, "store", "error", "nothing");
    assert!(!data.join("nothing").exists(), "nothing is made");
}

#[test]
fn a_damaged_database_is_told_and_left_as_it_is() {
    if is_left_out("damage is made in the embedded store's file") {
        return;
    }
    let folder = served();
    let file = folder.path().join("presence.sqlite");
    let mut bytes = fs::read(&file).expect("read");
    // The head of every page but the first: some page is free, and damage there would be none.
    for page in bytes.chunks_exact_mut(PAGE).skip(1) {
        page[..8].fill(0x5a);
    }
    fs::write(&file, &bytes).expect("written");
    let (found, status) = findings(folder.path(), &[]);
    assert_eq!(status, 2);
    assert_told(&found, "store", "error", "");
    assert!(fs::read(&file).expect("read") == bytes, "it is not mended");
}

#[test]
fn settings_and_files_that_cannot_be_used_are_told() {
    let folder = served();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).expect("written");
        path.to_str().expect("UTF-8").to_owned()
    };
    let nothing = write("nothing", "nothing");
    let policy = write(
        "policy.toml",
        "[[rule]]\nfrom = \"2999-01-01\"\nevents = [\"day\"]\ndays_ahead = 1\ncancel_days = 0\n",
    );
    let (found, _) = findings(
        folder.path(),
        &["--client-authorities", &nothing, "--client-revocations", &nothing, "--policy", &policy],
    );
    assert_told(&found, "certificates", "error", "holds no certificate in PEM");
    assert_told(&found, "certificates", "error", "holds no list of revoked certificates");
    assert_told(&found, "policy", "warning", "no rule has begun");
    let (found, _) = findings(folder.path(), &["--policy", &nothing, "--token-key", &nothing]);
    assert_told(&found, "policy", "error", "nothing");
    assert_told(&found, "keys", "error", "holds no key with its certificate");
    let (found, status) = findings(folder.path(), &["--max-xml-depth", "1"]);
    assert_eq!(status, 2);
    assert_told(&found, "settings", "error", "max_xml_depth");
}

#[test]
fn a_database_is_looked_at_and_each_thing_that_is_wrong_is_told() {
    let Some(database) = PostgresServer::start_or_skip() else { return };
    let url = database.new_database();
    let name = "test_0";
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::at(folder.path(), &["--database-url", &url]);
    assert_eq!(server.post(&[XML], &register(3)).status, 200);
    let look = || findings(folder.path(), &["--database-url", &url]).0;
    // The service makes them when it has started, in its own time.
    let end = Instant::now() + Duration::from_mins(1);
    let found = loop {
        let found = look();
        let missing =
            found.iter().any(|finding| finding.to_string().contains("partitions are missing"));
        if !missing || Instant::now() > end {
            break found;
        }
    };
    for (area, what) in [
        ("store", "the database has schema version"),
        ("store", "can be written to"),
        ("database", "it is PostgreSQL"),
        ("database", "its clock and the node's are 0."),
        ("database", "the partitions of the next months are there"),
        ("database", "connections are used"),
        ("database", "no transaction has been forgotten"),
        ("database", "million old"),
        ("audit", "the last 1 records are whole"),
        ("checks", "new registrations wait"),
    ] {
        assert_told(&found, area, "well", what);
    }
    // The servers of the tests keep nothing safe from a loss of power.
    assert_told(&found, "database", "error", "fsync = off, full_page_writes = off");
    let last =
        "SELECT max(relname) FROM pg_class WHERE relname LIKE 'step\\_20%' AND relkind = 'r'";
    let last = database.ask(name, last);
    database.run_sql_in(
        name,
        &format!(
            "DROP TABLE {last}; CREATE TABLE history_2001_01 PARTITION OF history FOR VALUES FROM (11323) TO (11354); \
             ALTER DATABASE {name} SET synchronous_commit = off"
        ),
    );
    let found = look();
    let missing = format!("partitions are missing: {last}");
    assert_told(&found, "database", "error", &missing);
    assert_told(&found, "database", "warning", "database_retention_days: history_2001_01");
    assert_told(&found, "database", "error", "synchronous_commit = off");
    database.run_sql_in(name, "INSERT INTO schema_version VALUES (1000, 1)");
    assert_told(&look(), "store", "note", "schema version 1000; this program makes version");
    database.run_sql_in(name, "INSERT INTO schema_version VALUES (1001, 1001)");
    assert_told(&look(), "store", "error", "programs from version 1001 on may work");
    server.stop();
    let nowhere = ["--database-url", "postgres://presence@127.0.0.1:9/none"];
    let (found, status) = findings(folder.path(), &nowhere);
    assert_eq!(status, 2);
    assert_told(&found, "store", "error", "database_url");
}
