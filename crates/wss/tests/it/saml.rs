//! Assertions as a token service issues them, and what is read from them.

use wss::saml::NameIdentifier;
use wss::{Policy, Signer};

use crate::federation::{Said, held, issuer_key, service, valid, vouching};
use crate::pki::{CALLER, Secret, Wish, signing};
use crate::scene::caller_key;

#[test]
fn the_holder_of_the_key_is_who_the_assertion_says() {
    for policy in [Policy::VAR_D, Policy::HOLDER_OF_KEY, Policy::HOLDER_OF_KEY.permitting_sha1()] {
        let verified = service(policy).verify(&valid()).expect("is valid");
        let Signer::HolderOfKey { assertion, certificate, .. } = verified.signer else {
            panic!("holds a key");
        };
        assert_eq!(assertion.subject.value, "Caller & Co");
        let number = assertion.values("urn:example:attributes", "urn:be:smals:expeditor:number");
        assert_eq!(number.collect::<Vec<_>>(), ["123456"]);
        assert_eq!(certificate, Said::default().holder);
        assert!(!format!("{assertion:?}").contains("123456"));
    }
}

#[test]
fn a_holder_needs_no_certificate_of_a_trusted_authority() {
    for secret in [&*CALLER, &Secret::p256(), &Secret::p384()] {
        let own = Wish::default().self_signed(secret);
        let said = Said { holder: Some(own.clone()), ..Said::default() };
        let message = held(&said.issued(&issuer_key()), &signing(secret, own));
        service(Policy::VAR_D).verify(&message).expect("is valid");
    }
}

#[test]
fn texts_are_escaped_and_come_back_as_they_were() {
    let odd = "<a b=\"c\">&\r\n\t]]>\u{e9}\u{1F600}</a>";
    let odd = || odd.to_owned();
    let subject = NameIdentifier { format: Some(odd()), qualifier: Some(odd()), value: odd() };
    let mut said = Said { subject, ..Said::default() };
    said.attributes[0].name = odd();
    said.attributes[0].values = vec![odd(), String::new()];
    let message = held(&said.issued(&issuer_key()), &caller_key());
    let verified = service(Policy::VAR_D).verify(&message).expect("is valid");
    let Signer::HolderOfKey { assertion, .. } = verified.signer else { panic!("holds a key") };
    assert!(assertion.subject == said.subject);
    assert!(assertion.attributes == said.attributes);
}

#[test]
fn an_intermediary_vouches_with_or_without_a_signature_in_the_assertion() {
    for assertion in [
        Said::vouched().unsigned(),
        Said::vouched().issued(&issuer_key()),
        Said { issuer: "urn:example:intermediary", ..Said::vouched() }.issued(&caller_key()),
    ] {
        let verified = service(Policy::VAR_B).verify(&vouching(&assertion, &caller_key()));
        let Signer::SenderVouches(vouched) = verified.expect("is valid").signer else {
            panic!("somebody vouches");
        };
        let (_, assertion) = vouched.accept(|_| true).expect("may vouch");
        assert_eq!(assertion.subject.value, "Caller & Co");
    }
}

#[test]
fn an_assertion_is_issued_in_this_form() {
    insta::assert_snapshot!(Said::default().issued(&issuer_key()).replace("><", ">\n<"));
}
