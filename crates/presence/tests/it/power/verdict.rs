//! What the program makes of a folder that lost power.

use std::collections::HashSet;
use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use fastrand::Rng;

use super::load::{self, Known};
use crate::key_kills;
use crate::kill::caller::Line;
use crate::kill::ledger::{self, Figures};
use crate::kill::message::{self, Shown};
use crate::kill::start;
use crate::server::program;

/// So many registrations of a life are asked for by their numbers.
const ASKED: usize = 20;
/// A work that nobody has used.
const FRESH: u32 = 90;

/// Names the moment when a test fails in the middle of it, and keeps the folder.
struct Scene<'t> {
    told: &'t str,
    folder: Option<tempfile::TempDir>,
}

impl Drop for Scene<'_> {
    fn drop(&mut self) {
        if std::thread::panicking()
            && let Some(folder) = self.folder.take()
        {
            let kept = folder.keep();
            let told = self.told;
            _ = writeln!(
                io::stderr(),
                "power was lost {told}; the folder is kept: {}",
                kept.display()
            );
        }
    }
}

/// Starts the program on a folder and holds what it knows against what its callers do.
pub(super) fn judge(
    folder: tempfile::TempDir,
    known: &[Known],
    told: &str,
    rng: &mut Rng,
) -> Figures {
    let data = load::data(folder.path());
    let _scene = Scene { told, folder: Some(folder) };
    let server = start(&data);
    let (mut figures, mut given) = (Figures::default(), HashSet::new());
    for life in known {
        let found = ledger::search(server.address, life.work, life.day);
        figures += ledger::compare(&life.soap, &found);
        ledger::remember(&mut given, &found);
        ledger::ask_for_each(server.address, &some(&found, rng));
    }
    let mut line = Line::open(server.address).expect("connected");
    for life in known {
        key_kills::repeat(&mut line, life.rest_work, &life.rest, &mut given);
        for call in life.rest.iter().filter(|call| call.answer.is_some()) {
            figures.answered += 1;
            figures.registered += call.items - call.items / 10;
        }
    }
    let references: Vec<_> = (0..20).map(|place| format!("fresh-{place}")).collect();
    let fresh = message::register(FRESH, &references);
    let fresh = message::registrations(line.call(&fresh, usize::MAX, |_| {}).expect("an answer"));
    assert_eq!(fresh.len(), references.len());
    ledger::remember(&mut given, &fresh);
    drop(line);
    server.stop();
    assert_sound(&data);
    figures
}

fn some(found: &[Shown], rng: &mut Rng) -> Vec<Shown> {
    let count = ASKED.min(found.len());
    rng.choose_multiple(found, count).into_iter().cloned().collect()
}

/// All pages of the database and the whole audit are sound.
fn assert_sound(data: &Path) {
    let data = data.to_str().expect("UTF-8");
    let doctor = program(&["doctor", "--json", "--data", data]).output().expect("the program runs");
    let report = String::from_utf8_lossy(&doctor.stdout);
    assert!(report.contains("all pages are sound"), "{report}");
    assert!(!report.contains("\"error\""), "{report}");
    let audit = program(&["audit", "verify", "--data", data]).output().expect("the program runs");
    assert!(audit.status.success(), "{}", String::from_utf8_lossy(&audit.stderr));
}

/// Both folders hold the same, but for what is mapped into memory.
pub(super) fn assert_same(one: &Path, other: &Path) {
    let names = |folder: &Path| {
        let entries = fs::read_dir(folder).expect("a folder");
        let mut names: Vec<_> = entries.map(|entry| entry.expect("an entry").file_name()).collect();
        names.retain(|name| !name.to_string_lossy().ends_with("-shm"));
        names.sort();
        names
    };
    assert_eq!(names(one), names(other), "the names in {}", one.display());
    for name in names(one) {
        let (one, other) = (one.join(&name), other.join(&name));
        if one.is_dir() {
            assert_same(&one, &other);
        } else {
            let (here, there) =
                (fs::read(&one).expect("a file"), fs::read(&other).expect("a file"));
            let lengths = (here.len(), there.len());
            let differs = here.iter().zip(&there).position(|(here, there)| here != there);
            let told = format!("{lengths:?}, first at {differs:?}");
            assert!(here == there, "the trace lacks something of {}: {told}", one.display());
        }
    }
}

/// The names in a folder, with the lengths of files.
pub(super) fn list(folder: &Path) -> String {
    let Ok(entries) = fs::read_dir(folder) else { return "nothing".to_owned() };
    let entries = entries.map(|entry| {
        let entry = entry.expect("an entry");
        let length = entry.metadata().expect("there").len();
        format!("{} ({length})", entry.file_name().display())
    });
    entries.collect::<Vec<_>>().join(", ")
}
