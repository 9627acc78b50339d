//! Our canonical form against that of libxml2.
//!
//! `PRESENCE_TEST_PYTHON` names an interpreter with lxml, without which the comparison is skipped, or fails under
//! `PRESENCE_TEST_STRICT=1`. `PRESENCE_C14N_DOCUMENTS` (4 000) and `PRESENCE_C14N_SEED` (1) choose the campaign.

use std::env;
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use fastrand::Rng;

use super::random::document;
use super::{Canonicalization, canonicalize};
use crate::prepass::line_ends;
use crate::verify::parse;

fn canonical(text: &str, index: usize, prefixes: &[&str]) -> String {
    let text = line_ends(text);
    let document = parse(&text).expect("is XML");
    let apex = document.descendants().filter(roxmltree::Node::is_element).nth(index);
    let prefixes =
        prefixes.iter().map(|prefix| if *prefix == "#default" { "" } else { *prefix }).collect();
    let mut out = Vec::new();
    let how = Canonicalization { prefixes, ..Canonicalization::default() };
    canonicalize(apex.expect("is there"), &how, &mut out).expect("in proportion");
    String::from_utf8(out).expect("is UTF-8")
}

#[test]
fn the_form_is_that_of_the_recommendation() {
    for (text, index, prefixes, expected) in [
        ("<a/>", 0, &[][..], "<a></a>"),
        ("<?p?><!-- c --><a  b='1'\n a=\"2\"/><!-- c -->", 0, &[], "<a a=\"2\" b=\"1\"></a>"),
        (
            "<a xmlns='urn:a' xmlns:b='urn:b'><c b:d=''/></a>",
            1,
            &[],
            "<c xmlns=\"urn:a\" xmlns:b=\"urn:b\" b:d=\"\"></c>",
        ),
        (
            "<a xmlns='urn:a'><b xmlns=''><c/></b></a>",
            0,
            &[],
            "<a xmlns=\"urn:a\"><b xmlns=\"\"><c></c></b></a>",
        ),
        ("<a xmlns:b='urn:b' xmlns:c='urn:c'/>", 0, &["c"], "<a xmlns:c=\"urn:c\"></a>"),
        (
            "<a xmlns='urn:a'><b:b xmlns:b='urn:b'/></a>",
            1,
            &["#default"],
            "<b:b xmlns=\"urn:a\" xmlns:b=\"urn:b\"></b:b>",
        ),
        (
            "<b:a xmlns:b='urn:b'><b:a xmlns:b='urn:b'/></b:a>",
            0,
            &[],
            "<b:a xmlns:b=\"urn:b\"><b:a></b:a></b:a>",
        ),
        ("<a>&amp;&lt;&gt;&quot;&apos;&#13;\r\n\t</a>", 0, &[], "<a>&amp;&lt;&gt;\"'&#xD;\n\t</a>"),
        (
            "<a b='&amp;&lt;&gt;&quot;&apos;&#13;&#10;&#9; '/>",
            0,
            &[],
            "<a b=\"&amp;&lt;>&quot;'&#xD;&#xA;&#x9; \"></a>",
        ),
        ("<a><![CDATA[<&>]]><!-- c --><?p  q ?></a>", 0, &[], "<a>&lt;&amp;&gt;<?p q ?></a>"),
        (
            "<a xml:lang='nl' xmlns:z='urn:0' z:b='' b=''/>",
            0,
            &[],
            "<a xmlns:z=\"urn:0\" b=\"\" xml:lang=\"nl\" z:b=\"\"></a>",
        ),
    ] {
        assert_eq!(canonical(text, index, prefixes), expected, "{text}");
    }
}

#[test]
fn a_name_may_be_longer_than_16_bits_count() {
    let name = format!("{}\u{e9}", "n".repeat(65_534));
    let text = format!("<a {name}='1'/>");
    assert_eq!(canonical(&text, 0, &[]), format!("<a {name}=\"1\"></a>"));
}

#[test]
fn what_is_canonical_stays_as_it_is() {
    for seed in 0..1_000 {
        let (text, _) = document(&mut Rng::with_seed(seed));
        let once = canonical(&text, 0, &[]);
        assert_eq!(canonical(&once, 0, &[]), once, "seed {seed}: {text}");
    }
}

struct Judge(Child);

impl Judge {
    fn start() -> Option<Self> {
        let python = env::var_os("PRESENCE_TEST_PYTHON").filter(|path| !path.is_empty())?;
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/judge/c14n.py");
        let mut command = Command::new(python);
        command.arg(script).stdin(Stdio::piped()).stdout(Stdio::piped());
        Some(Self(command.spawn().expect("PRESENCE_TEST_PYTHON names an interpreter")))
    }

    fn canonical(&mut self, text: &str, index: usize, prefixes: &[&str]) -> String {
        let question = format!("{index}\0{}\0{text}", prefixes.join(" "));
        let input = self.0.stdin.as_mut().expect("is piped");
        let length = u32::try_from(question.len()).expect("is small").to_be_bytes();
        input
            .write_all(&length)
            .and_then(|()| input.write_all(question.as_bytes()))
            .expect("reads");
        input.flush().expect("reads");
        let output = self.0.stdout.as_mut().expect("is piped");
        let mut length = [0; 4];
        output.read_exact(&mut length).expect("answers");
        let mut answer = vec![0; usize::try_from(u32::from_be_bytes(length)).expect("fits")];
        output.read_exact(&mut answer).expect("answers");
        String::from_utf8(answer).expect("is UTF-8")
    }
}

impl Drop for Judge {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}

fn number(name: &str, default: u64) -> u64 {
    env::var(name).map_or(default, |text| text.parse().expect("a number"))
}

#[test]
fn libxml2_has_the_same_form() {
    let Some(mut judge) = Judge::start() else {
        println!("skipped: PRESENCE_TEST_PYTHON names no interpreter with lxml");
        assert_ne!(
            env::var("PRESENCE_TEST_STRICT").as_deref(),
            Ok("1"),
            "PRESENCE_TEST_PYTHON is required"
        );
        return;
    };
    let seed = number("PRESENCE_C14N_SEED", 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    for index in 0..number("PRESENCE_C14N_DOCUMENTS", 4_000) {
        let mut rng = Rng::with_seed(seed.wrapping_add(index));
        let (text, elements) = document(&mut rng);
        let apex = rng.usize(..elements);
        let prefixes: Vec<_> =
            ["#default", "a", "b", "c", "d"].into_iter().filter(|_| rng.u8(..3) == 0).collect();
        let ours = canonical(&text, apex, &prefixes);
        let theirs = judge.canonical(&text, apex, &prefixes);
        assert_eq!(ours, theirs, "document {index}, element {apex}, {prefixes:?}: {text}");
    }
}
