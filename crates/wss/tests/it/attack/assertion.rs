use jiff::{SignedDuration, Timestamp};
use wss::Policy;

use super::lab::{between, edit, redigested, reference, resigned};
use super::{assert_refused, case};
use crate::federation::{Said, held, issuer_key, service, valid, vouching};
use crate::pki::{CALLER, OTHER, SERVICE, Wish, signing};
use crate::scene::{caller_key, now};

/// The caller's message with an assertion that the token service issued.
fn saying(said: &Said) -> String {
    held(&said.issued(&issuer_key()), &caller_key())
}

/// The same with an assertion that was changed after it was issued: the caller signs it as it is.
fn forged(from: &str, to: &str) -> String {
    held(&edit(&Said::default().issued(&issuer_key()), from, to), &caller_key())
}

/// The same with an assertion that the token service itself would not issue, but has signed.
fn misissued(change: impl Fn(&str) -> String) -> String {
    let assertion = change(&Said::default().issued(&issuer_key()));
    let signature = between(&assertion, "<ds:Signature ", "</ds:Signature>").to_owned();
    let assertion = redigested(&assertion, "_1", &assertion.replace(&signature, ""), &SERVICE);
    held(&assertion, &caller_key())
}

#[test]
fn what_the_token_service_has_not_said_is_refused() {
    let other = signing(&OTHER, Wish::default().self_signed(&OTHER));
    let of_caller = Said::default().issued(&caller_key());
    let digest = "DigestMismatch { uri: \"#_1\"";
    let wrapped = {
        let good = Said::default().issued(&issuer_key());
        let signature = between(&good, "<ds:Signature ", "</ds:Signature>").to_owned();
        let evil = edit(
            &good,
            &signature,
            &format!("<saml:Advice>{}</saml:Advice>{signature}", good.replace(&signature, "")),
        )
        .replacen("AssertionID=\"_1\"", "AssertionID=\"_2\"", 1)
        .replacen("123456", "654321", 1);
        held(&evil, &caller_key()).replace(">_1</wsse:KeyIdentifier>", ">_2</wsse:KeyIdentifier>")
    };
    assert_refused(
        &service(Policy::VAR_D),
        vec![
            case(
                "no signature",
                held(&Said::default().unsigned(), &caller_key()),
                "AssertionForged",
            ),
            case("the caller's signature", held(&of_caller, &caller_key()), "AssertionForged"),
            case(
                "a stranger's signature",
                held(&Said::default().issued(&other), &caller_key()),
                "AssertionForged",
            ),
            case(
                "a stranger's assertion",
                saying(&Said { issuer: "urn:example:other", ..Said::default() }),
                "UntrustedIssuer",
            ),
            case("another number", forged("123456", "654321"), digest),
            case("a longer life", forged("08:30:00.000Z", "09:30:00.000Z"), digest),
            case(
                "another attribute",
                forged(
                    "</saml:AttributeStatement>",
                    "<saml:Attribute AttributeName=\"a\" AttributeNamespace=\"b\"></saml:Attribute></saml:AttributeStatement>",
                ),
                digest,
            ),
            case(
                "a comment in a value",
                forged("123456", "123<!-- -->456"),
                "DividedText { element: \"AttributeValue\"",
            ),
            case(
                "an instruction in a value",
                forged("123456", "123<?a b?>456"),
                "DividedText { element: \"AttributeValue\"",
            ),
            case(
                "an element in a value",
                forged("123456", "<a>123456</a>"),
                "DividedText { element: \"AttributeValue\"",
            ),
            case(
                "wrapped in Advice",
                wrapped,
                "MalformedAssertion { what: \"its signature does not refer",
            ),
        ],
    );
}

