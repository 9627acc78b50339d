use wss::Policy;

use super::lab::{edit, reference, resigned, signed_with, valid};
use super::{assert_refused, case};
use crate::pki::{CALLER, signing_sha1};
use crate::scene::{CONTENT, Service, caller, outgoing};

const RSA_SHA256: &str = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
const EXCLUSIVE: &str =
    "<ds:Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"></ds:Transform>";

fn method(uri: &str) -> String {
    signed_with(RSA_SHA256, uri)
}

fn canonicalization(uri: &str) -> String {
    let old = "<ds:CanonicalizationMethod Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\">";
    signed_with(old, &format!("<ds:CanonicalizationMethod Algorithm=\"{uri}\">"))
}

/// The caller's reference to the Body with something else in it.
fn of_body(from: &str, to: &str) -> String {
    resigned(&valid(), &CALLER, |info| {
        let body = reference(info, "Body").to_owned();
        edit(info, &body, &edit(&body, from, to))
    })
}

fn digest(uri: &str) -> String {
    of_body("http://www.w3.org/2001/04/xmlenc#sha256", uri)
}

fn transforms(content: &str) -> String {
    of_body(EXCLUSIVE, content)
}

fn transform(uri: &str, content: &str) -> String {
    transforms(&format!("<ds:Transform Algorithm=\"{uri}\">{content}</ds:Transform>{EXCLUSIVE}"))
}

#[test]
fn algorithms_are_those_of_the_policy_alone() {
    let sha1 = outgoing(CONTENT).sign(&signing_sha1(&CALLER, caller())).expect("signs").0;
    let unsupported = "UnsupportedAlgorithm { kind: \"the signature algorithm\"";
    let no_digest = "UnsupportedAlgorithm { kind: \"the digest algorithm\"";
    let no_c14n = "UnsupportedAlgorithm { kind: \"the canonicalisation\"";
    let cases = || {
        vec![
            case("RSA with SHA-1", sha1.clone(), unsupported),
            case(
                "RSA with MD5",
                method("http://www.w3.org/2001/04/xmldsig-more#rsa-md5"),
                unsupported,
            ),
            case("DSA", method("http://www.w3.org/2000/09/xmldsig#dsa-sha1"), unsupported),
            case(
                "a MAC with SHA-1",
                method("http://www.w3.org/2000/09/xmldsig#hmac-sha1"),
                unsupported,
            ),
            case(
                "a MAC with SHA-256",
                method("http://www.w3.org/2001/04/xmldsig-more#hmac-sha256"),
                unsupported,
            ),
            case("none", method("none"), unsupported),
            case("nothing", method(""), unsupported),
            case(
                "one with a blank",
                method(" http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"),
                unsupported,
            ),
            case("SHA-1 as a digest", digest("http://www.w3.org/2000/09/xmldsig#sha1"), no_digest),
            case(
                "MD5 as a digest",
                digest("http://www.w3.org/2001/04/xmldsig-more#md5"),
                no_digest,
            ),
            case("no digest", digest(""), no_digest),
            case(
                "inclusive C14N",
                canonicalization("http://www.w3.org/TR/2001/REC-xml-c14n-20010315"),
                no_c14n,
            ),
            case(
                "inclusive C14N 1.1",
                canonicalization("http://www.w3.org/2006/12/xml-c14n11"),
                no_c14n,
            ),
            case(
                "C14N with comments",
                canonicalization("http://www.w3.org/2001/10/xml-exc-c14n#WithComments"),
                no_c14n,
            ),
            case("C14N of one's own", canonicalization("urn:c14n"), no_c14n),
        ]
    };
    assert_refused(&Service::new(Policy::VAR_C), cases());
    let digests = vec![case("SHA-1 in digests", sha1.clone(), no_digest)];
    assert_refused(&Service::new(Policy::VAR_C.permitting_sha1()), digests);
    assert_refused(&Service::new(Policy::VAR_A), cases());
    assert!(Service::new(Policy::VAR_A.permitting_sha1()).verify(&sha1).is_ok());
}

#[test]
fn a_key_signs_with_its_own_kind_of_algorithm() {
    let other = "http://www.w3.org/2001/04/xmldsig-more#";
    assert_refused(
        &Service::new(Policy::VAR_C),
        vec![
            case(
                "P-256 with an RSA key",
                method(&format!("{other}ecdsa-sha256")),
                "SignatureMismatch",
            ),
            case(
                "P-384 with an RSA key",
                method(&format!("{other}ecdsa-sha384")),
                "SignatureMismatch",
            ),
            case(
                "another hash than was signed with",
                method(&format!("{other}rsa-sha512")),
                "SignatureMismatch",
            ),
        ],
    );
}

