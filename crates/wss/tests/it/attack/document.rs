use super::lab::{edit, edited, reference, resigned, valid};
use super::{assert_refused, case};
use crate::pki::CALLER;
use crate::scene::Service;
use wss::Policy;

#[test]
fn what_is_no_plain_soap_is_refused_before_anything_is_believed() {
    let doctype = |internal: &str| format!("<!DOCTYPE S:Envelope{internal}>{}", valid());
    let many =
        |count: usize, form: fn(usize) -> String| (0..count).map(form).collect::<Vec<_>>().concat();
    let deep = format!("{}{}", "<a>".repeat(62), "</a>".repeat(62));
    let body = |content: &str| edited("</p:Hello>", &format!("{content}</p:Hello>"));
    let attributes = many(65, |index| format!(" a{index}=\"\""));
    let spaces = many(60, |index| format!(" xmlns:n{index}=\"urn:n\""));
    assert_refused(
        &Service::new(Policy::VAR_C),
        vec![
            case("a document type", doctype(""), "DocumentType"),
            case("a document type by name", doctype(" SYSTEM \"file:///etc/passwd\""), "DocumentType"),
            case(
                "an entity in signed text",
                edit(&doctype(" [<!ENTITY b \"b\">]"), "a &lt; b", "a &lt; &b;"),
                "DocumentType",
            ),
            case(
                "entities of entities",
                doctype(" [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\"><!ENTITY c \"&b;&b;\">]"),
                "DocumentType",
            ),
            case(
                "a parameter entity",
                doctype(" [<!ENTITY % x SYSTEM \"http://example.org/x\"> %x;]"),
                "DocumentType",
            ),
            case("an entity that is not declared", edited("a &lt; b", "a &lt; &b;"), "NotXml"),
            case("elements without end", "<a>".repeat(100_000), "TooDeep"),
            case("elements in elements", body(&deep), "TooDeep"),
            case("attributes", body(&format!("<a{attributes}/>")), "TooManyAttributes"),
            case(
                "namespaces",
                body(&format!("{}{}", format!("<a{spaces}>").repeat(5), "</a>".repeat(5))),
                "TooManyNamespaces",
            ),
            case("short elements without end", body(&"<a/>".repeat(100_000)), "TooManyNodes"),
            case("a tag that is not closed", edited("</p:Hello>", ""), "NotXml"),
            case("an attribute twice", edited(" wsu:Id=\"Body\"", " wsu:Id=\"Body\" wsu:Id=\"Body\""), "NotXml"),
            case("a prefix that is not declared", body("<q:a/>"), "NotXml"),
            case("nothing", String::new(), "NotXml"),
            case("no XML", "hello".to_owned(), "NotXml"),
            case("no envelope", "<a/>".to_owned(), "NotSoap"),
            case(
                "SOAP 1.2",
                valid().replace("http://schemas.xmlsoap.org/soap/envelope/", "http://www.w3.org/2003/05/soap-envelope"),
                "NotSoap",
            ),
            case("a second Body", edited("</S:Envelope>", "<S:Body/></S:Envelope>"), "NotSoap"),
            case("a second Header", edited("<S:Header>", "<S:Header/><S:Header>"), "NotSoap"),
            case("something after the Body", edited("</S:Envelope>", "<a/></S:Envelope>"), "NotSoap"),
            case("something before the Header", edited("<S:Header>", "<a/><S:Header>"), "NotSoap"),
            case(
                "the Header after the Body",
                {
                    let message = valid();
                    let header = super::lab::between(&message, "<S:Header>", "</S:Header>").to_owned();
                    edit(&edit(&message, &header, ""), "</S:Envelope>", &format!("{header}</S:Envelope>"))
                },
                "NotSoap",
            ),
            case(
                "no security at all",
                "<S:Envelope xmlns:S=\"http://schemas.xmlsoap.org/soap/envelope/\"><S:Body/></S:Envelope>".to_owned(),
                "NoSecurityHeader",
            ),
        ],
    );
}

/// A prefix is declared anew on each element that uses it and that stands in none that does: a long namespace, declared once,
/// would come ten thousand times. Whoever has any key can sign that.
#[test]
fn no_message_grows_beyond_all_proportion_when_it_is_canonicalised() {
    let declared = format!("<S:Envelope xmlns:z=\"urn:{}\" ", "z".repeat(100_000));
    let grown = |message: &str| edit(message, "<S:Envelope ", &declared);
    let elements = "<z:a/>".repeat(10_000);
    let in_body = grown(&edited("</p:Hello>", &format!("{elements}</p:Hello>")));
    let in_header = grown(&edited(
        "</S:Header>",
        &format!("<h wsu:Id=\"H\" xmlns:wsu=\"{}\">{elements}</h></S:Header>", wss::names::WSU),
    ));
    let in_header = resigned(&in_header, &CALLER, |info| {
        let body = reference(info, "Body").to_owned();
        edit(info, &body, &(body.replace("#Body", "#H") + &body))
    });
    let parts =
        ["CanonicalizationMethod", "SignatureMethod", "Transforms", "DigestMethod", "DigestValue"];
    let in_signed_info = parts.iter().fold(grown(&valid()), |message, part| {
        message.replace(&format!("<ds:{part}"), &format!("<ds:{part} z:x=\"\""))
    });
    assert_refused(
        &Service::new(Policy::VAR_C),
        vec![
            case("in the Body", in_body, "TooLarge { element: \"the canonical form of Body\""),
            case("in a header block", in_header, "TooLarge { element: \"the canonical form of h\""),
            case(
                "in SignedInfo",
                in_signed_info,
                "TooLarge { element: \"the canonical form of SignedInfo\"",
            ),
        ],
    );
}
