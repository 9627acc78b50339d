use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use soap::Answer;

/// Holds answers against the contract's schema and against exclusive C14N. Without an interpreter it is left out, where that is
/// allowed.
#[expect(clippy::print_stdout, reason = "a test that is left out says so")]
pub(super) fn hold(name: &str, answers: &[Answer]) {
    let given = |name| env::var_os(name).filter(|value| !value.is_empty());
    let Some(python) = given("PRESENCE_TEST_PYTHON") else {
        println!("skipped: PRESENCE_TEST_PYTHON names no interpreter with lxml");
        let strict = env::var("PRESENCE_TEST_STRICT").is_ok_and(|value| value == "1");
        assert!(!strict, "PRESENCE_TEST_PYTHON is required");
        return;
    };
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let contract =
        given("PRESENCE_PUBLISHED_WSDL").map_or_else(|| package.join("contract"), PathBuf::from);
    let output = Command::new(python)
        .arg(package.join("tests/it/answers/schema.py"))
        .arg(contract)
        .args(write(name, answers))
        .output()
        .expect("PRESENCE_TEST_PYTHON names an interpreter");
    let told = String::from_utf8_lossy(&output.stdout);
    let failed = String::from_utf8_lossy(&output.stderr);
    assert_eq!(told, format!("{} right\n", answers.len()), "{failed}");
}

/// Writes the answers into a folder of the target directory.
fn write(name: &str, answers: &[Answer]) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("answers").join(name);
    fs::create_dir_all(&folder).expect("target/ can be written");
    let write = |(place, answer): (usize, &Answer)| {
        let path = folder.join(format!("{place:03}.xml"));
        fs::write(&path, &answer.body).expect("target/ can be written");
        path
    };
    answers.iter().enumerate().map(write).collect()
}
