//! Callers that sign, and attacks on what they sign, over real connections.

pub(crate) mod scene;

use jiff::SignedDuration;
use wss::sign::{KeyReference, Outgoing, SigningKey};

use crate::server::Server;
use crate::soap::register;
use scene::{LIFETIME, Scene, content, eventually, key, now, signed};

const VAR_A: &str = "/PresenceRegistration/v1/VarA";
const VAR_C: &str = "/PresenceRegistration/v1/VarC";
const VAR_D: &str = "/PresenceRegistration/v1/VarD";
const V1: &str = "/PresenceRegistration/v1";

/// How many registrations the service took.
fn registered(server: &Server) -> u32 {
    let page = server.get_inner("/metrics").text();
    let name = r#"presence_items_total{operation="registerPresences",result="accepted"} "#;
    let count = page.lines().find_map(|line| line.strip_prefix(name));
    count.map_or(0, |count| count.parse().expect("a count"))
}

#[test]
fn a_signed_call_is_answered_and_its_sender_recorded() {
    let scene = Scene::demonstration();
    let reply = scene.send(VAR_C, &signed(&scene.key("employer"), &register(2)));
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert_eq!(reply.element("SenderId").as_deref(), Some("employer"));
    assert_eq!(reply.element("SenderCompanyId").as_deref(), Some("100000169"));
}

#[test]
fn a_long_signed_call_is_answered_too() {
    let scene = Scene::demonstration();
    let blanks = " ".repeat(300 << 10);
    let message = String::from_utf8(register(200)).expect("UTF-8");
    let message = message.replacen(
        "<m:PresenceRegistrationRequest>",
        &(blanks + "<m:PresenceRegistrationRequest>"),
        1,
    );
    let reply = scene.send(VAR_C, &signed(&scene.key("employer"), message.as_bytes()));
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert_eq!(registered(&scene.server), 200);
}

#[test]
fn a_certificate_that_is_registered_need_not_be_sent() {
    let scene = Scene::demonstration();
    let content = content(&register(1));
    let message = |key: &SigningKey, reference| {
        let made = now();
        let message = Outgoing { reference, ..Outgoing::new(&content, made, made + LIFETIME) };
        message.sign(key).expect("signed").0
    };
    let stranger = key(&scene::stranger());
    for reference in
        [KeyReference::IssuerSerial, KeyReference::SubjectKeyIdentifier, KeyReference::Thumbprint]
    {
        let reply = scene.send(VAR_C, &message(&scene.key("employer"), reference));
        assert_eq!(reply.status, 200, "{reference:?}: {}", reply.text());
        assert_eq!(reply.element("SenderId").as_deref(), Some("employer"));
        let (code, why) = ("SecurityTokenUnavailable", "neither in the message nor known here");
        scene.is_refused(VAR_C, &message(&stranger, reference), code, why);
    }
    // Who only knows the certificate learns nothing from what is answered.
    let mine = message(&scene.key("employer"), KeyReference::Thumbprint);
    let value = |text: &str| {
        let (_, rest) = text.split_once("<ds:SignatureValue>").expect("a value");
        rest.split('<').next().expect("a first part").to_owned()
    };
    let pretended =
        mine.replace(&value(&mine), &value(&message(&stranger, KeyReference::Thumbprint)));
    let why = "the signature value does not fit";
    scene.is_refused(VAR_C, &pretended, "SecurityTokenUnavailable", why);
    scene.revoke("employer");
    let message = message(&scene.key("employer"), KeyReference::Thumbprint);
    scene.is_refused(VAR_C, &message, "FailedAuthentication", "the client is revoked");
}

#[test]
fn a_signed_call_is_answered_once() {
    let scene = Scene::demonstration();
    let message = signed(&scene.key("employer"), &register(1));
    assert_eq!(scene.send(VAR_C, &message).status, 200);
    scene.is_refused(VAR_C, &message, "InvalidSecurity", "was received before");
    // At another address with the same policy kind it is the same message too.
    scene.is_refused(VAR_A, &message, "InvalidSecurity", "was received before");
    assert_eq!(registered(&scene.server), 1);
}

#[test]
fn what_is_not_signed_is_refused_where_signatures_are_asked_for() {
    let scene = Scene::demonstration();
    for path in [VAR_A, VAR_C, VAR_D] {
        let message = String::from_utf8(register(1)).expect("UTF-8");
        scene.is_refused(path, &message, "InvalidSecurity", "no wsse:Security header");
    }
}

