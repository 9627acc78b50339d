//! Prints how long a signed call of 200 registrations takes to verify: `cargo run --release -p wss --example verify_speed`.
//!
//! With `PRESENCE_TEST_PYTHON`, an interpreter with xmlsec, libxmlsec1 verifies the same message in the same run. The two
//! take turns, so that what else the machine does meets both.

#[path = "../tests/it/seeded.rs"]
mod seeded;

use std::hint::black_box;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rsa::pkcs8::EncodePrivateKey as _;
use wss::saml::Issuers;
use wss::sign::{Outgoing, SigningKey, canonical_content};
use wss::{Certificate, Context, Freshness, Policy, Trust, verify};

use seeded::rsa_key;

const ROUNDS: usize = 15;
const TIMES: u32 = 200;
const TURNS: usize = 3;

#[expect(clippy::print_stdout, reason = "what it is for")]
fn main() {
    let (authority, authority_key) = certificate(1, None);
    let (caller, caller_key) = certificate(2, Some(&authority_key));
    let mut trust = Trust::new();
    trust.add_authority(authority).expect("is an authority");
    let now: Timestamp = "2026-11-25T08:00:00Z".parse().expect("is a moment");
    let key = SigningKey::from_pkcs8(&caller_key, caller.clone()).expect("belong together");
    let loose = content();
    let envelope = format!(
        "<S:Envelope xmlns:S=\"{}\"><S:Body>{loose}</S:Body></S:Envelope>",
        wss::names::SOAP
    );
    let canonical = canonical_content(&envelope).expect("is SOAP");
    let outgoing = Outgoing::new(&canonical, now, now + SignedDuration::from_mins(5));
    let (message, _) = outgoing.sign(&key).expect("signs");
    // What was signed is the canonical form; what is sent is as the client writes it.
    let message = message.replace(&canonical, &loose);
    let issuers = Issuers::default();
    let context = Context {
        policy: Policy::VAR_C,
        trust: &trust,
        issuers: &issuers,
        kept: &[],
        freshness: Freshness::default(),
        actor: None,
        now,
    };
    println!("a signed call of 200 registrations, {} bytes, RSA 2048 with SHA-256", message.len());
    let sign = best(|| drop(black_box(outgoing.sign(&key).expect("signs"))));
    println!("signing a message: {sign:?}");
    for _ in 0..TURNS {
        let ours = best(|| drop(black_box(verify(&message, &context).expect("is valid"))));
        print!("verifying it, with chain, ids, coverage and time: {ours:?}");
        match theirs(&message, &caller) {
            Some(theirs) => println!(
                "; libxmlsec1, the signature alone: {theirs:?}; ratio {:.3}",
                ours.as_secs_f64() / theirs.as_secs_f64()
            ),
            None => println!("; PRESENCE_TEST_PYTHON names no interpreter with xmlsec"),
        }
    }
}

fn best(run: impl Fn()) -> Duration {
    let rounds = (0..ROUNDS).map(|_| {
        let start = Instant::now();
        for _ in 0..TIMES {
            run();
        }
        start.elapsed() / TIMES
    });
    rounds.min().expect("there are rounds")
}

fn theirs(message: &str, certificate: &Certificate) -> Option<Duration> {
    let python = std::env::var_os("PRESENCE_TEST_PYTHON")?;
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/judge/loop.py");
    let mut command = Command::new(python);
    let mut peer = command.arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().ok()?;
    let pem = pem(certificate.der());
    let question = [pem.as_bytes(), &[0], message.as_bytes()].concat();
    peer.stdin.take()?.write_all(&question).ok()?;
    let answer = String::from_utf8(peer.wait_with_output().ok()?.stdout).ok()?;
    answer.trim().parse().ok().map(Duration::from_nanos)
}

fn pem(der: &[u8]) -> String {
    use base64::Engine as _;
    let text = base64::engine::general_purpose::STANDARD.encode(der);
    let lines: Vec<_> = text.as_bytes().chunks(64).map(String::from_utf8_lossy).collect();
    format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join("\n"))
}

/// An RSA key with its certificate: an authority's own, or one that the authority with this key has issued.
fn certificate(seed: u64, authority: Option<&[u8]>) -> (Certificate, Vec<u8>) {
    let key = rsa_key(seed).to_pkcs8_der().expect("is RSA").as_bytes().to_vec();
    let pair = |key: &[u8]| {
        KeyPair::from_pkcs8_der_and_sign_algo(&key.into(), &rcgen::PKCS_RSA_SHA256).expect("reads")
    };
    let mut ca = CertificateParams::default();
    ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let made = match authority {
        None => ca.self_signed(&pair(&key)),
        Some(authority) => {
            let mut params = CertificateParams::default();
            params.distinguished_name.push(rcgen::DnType::CommonName, "Caller");
            params.signed_by(&pair(&key), &Issuer::from_params(&ca, pair(authority)))
        }
    };
    (Certificate::from_der(made.expect("can be made").der()).expect("is one"), key)
}

/// As zeep writes it: both prefixes declared once, at the top.
fn content() -> String {
    let item = "<ns0:PresenceRegistrationRequest><ns1:RegistrationDate>2026-11-25</ns1:RegistrationDate>\
                <ns1:INSS>00000000000</ns1:INSS><ns1:CompanyID>403199702</ns1:CompanyID>\
                <ns1:WorkPlaceId>1Y1003SQ5VSA1</ns1:WorkPlaceId>\
                <ns1:ClientPresenceRegistrationReference>REF-00000001</ns1:ClientPresenceRegistrationReference>\
                </ns0:PresenceRegistrationRequest>";
    format!(
        "<ns0:RegisterPresencesRequest xmlns:ns0=\"http://socialsecurity.be/presenceregistration/v1\" \
         xmlns:ns1=\"http://socialsecurity.be/presenceregistration/schemas/v1\">{}\
         </ns0:RegisterPresencesRequest>",
        item.repeat(200)
    )
}
