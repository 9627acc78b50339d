//! The attack catalogue: what is refused, and with which refusal. Every message here is one that is valid but for the
//! attack.

mod algorithms;
mod assertion;
mod content;
mod coverage;
mod document;
mod key_info;
pub(crate) mod lab;
pub(crate) mod random;
mod replay;
mod time;
mod token;
mod vouching;
mod wrapping;

use crate::scene::Service;

/// One attack.
struct Case {
    name: &'static str,
    message: String,
    /// How the refusal begins, as `Debug` writes it.
    expected: &'static str,
}

fn case(name: &'static str, message: String, expected: &'static str) -> Case {
    Case { name, message, expected }
}

/// Each attack is refused as expected, and tells the caller nothing beyond the code.
fn assert_refused(service: &Service, cases: Vec<Case>) {
    let mut wrong = Vec::new();
    for Case { name, message, expected } in cases {
        match service.verify(&message) {
            Ok(_) => wrong.push(format!("{name}: is taken")),
            Err(refusal) => {
                let said = format!("{refusal:?}");
                if !said.starts_with(expected) {
                    wrong.push(format!("{name}: {said} is not {expected}"));
                }
                assert!(!refusal.to_string().contains('\n'), "{name}: {refusal}");
                assert!(refusal.to_string().len() < 700, "{name}: {refusal}");
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
