//! `presence migrate`: from a folder to a database, interrupted on the way.

use std::path::Path;
use std::process::{Command, Output};

use testkit::{PostgresServer, shared_postgres};

use crate::outages::proxy::{Proxy, Side};
use crate::server::{Server, program};
use crate::soap::{XML, envelope, get, register};

fn text(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

/// An open service on a folder, whichever database the run of the tests has chosen.
fn served(data: &Path, flags: &[&str]) -> Server {
    let words = ["serve", "--open", "--data", text(data), "--listen", "127.0.0.1:0"];
    let words = [&words[..], &["--inner-listen", "127.0.0.1:0"], flags].concat();
    Server::run(program(&words).env_remove("PRESENCE_DATABASE_URL")).0
}

/// The command, with the database in its environment.
fn migrate(data: &Path, url: &str, flags: &[&str]) -> Command {
    let mut command = program(&[&["migrate", "--from", text(data)], flags].concat());
    command.env("PRESENCE_DATABASE_URL", url);
    command
}

fn done(mut command: Command) -> String {
    let output = command.output().expect("the program runs");
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{error}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

fn refused(mut command: Command) -> String {
    let output: Output = command.output().expect("the program runs");
    assert!(!output.status.success(), "it was done");
    String::from_utf8(output.stderr).expect("UTF-8")
}

/// What an answer says but for the ticket and the moment of the answer.
fn shown(server: &Server, id: u32) -> String {
    let reply = server.post(&[XML], &get(&id.to_string()));
    assert_eq!(reply.status, 200, "{id}");
    reply.text()
}

fn cancel(id: u32) -> Vec<u8> {
    let inside = format!(
        "<m:CancelPresenceRequest><t:PresenceRegistrationId>{id}</t:PresenceRegistrationId>\
         <t:CancellationReason>PLANNING</t:CancellationReason></m:CancelPresenceRequest>"
    );
    envelope("CancelPresencesRequest", &inside)
}

#[test]
fn everything_is_moved_in_pieces_and_served_from_there() {
    let Some(database) = PostgresServer::start_or_skip() else { return };
    let url = database.new_database();
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path();
    let server = served(data, &["--check-batch", "1"]);
    for workers in [30, 1, 9] {
        assert_eq!(server.post(&[XML], &register(workers)).status, 200);
    }
    assert_eq!(server.post(&[XML], &cancel(7)).status, 200);
    let mut client =
        program(&["client", "add", "one", "--role", "inspector", "--data", text(data)]);
    let client = client.env_remove("PRESENCE_DATABASE_URL").output();
    assert!(client.expect("the program runs").status.success());
    let busy = refused(migrate(data, "postgres://nobody@127.0.0.1:9/none", &[]));
    assert!(busy.contains("cannot be opened") || busy.contains("connection"), "{busy}");
    let before: Vec<_> = (1..=40).map(|id| shown(&server, id)).collect();
    server.stop();

    let first = done(migrate(data, &url, &["--at-most", "13"]));
    assert!(first.contains("the next call goes on"), "{first}");
    let second = done(migrate(data, &url, &["--at-most", "20"]));
    assert!(second.contains("rows are there; the next call goes on"), "{second}");
    let early = refused(program(&["serve", "--data", text(data), "--database-url", &url]));
    assert!(early.contains("not all of it is there"), "{early}");
    let last = done(migrate(data, &url, &[]));
    assert!(last.contains("rows are there and were read again"), "{last}");
    assert!(last.lines().any(|line| line.trim() == "40  registration"), "{last}");
    let again = refused(migrate(data, &url, &[]));
    assert!(again.contains("everything was moved to this database already"), "{again}");

    let server = served(data, &["--database-url", &url]);
    for (id, expected) in (1..=40).zip(&before) {
        let now = shown(&server, id);
        let place = now.find("Submitted>").expect("found");
        let expected = &expected[expected.find("Submitted>").expect("found")..];
        // A check may have come between the two.
        assert!(now[place..].starts_with(&expected[..200.min(expected.len())]), "{id}: {now}");
    }
    let answer = server.post(&[XML], &register(1));
    let next: u32 =
        answer.element("PresenceRegistrationId").expect("one").parse().expect("a number");
    assert!(next > 40, "{next} was given out before");
    let mut verify = program(&["audit", "verify"]);
    let verified = done({
        verify.env("PRESENCE_DATABASE_URL", &url);
        verify
    });
    assert!(verified.contains("The audit is whole"), "{verified}");
    server.stop();
}

#[test]
fn data_that_was_changed_meanwhile_or_a_database_in_use_is_refused() {
    let Some(database) = PostgresServer::start_or_skip() else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path();
    let server = served(data, &[]);
    assert_eq!(server.post(&[XML], &register(3)).status, 200);
    server.stop();
    let url = database.new_database();
    done(migrate(data, &url, &["--at-most", "5"]));
    let server = served(data, &[]);
    assert_eq!(server.post(&[XML], &register(1)).status, 200);
    server.stop();
    let changed = refused(migrate(data, &url, &[]));
    assert!(changed.contains("was changed since"), "{changed}");

    let other = database.new_database();
    let server = served(data, &["--database-url", &other]);
    assert_eq!(server.post(&[XML], &register(1)).status, 200);
    server.stop();
    let full = refused(migrate(data, &other, &[]));
    assert!(full.contains("is not empty"), "{full}");
    let nothing = refused(migrate(&data.join("nothing"), &database.new_database(), &[]));
    assert!(nothing.contains("cannot be moved"), "{nothing}");
    let citus = refused({
        let mut command = program(&["migrate", "--citus"]);
        command.env("PRESENCE_DATABASE_URL", database.new_database());
        command
    });
    assert!(citus.contains("the server has no Citus"), "{citus}");
}

/// Rows come by COPY, a piece of them in a transaction.
#[test]
fn connections_that_are_cut_in_the_middle_of_a_copy_lose_and_double_nothing() {
    let Some(database) = shared_postgres() else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path();
    let server = served(data, &[]);
    for _ in 0..10 {
        assert_eq!(server.post(&[XML], &register(200)).status, 200);
    }
    server.stop();
    let url = database.new_migrated_database();
    let name = url.rsplit('=').next().expect("a name");
    let proxy = Proxy::before(database.socket());
    done(migrate(data, &url, &["--at-most", "700"]));
    // Less than what is said for the next piece.
    for (bytes, side) in [
        (15_000, Side::Program),
        (40_000, Side::Program),
        (90_000, Side::Program),
        (300, Side::Database),
        (900, Side::Database),
    ] {
        proxy.cut_after(bytes, side);
        let cut = refused(migrate(data, &proxy.url(name), &["--at-most", "1000"]));
        assert!(cut.contains("cannot be reached at this moment; try again later"), "{cut}");
    }
    proxy.heal();
    let last = done(migrate(data, &proxy.url(name), &[]));
    assert!(last.contains("rows are there and were read again"), "{last}");
    assert!(last.lines().any(|line| line.trim() == "2000  registration"), "{last}");
    assert_eq!(database.ask(name, "SELECT count(*) FROM registration"), "2000");
}