#[test]
fn a_changed_body_is_refused_and_nothing_stored() {
    let scene = Scene::demonstration();
    let message = signed(&scene.key("employer"), &register(1));
    let other = domain::sample::enterprise_number(2).number().to_string();
    let own = domain::sample::enterprise_number(1).number().to_string();
    let changed = message.replace(&own, &other);
    assert_ne!(changed, message);
    scene.is_refused(VAR_C, &changed, "FailedCheck", "the digest of");
    // The signed Body is moved away, and another one put in its place.
    let (_, rest) = message.split_once("<S:Body").expect("a Body");
    let (body, _) = rest.split_once("</S:Envelope>").expect("an end");
    let body = format!("<S:Body{body}");
    let false_body = body.replace(" wsu:Id=\"Body\"", " wsu:Id=\"Other\"").replace(&own, &other);
    let wrapped = message
        .replace(&body, &false_body)
        .replace("</S:Header>", &format!("<w xmlns=\"urn:w\">{body}</w></S:Header>"));
    scene.is_refused(VAR_C, &wrapped, "InvalidSecurity", "");
    assert_eq!(registered(&scene.server), 0);
}

#[test]
fn what_is_too_old_or_from_the_future_is_refused() {
    let scene = Scene::demonstration();
    let key = scene.key("employer");
    let hour = SignedDuration::from_hours(1);
    for (made, said) in [(now() - hour, "was valid until"), (now() + hour, "it is only")] {
        let content = content(&register(1));
        let message = Outgoing::new(&content, made, made + SignedDuration::from_mins(5)).sign(&key);
        let (message, _) = message.expect("signed");
        scene.is_refused(VAR_C, &message, "MessageExpired", said);
    }
}

#[test]
fn an_algorithm_of_another_policy_is_refused() {
    let scene = Scene::demonstration();
    let message = signed(&scene.key("employer"), &register(1));
    let digests = message.replace(
        "http://www.w3.org/2001/04/xmlenc#sha256",
        "http://www.w3.org/2000/09/xmldsig#sha1",
    );
    scene.is_refused(VAR_C, &digests, "UnsupportedAlgorithm", "the digest algorithm");
    let none = message.replace("http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", "none");
    scene.is_refused(VAR_C, &none, "UnsupportedAlgorithm", "the signature algorithm none");
}

#[test]
fn addresses_of_sha1_are_off_unless_the_operator_opens_them() {
    let scene = Scene::closed(&[]);
    let message = signed(&scene.key("employer"), &register(1));
    for (path, other) in [(V1, Some(VAR_D)), (VAR_A, Some(VAR_C))] {
        let reply = scene.send(path, &message);
        assert_eq!((reply.status, reply.fault().as_deref()), (500, Some("SOA-02001")));
        assert!(other.is_none_or(|other| reply.text().contains(other)), "{}", reply.text());
        scene.server.log_line("the setting sha1 keeps");
    }
    let sha1 = message.replace(
        "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
        "http://www.w3.org/2000/09/xmldsig#rsa-sha1",
    );
    let why = "its property ws-security.asymmetric.signature.algorithm says otherwise";
    scene.is_refused(VAR_C, &sha1, "UnsupportedAlgorithm", why);
    assert_eq!(scene.send(VAR_C, &message).status, 200, "nobody has used it up");
}

#[test]
fn a_service_that_is_not_open_serves_nobody_without_a_signature() {
    let scene = Scene::closed(&["--sha1", "on"]);
    let message = String::from_utf8(register(1)).expect("UTF-8");
    scene.is_refused(V1, &message, "InvalidSecurity", "no wsse:Security header");
    let wsdl = scene.server.get(&format!("{V1}?wsdl")).text();
    assert!(wsdl.contains("SAML_HOK"), "its policy says so");
}

#[test]
fn a_certificate_that_nobody_registered_is_refused() {
    let scene = Scene::demonstration();
    let stranger = key(&scene::stranger());
    let message = signed(&stranger, &register(1));
    scene.is_refused(VAR_C, &message, "InvalidSecurityToken", "no chain leads");
}

#[test]
fn a_token_is_taken_at_the_address_that_it_was_issued_for_alone() {
    let scene = Scene::closed(&["--sha1", "on"]);
    let token = scene.token("employer", Some(VAR_D), None);
    let (id, xml) = token.expect("issued");
    let message = || scene.holding("employer", &id, &xml);
    scene.is_refused(V1, &message(), "InvalidSecurityToken", "the assertion is for");
    let reply = scene.send(VAR_D, &message());
    assert_eq!(reply.status, 200, "{}", reply.text());
    // Somebody else holds it: the signature is not of the key in it.
    let stolen = scene.holding("secretariat", &id, &xml);
    scene.is_refused(VAR_D, &stolen, "FailedCheck", "");
    let forged = xml.replace(">employer<", ">secretariat<");
    assert_ne!(forged, xml);
    scene.is_refused(VAR_D, &scene.holding("employer", &id, &forged), "FailedCheck", "");
}

