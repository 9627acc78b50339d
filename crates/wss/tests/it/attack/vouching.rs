use wss::{Policy, Refusal, Signer};

use super::lab::{edit, reference, resigned, valid};
use super::{assert_refused, case};
use crate::federation::{Said, issuer_key, service, vouching};
use crate::pki::{CALLER, OTHER, Wish, signing};
use crate::scene::caller_key;

#[test]
fn who_vouches_signs_what_they_vouch_for() {
    let good = vouching(&Said::vouched().unsigned(), &caller_key());
    let other = signing(&OTHER, Wish::default().self_signed(&OTHER));
    let uncovered =
        resigned(&good, &CALLER, |info| info.replace(reference(info, "VouchedReference"), ""));
    assert_refused(
        &service(Policy::VAR_B),
        vec![
            case("no assertion", valid(), "Missing { element: \"saml:Assertion\""),
            case(
                "an assertion that is not signed",
                uncovered,
                "NotSigned { part: \"the assertion\"",
            ),
            case(
                "another subject",
                edit(&good, "123456", "654321"),
                "DigestMismatch { uri: \"#VouchedReference\"",
            ),
            case(
                "a stranger's signature in it",
                vouching(&Said::vouched().issued(&other), &caller_key()),
                "AssertionForged",
            ),
            case(
                "an assertion of who holds a key",
                vouching(&Said::default().issued(&issuer_key()), &caller_key()),
                "WrongConfirmation",
            ),
            case(
                "an expired one",
                vouching(
                    &Said { from: -3600, until: -301, ..Said::vouched() }.unsigned(),
                    &caller_key(),
                ),
                "AssertionExpired",
            ),
            case(
                "one for another service",
                vouching(
                    &Said { audiences: vec!["urn:x"], ..Said::vouched() }.unsigned(),
                    &caller_key(),
                ),
                "WrongAudience",
            ),
            case(
                "a stranger who vouches",
                vouching(&Said::vouched().unsigned(), &other),
                "UntrustedCertificate",
            ),
        ],
    );
}

#[test]
fn not_everybody_with_a_certificate_may_vouch() {
    let verified =
        service(Policy::VAR_B).verify(&vouching(&Said::vouched().unsigned(), &caller_key()));
    let Ok(Signer::SenderVouches(vouched)) = verified.map(|verified| verified.signer) else {
        panic!("somebody vouches");
    };
    let refusal = vouched.clone().accept(|_| false).expect_err("may not");
    assert!(matches!(refusal, Refusal::UntrustedIntermediary { .. }));
    assert!(vouched.accept(|certificate| *certificate == crate::scene::caller()).is_ok());
}