#[test]
fn an_assertion_is_of_use_to_who_holds_its_key_and_while_it_is_valid() {
    let stolen = held(
        &Said::default().issued(&issuer_key()),
        &signing(&OTHER, Wish::default().self_signed(&OTHER)),
    );
    let old_key = Said {
        holder: Some(Wish { until: (2026, 11, 1), ..Wish::default() }.self_signed(&CALLER)),
        ..Said::default()
    };
    assert_refused(
        &service(Policy::VAR_D),
        vec![
            case("a stolen one", stolen, "SignatureMismatch"),
            case(
                "an expired one",
                saying(&Said { from: -3600, until: -301, ..Said::default() }),
                "AssertionExpired",
            ),
            case(
                "one of tomorrow",
                saying(&Said { from: 301, ..Said::default() }),
                "AssertionNotYetValid",
            ),
            case(
                "one for another service",
                saying(&Said { audiences: vec!["urn:example:wrong"], ..Said::default() }),
                "WrongAudience",
            ),
            case(
                "one for everybody",
                saying(&Said { audiences: vec![], ..Said::default() }),
                "MalformedAssertion { what: \"its Conditions have no Audience",
            ),
            case("one of an expired certificate", saying(&old_key), "CertificateExpired"),
            case("one to be vouched for", saying(&Said::vouched()), "WrongConfirmation"),
            case(
                "one that is vouched for",
                vouching(&Said::default().issued(&issuer_key()), &caller_key()),
                "KeyReferenceNotAllowed",
            ),
        ],
    );
}

