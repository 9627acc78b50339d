//! Recovery to a moment: PostgreSQL's base backup and archive, as docs/operate.md has it, with the program on both sides.

use std::path::Path;

use testkit::PostgresServer;

use crate::server::{Server, program};
use crate::soap::{XML, get, register};

fn serve(data: &Path, url: &str) -> Server {
    let data = data.to_str().expect("UTF-8");
    let words = ["serve", "--open", "--data", data, "--listen", "127.0.0.1:0"];
    let mut command = program(&[&words[..], &["--inner-listen", "127.0.0.1:0"]].concat());
    Server::run(command.env("PRESENCE_DATABASE_URL", url)).0
}

/// Registers workers; answers the ids that were acknowledged.
fn registered(server: &Server, workers: u32) -> Vec<i64> {
    let answer = server.post(&[XML], &register(workers));
    assert_eq!(answer.status, 200);
    let text = answer.text();
    let ids = text.split("PresenceRegistrationId>").skip(1).step_by(2);
    let ids: Vec<i64> =
        ids.map(|rest| rest.split('<').next().expect("a part").parse().expect("an id")).collect();
    assert_eq!(ids.len(), workers as usize, "{text}");
    ids
}

fn is_there(server: &Server, id: i64) -> bool {
    let answer = server.post(&[XML], &get(&id.to_string()));
    assert_eq!(answer.status, 200);
    answer.text().contains("PresenceRegistrationConsultSubmitted>")
}

/// What docs/operate.md says to do before the program starts on a restored database.
fn statements() -> String {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/operate.md");
    let page = std::fs::read_to_string(page).expect("the page");
    let (_, after) = page.split_once("```sql\n").expect("statements");
    let (sql, _) = after.split_once("```").expect("their end");
    sql.to_owned()
}

#[test]
fn all_that_was_acknowledged_before_the_moment_is_there_and_no_number_comes_twice() {
    let Some(database) = PostgresServer::start_archiving_or_skip() else { return };
    let url = database.new_database();
    let name = "test_0";
    let folder = tempfile::tempdir().expect("a folder");
    let server = serve(folder.path(), &url);
    let mut before = registered(&server, 5);
    database.back_up();
    for workers in [1, 20, 7] {
        before.extend(registered(&server, workers));
    }
    let moment = database.ask(name, "SELECT clock_timestamp()");
    let after = registered(&server, 9);
    server.stop();
    database.archive();
    database.crash();

    let restored = database.restored(&moment);
    let url = restored.url(name);
    restored.run_sql_in(name, &statements());
    let server = serve(folder.path(), &url);
    for id in &before {
        assert!(is_there(&server, *id), "{id} was acknowledged before {moment}");
    }
    for id in &after {
        assert!(!is_there(&server, *id), "{id} came after {moment}");
    }
    let new = registered(&server, 30);
    let latest = after.iter().max().expect("some");
    assert!(new.iter().all(|id| id > latest), "{new:?} after {latest}");
    server.stop();
    let mut verify = program(&["audit", "verify"]);
    let verified = verify.env("PRESENCE_DATABASE_URL", &url).output().expect("the program runs");
    let text = String::from_utf8_lossy(&verified.stdout);
    assert!(text.contains("The audit is whole"), "{text}");
}
