//! `presence import` and `presence work`, as an operator runs them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use domain::sample::{enterprise_number, works_reference};

use crate::server::program;

fn demo(name: &str) -> String {
    let path: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../demo").join(name);
    path.to_str().expect("UTF-8").to_owned()
}

/// A folder of data, and another for what goes with it.
struct Desk {
    folder: tempfile::TempDir,
}

impl Desk {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a folder") }
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().expect("UTF-8").to_owned()
    }

    fn file(&self, name: &str, text: &str) -> String {
        let path = self.path(name);
        fs::write(&path, text).expect("written");
        path
    }

    fn run(&self, words: &[&str]) -> (Option<i32>, String, String) {
        let data = self.path("data");
        let mut words = words.to_vec();
        words.extend(["--data", &data]);
        let Output { status, stdout, stderr } = program(&words).output().expect("runs");
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        (status.code(), text(stdout), text(stderr))
    }

    /// Imports; answers the status and what was told.
    fn import(&self, words: &[&str]) -> (Option<i32>, String) {
        let (code, _, told) = self.run(&[&["import"], words].concat());
        (code, told)
    }
}

#[test]
fn the_sample_fills_every_register_and_the_same_again_changes_nothing() {
    let desk = Desk::new();
    for (register, files) in [
        ("persons", vec!["persons.csv"]),
        ("mandates", vec!["mandates.csv"]),
        ("employers", vec!["employers.csv"]),
        ("employments", vec!["employments.csv"]),
        ("limosa", vec!["limosa.csv"]),
        ("works", vec!["works.jsonl"]),
        ("enterprises", vec!["kbo"]),
        ("addresses", vec!["openaddress-bebru.csv", "openaddress-bevlg.csv"]),
    ] {
        let files: Vec<_> = files.into_iter().map(demo).collect();
        let words: Vec<_> =
            [register].into_iter().chain(files.iter().map(String::as_str)).collect();
        let (code, told) = desk.import(&words);
        assert_eq!(code, Some(0), "{told}");
        assert!(!told.contains("nothing was changed"), "{told}");
        let (code, told) = desk.import(&words);
        assert_eq!(code, Some(0), "{told}");
        assert!(told.contains("the same already: nothing was changed"), "{told}");
    }
}

#[test]
fn a_bad_line_stops_an_import_unless_errors_are_allowed() {
    let desk = Desk::new();
    let text = format!("enterprise_number,from,until\n{},,\n123,,x\n", enterprise_number(1));
    let file = desk.file("employers.csv", &text);
    let (code, told) = desk.import(&["employers", &file]);
    assert_eq!(code, Some(2), "{told}");
    assert!(told.contains("employers.csv:3: enterprise_number: is no enterprise number"), "{told}");
    assert!(told.contains("1 lines were rejected: nothing was changed"), "{told}");
    let report = desk.path("report.csv");
    let (code, told) =
        desk.import(&["employers", &file, "--check", "--allow-errors", "--report", &report]);
    assert_eq!(code, Some(0), "{told}");
    let report = fs::read_to_string(report).expect("written");
    let lines: Vec<_> = report.lines().collect();
    assert_eq!(lines[0], "file,line,column,reason");
    assert!(lines[1].starts_with("\"employers.csv\",3,\"enterprise_number\",\"is no "), "{report}");
    assert_eq!(lines[2], "\"employers.csv\",3,\"until\",\"is no date: yyyy-mm-dd\"");
    let (code, told) = desk.import(&["employers", &file, "--allow-errors"]);
    assert_eq!(code, Some(0), "{told}");
    assert!(
        told.contains("1 rows added, 0 taken away"),
        "the checks before imported nothing: {told}"
    );
}

