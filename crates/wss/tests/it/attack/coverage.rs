use wss::sign::{KeyReference, Outgoing};
use wss::{Policy, Trust};

use super::lab::{
    base64, between, edit, edited, redigested, reference, resigned, signed_with, valid,
};
use super::{assert_refused, case};
use crate::pki::{AUTHORITY, CALLER, OTHER, Wish, authority};
use crate::scene::{CONTENT, Service, caller, caller_key, outgoing};

/// The caller signs all but one part.
fn without(id: &str) -> String {
    resigned(&valid(), &CALLER, |info| info.replace(reference(info, id), ""))
}

/// The caller's reference to the Body leads elsewhere.
fn uri(uri: &str) -> String {
    signed_with("<ds:Reference URI=\"#Body\">", &format!("<ds:Reference URI=\"{uri}\">"))
}

#[test]
fn every_part_that_the_policy_names_must_be_signed() {
    let message = valid();
    let timestamp = between(&message, "<wsu:Timestamp", "</wsu:Timestamp>").to_owned();
    let signature = between(&message, "<ds:Signature ", "</ds:Signature>").to_owned();
    let nothing = resigned(&message, &CALLER, |info| {
        let all = &info[info.find("<ds:Reference").expect("there are references")..];
        info.replace(all, "</ds:SignedInfo>")
    });
    assert_refused(
        &Service::new(Policy::VAR_C),
        vec![
            case("no Body", without("Body"), "NotSigned { part: \"Body\""),
            case("no Timestamp", without("Timestamp"), "NotSigned { part: \"Timestamp\""),
            case("no token", without("Token"), "NotSigned { part: \"the token\""),
            case("nothing", nothing, "NotSigned { part: \"Body\""),
            case(
                "no Timestamp at all",
                edit(&message, &timestamp, ""),
                "Missing { element: \"wsu:Timestamp\"",
            ),
            case(
                "no signature at all",
                edit(&message, &signature, ""),
                "Missing { element: \"ds:Signature\"",
            ),
            case(
                "for somebody else",
                edited(" S:mustUnderstand=\"1\"", " S:actor=\"urn:other\""),
                "NoSecurityHeader",
            ),
            case(
                "a name and a password",
                edited(&timestamp, &format!("{timestamp}<wsse:UsernameToken/>")),
                "UnexpectedInSecurity { element: \"UsernameToken\"",
            ),
            case(
                "an encrypted key",
                edited(
                    &timestamp,
                    &format!(
                        "{timestamp}<EncryptedKey xmlns=\"http://www.w3.org/2001/04/xmlenc#\"/>"
                    ),
                ),
                "UnexpectedInSecurity",
            ),
        ],
    );
}

#[test]
fn references_lead_to_ids_in_the_message_alone() {
    let twice = resigned(&valid(), &CALLER, |info| {
        let body = reference(info, "Body");
        info.replace(body, &format!("{body}{body}"))
    });
    let many = resigned(&valid(), &CALLER, |info| {
        let body = reference(info, "Body");
        info.replace(body, &body.repeat(20))
    });
    assert_refused(
        &Service::new(Policy::VAR_C),
        vec![
            case("the whole message", uri(""), "ExternalReference"),
            case("the root by pointer", uri("#xpointer(/)"), "ExternalReference"),
            case("an id by pointer", uri("#xpointer(id('Body'))"), "ExternalReference"),
            case("a place by path", uri("#element(/1/2)"), "ExternalReference"),
            case("the web", uri("http://example.org/#Body"), "ExternalReference"),
            case("a file", uri("file:///etc/passwd"), "ExternalReference"),
            case("a relative path", uri("Body"), "ExternalReference"),
            case("an attachment", uri("cid:1@example.org"), "ExternalReference"),
            case("an empty id", uri("#"), "ExternalReference"),
            case("an id that is not there", uri("#Nobody"), "ReferenceNotFound { id: \"Nobody\""),
            case(
                "no URI",
                signed_with("<ds:Reference URI=\"#Body\">", "<ds:Reference>"),
                "MalformedSignature",
            ),
            case("one element twice", twice, "MalformedSignature { what: \"two references"),
            case("too many", many, "TooManyReferences"),
            case(
                "something else than a reference",
                signed_with("</ds:SignedInfo>", "<ds:Manifest></ds:Manifest></ds:SignedInfo>"),
                "MalformedSignature",
            ),
        ],
    );
}

#[test]
fn a_token_outside_of_the_message_is_signed_itself_and_no_other() {
    let other = Wish { subject: "Other", serial: 1002, ..Wish::default() };
    let other = other.issued(&OTHER, &authority(), &AUTHORITY);
    let mut service = Service::new(Policy::VAR_C);
    service.trust = Trust::new();
    service.trust.add_known(caller());
    service.trust.add_known(other.clone());
    let outgoing = Outgoing { reference: KeyReference::Thumbprint, ..outgoing(CONTENT) };
    let (message, _) = outgoing.sign(&caller_key()).expect("signs");
    assert!(service.verify(&message).is_ok());

    let none =
        resigned(&message, &CALLER, |info| info.replace(reference(info, "KeyReference"), ""));
    let own = between(&message, "<wsse:SecurityTokenReference ", "</wsse:SecurityTokenReference>");
    let foreign = own
        .replace("\"KeyReference\"", "\"Foreign\"")
        .replace(&base64(caller().sha1()), &base64(other.sha1()));
    let foreign = edit(&message, "<ds:Signature ", &format!("{foreign}<ds:Signature "));
    let foreign = resigned(&foreign, &CALLER, |info| {
        info.replace("URI=\"#KeyReference\"", "URI=\"#Foreign\"")
    });
    let wsse = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
    let stand_in = format!(
        "<wsse:BinarySecurityToken xmlns=\"\" xmlns:wsse=\"{wsse}\" ValueType=\"http://docs.oasis-open.org/wss/2004/01/\
         oasis-200401-wss-x509-token-profile-1.0#X509v3\">{}</wsse:BinarySecurityToken>",
        base64(other.der())
    );
    let foreign = redigested(&foreign, "Foreign", &stand_in, &CALLER);
    assert_refused(
        &service,
        vec![
            case("no token", none, "NotSigned { part: \"the token\""),
            case("another's token", foreign, "NotSigned { part: \"the token\""),
        ],
    );
}
