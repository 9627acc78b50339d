//! The fuzz targets on a stable compiler: every seed of the corpus, and what a seeded loop makes of it.
//!
//! The corpus is what these tests sign. With `PRESENCE_WRITE_CORPUS=1` it is written anew.

use std::path::{Path, PathBuf};
use std::{env, fs};

use fastrand::Rng;

use crate::attack::lab;
use crate::attack::random::changed;
use crate::exchange::REQUEST;
use crate::federation::{self, Said, issuer_certificate, vouching};
use crate::pki::{CALLER, signing_sha1};
use crate::scene::{CONTENT, caller, caller_key, outgoing};

#[expect(unreachable_pub, reason = "the fuzz crate exports them")]
#[path = "../../../../fuzz/src/security.rs"]
mod forms;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz")
}

/// The seeds, by the name of their file.
fn seeds() -> Vec<(&'static str, Vec<u8>)> {
    let sha1 = signing_sha1(&CALLER, caller());
    let signed = |key| outgoing(CONTENT).sign(key).expect("signs").0;
    let request = outgoing(REQUEST).sign(&caller_key()).expect("signs").0;
    vec![
        ("issuer.der", issuer_certificate().der().to_vec()),
        ("corpus/certificate/caller.der", caller().der().to_vec()),
        ("corpus/certificate/issuer.der", issuer_certificate().der().to_vec()),
        ("corpus/verify/x509.xml", lab::valid().into_bytes()),
        ("corpus/verify/sha1.xml", signed(&sha1).into_bytes()),
        ("corpus/verify/holder-of-key.xml", federation::valid().into_bytes()),
        (
            "corpus/verify/sender-vouches.xml",
            vouching(&Said::vouched().unsigned(), &caller_key()).into_bytes(),
        ),
        ("corpus/verify/token-request.xml", request.into_bytes()),
    ]
}

#[test]
fn the_corpus_is_what_these_tests_sign() {
    for (name, bytes) in seeds() {
        let path = folder().join(name);
        if env::var("PRESENCE_WRITE_CORPUS").as_deref() == Ok("1") {
            fs::write(&path, &bytes).expect("can be written");
        }
        let found = fs::read(&path).expect("is there");
        assert!(found == bytes, "{name} is another: write the corpus anew");
    }
}

#[test]
fn verification_holds_for_what_becomes_of_the_corpus() {
    for (name, bytes) in seeds().into_iter().filter(|(name, _)| name.starts_with("corpus/verify")) {
        let text = String::from_utf8(bytes).expect("is UTF-8");
        forms::verify_message(text.as_bytes());
        for seed in 0..300 {
            let mut rng = Rng::with_seed(seed);
            let mut other = text.clone();
            for _ in 0..rng.usize(1..6) {
                other = changed(&mut rng, &other);
            }
            println!("{name}, seed {seed}");
            forms::verify_message(other.as_bytes());
        }
    }
}

#[test]
fn certificates_hold_for_what_becomes_of_the_corpus() {
    let certificate = caller();
    for seed in 0..5_000 {
        let mut rng = Rng::with_seed(seed);
        let mut bytes = certificate.der().to_vec();
        for _ in 0..rng.usize(1..4) {
            let at = rng.usize(..bytes.len());
            bytes[at] = rng.u8(..);
        }
        bytes.truncate(rng.usize(bytes.len() / 2..bytes.len() * 2));
        println!("seed {seed}");
        forms::certificate(&bytes);
    }
}
