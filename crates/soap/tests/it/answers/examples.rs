//! The examples of `docs/soap.md` are what the service answers. `PRESENCE_UPDATE_EXAMPLES=1` writes them anew.

use std::path::{Path, PathBuf};
use std::{env, fs};

use super::scene::{Scene, text};
use super::schema;

/// The examples in the order in which they are sent to a new service.
const EXAMPLES: [(&str, u16); 8] = [
    ("register", 200),
    ("search", 200),
    ("cancel", 200),
    ("get", 200),
    ("get-unknown", 200),
    ("search-refused", 200),
    ("fault-schema", 500),
    ("fault-content", 500),
];

fn file(name: &str, kind: &str) -> PathBuf {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs");
    docs.join("examples").join(format!("{name}-{kind}.xml"))
}

#[tokio::test]
async fn the_documented_examples_are_what_the_service_answers() {
    let scene = Scene::new().await;
    let update = env::var("PRESENCE_UPDATE_EXAMPLES").is_ok_and(|value| value == "1");
    let mut answers = Vec::new();
    for (name, status) in EXAMPLES {
        let request = fs::read_to_string(file(name, "request")).expect("a committed request");
        let answer = scene.send(&request).await;
        assert_eq!(answer.status, status, "{name}");
        let answered = indented(text(&answer));
        if update {
            fs::write(file(name, "answer"), &answered).expect("docs/ can be written");
        }
        let committed = fs::read_to_string(file(name, "answer")).expect("a committed answer");
        assert_eq!(answered, committed, "{name}: set PRESENCE_UPDATE_EXAMPLES=1 if this is meant");
        answers.push(answer);
    }
    schema::hold("examples", &answers);
}

/// The page shows every example, and no other.
#[test]
fn the_page_links_every_example() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs");
    let page = fs::read_to_string(docs.join("soap.md")).expect("the page");
    let files = fs::read_dir(docs.join("examples")).expect("the examples");
    for file in files {
        let name = file.expect("a file").file_name().into_string().expect("ASCII");
        // Other pages have examples there as well.
        if Path::new(&name).extension().is_none_or(|it| it != "xml") {
            continue;
        }
        assert!(page.contains(&format!("(examples/{name})")), "{name} is not linked");
        let known = |(example, _): &(&str, u16)| {
            name == format!("{example}-request.xml") || name == format!("{example}-answer.xml")
        };
        assert!(EXAMPLES.iter().any(known), "{name} is not tested");
    }
}

/// The message with a line for each element.
fn indented(message: &str) -> String {
    let mut lines = String::new();
    let (mut depth, mut opened) = (0_usize, false);
    for part in message.split('<').skip(1) {
        let closes = part.starts_with('/');
        depth -= usize::from(closes);
        if !(lines.is_empty() || closes && opened) {
            lines.push('\n');
            lines.push_str(&"  ".repeat(depth));
        }
        lines.push('<');
        lines.push_str(part.trim_end_matches('\n'));
        opened = !closes && !part.starts_with('?');
        depth += usize::from(opened);
    }
    lines.push('\n');
    lines
}