#[test]
fn what_the_token_service_would_never_say_is_refused_even_so() {
    let conditions = "</saml:Conditions>";
    let malformed = "MalformedAssertion";
    let key_info = |assertion: &str| between(assertion, "<ds:KeyInfo ", "</ds:KeyInfo>").to_owned();
    assert_refused(
        &service(Policy::VAR_D),
        vec![
            case(
                "for ever",
                misissued(|it| edit(it, " NotOnOrAfter=\"2026-11-25T08:30:00.000Z\"", "")),
                malformed,
            ),
            case(
                "since ever",
                misissued(|it| edit(it, " NotBefore=\"2026-11-25T08:00:00.000Z\"", "")),
                malformed,
            ),
            case(
                "an unknown condition",
                misissued(|it| {
                    edit(it, conditions, "<saml:Condition></saml:Condition></saml:Conditions>")
                }),
                malformed,
            ),
            case(
                "SAML 2",
                misissued(|it| edit(it, "MajorVersion=\"1\"", "MajorVersion=\"2\"")),
                malformed,
            ),
            case("no version", misissued(|it| edit(it, " MinorVersion=\"1\"", "")), malformed),
            case(
                "an attribute twice",
                misissued(|it| {
                    let attribute = between(it, "<saml:Attribute ", "</saml:Attribute>").to_owned();
                    edit(it, &attribute, &attribute.repeat(2))
                }),
                malformed,
            ),
            case("no key", misissued(|it| it.replace(&key_info(it), "")), malformed),
            case(
                "a key name",
                misissued(|it| {
                    it.replace(&key_info(it), "<ds:KeyInfo xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"><ds:KeyName>a</ds:KeyName></ds:KeyInfo>")
                }),
                malformed,
            ),
            case(
                "two keys",
                misissued(|it| {
                    let other = super::lab::base64(Wish::default().self_signed(&OTHER).der());
                    let old = between(it, "<ds:X509Certificate>", "</ds:X509Certificate>");
                    it.replacen(
                        old,
                        &format!("<ds:X509Certificate>{other}</ds:X509Certificate>"),
                        1,
                    )
                }),
                malformed,
            ),
            case(
                "two subjects",
                misissued(|it| it.replacen("Caller &amp; Co", "Other", 1)),
                malformed,
            ),
            case(
                "two methods",
                misissued(|it| {
                    let method =
                        between(it, "<saml:ConfirmationMethod>", "</saml:ConfirmationMethod>")
                            .to_owned();
                    it.replacen(&method, &method.repeat(2), 1)
                }),
                malformed,
            ),
            case(
                "a bearer's",
                misissued(|it| it.replace("cm:holder-of-key", "cm:bearer")),
                "WrongConfirmation",
            ),
        ],
    );
}

#[test]
fn the_signature_of_an_assertion_is_over_itself_and_nothing_else() {
    let good = Said::default().issued(&issuer_key());
    let enveloped = "<ds:Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"></ds:Transform>";
    let signed =
        |change: &dyn Fn(&str) -> String| held(&resigned(&good, &SERVICE, change), &caller_key());
    assert_refused(
        &service(Policy::VAR_D),
        vec![
            case(
                "over something else",
                signed(&|info| edit(info, "URI=\"#_1\"", "URI=\"#Body\"")),
                "MalformedAssertion",
            ),
            case(
                "over everything",
                signed(&|info| edit(info, "URI=\"#_1\"", "URI=\"\"")),
                "ExternalReference",
            ),
            case("not enveloped", signed(&|info| edit(info, enveloped, "")), "MalformedAssertion"),
            case(
                "twice",
                signed(&|info| {
                    let old = reference(info, "_1");
                    info.replace(old, &old.repeat(2))
                }),
                "MalformedAssertion { what: \"its signature has not exactly one",
            ),
            case(
                "over nothing",
                signed(&|info| info.replace(reference(info, "_1"), "")),
                "MalformedAssertion",
            ),
            case(
                "with SHA-1",
                signed(&|info| info.replace("2001/04/xmlenc#sha256", "2000/09/xmldsig#sha1")),
                "UnsupportedAlgorithm",
            ),
        ],
    );
}

#[test]
fn an_assertion_is_one_signed_whole_and_found_by_its_id_alone() {
    let message = valid();
    let assertion = between(&message, "<saml:Assertion ", "</saml:Assertion>").to_owned();
    let unprotected =
        resigned(&message, &CALLER, |info| info.replace(reference(info, "KeyReference"), ""));
    assert_refused(
        &service(Policy::VAR_D),
        vec![
            case("not signed by the caller", unprotected, "NotSigned { part: \"the token\""),
            case(
                "two",
                edit(
                    &message,
                    &assertion,
                    &format!("{assertion}{}", assertion.replace("\"_1\"", "\"_2\"")),
                ),
                "Several { element: \"saml:Assertion\"",
            ),
            case(
                "its id twice",
                edit(&message, "</S:Header>", "<w AssertionID=\"_1\"/></S:Header>"),
                "DuplicateId { id: \"_1\"",
            ),
            case(
                "elsewhere",
                edit(
                    &edit(&message, &assertion, ""),
                    "</S:Header>",
                    &format!("{assertion}</S:Header>"),
                ),
                "TokenUnavailable { reference: \"SAML assertion id\"",
            ),
        ],
    );
}

#[test]
fn keys_of_the_token_service_overlap_and_end() {
    let good = valid();
    let later = |seconds| Some(now() + SignedDuration::from_secs(seconds));
    let with = |from: Option<Timestamp>, until: Option<Timestamp>| {
        let mut service = service(Policy::VAR_D);
        service.issuers.keys[0].from = from;
        service.issuers.keys[0].until = until;
        service
    };
    assert!(with(later(-1), later(1)).verify(&good).is_ok());
    assert_refused(
        &with(later(1), None),
        vec![case("a key of tomorrow", good.clone(), "AssertionForged")],
    );
    assert_refused(
        &with(None, later(-1)),
        vec![case("a key of yesterday", good.clone(), "AssertionForged")],
    );
    let mut service = service(Policy::VAR_D);
    let new = Wish { subject: "Token service", ..Wish::default() }.self_signed(&OTHER);
    service.issuers.keys.insert(0, wss::saml::IssuerKey::new(new));
    assert!(service.verify(&good).is_ok(), "the old key is taken beside the new one");
    service.issuers.keys.pop();
    assert_refused(&service, vec![case("a key that was taken away", good, "AssertionForged")]);
}
