//! TLS between the program and its database, as the operator meets it.

use std::fs;
use std::path::Path;
use std::process::Command;

use testkit::PostgresServer;

use crate::kill::message;
use crate::server::{Server, program};
use crate::soap::{XML, register};

fn on(url: &str, authorities: &Path, data: &Path) -> Command {
    let data = data.to_str().expect("UTF-8");
    let words = ["serve", "--open", "--data", data, "--listen", "127.0.0.1:0"];
    let inner = ["--inner-listen", "127.0.0.1:0", "--database-patience", "0.2"];
    let mut command = program(&[&words[..], &inner].concat());
    command.env("PRESENCE_DATABASE_URL", url).env("PRESENCE_DATABASE_AUTHORITIES", authorities);
    command
}

#[test]
fn a_node_serves_from_the_database_that_can_prove_its_name_and_from_no_other() {
    let Some((server, entrance)) = PostgresServer::start_with_tls_or_skip() else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).expect("written");
        path
    };
    let own = write("own.pem", &entrance.authority);
    let other = write("other.pem", &PostgresServer::other_authority());
    let nothing = write("none.pem", "none");
    let database = server.new_database();
    let database = database.rsplit('=').next().expect("a name");
    let good = entrance.url(entrance.name, database, "sslmode=verify-full");
    let elsewhere = entrance.url("elsewhere.example", database, "sslmode=verify-full");
    let opened = "the database (database_url) cannot be opened";
    for (url, authorities, told) in [
        (&good, &other, [opened, "its certificate comes from none of the authorities"]),
        (&elsewhere, &own, [opened, "not valid for name \"elsewhere.example\""]),
        (&good, &nothing, ["(database_authorities)", "none.pem holds no certificate in PEM"]),
    ] {
        let output = on(url, authorities, folder.path()).output().expect("it runs");
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success(), "{error}");
        assert!(told.iter().all(|told| error.contains(told)), "{error}");
    }
    let (node, _) = Server::run(&mut on(&good, &own, folder.path()));
    let stored = node.post(&[XML], &register(1));
    assert_eq!(message::registrations(&stored.text()).len(), 1, "{}", stored.text());
    node.stop();
    assert_eq!(server.ask(database, "SELECT count(*) FROM registration"), "1");
}