#[test]
fn imports_and_works_are_told_by_the_audit() {
    let desk = Desk::new();
    let text = format!("enterprise_number,from,until\n{},,\n", enterprise_number(1));
    let file = desk.file("employers.csv", &text);
    for _ in 0..2 {
        assert_eq!(desk.import(&["employers", &file]).0, Some(0));
    }
    assert_eq!(desk.import(&["addresses", &demo("openaddress-bebru.csv")]).0, Some(0));
    let reference = works_reference(5).to_string();
    let (code, _, told) = desk.run(&["work", "add", &reference, "--sector", "meat"]);
    assert_eq!(code, Some(0), "{told}");
    let (_, listed, told) = desk.run(&["audit", "list"]);
    let lines: Vec<_> = listed.lines().collect();
    assert_eq!(lines.len(), 4, "{listed}{told}");
    for (line, texts) in lines.into_iter().zip([
        [
            "register.import",
            "\"done\"",
            "register=employers employers.csv=sha256:",
            "added=1 removed=0",
        ],
        [
            "register.import",
            "\"nothing\"",
            "register=employers employers.csv=sha256:",
            "read=1 rejected=0",
        ],
        [
            "register.import",
            "\"done\"",
            "register=addresses openaddress-bebru.csv=sha256:",
            "BE-BRU=",
        ],
        ["work.add", "\"done\"", "sector=meat", "via=presence work"],
    ]) {
        assert!(texts.iter().all(|text| line.contains(text)), "{line}");
        assert!(line.contains("\"role\":\"operator\""), "{line}");
    }
    assert_eq!(desk.run(&["audit", "verify"]).0, Some(0));
}

#[test]
fn a_set_that_does_not_fit_is_refused_whole() {
    let desk = Desk::new();
    for file in fs::read_dir(demo("kbo")).expect("read") {
        let file = file.expect("read");
        fs::copy(file.path(), desk.folder.path().join(file.file_name())).expect("copied");
    }
    fs::remove_file(desk.folder.path().join("activity.csv")).expect("removed");
    let folder = desk.folder.path().to_str().expect("UTF-8");
    let (code, told) = desk.import(&["enterprises", folder]);
    assert_eq!(code, Some(2), "{told}");
    assert!(told.contains("activity.csv: is missing"), "{told}");
    let (code, told) = desk.import(&["enterprises", &desk.file("set.zip", "PK no zip")]);
    assert_eq!(code, Some(2), "{told}");
    assert!(told.contains("is no whole zip, or is truncated"), "{told}");
}

#[test]
fn works_are_added_changed_closed_and_shown() {
    let desk = Desk::new();
    let reference = works_reference(5).to_string();
    let work = |words: &[&str]| {
        let (code, said, told) = desk.run(&[&["work"], words].concat());
        (code, said + &told)
    };
    let company = enterprise_number(1).to_string();
    let contract = format!("builder:{company}:2026-01-01");
    let add =
        ["add", &reference, "--sector", "meat", "--from", "2026-01-01", "--contract", &contract];
    let (code, told) = work(&add);
    assert_eq!(code, Some(0), "{told}");
    let (code, told) = work(&add);
    assert_eq!(code, Some(2));
    assert!(told.contains("exists already"), "{told}");
    let site = "1070;Anderlecht;Bergense Steenweg;475";
    let end = format!("{company}:2026-06-30");
    let (code, told) = work(&["change", &reference, "--site", site, "--end-contract", &end]);
    assert_eq!(code, Some(0), "{told}");
    let (code, told) = work(&["change", &reference, "--sector", "mining", "--until", "x"]);
    assert_eq!(code, Some(2));
    assert!(told.contains("sector is one of") && told.contains("until is no date"), "{told}");
    let (code, told) = work(&["close", &reference, "--until", "2026-07-31"]);
    assert_eq!(code, Some(0), "{told}");
    let (_, shown) = work(&["show", &reference]);
    let shown: serde_json::Value = serde_json::from_str(&shown).expect("JSON");
    assert_eq!(shown["until"], "2026-07-31");
    assert_eq!(shown["contracts"][0]["until"], "2026-06-30");
    assert_eq!(shown["sites"][0]["address"]["houseNumber"], "475");
    let (_, listed) = work(&["list"]);
    assert!(listed.starts_with(&format!("{reference}  meat ")), "{listed}");
    let (svg, png) = (desk.path("qr.svg"), desk.path("qr.png"));
    let url = "https://presence.example";
    let (code, told) = work(&["qr", &reference, "--svg", &svg, "--png", &png, "--public-url", url]);
    assert_eq!(code, Some(0), "{told}");
    assert_eq!(told.trim(), format!("{url}/register/{reference}"));
    assert!(fs::read_to_string(svg).expect("written").starts_with("<svg "));
    assert!(fs::read(png).expect("written").starts_with(b"\x89PNG"));
}
