//! Signature wrapping: what was signed is moved to where nobody reads it, and something else takes its place.
//!
//! The positions are those of `McIntosh` and Austel (2005), of Gruschka and Lo Iacono (2009), and of Somorovsky and others
//! (2012) for SOAP.

use wss::Policy;

use super::lab::{between, edit, valid};
use super::{assert_refused, case};
use crate::scene::Service;

const EVIL: &str = "<S:Body><p:Hello xmlns:p=\"urn:example\">send money</p:Hello></S:Body>";

/// The signed Body, and the message with `instead` in its place and `elsewhere` before `before`, where `{}` stands for
/// the signed Body.
fn wrapped(instead: &str, before: &str, elsewhere: &str) -> String {
    let message = valid();
    let body = between(&message, "<S:Body ", "</S:Body>").to_owned();
    let elsewhere = elsewhere.replace("{}", &body);
    let without = edit(&message, &body, "{body}");
    let with = edit(&without, before, &format!("{elsewhere}{before}"));
    edit(&with, "{body}", &instead.replace("{}", &body))
}

#[test]
fn a_body_elsewhere_is_not_the_body() {
    let with_id = |attribute: &str| EVIL.replace("<S:Body>", &format!("<S:Body {attribute}>"));
    let wsu = "xmlns:wsu=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd\" wsu:Id";
    assert_refused(
        &Service::new(Policy::VAR_C),
        vec![
            case(
                "in a header block",
                wrapped(EVIL, "</S:Header>", "<w>{}</w>"),
                "ReferenceToForbiddenPlace",
            ),
            case(
                "as a header block",
                wrapped(EVIL, "</S:Header>", "{}"),
                "NotSigned { part: \"Body\"",
            ),
            case(
                "in a header block that need not be understood",
                wrapped(EVIL, "</S:Header>", "<w S:mustUnderstand=\"0\" S:actor=\"none\">{}</w>"),
                "ReferenceToForbiddenPlace",
            ),
            case(
                "in the security header",
                wrapped(EVIL, "</wsse:Security>", "{}"),
                "UnexpectedInSecurity { element: \"Body\"",
            ),
            case(
                "in the security header, wrapped",
                wrapped(EVIL, "</wsse:Security>", "<w>{}</w>"),
                "UnexpectedInSecurity { element: \"w\"",
            ),
            case(
                "in the signature's Object",
                wrapped(EVIL, "</ds:Signature>", "<ds:Object>{}</ds:Object>"),
                "MalformedSignature",
            ),
            case(
                "in the Timestamp",
                wrapped(EVIL, "</wsu:Timestamp>", "{}"),
                "DigestMismatch { uri: \"#Timestamp\"",
            ),
            case("in the KeyInfo", wrapped(EVIL, "</ds:KeyInfo>", "{}"), "MalformedKeyInfo"),
            case(
                "in the new Body",
                wrapped("<S:Body>{}</S:Body>", "</S:Header>", ""),
                "ReferenceToForbiddenPlace",
            ),
            case(
                "in the new Body, wrapped",
                wrapped(
                    "<S:Body><p:Hello xmlns:p=\"urn:example\"/><w>{}</w></S:Body>",
                    "</S:Header>",
                    "",
                ),
                "ReferenceToForbiddenPlace",
            ),
            case(
                "after the new Body",
                wrapped(&format!("{EVIL}{{}}"), "</S:Header>", ""),
                "NotSoap",
            ),
            case("before the Header", wrapped(EVIL, "<S:Header>", "{}"), "NotSoap"),
            case(
                "before the new Body",
                wrapped(EVIL, "</S:Header>", "</S:Header>{}<S:Header>"),
                "NotSoap",
            ),
            case(
                "with the id twice",
                wrapped(&with_id(&format!("{wsu}=\"Body\"")), "</S:Header>", "<w>{}</w>"),
                "DuplicateId { id: \"Body\"",
            ),
            case(
                "with an unqualified Id",
                wrapped(&with_id("Id=\"Body\""), "</S:Header>", "<w>{}</w>"),
                "DuplicateId { id: \"Body\"",
            ),
            case(
                "with xml:id",
                wrapped(&with_id("xml:id=\"Body\""), "</S:Header>", "<w>{}</w>"),
                "DuplicateId { id: \"Body\"",
            ),
            case(
                "with ID in capitals",
                wrapped(&with_id("ID=\"Body\""), "</S:Header>", "<w>{}</w>"),
                "DuplicateId { id: \"Body\"",
            ),
            case(
                "with the id elsewhere",
                wrapped("{}", "</S:Header>", "<w Id=\"Body\"/>"),
                "DuplicateId { id: \"Body\"",
            ),
            case(
                "with an id of an assertion elsewhere",
                wrapped("{}", "</S:Header>", "<w AssertionID=\"Body\"/>"),
                "DuplicateId { id: \"Body\"",
            ),
        ],
    );
}

