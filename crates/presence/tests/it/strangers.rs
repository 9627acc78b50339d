//! SOAP clients that we did not write use the program as their users would: see `tests/clients/README.md`.
//!
//! `PRESENCE_TEST_PYTHON` names an interpreter with zeep, `PRESENCE_TEST_NODE_MODULES` the folder that has node-soap,
//! `PRESENCE_TEST_PHP` an interpreter of PHP, `PRESENCE_TEST_CSHARP` the C# client compiled for Mono,
//! `PRESENCE_PUBLISHED_WSDL` a copy of the published contract. What lacks is skipped, or fails under
//! `PRESENCE_TEST_STRICT=1`.

mod csharp;
mod cxf;
mod integrate;
mod policies;
mod rest;

use std::env;
use std::ffi::OsString;
use std::io::{BufRead, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use domain::sample;
use serde_json::{Value, json};

use crate::server::{PATH, Server, program};

const WORKERS: u32 = 210;
const PUBLISHED: &str = "be/socialsecurity/presenceregistration/v1/PresenceRegistration_v1.wsdl";

/// A variable that a test needs; without it the test is skipped.
pub(crate) fn needed(name: &str) -> Option<OsString> {
    let value = env::var_os(name).filter(|value| !value.is_empty());
    if value.is_none() {
        skipped(&format!("{name} is not set"));
    }
    value
}

/// Says that a test is skipped, where that may be.
#[expect(clippy::print_stdout, reason = "who runs the tests is told what was skipped")]
pub(crate) fn skipped(why: &str) {
    println!("skipped: {why}");
    assert_ne!(env::var("PRESENCE_TEST_STRICT").as_deref(), Ok("1"), "{why}: it is required");
}

pub(crate) fn clients() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/clients")
}

fn zeep() -> Option<Command> {
    let mut command = Command::new(needed("PRESENCE_TEST_PYTHON")?);
    command.arg(clients().join("zeep_client.py"));
    Some(command)
}

fn node_soap() -> Option<Command> {
    let mut command = Command::new("node");
    command.env("NODE_PATH", needed("PRESENCE_TEST_NODE_MODULES")?);
    command.arg(clients().join("node_soap_client.js"));
    Some(command)
}

/// What the client is told: works of the demonstration, and numbers that nobody else uses.
fn input(wsdl: &str, address: &str, today: &str, keys: Option<&Path>) -> Value {
    // The demonstration has two works of each sector, in their order.
    let works = [(1, 1), (3, 2)].map(|(index, sector)| {
        json!({ "reference": sample::works_reference(index).as_str(), "sector": sector })
    });
    let company = |index| format!("{:010}", sample::enterprise_number(index).number());
    let file = |keys: &Path, ending| keys.join("secretariat").with_extension(ending);
    let signer =
        |keys: &Path| json!({ "key": file(keys, "key"), "certificate": file(keys, "pem") });
    json!({
        "signer": keys.map(signer),
        "wsdl": wsdl,
        "address": address,
        "today": today,
        "works": works,
        "companies": [company(1), company(2)],
        "inss": (0..WORKERS).map(|index| sample::inss(index).digits()).collect::<Vec<_>>(),
        "limosaId": "12345678901234567",
    })
}

/// A demonstration with a folder that stays as long as it, and the day of its clock.
fn demonstration() -> (Server, tempfile::TempDir, String) {
    let data = tempfile::tempdir().expect("a folder");
    let folder = data.path().to_str().expect("UTF-8");
    let words = ["serve", "--demo", "--data", folder, "--listen", "127.0.0.1:0"];
    let (server, console) = Server::run(&mut program(&words));
    // The day is the program's: its console names it.
    let line = console.lines().map_while(Result::ok).find(|line| line.contains("for today ("));
    let line = line.expect("the console shows a request for today");
    let (_, today) = line.split_once("for today (").expect("was looked for");
    let today = today.split(')').next().expect("a first part").to_owned();
    (server, data, today)
}

/// Where a demonstration has the keys of its clients.
fn keys(data: &tempfile::TempDir) -> PathBuf {
    data.path().join("demo-keys")
}