#[test]
fn tokens_say_only_what_a_client_may_claim() {
    let scene = Scene::demonstration();
    let employer = |index| domain::sample::enterprise_number(index).number();
    let own = format!("{:010}", employer(1));
    let other = format!("{:010}", employer(2));
    assert!(scene.token("employer", None, Some(&own)).is_ok());
    let refused = scene.token("employer", None, Some(&other)).expect_err("not its number");
    assert_eq!(refused.fault().as_deref(), Some("SOA-01002"), "{}", refused.text());
    let line = scene.server.log_line(&refused.ticket());
    assert!(line.contains("only mandataries and intermediaries call for others"), "{line}");
    let (_, xml) = scene.token("secretariat", None, Some(&other)).expect("it has the mandate");
    assert!(xml.contains(&other), "{xml}");
    let elsewhere = scene.token("employer", Some("/Other/v1"), None).expect_err("not ours");
    assert!(elsewhere.text().contains("InvalidScope"), "{}", elsewhere.text());
    let line = scene.server.log_line(&elsewhere.ticket());
    assert!(line.contains("AppliesTo names no address of this service"), "{line}");
}

#[test]
fn a_key_that_was_replaced_is_still_taken() {
    let scene = Scene::demonstration();
    let (id, old) = scene.token("employer", None, None).expect("issued");
    let rotated = scene.rotate();
    assert_eq!(rotated.lines().count(), 2, "{rotated}");
    // The running service reads the new key once what it has read is a second old.
    let end = now() + SignedDuration::from_secs(60);
    let new = loop {
        let (_, new) = scene.token("employer", None, None).expect("issued");
        if scene::certificate_of(&new) != scene::certificate_of(&old) {
            break new;
        }
        assert!(now() < end, "the new key is never used");
    };
    assert!(new.contains("saml:Assertion"));
    let reply = scene.send(VAR_D, &scene.holding("employer", &id, &old));
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert_eq!(reply.element("SenderId").as_deref(), Some("employer"));
}

#[test]
fn two_servers_on_one_store_refuse_a_client_that_a_command_has_revoked() {
    let scene = Scene::closed(&[]);
    let other = scene.beside();
    let key = scene.key("employer");
    let answers = || {
        [&scene.server, &other].map(|server| {
            let message = signed(&key, &register(1));
            Scene::send_to(server, VAR_C, &message).fault()
        })
    };
    assert_eq!(answers(), [None, None]);
    scene.command("revoke", "employer");
    let refused = Some("SOA-01001".to_owned());
    eventually(answers, &[refused.clone(), refused]);
    scene.command("restore", "employer");
    eventually(answers, &[None, None]);
}

#[test]
fn a_client_that_is_revoked_is_refused_with_each_of_its_proofs() {
    let scene = Scene::demonstration();
    let key = scene.key("employer");
    let (id, xml) = scene.token("employer", None, None).expect("issued");
    assert_eq!(scene.send(VAR_C, &signed(&key, &register(1))).status, 200);
    scene.revoke("employer");
    let message = signed(&key, &register(2));
    scene.is_refused(VAR_C, &message, "FailedAuthentication", "the client is revoked");
    // Nor does it help that it has a token, or to ask for another.
    let message = scene.holding("employer", &id, &xml);
    scene.is_refused(VAR_D, &message, "FailedAuthentication", "the client is revoked");
    let refused = scene.token("employer", None, None).expect_err("is revoked");
    assert_eq!(refused.fault().as_deref(), Some("SOA-01001"));
    let line = scene.server.log_line(&refused.ticket());
    assert!(line.contains("the client is revoked"), "{line}");
}

#[test]
fn who_is_no_intermediary_vouches_for_nobody() {
    let scene = Scene::demonstration();
    let vouched = |client: &str| scene.vouching(client, domain::sample::enterprise_number(1));
    let path = "/PresenceRegistration/v1/VarB";
    let reply = scene.send(path, &vouched("intermediary"));
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert_eq!(reply.element("SenderCompanyId").as_deref(), Some("100000169"));
    let reply = scene.send(path, &vouched("employer"));
    assert_eq!(reply.fault().as_deref(), Some("SOA-01002"), "{}", reply.text());
    let line = scene.server.log_line(&reply.ticket());
    assert!(line.contains("is no intermediary"), "{line}");
    // Without the assertion there is nobody to vouch for.
    let alone = signed(&scene.key("intermediary"), &register(1));
    scene.is_refused(path, &alone, "InvalidSecurity", "saml:Assertion");
}