/// The message with one element of the security header replaced, and the old one elsewhere.
fn moved(element: &str, instead: &str, before: &str, elsewhere: &str) -> String {
    let message = valid();
    let old = between(&message, &format!("<{element} "), &format!("</{element}>")).to_owned();
    let new = edit(&message, &old, instead);
    edit(&new, before, &format!("{}{before}", elsewhere.replace("{}", &old)))
}

#[test]
fn a_timestamp_and_a_token_elsewhere_are_not_those_of_the_message() {
    let time = "<wsu:Timestamp xmlns:wsu=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd\"\
                ><wsu:Created>2026-11-25T08:00:00Z</wsu:Created></wsu:Timestamp>";
    let token =
        between(&valid(), "<wsse:BinarySecurityToken ", "</wsse:BinarySecurityToken>").to_owned();
    let renamed = token.replace("\"Token\"", "\"Token2\"");
    let message = valid();
    let security = between(&message, "<wsse:Security ", "</wsse:Security>").to_owned();
    let signature = between(&message, "<ds:Signature ", "</ds:Signature>").to_owned();
    assert_refused(
        &Service::new(Policy::VAR_C),
        vec![
            case(
                "a Timestamp in a header block",
                moved("wsu:Timestamp", time, "</S:Header>", "<w>{}</w>"),
                "ReferenceToForbiddenPlace { id: \"Timestamp\"",
            ),
            case(
                "a Timestamp as a header block",
                moved("wsu:Timestamp", time, "</S:Header>", "{}"),
                "NotSigned { part: \"Timestamp\"",
            ),
            case(
                "a Timestamp in the Body",
                moved("wsu:Timestamp", time, "</S:Body>", "{}"),
                "ReferenceToForbiddenPlace { id: \"Timestamp\"",
            ),
            case(
                "two Timestamps",
                moved("wsu:Timestamp", time, "</wsse:Security>", "{}"),
                "Several { element: \"wsu:Timestamp\", count: 2",
            ),
            case(
                "a token elsewhere",
                moved("wsse:BinarySecurityToken", &renamed, "</S:Header>", "{}"),
                "TokenUnavailable { reference: \"direct reference\"",
            ),
            case(
                "a token in the Body",
                moved("wsse:BinarySecurityToken", &renamed, "</S:Body>", "{}"),
                "TokenUnavailable { reference: \"direct reference\"",
            ),
            case(
                "two tokens of one id",
                moved("wsse:BinarySecurityToken", "", "</S:Header>", "{}{}"),
                "DuplicateId { id: \"Token\"",
            ),
            case(
                "two tokens",
                moved("wsse:BinarySecurityToken", &renamed, "</wsse:Security>", "{}"),
                "Several { element: \"wsse:BinarySecurityToken\"",
            ),
            case(
                "two security headers",
                edit(
                    &message,
                    "</S:Header>",
                    "<wsse:Security xmlns:wsse=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd\"/></S:Header>",
                ),
                "SeveralSecurityHeaders { count: 2",
            ),
            case(
                "the security header in another block",
                edit(&message, &security, &format!("<w>{security}</w>")),
                "NoSecurityHeader",
            ),
            case(
                "the security header in the Body",
                edit(&edit(&message, &security, ""), "</S:Body>", &format!("{security}</S:Body>")),
                "NoSecurityHeader",
            ),
            case(
                "two signatures",
                edit(&message, &signature, &format!("{signature}{signature}")),
                "Several { element: \"ds:Signature\", count: 2",
            ),
            case(
                "the signature in the Body",
                edit(
                    &edit(&message, &signature, ""),
                    "</S:Body>",
                    &format!("{signature}</S:Body>"),
                ),
                "Missing { element: \"ds:Signature\"",
            ),
        ],
    );
}
