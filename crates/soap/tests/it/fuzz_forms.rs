//! The fuzz targets on a stable compiler: every seed of the corpus, and what a seeded loop makes of it.

use std::fs;
use std::path::{Path, PathBuf};

use fastrand::Rng;

use crate::differential::mutate;

#[expect(unreachable_pub, reason = "the fuzz crate exports them")]
#[path = "../../../../fuzz/src/forms.rs"]
mod forms;

/// The seeds of a target, in the order of their names.
fn corpus(target: &str) -> Vec<Vec<u8>> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(target);
    let mut paths: Vec<PathBuf> = fs::read_dir(directory)
        .expect("has a corpus")
        .map(|entry| entry.expect("is readable").path())
        .collect();
    paths.sort();
    assert!(!paths.is_empty(), "{target} has seeds");
    paths.iter().map(|path| fs::read(path).expect("is readable")).collect()
}

fn run(target: &str, rounds: u64, form: fn(&[u8])) {
    let seeds = corpus(target);
    for seed in &seeds {
        form(seed);
    }
    for round in 0..rounds {
        let mut rng = Rng::with_seed(round);
        let mut bytes = seeds[rng.usize(..seeds.len())].clone();
        for _ in 0..rng.usize(1..6) {
            mutate::bytes(&mut rng, &mut bytes);
        }
        form(&bytes);
    }
}

#[test]
fn decode_holds_for_what_becomes_of_the_corpus() {
    run("decode", 20_000, forms::decode);
}

#[test]
fn identifiers_hold_for_what_becomes_of_the_corpus() {
    run("inss", 5_000, forms::inss);
    run("enterprise_number", 5_000, forms::enterprise_number);
    run("limosa_id", 5_000, forms::limosa_id);
    run("works_reference", 5_000, forms::works_reference);
    run("client_reference", 5_000, forms::client_reference);
    run("foreign_vat", 5_000, forms::foreign_vat);
}

#[test]
fn files_of_registers_hold_for_what_becomes_of_the_corpus() {
    run("register_file", 5_000, forms::register_file);
    run("addresses", 2_000, forms::addresses);
    run("kbo_set", 500, forms::kbo_set);
}
