//! `presence import` and `presence work`, as an operator runs them.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use domain::sample::{enterprise_number, works_reference};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

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

/// The number of an enterprise as the open data writes it.
fn pointed(index: u32) -> String {
    let digits = enterprise_number(index).to_string();
    format!("{}.{}.{}", &digits[..4], &digits[4..7], &digits[7..])
}

/// The text of a file of a set.
fn text<'f>(files: &'f [(String, String)], name: &str) -> &'f str {
    let found = files.iter().find(|(other, _)| other == name);
    &found.expect("the set has it").1
}

fn write_zip(path: &str, files: &[(String, String)]) {
    let mut zip = ZipWriter::new(File::create(path).expect("made"));
    for (name, text) in files {
        zip.start_file(format!("set/{name}"), SimpleFileOptions::default()).expect("begun");
        zip.write_all(text.as_bytes()).expect("written");
    }
    zip.finish().expect("whole");
}

/// The published set of the sample, as its files.
fn full_set() -> Vec<(String, String)> {
    let file = |entry: fs::DirEntry| {
        let name = entry.file_name().into_string().expect("UTF-8");
        (name, fs::read_to_string(entry.path()).expect("read"))
    };
    let files = fs::read_dir(demo("kbo")).expect("read");
    files.map(|entry| file(entry.expect("read"))).collect()
}

/// The update that follows on a set: an enterprise goes, another one comes.
fn update(number: u32, gone: &str, comes: &str) -> Vec<(String, String)> {
    let mut files = Vec::new();
    for (name, text) in full_set() {
        let stem = name.trim_end_matches(".csv");
        let header = text.lines().next().expect("a header");
        match stem {
            "code" => files.push((name, text)),
            "meta" => files.push((
                name,
                format!(
                    "Variable,Value\nSnapshotDate,01-11-2026\nExtractType,update\nExtractNumber,{number}\n"
                ),
            )),
            _ => {
                let is_first = stem == "enterprise";
                let key = header.split(',').next().expect("a column");
                let gone = if is_first { gone } else { "" };
                let comes = if is_first { comes } else { "" };
                files.push((format!("{stem}_delete.csv"), format!("{key}\n{gone}")));
                files.push((format!("{stem}_insert.csv"), format!("{header}\n{comes}")));
            }
        }
    }
    files
}

#[test]
fn published_zips_are_taken_in_their_order_and_a_damaged_one_changes_nothing() {
    let desk = Desk::new();
    let full = full_set();
    let number = text(&full, "meta.csv").lines().find_map(|line| {
        let line = line.replace('"', "");
        line.strip_prefix("ExtractNumber,").map(|number| number.parse::<u32>().expect("a number"))
    });
    let number = number.expect("an extract");
    let zip = desk.path("full.ZIP");
    write_zip(&zip, &full);
    let bytes = fs::read(&zip).expect("read");
    let cut = desk.path("cut.zip");
    for (spoilt, reason) in [
        (bytes[..bytes.len() / 2].to_vec(), "is no whole zip, or is truncated"),
        (bytes[..bytes.len() - 1].to_vec(), "is no whole zip, or is truncated"),
        (
            {
                let mut bytes = bytes.clone();
                let middle = bytes.len() / 3;
                bytes[middle] ^= 0x55;
                bytes
            },
            "csv",
        ),
    ] {
        fs::write(&cut, spoilt).expect("written");
        let (code, told) = desk.import(&["enterprises", &cut]);
        assert_eq!(code, Some(2), "{told}");
        assert!(told.contains(reason) && told.contains("nothing was changed"), "{reason}: {told}");
    }
    let (code, told) = desk.import(&["enterprises", &zip]);
    assert_eq!(code, Some(0), "{told}");
    assert!(told.contains("0 taken away"), "{told}");
    let first = text(&full, "enterprise.csv").lines().nth(1).expect("an enterprise");
    let gone = format!("{}\n", first.split(',').next().expect("a number"));
    let comes = format!("{},AC,000,2,610,,01-01-2020\n", pointed(90_001));
    let daily = desk.path("update.zip");
    write_zip(&daily, &update(number + 2, &gone, &comes));
    let (code, told) = desk.import(&["enterprises", &daily]);
    assert_eq!(code, Some(2), "{told}");
    assert!(told.contains(&format!("extract {number} is stored")), "{told}");
    write_zip(&daily, &update(number + 1, &gone, &comes));
    let (code, told) = desk.import(&["enterprises", &daily]);
    assert_eq!(code, Some(0), "{told}");
    assert!(told.contains("1 rows added, 1 taken away"), "{told}");
    let (code, told) = desk.import(&["enterprises", &daily]);
    assert_eq!(code, Some(0), "{told}");
    assert!(told.contains("nothing was changed"), "{told}");
}

