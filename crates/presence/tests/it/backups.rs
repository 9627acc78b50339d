//! `presence backup` and `presence restore`, beside a service that uses the same data.

use std::fs;
use std::io::Write as _;
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use crate::reply::Reply;
use crate::server::{Server, is_left_out, post, program};
use crate::soap::{XML, get, register};

/// Why there is nothing to be tested on PostgreSQL.
const REASON: &str = "backups are of the embedded store; PostgreSQL has its own (recovering)";
/// How many registrations a call of the load makes.
const CALL: u32 = 7;

fn run(words: &[&str]) -> Output {
    program(words).output().expect("the program runs")
}

fn text(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

fn said(words: &[&str]) -> String {
    let output = run(words);
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{words:?}: {error}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// What a command complains of that was asked for something it must not do.
fn refused(words: &[&str], status: i32) -> String {
    let output = run(words);
    let error = String::from_utf8(output.stderr).expect("UTF-8");
    assert_eq!(output.status.code(), Some(status), "{words:?}: {error}");
    error
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("there").permissions().mode() & 0o777
}

/// The ids in an answer.
fn ids(answer: &str) -> Vec<u64> {
    let after = answer.split("PresenceRegistrationId>").skip(1).step_by(2);
    after.map(|rest| rest.split('<').next().expect("a text").parse().expect("an id")).collect()
}

fn knows(server: &Server, id: u64) -> bool {
    server.post(&[XML], &get(&id.to_string())).text().contains("SUCCESSFULLY REGISTERED")
}

/// A folder of data that a service has used, and a place beside it.
struct Scene {
    folder: tempfile::TempDir,
}

impl Scene {
    fn new() -> Self {
        let scene = Self { folder: tempfile::tempdir().expect("a folder") };
        let server = Server::at(&scene.data(), &[]);
        assert_eq!(server.post(&[XML], &register(3)).status, 200);
        server.stop();
        scene
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn data(&self) -> PathBuf {
        self.at("data")
    }

    fn back_up(&self, name: &str) -> PathBuf {
        let target = self.at(name);
        said(&["backup", text(&target), "--data", text(&self.data())]);
        target
    }
}

#[test]
fn a_backup_under_load_restores_all_that_was_acknowledged_before_it() {
    if is_left_out(REASON) {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let (data, target, other) =
        (folder.path().join("data"), folder.path().join("backup"), folder.path().join("other"));
    let server = Server::at(&data, &["--log", "info,presence::call=off"]);
    let (calls, stop) = (Mutex::new(Vec::new()), AtomicBool::new(false));
    let count = || calls.lock().expect("no panic").len();
    let address = server.address;
    let (before, made) = thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    let mut line = TcpStream::connect(address).expect("connected");
                    line.write_all(&post(&[XML], &register(CALL))).expect("sent");
                    let answered = ids(&Reply::read(&mut line).text());
                    calls.lock().expect("no panic").push(answered);
                }
            });
        }
        let grown = |by: usize| {
            let now = count();
            while count() < now + by {
                thread::yield_now();
            }
        };
        grown(30);
        let before = count();
        let made = run(&["backup", text(&target), "--data", text(&data)]);
        grown(30);
        stop.store(true, Ordering::Relaxed);
        (before, made)
    });
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    // Killed: what the backup holds needs nothing more of it.
    drop(server);
    let restored = said(&["restore", text(&target), "--data", text(&other)]);
    assert!(restored.contains("registrations"), "{restored}");
    let verified = said(&["audit", "verify", "--data", text(&other)]);
    assert!(verified.contains("The audit is whole"), "{verified}");
    let server = Server::at(&other, &["--log", "info,presence::call=off"]);
    let calls = calls.into_inner().expect("no panic");
    assert!(before > 0 && before < calls.len(), "there was load before and after");
    for (place, call) in calls.iter().enumerate() {
        assert_eq!(call.len(), CALL as usize);
        let found = call.iter().filter(|id| knows(&server, **id)).count();
        let whole = found == call.len();
        assert!(whole || place >= before && found == 0, "call {place} of {before}: {found} found");
    }
    let last = *calls.iter().flatten().max().expect("some");
    let next = ids(&server.post(&[XML], &register(1)).text())[0];
    assert!(next > last, "{next} was perhaps given out before: {last} was");
    server.stop();
}

