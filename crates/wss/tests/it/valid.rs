//! Messages as honest clients send them.

use wss::sign::{KeyReference, Outgoing};
use wss::{Policy, Signer, Trust};

use crate::pki::{AUTHORITY, CALLER, Secret, Wish, authority, signing, signing_sha1};
use crate::scene::{CONTENT, Service, caller, caller_key, outgoing};

#[test]
fn a_certificate_of_a_trusted_authority_signs_with_every_kind_of_key() {
    let service = Service::new(Policy::VAR_C);
    let (p256, p384) = (Secret::p256(), Secret::p384());
    for key in [&*CALLER, &p256, &p384] {
        let certificate = Wish::default().issued(key, &authority(), &AUTHORITY);
        let key = signing(key, certificate.clone());
        let (message, value) = outgoing(CONTENT).sign(&key).expect("signs");
        let verified = service.verify(&message).expect("is valid");
        assert!(verified.body().contains(CONTENT), "{}", verified.body());
        assert_eq!(verified.signature_value, value);
        assert!(matches!(verified.signer, Signer::Certificate(signer) if signer == certificate));
    }
}

#[test]
fn every_form_of_reference_is_followed() {
    let certificate = caller();
    for reference in [
        KeyReference::Direct,
        KeyReference::IssuerSerial,
        KeyReference::SubjectKeyIdentifier,
        KeyReference::Thumbprint,
    ] {
        for (policy, key) in [
            (Policy::VAR_C, signing(&CALLER, certificate.clone())),
            (Policy::VAR_A.permitting_sha1(), signing_sha1(&CALLER, certificate.clone())),
        ] {
            let mut service = Service::new(policy);
            service.trust = Trust::new();
            service.trust.add_known(certificate.clone());
            let outgoing = Outgoing { reference, ..outgoing(CONTENT) };
            let (message, _) = outgoing.sign(&key).expect("signs");
            if let Err(refusal) = service.verify(&message) {
                panic!("{reference:?}: {refusal}\n{message}");
            }
        }
    }
}

#[test]
fn what_is_handed_on_stands_on_its_line_and_holds_the_body_alone() {
    let (message, _) = outgoing(CONTENT).sign(&caller_key()).expect("signs");
    let message =
        message.replace("<S:Header>", "<S:Header>\n\n").replace("</S:Header>", "\n</S:Header>");
    let verified = Service::new(Policy::VAR_C).verify(&message).expect("is valid");
    assert!(verified.message().ends_with(&format!("{}</S:Envelope>", verified.body())));
    assert_eq!(verified.message().matches('\n').count(), 3);
    assert!(!verified.message().contains("Security>"));
    assert!(!format!("{verified:?}").contains("Hello"));
}