/// Runs an import on a terminal that `script` makes, and answers what that was sent.
fn on_terminal(desk: &Desk, words: &str) -> Option<String> {
    let presence = env!("CARGO_BIN_EXE_presence");
    let line = format!("{presence} import {words} --data {}", desk.path("data"));
    let typescript = desk.path("typescript");
    let mut command = Command::new("script");
    command.args(["-q", "-e", "-c", &line, &typescript]);
    command.env("TERM", "xterm").stdin(std::process::Stdio::null());
    let strict = std::env::var("PRESENCE_TEST_STRICT").is_ok_and(|strict| strict == "1");
    match command.output() {
        Ok(output) => {
            let shown = fs::read_to_string(typescript).expect("written");
            assert!(output.status.success(), "{shown}");
            Some(shown)
        }
        Err(error) => {
            assert!(!strict, "script is not installed, and nothing may be skipped: {error}");
            None
        }
    }
}

#[test]
fn a_terminal_sees_a_bar_with_rate_and_time_left_and_others_plain_lines() {
    let desk = Desk::new();
    let persons = demo("persons.csv");
    let Some(shown) = on_terminal(&desk, &format!("persons {persons}")) else { return };
    let has =
        |parts: &[&str]| shown.split('\r').any(|line| parts.iter().all(|part| line.contains(part)));
    assert!(has(&["reading", "B/s", "left"]), "{shown:?}");
    assert!(has(&["writing", "rows", "/s", "left"]), "{shown:?}");
    let other = Desk::new();
    let (code, told) = other.import(&["persons", &persons]);
    assert_eq!(code, Some(0), "{told}");
    assert!(told.contains("MB read in") && !told.contains(['\r', '\u{1b}']), "{told:?}");
}

#[test]
fn what_is_only_checked_opens_no_data() {
    let desk = Desk::new();
    let (code, told) = desk.import(&["employments", &demo("employments.csv"), "--check"]);
    assert_eq!(code, Some(0), "{told}");
    assert!(told.contains("0 lines rejected"), "{told}");
    assert!(!Path::new(&desk.path("data")).exists(), "nothing is made");
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
    let mut whole: serde_json::Value = serde_json::from_str(&shown).expect("JSON");
    let shown = whole.clone();
    for (sector, said) in [("meat", "nothing to change"), ("guarding", "changed (import ")] {
        whole["sector"] = sector.into();
        let (code, told) = work(&["put", &desk.file("work.json", &whole.to_string())]);
        assert_eq!(code, Some(0), "{told}");
        assert!(told.contains(said), "{told}");
    }
    whole["reference"] = works_reference(6).as_str().into();
    let (code, told) = work(&["put", &desk.file("work.json", &whole.to_string())]);
    assert_eq!(code, Some(0), "{told}");
    whole["until"] = "2025-01-01".into();
    let (code, told) = work(&["put", &desk.file("work.json", &whole.to_string())]);
    assert_eq!(code, Some(2), "{told}");
    assert!(told.contains("until is before from"), "{told}");
    assert_eq!(shown["until"], "2026-07-31");
    assert_eq!(shown["contracts"][0]["until"], "2026-06-30");
    assert_eq!(shown["sites"][0]["address"]["houseNumber"], "475");
    let (_, listed) = work(&["list"]);
    assert!(listed.starts_with(&format!("{reference}  guarding ")), "{listed}");
    assert_eq!(listed.lines().count(), 2, "{listed}");
    let (svg, png) = (desk.path("qr.svg"), desk.path("qr.png"));
    let url = "https://presence.example";
    let (code, told) = work(&["qr", &reference, "--svg", &svg, "--png", &png, "--public-url", url]);
    assert_eq!(code, Some(0), "{told}");
    assert_eq!(told.trim(), format!("{url}/register/{reference}"));
    assert!(fs::read_to_string(svg).expect("written").starts_with("<svg "));
    assert!(fs::read(png).expect("written").starts_with(b"\x89PNG"));
}
