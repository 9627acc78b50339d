//! Messages as honest clients send them.

use wss::sign::{KeyReference, Outgoing};
use wss::{Policy, Refusal, Signer, Trust};

use crate::attack::lab;
use crate::pki::{AUTHORITY, CALLER, OTHER, Secret, Wish, authority, signing, signing_sha1};
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
fn a_certificate_that_is_kept_is_found_by_what_a_message_calls_it() {
    let certificate = caller();
    let service = Service::new(Policy::VAR_C);
    for reference in
        [KeyReference::IssuerSerial, KeyReference::SubjectKeyIdentifier, KeyReference::Thumbprint]
    {
        let outgoing = Outgoing { reference, ..outgoing(CONTENT) };
        let (message, _) = outgoing.sign(&caller_key()).expect("signs");
        let Err(Refusal::TokenUnavailable { handle: Some(handle), .. }) = service.verify(&message)
        else {
            panic!("{reference:?} is not kept");
        };
        assert!(certificate.handles().contains(&handle), "{reference:?}");
        let verified = service.verify_with(&message, std::slice::from_ref(&certificate));
        let verified = verified.expect("is valid");
        assert!(matches!(verified.signer, Signer::Certificate(signer) if signer == certificate));
    }
}

#[test]
fn a_certificate_that_is_kept_is_not_thereby_trusted() {
    let stranger = Wish::default().self_signed(&OTHER);
    let outgoing = Outgoing { reference: KeyReference::SubjectKeyIdentifier, ..outgoing(CONTENT) };
    let (message, _) = outgoing.sign(&signing(&OTHER, stranger.clone())).expect("signs");
    let refused = Service::new(Policy::VAR_C).verify_with(&message, &[stranger]);
    assert!(matches!(refused, Err(Refusal::UntrustedCertificate { .. })), "{refused:?}");
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

#[test]
fn a_path_of_certificates_leads_to_the_authority() {
    let middle = Wish { subject: "Intermediate", serial: 2, ..authority() };
    let sent = middle.issued(&OTHER, &authority(), &AUTHORITY);
    let leaf = Wish::default().issued(&CALLER, &middle, &OTHER);
    let (message, _) = outgoing(CONTENT).sign(&signing(&CALLER, leaf.clone())).expect("signs");
    let path = [sent.der(), leaf.der()].concat();
    let length = u16::try_from(path.len()).expect("is short").to_be_bytes();
    let path = [&[0x30, 0x82], length.as_slice(), &path].concat();
    let old = lab::between(&message, "<wsse:BinarySecurityToken ", "</wsse:BinarySecurityToken>");
    let new = old
        .replace("#X509v3", "#X509PKIPathv1")
        .replace(&lab::base64(leaf.der()), &lab::base64(&path));
    let message = lab::redigested(&message.replacen(old, &new, 1), "Token", &new, &CALLER);
    let verified = Service::new(Policy::VAR_C).verify(&message).expect("is valid");
    assert!(matches!(verified.signer, Signer::Certificate(signer) if signer == leaf));
}

#[test]
fn ids_without_a_namespace_are_taken_on_body_and_timestamp() {
    // As node-soap writes them, with the enveloped transform on everything.
    let enveloped = "<ds:Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"></ds:Transform>";
    let mut message = lab::valid();
    for (id, element) in [("Body", "S:Body"), ("Timestamp", "wsu:Timestamp")] {
        let old = lab::between(&message, &format!("<{element} "), ">").to_owned();
        let new = lab::edit(&old, &format!(" wsu:Id=\"{id}\""), "").replacen(
            '>',
            &format!(" Id=\"{id}\">"),
            1,
        );
        // In canonical form, a declaration that is not used goes.
        let new = if id == "Body" {
            new.replace(lab::between(&new, " xmlns:wsu=", "xsd\""), "")
        } else {
            new
        };
        message = message.replacen(&old, &new, 1);
        let whole =
            lab::between(&message, &format!("<{element} "), &format!("</{element}>")).to_owned();
        message = lab::redigested(&message, id, &whole, &CALLER);
    }
    let message = lab::resigned(&message, &CALLER, |info| {
        info.replace("<ds:Transforms>", &format!("<ds:Transforms>{enveloped}"))
    });
    Service::new(Policy::VAR_C).verify(&message).expect("is valid");
}

#[test]
fn prefixes_on_the_list_are_signed_where_they_are_declared() {
    let prefixed = "<ds:Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"><ec:InclusiveNamespaces \
                    xmlns:ec=\"http://www.w3.org/2001/10/xml-exc-c14n#\" PrefixList=\"x #default\"></ec:InclusiveNamespaces>\
                    </ds:Transform>";
    let message = lab::valid();
    let body = lab::between(&message, "<S:Body ", "</S:Body>").to_owned();
    let message = lab::edit(
        &message,
        "<S:Envelope ",
        "<S:Envelope xmlns=\"urn:d\" xmlns:x=\"urn:x\" xmlns:y=\"urn:y\" ",
    );
    let message = lab::resigned(&message, &CALLER, |info| {
        let old = lab::reference(info, "Body").to_owned();
        let transform = lab::between(&old, "<ds:Transform ", "</ds:Transform>").to_owned();
        lab::edit(info, &old, &lab::edit(&old, &transform, prefixed))
    });
    let canonical = body.replacen("<S:Body ", "<S:Body xmlns=\"urn:d\" ", 1).replacen(
        " wsu:Id",
        " xmlns:x=\"urn:x\" wsu:Id",
        1,
    );
    let message = lab::redigested(&message, "Body", &canonical, &CALLER);
    let service = Service::new(Policy::VAR_C);
    assert_eq!(service.verify(&message).expect("is valid").body(), canonical);
    assert!(service.verify(&message.replace("urn:y", "urn:z")).is_ok());
    assert!(service.verify(&message.replace("urn:x", "urn:z")).is_err());
    assert!(service.verify(&message.replace("urn:d", "urn:z")).is_err());
}

#[test]
fn header_blocks_are_told_with_what_must_be_understood() {
    let message = lab::edited(
        "</S:Header>",
        "<a:To xmlns:a=\"urn:a\" S:mustUnderstand=\"1\"/><b S:mustUnderstand=\"1\" S:actor=\"urn:other\"/></S:Header>",
    );
    let verified = Service::new(Policy::VAR_C).verify(&message).expect("is valid");
    let told: Vec<_> = verified
        .headers
        .iter()
        .map(|block| (&*block.namespace, &*block.name, block.must_understand, block.signed))
        .collect();
    assert_eq!(told, [("urn:a", "To", true, false), ("", "b", false, false)]);
}

#[test]
fn any_message_becomes_canonical_before_it_is_signed() {
    let loose = "<?xml version='1.0'?><e:Envelope xmlns:e='http://schemas.xmlsoap.org/soap/envelope/' xmlns:p='urn:example'>\n\
                 <e:Body><p:Hello  b='2'\ta='1'/><p:More><![CDATA[<&>]]></p:More></e:Body></e:Envelope>";
    let content = wss::sign::canonical_content(loose).expect("is SOAP");
    let (message, _) = outgoing(&content).sign(&caller_key()).expect("signs");
    let verified = Service::new(Policy::VAR_C).verify(&message).expect("is valid");
    assert!(verified.body().contains(
        "<p:Hello xmlns:p=\"urn:example\" a=\"1\" b=\"2\"></p:Hello><p:More xmlns:p=\"urn:example\">&lt;&amp;&gt;</p:More>"
    ));
}
