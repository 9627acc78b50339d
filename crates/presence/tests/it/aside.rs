//! A registration that cannot be checked: the operator sees it, everybody else is checked, and it is tried again.

use std::path::Path;

use serde_json::Value;

use crate::kill::message;
use crate::server::{Server, program};
use crate::soap::{XML, register};

/// What `presence doctor` says of checks.
fn told(data: &Path) -> Vec<Value> {
    let words = ["doctor", "--json", "--data", data.to_str().expect("UTF-8")];
    let output = program(&words).output().expect("the program runs");
    let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let findings = report["findings"].as_array().expect("a list").iter();
    findings.filter(|finding| finding["area"] == "checks").cloned().collect()
}

fn registered(server: &Server) -> Vec<u64> {
    let reply = server.post(&[XML], &register(2));
    assert_eq!(reply.status, 200);
    message::registrations(&reply.text()).iter().map(|one| one.id).collect()
}

#[test]
fn what_is_set_aside_is_told_by_log_metric_and_doctor_and_tried_again_at_the_next_start() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path();
    let server = Server::at(data, &[]);
    let ids = registered(&server);
    server.await_metric("presence_checks_done_total 2");
    server.stop();
    // As a program would leave it that knows more sectors, and had not checked it yet.
    let id = ids[0];
    let set = |sector: &str| {
        testkit::run_sql(
            data,
            &format!("UPDATE registration SET sector = {sector} WHERE id = {id}"),
        );
    };
    set("99");
    testkit::run_sql(
        data,
        &format!(
            "INSERT INTO recheck (registration, register, import, lease) VALUES ({id}, NULL, 0, 0)"
        ),
    );
    let server = Server::at(data, &[]);
    server.await_metric("presence_checks_set_aside 1");
    let line = server.log_line("is set aside");
    assert!(line.contains(&format!("registration={id}")) && line.contains("sector"), "{line}");
    registered(&server);
    server.await_metric("presence_checks_done_total 3");
    let [waiting, aside] = &told(data)[..] else { panic!("{:?}", told(data)) };
    assert_eq!(waiting["level"], "well");
    assert_eq!(aside["level"], "warning");
    let text = aside["what"].as_str().expect("a text");
    assert_eq!(text, format!("1 registrations cannot be checked and are set aside: {id}"));
    server.stop();
    set("NULL");
    let server = Server::at(data, &[]);
    server.log_line("what was set aside is checked once more");
    server.await_metric("presence_checks_done_total 1");
    server.await_metric("presence_checks_set_aside 0");
    assert_eq!(told(data).len(), 1);
    server.stop();
}
