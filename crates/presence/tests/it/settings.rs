use std::fs;

use crate::server::{Server, program};

fn refused(words: &[&str]) -> String {
    let output = program(words).output().expect("the program runs");
    assert_eq!(output.status.code(), Some(1), "{words:?}");
    String::from_utf8(output.stderr).expect("UTF-8")
}

#[test]
fn the_page_of_settings_is_the_committed_one() {
    let output = program(&["settings"]).output().expect("the program runs");
    let committed = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/configuration.md");
    let committed = fs::read_to_string(committed).expect("the page is committed");
    let page = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(page == committed, "write it anew: presence settings > docs/configuration.md");
}

#[test]
fn an_open_service_is_refused_where_others_reach_it_and_in_production() {
    let text = refused(&["serve", "--open", "--listen", "0.0.0.0:0"]);
    assert!(
        text.contains("open (flag --open): 0.0.0.0:0 is reached from other machines"),
        "{text}"
    );
    let text = refused(&["serve", "--demo", "--environment", "Production"]);
    assert!(
        text.contains("demo (flag --demo): in Production every caller must be known"),
        "{text}"
    );
}

#[test]
fn the_program_reads_flags_variables_and_a_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("settings.toml");
    fs::write(&file, "log_format = \"json\"\nlog = \"error\"\nlisten = \"127.0.0.1:0\"\n")
        .expect("written");
    let file = file.to_str().expect("UTF-8");
    let mut command = program(&["serve", "--config", file, "--open"]);
    command.env("PRESENCE_LOG", "info").env("PRESENCE_INNER_LISTEN", "nowhere");
    command.env("PRESENCE_DATA", folder.path().join("data")).env("PRESENCE_LISEN", "x");
    let output = command.output().expect("the program runs");
    let text = String::from_utf8(output.stderr).expect("UTF-8");
    assert!(text.contains("PRESENCE_INNER_LISTEN): \"nowhere\" is no address"), "{text}");

    command.env("PRESENCE_INNER_LISTEN", "127.0.0.1:0");
    let (server, _) = Server::run(&mut command);
    assert_eq!(server.get("/health").status, 200);
    server.stop();
}

#[test]
fn an_address_that_is_taken_is_named_with_its_setting() {
    let server = Server::open(&[]);
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().to_str().expect("UTF-8");
    let address = server.address.to_string();
    let text = refused(&["serve", "--open", "--listen", &address, "--data", data]);
    assert!(text.contains(&format!("cannot listen on {address} (listen)")), "{text}");
}

#[test]
fn a_policy_that_cannot_be_used_is_refused_at_the_start() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("policy.toml");
    fs::write(&file, "[[rule]]\nfrom = \"never\"\n").expect("written");
    let (data, file) = (folder.path().to_str().expect("UTF-8"), file.to_str().expect("UTF-8"));
    let text = refused(&["serve", "--open", "--data", data, "--policy", file]);
    assert!(text.contains(&format!("the policy {file} cannot be used")), "{text}");
}
