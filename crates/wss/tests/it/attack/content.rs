use wss::Policy;

use super::lab::{between, edit, edited, reference, valid};
use super::{assert_refused, case};
use crate::pki::{AUTHORITY, OTHER, Wish, authority};
use crate::scene::Service;

const BODY: &str = "DigestMismatch { uri: \"#Body\"";

#[test]
fn what_was_changed_after_it_was_signed_is_refused() {
    let message = valid();
    let value = between(&message, "<ds:SignatureValue>", "</ds:SignatureValue>");
    let digest = |id| between(reference(&message, id), "<ds:DigestValue>", "</ds:DigestValue>");
    let swapped = {
        let (body, time) = (digest("Body"), digest("Timestamp"));
        let half = edit(&message, body, "<half/>");
        edit(&edit(&half, time, body), "<half/>", time)
    };
    let other =
        Wish { subject: "Other", ..Wish::default() }.issued(&OTHER, &authority(), &AUTHORITY);
    let token = between(&message, "wsu:Id=\"Token\">", "<");
    let other = format!("wsu:Id=\"Token\">{}<", super::lab::base64(other.der()));
    assert_refused(
        &Service::new(Policy::VAR_C),
        vec![
            case("another word", edited("a &lt; b", "a &lt; c"), BODY),
            case("a blank more", edited("a &lt; b", "a &lt;  b"), BODY),
            case("an element more", edited("</p:Hello>", "<p:x></p:x></p:Hello>"), BODY),
            case("an attribute more", edited("<p:Hello ", "<p:Hello x=\"\" "), BODY),
            case("an instruction in the text", edited("a &lt; b", "a &lt; <?x y?>b"), BODY),
            case(
                "another prefix",
                message.replace("p:Hello", "q:Hello").replace("xmlns:p", "xmlns:q"),
                BODY,
            ),
            case("another namespace", edited("urn:example", "urn:example2"), BODY),
            case("another element", message.replace("p:Hello", "p:Hullo"), BODY),
            case(
                "an attribute of the Body",
                edited(" wsu:Id=\"Body\"", " x=\"\" wsu:Id=\"Body\""),
                BODY,
            ),
            case(
                "a longer life",
                edited("08:05:00.000Z", "09:05:00.000Z"),
                "DigestMismatch { uri: \"#Timestamp\"",
            ),
            case("another's certificate", edit(&message, token, &other), "SignatureMismatch"),
            case(
                "a digest of one's own",
                edit(&message, digest("Body"), digest("Timestamp")),
                "SignatureMismatch",
            ),
            case("two digests exchanged", swapped, "SignatureMismatch"),
            case(
                "a value of one's own",
                edit(&message, value, "<ds:SignatureValue>AAAA</ds:SignatureValue>"),
                "SignatureMismatch",
            ),
            case("no value", edit(&message, value, "<ds:SignatureValue/>"), "SignatureMismatch"),
            case(
                "a value that is not base64",
                edit(&message, value, "<ds:SignatureValue>?</ds:SignatureValue>"),
                "NotBase64",
            ),
            case(
                "a value of a megabyte",
                edit(
                    &message,
                    value,
                    &format!("<ds:SignatureValue>{}</ds:SignatureValue>", "A".repeat(1 << 20)),
                ),
                "TooLarge",
            ),
        ],
    );
}

#[test]
fn comments_divide_no_value_that_is_read() {
    assert_refused(
        &Service::new(Policy::VAR_C),
        vec![
            case(
                "in Created",
                edited("08:00:00.000Z</wsu:Created>", "08:00:00<!-- -->.000Z</wsu:Created>"),
                "DividedText { element: \"Created\"",
            ),
            case(
                "in Expires",
                edited("08:05:00.000Z</wsu:Expires>", "08:05:00.000Z<!-- --></wsu:Expires>"),
                "DividedText { element: \"Expires\"",
            ),
            case(
                "in the token",
                edited("wsu:Id=\"Token\">", "wsu:Id=\"Token\"><!-- -->"),
                "DividedText { element: \"BinarySecurityToken\"",
            ),
            case(
                "in the signature's value",
                edited("<ds:SignatureValue>", "<ds:SignatureValue><!-- -->"),
                "DividedText { element: \"SignatureValue\"",
            ),
            case(
                "in a digest",
                {
                    let message = valid();
                    let body = reference(&message, "Body").to_owned();
                    edit(
                        &message,
                        &body,
                        &edit(&body, "<ds:DigestValue>", "<ds:DigestValue><!-- -->"),
                    )
                },
                "DividedText { element: \"DigestValue\"",
            ),
        ],
    );
}

#[test]
fn comments_and_other_spellings_in_the_body_do_not_reach_the_reader() {
    let service = Service::new(Policy::VAR_C);
    for spelling in ["a <!-- not -->&lt; b", "a <![CDATA[<]]> b", "a &#60; b", "a &#x3C;<!-- --> b"]
    {
        let verified = service.verify(&edited("a &lt; b", spelling)).expect("means the same");
        assert!(verified.body().contains(crate::scene::CONTENT), "{}", verified.body());
    }
}
