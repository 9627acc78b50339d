//! Users of the REST service that are made of its contract, not by us: schemathesis, and a client that openapi-typescript
//! generates.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use domain::{Client, Role, TokenKey, sample};
use serde_json::{Value, json};
use tempfile::TempDir;
use testkit::Signer;

use super::{clients, needed, run};
use crate::server::{Server, program};

const CONTRACT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../rest/openapi.yaml");
const SCOPES: [&str; 3] = ["register", "cancel", "consult"];

/// A folder whose register knows an employer, `one`, that may do everything over REST.
#[tokio::main(flavor = "current_thread")]
async fn folder() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let store = testkit::chosen_store(folder.path()).await;
    let scope = |name| Arc::from(format!("scope:presenceRegistration:{name}"));
    let client = Client {
        company: Some(sample::enterprise_number(1)),
        keys: vec![TokenKey { id: None, text: Signer::rsa().public_pem().into() }],
        scopes: SCOPES.into_iter().map(scope).collect(),
        ..sample::client("one", Role::Employer)
    };
    store.clients().add(client).await.expect("written").expect("a new client");
    folder
}

/// A service that asks for tokens.
fn serve(folder: &Path) -> Server {
    let folder = folder.to_str().expect("UTF-8");
    let words = ["--listen", "127.0.0.1:0", "--inner-listen", "127.0.0.1:0"];
    Server::run(&mut program(&[&["serve", "--data", folder], &words[..]].concat())).0
}

/// Who calls whom.
fn input(server: &Server) -> Value {
    json!({
        "issuer": format!("http://{}", server.address),
        "client": "one",
        "key": Signer::rsa().private_pem(),
        "employer": sample::enterprise_number(1).to_string(),
    })
}

/// A number that a campaign sets: `cargo xtask schemathesis`.
fn set(name: &str, usual: u64) -> u64 {
    env::var(name).map_or(usual, |text| text.parse().expect("a number"))
}

#[test]
fn schemathesis_finds_nothing_with_all_its_checks() {
    let Some(python) = needed("PRESENCE_TEST_PYTHON") else { return };
    let folder = folder();
    let server = serve(folder.path());
    let cases = set("PRESENCE_SCHEMATHESIS_CASES", 1);
    let mut input = input(&server);
    input["cases"] = cases.into();
    input["examples"] = set("PRESENCE_SCHEMATHESIS_EXAMPLES", 5).into();
    input["seed"] = set("PRESENCE_SCHEMATHESIS_SEED", 1).into();
    let mut client = Command::new(python);
    client.arg(clients().join("schemathesis_run.py"));
    let text = run(client, &input.to_string());
    println!("{text}");
    let done: Value = serde_json::from_str(&text).expect("JSON");
    assert!(done["cases"].as_u64().expect("a number") >= cases, "{text}");
    server.stop();
}

/// Runs a tool of Node.js to its good end.
fn node(words: &[&OsStr], folder: &Path) {
    let mut tool = Command::new("node");
    tool.args(words).current_dir(folder).stdin(Stdio::null());
    let output = tool.output().expect("it starts");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_generated_client_goes_the_way_of_a_registration() {
    let Some(modules) = needed("PRESENCE_TEST_NODE_MODULES") else { return };
    let modules = Path::new(&modules);
    let work = tempfile::tempdir().expect("a folder");
    for name in ["generated_client.ts", "tsconfig.json"] {
        fs::copy(clients().join(name), work.path().join(name)).expect("copied");
    }
    fs::write(work.path().join("package.json"), r#"{"type":"module"}"#).expect("written");
    std::os::unix::fs::symlink(modules, work.path().join("node_modules")).expect("linked");
    let generator = modules.join("openapi-typescript/bin/cli.js");
    // A member with a default need not be sent.
    let out = ["-o", "schema.d.ts", "--default-non-nullable", "false"].map(OsStr::new);
    node(&[&[generator.as_os_str(), CONTRACT.as_ref()], &out[..]].concat(), work.path());
    node(&[modules.join("typescript/bin/tsc").as_os_str()], work.path());

    let folder = folder();
    let server = serve(folder.path());
    let mut input = input(&server);
    input["ssin"] = sample::inss(1).digits().into();
    // Nobody has declared it, so that its sector does not matter.
    input["work"] = sample::works_reference(9999).as_str().into();
    let mut client = Command::new("node");
    client.arg("generated_client.js").current_dir(work.path());
    let done: Value = serde_json::from_str(&run(client, &input.to_string())).expect("JSON");
    assert_eq!((&done["registered"], &done["cancelled"]), (&json!(2), &json!(1)));
    server.stop();
}