#[test]
fn parameters_change_no_algorithm() {
    let after = |name: &str, content: &str| {
        let end = format!("</ds:{name}>");
        resigned(&valid(), &CALLER, |info| info.replacen(&end, &format!("{content}{end}"), 1))
    };
    assert_refused(
        &Service::new(Policy::VAR_C),
        vec![
            case(
                "a shorter MAC",
                after("SignatureMethod", "<ds:HMACOutputLength>0</ds:HMACOutputLength>"),
                "MalformedSignature { what: \"SignatureMethod has parameters",
            ),
            case(
                "a digest's",
                after("DigestMethod", "<ds:x></ds:x>"),
                "MalformedSignature { what: \"DigestMethod",
            ),
            case(
                "C14N's",
                after("CanonicalizationMethod", "<ds:x></ds:x>"),
                "MalformedSignature { what: \"exclusive C14N",
            ),
        ],
    );
}

#[test]
fn transforms_are_those_on_the_list_alone() {
    let not_allowed = "TransformNotAllowed { uri: \"#Body\"";
    let all = of_body(&format!("<ds:Transforms>{EXCLUSIVE}</ds:Transforms>"), "");
    let token = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#STR-Transform";
    let wsse = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
    let parameters = format!(
        "<wsse:TransformationParameters xmlns:wsse=\"{wsse}\"><ds:CanonicalizationMethod \
         Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"></ds:CanonicalizationMethod></wsse:TransformationParameters>"
    );
    let only = |uri: &str, content: &str| {
        transforms(&format!("<ds:Transform Algorithm=\"{uri}\">{content}</ds:Transform>"))
    };
    assert_refused(
        &Service::new(Policy::VAR_C),
        vec![
            case("no transform at all", all, not_allowed),
            case("an empty list", transforms(""), not_allowed),
            case(
                "XPath",
                transform(
                    "http://www.w3.org/TR/1999/REC-xpath-19991116",
                    "<ds:XPath>true()</ds:XPath>",
                ),
                not_allowed,
            ),
            case(
                "XPath filter 2",
                transform("http://www.w3.org/2002/06/xmldsig-filter2", ""),
                not_allowed,
            ),
            case("XSLT", transform("http://www.w3.org/TR/1999/REC-xslt-19991116", ""), not_allowed),
            case("base64", transform("http://www.w3.org/2000/09/xmldsig#base64", ""), not_allowed),
            case("decryption", transform("http://www.w3.org/2002/07/decrypt#XML", ""), not_allowed),
            case(
                "XPointer",
                transform("http://www.w3.org/2001/04/xmldsig-more/xptr", ""),
                not_allowed,
            ),
            case(
                "attachments",
                only(
                    "http://docs.oasis-open.org/wss/oasis-wss-SwAProfile-1.1#Attachment-Complete-Signature-Transform",
                    "",
                ),
                not_allowed,
            ),
            case(
                "inclusive C14N",
                only("http://www.w3.org/TR/2001/REC-xml-c14n-20010315", ""),
                not_allowed,
            ),
            case(
                "C14N with comments",
                only("http://www.w3.org/2001/10/xml-exc-c14n#WithComments", ""),
                not_allowed,
            ),
            case(
                "enveloped alone",
                only("http://www.w3.org/2000/09/xmldsig#enveloped-signature", ""),
                not_allowed,
            ),
            case("C14N twice", transforms(&EXCLUSIVE.repeat(2)), not_allowed),
            case("a token's on the Body", only(token, &parameters), not_allowed),
            case("a token's before C14N", transform(token, &parameters), not_allowed),
            case(
                "a token's without parameters",
                only(token, ""),
                "MalformedSignature { what: \"the STR-Transform has no",
            ),
            case(
                "a token's with inclusive C14N",
                only(
                    token,
                    &parameters.replace(
                        "http://www.w3.org/2001/10/xml-exc-c14n#",
                        "http://www.w3.org/TR/2001/REC-xml-c14n-20010315",
                    ),
                ),
                not_allowed,
            ),
            case("ten", transforms(&EXCLUSIVE.repeat(10)), not_allowed),
        ],
    );
}