/// Runs a client, made from this WSDL or else from the one that the program serves, against a program of its own.
fn uses_the_service(client: Command, wsdl: Option<&Path>) {
    use_service_at(PATH, client, wsdl, false);
}

/// The same, with every call signed.
fn uses_the_service_signed(client: Command) {
    use_service_at("/PresenceRegistration/v1/VarC", client, None, true);
}

fn use_service_at(path: &str, client: Command, wsdl: Option<&Path>, signed: bool) {
    let (server, data, today) = demonstration();
    let address = format!("http://{}{path}", server.address);
    let own = format!("{address}?wsdl");
    let wsdl = wsdl.map_or(own.as_str(), |path| path.to_str().expect("UTF-8"));
    let keys = signed.then(|| keys(&data));
    let text = run(client, &input(wsdl, &address, &today, keys.as_deref()).to_string());
    let last = text.trim_end().lines().next_back().expect("a last line");
    let done: Value = serde_json::from_str(last).expect("JSON");
    for (what, count) in [("registered", 206), ("refused", 17), ("cancelled", 5), ("faults", 2)] {
        assert_eq!(done[what], count, "{what} in {last}");
    }
    server.stop();
}

/// Runs a client to its good end; what it printed.
pub(crate) fn run(mut client: Command, input: &str) -> String {
    client.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = client.spawn().expect("the client starts");
    let mut stdin = child.stdin.take().expect("piped");
    stdin.write_all(input.as_bytes()).expect("it reads");
    drop(stdin);
    let output = child.wait_with_output().expect("it ends");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{text}\n{}", String::from_utf8_lossy(&output.stderr));
    text
}

fn published() -> Option<PathBuf> {
    Some(Path::new(&needed("PRESENCE_PUBLISHED_WSDL")?).join(PUBLISHED))
}

#[test]
fn zeep_made_from_our_contract_uses_every_operation() {
    let Some(client) = zeep() else { return };
    uses_the_service(client, None);
}

#[test]
fn zeep_made_from_the_published_contract_uses_every_operation() {
    let (Some(client), Some(wsdl)) = (zeep(), published()) else { return };
    uses_the_service(client, Some(&wsdl));
}

#[test]
fn node_soap_made_from_our_contract_uses_every_operation() {
    let Some(client) = node_soap() else { return };
    uses_the_service(client, None);
}

#[test]
fn node_soap_made_from_the_published_contract_uses_every_operation() {
    let (Some(client), Some(wsdl)) = (node_soap(), published()) else { return };
    uses_the_service(client, Some(&wsdl));
}

#[test]
fn zeep_signs_every_call_of_every_operation() {
    let Some(client) = zeep() else { return };
    uses_the_service_signed(client);
}

#[test]
fn zeep_refers_to_its_certificate_in_every_way() {
    let Some(python) = needed("PRESENCE_TEST_PYTHON") else { return };
    let mut client = Command::new(python);
    client.arg(clients().join("zeep_reference.py"));
    let (server, data, today) = demonstration();
    let address = format!("http://{}/PresenceRegistration/v1/VarC", server.address);
    let input = input(&format!("{address}?wsdl"), &address, &today, Some(&keys(&data)));
    let said = run(client, &input.to_string());
    assert!(said.contains("thumbprint"), "{said}");
    server.stop();
}

#[test]
fn php_signs_every_call_of_every_operation() {
    let Some(php) = needed("PRESENCE_TEST_PHP") else { return };
    let mut client = Command::new(php);
    client.arg(clients().join("php_client.php"));
    let (server, data, today) = demonstration();
    let address = format!("http://{}/PresenceRegistration/v1/VarC", server.address);
    let input = input(&format!("{address}?wsdl"), &address, &today, Some(&keys(&data)));
    let said = run(client, &input.to_string());
    assert!(
        said.contains(r#"{"registered":2,"refused":1,"cancelled":1,"found":2,"read":1}"#),
        "{said}"
    );
    server.stop();
}

#[test]
fn node_soap_signs_every_call_of_every_operation() {
    let Some(client) = node_soap() else { return };
    uses_the_service_signed(client);
}
