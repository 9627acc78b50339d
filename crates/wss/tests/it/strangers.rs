//! Messages that libxmlsec1 and zeep have signed, and what they say to ours.
//!
//! `PRESENCE_TEST_PYTHON` names an interpreter with zeep and xmlsec, without which these tests are skipped, or fail under
//! `PRESENCE_TEST_STRICT=1`.

use std::env;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use wss::sign::Outgoing;
use wss::{Certificate, Policy, Refusal};

use crate::attack::lab::base64;
use crate::federation::{Said, issuer_certificate, issuer_key};
use crate::pki::CALLER;
use crate::scene::{CONTENT, Service, caller, caller_key, outgoing};

fn pem(label: &str, der: &[u8]) -> String {
    let text = base64(der);
    let lines: Vec<_> = text.as_bytes().chunks(64).map(String::from_utf8_lossy).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}

/// What the peer answers to members of a JSON object; `None` when there is no peer.
#[expect(clippy::print_stdout, reason = "says what is skipped")]
fn ask(members: &[(&str, &str)]) -> Option<String> {
    let Some(python) = env::var_os("PRESENCE_TEST_PYTHON").filter(|path| !path.is_empty()) else {
        println!("skipped: PRESENCE_TEST_PYTHON names no interpreter with zeep and xmlsec");
        assert_ne!(
            env::var("PRESENCE_TEST_STRICT").as_deref(),
            Ok("1"),
            "PRESENCE_TEST_PYTHON is required"
        );
        return None;
    };
    let members: Vec<_> =
        members.iter().map(|(name, value)| format!("{name:?}: {value}")).collect();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/judge/peer.py");
    let mut command = Command::new(python);
    let mut peer =
        command.arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("starts");
    let question = format!("{{{}}}", members.join(", "));
    peer.stdin.take().expect("is piped").write_all(question.as_bytes()).expect("reads");
    let answer = peer.wait_with_output().expect("answers");
    assert!(answer.status.success(), "the peer failed");
    Some(String::from_utf8(answer.stdout).expect("is UTF-8"))
}

/// A text in JSON.
fn json(text: &str) -> String {
    let mut out = "\"".to_owned();
    for character in text.chars() {
        match character {
            '"' | '\\' => out.extend(['\\', character]),
            '\n' => out.push_str("\\n"),
            _ => out.push(character),
        }
    }
    out + "\""
}

fn signed(by: &str, sha1: bool, enveloped: bool) -> Option<String> {
    ask(&[
        ("do", &json(by)),
        ("key", &json(&pem("PRIVATE KEY", &CALLER.pkcs8))),
        ("certificate", &json(&pem("CERTIFICATE", caller().der()))),
        ("created", &json("2026-11-25T08:00:00Z")),
        ("expires", &json("2026-11-25T08:05:00Z")),
        ("sha1", if sha1 { "true" } else { "false" }),
        ("enveloped", if enveloped { "true" } else { "false" }),
    ])
}

#[test]
fn what_libxmlsec1_has_signed_is_verified() {
    for (policy, sha1) in [(Policy::VAR_C, false), (Policy::VAR_A.permitting_sha1(), true)] {
        for enveloped in [false, true] {
            let Some(message) = signed("xmlsec", sha1, enveloped) else { return };
            let verified = match Service::new(policy).verify(&message) {
                Ok(verified) => verified,
                Err(refusal) => panic!("{policy:?}: {refusal}\n{message}"),
            };
            let body = verified.body();
            assert!(
                body.contains(
                    "<ns0:Hello xmlns:ns0=\"urn:example\" a=\"1\" b=\"2\">a &lt; b \u{20ac}"
                ),
                "{body}"
            );
            assert!(!body.contains("gone"), "{body}");
        }
    }
}

#[test]
fn zeep_alone_does_not_sign_its_token() {
    let Some(message) = signed("zeep", false, false) else { return };
    let refusal =
        Service::new(Policy::VAR_C).verify(&message).expect_err("the policy asks for more");
    assert_eq!(refusal, Refusal::NotSigned { part: "the token" }, "{message}");
}

#[test]
fn libxmlsec1_verifies_what_we_have_signed() {
    let verify = |message: &str, certificate: &Certificate| {
        ask(&[
            ("do", &json("verify")),
            ("message", &json(message)),
            ("certificate", &json(&pem("CERTIFICATE", certificate.der()))),
            ("issuer", &json(&pem("CERTIFICATE", issuer_certificate().der()))),
        ])
    };
    let confirmed = Outgoing { confirmations: &[vec![1; 256]], ..outgoing(CONTENT) };
    let (message, _) = confirmed.sign(&caller_key()).expect("signs");
    let Some(said) = verify(&message, &caller()) else { return };
    assert_eq!(said.trim(), "valid: 1");
    let said = verify(&message.replace("a &lt; b", "a"), &caller()).expect("answers");
    assert!(said.starts_with("not valid"), "{said}");
    // An assertion in the Body of an answer, as the token service sends it.
    let assertion = Said::default().issued(&issuer_key());
    let (message, _) = outgoing(&assertion).sign(&caller_key()).expect("signs");
    assert_eq!(verify(&message, &caller()).expect("answers").trim(), "valid: 2");
}