#[test]
fn keys_and_other_files_come_along_with_their_modes() {
    if is_left_out(REASON) {
        return;
    }
    let scene = Scene::new();
    let policy = scene.data().join("policy.toml");
    fs::write(&policy, "# ours").expect("written");
    fs::set_permissions(&policy, fs::Permissions::from_mode(0o640)).expect("ours");
    let backup = scene.back_up("backup");
    let other = scene.at("other");
    said(&["restore", text(&backup), "--data", text(&other)]);
    for folder in [&backup, &other] {
        assert_eq!(mode(folder), 0o700);
        for (name, expected) in
            [("presence.sqlite", 0o600), ("oauth-keys.json", 0o600), ("policy.toml", 0o640)]
        {
            assert_eq!(mode(&folder.join(name)), expected, "{name} in {}", folder.display());
        }
        let keys: Vec<_> = fs::read_dir(folder.join("token-keys")).expect("there").collect();
        assert_eq!(keys.len(), 1);
        assert!(keys.iter().flatten().all(|key| mode(&key.path()) == 0o600));
    }
    assert_eq!(mode(&backup.join("backup.json")), 0o600);
    assert!(!other.join("backup.json").exists() && !other.join(".restoring").exists());
    for command in ["token-key", "oauth-key"] {
        let list = |data: &Path| said(&[command, "list", "--data", text(data)]);
        assert_eq!(list(&other), list(&scene.data()), "{command}");
    }
}

#[test]
fn a_backup_takes_the_place_of_nothing() {
    if is_left_out(REASON) {
        return;
    }
    let scene = Scene::new();
    let data = scene.data();
    let backup = scene.back_up("backup");
    let again = refused(&["backup", text(&backup), "--data", text(&data)], 2);
    assert!(again.contains("is there already"), "{again}");
    let within = refused(&["backup", text(&data.join("backup")), "--data", text(&data)], 2);
    assert!(within.contains("lies in the folder of the data"), "{within}");
    let nothing = scene.at("nothing");
    let nowhere = refused(&["backup", text(&scene.at("x")), "--data", text(&nothing)], 1);
    assert!(nowhere.contains("nothing"), "{nowhere}");
    assert!(!nothing.exists(), "it is not made");
    let names = fs::read_dir(scene.folder.path()).expect("there").flatten();
    let mut names: Vec<_> = names.map(|entry| entry.file_name()).collect();
    names.sort();
    assert_eq!(names, ["backup", "data"], "nothing is left behind");
}

#[test]
fn a_restore_goes_to_an_empty_folder_that_nobody_uses() {
    if is_left_out(REASON) {
        return;
    }
    let scene = Scene::new();
    let backup = scene.back_up("backup");
    let restore = |data: &Path| refused(&["restore", text(&backup), "--data", text(data)], 2);
    let full = restore(&scene.data());
    assert!(full.contains("is not empty"), "{full}");
    let server = Server::at(&scene.data(), &[]);
    let used = restore(&scene.data());
    assert!(used.contains("is in use"), "{used}");
    server.stop();
    let nothing = scene.at("nothing");
    let none = refused(&["restore", text(&nothing), "--data", text(&scene.at("other"))], 2);
    assert!(none.contains("is no backup"), "{none}");
    let empty = scene.at("empty");
    fs::create_dir(&empty).expect("made");
    said(&["restore", text(&backup), "--data", text(&empty)]);
    let server = Server::at(&empty, &[]);
    assert!((1..=3).all(|id| knows(&server, id)));
    server.stop();
}

type Change = fn(Vec<u8>) -> Vec<u8>;

#[test]
fn a_damaged_backup_is_refused_and_leaves_nothing() {
    if is_left_out(REASON) {
        return;
    }
    let scene = Scene::new();
    let damage: [(&str, Change); 3] = [
        ("presence.sqlite", |mut bytes| {
            let half = bytes.len() / 2;
            bytes[half] ^= 1;
            bytes
        }),
        ("oauth-keys.json", |bytes| bytes[1..].to_vec()),
        ("backup.json", |bytes| {
            String::from_utf8(bytes)
                .expect("UTF-8")
                .replace("\"registration\": 3", "\"registration\": 4")
                .into()
        }),
    ];
    for (place, (name, change)) in damage.into_iter().enumerate() {
        let backup = scene.back_up(&format!("backup-{place}"));
        let path = backup.join(name);
        fs::write(&path, change(fs::read(&path).expect("read"))).expect("written");
        let other = scene.at("other");
        let error = refused(&["restore", text(&backup), "--data", text(&other)], 1);
        let what = if name == "backup.json" { "registration: 3 rows of 4" } else { name };
        assert!(error.contains(what), "{error}");
        assert!(!other.exists(), "{name}");
    }
}
