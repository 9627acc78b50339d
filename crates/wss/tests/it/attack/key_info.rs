use wss::Policy;

use super::lab::{between, edit, edited, honest, valid};
use super::{assert_refused, case};
use crate::federation;
use crate::scene::{Service, caller};

const PROFILE: &str =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#";

/// The valid message with something else in its `KeyInfo`, which is not signed.
fn key_info(content: &str) -> String {
    let message = valid();
    let old = between(&message, "<ds:KeyInfo>", "</ds:KeyInfo>").to_owned();
    edit(&message, &old, &format!("<ds:KeyInfo>{content}</ds:KeyInfo>"))
}

/// The same with something else in its `SecurityTokenReference`.
fn reference(content: &str) -> String {
    key_info(&format!("<wsse:SecurityTokenReference>{content}</wsse:SecurityTokenReference>"))
}

fn identifier(value_type: &str, value: &str) -> String {
    reference(&format!(
        "<wsse:KeyIdentifier ValueType=\"{value_type}\">{value}</wsse:KeyIdentifier>"
    ))
}

fn issuer_serial(issuer: &str, serial: &str) -> String {
    reference(&format!(
        "<ds:X509Data><ds:X509IssuerSerial><ds:X509IssuerName>{issuer}</ds:X509IssuerName>\
         <ds:X509SerialNumber>{serial}</ds:X509SerialNumber></ds:X509IssuerSerial></ds:X509Data>"
    ))
}

#[test]
fn keys_are_referred_to_and_never_brought_along() {
    let malformed = "MalformedKeyInfo";
    let certificate = super::lab::base64(caller().der());
    let own = "<wsse:SecurityTokenReference><wsse:Reference URI=\"#Token\"/></wsse:SecurityTokenReference>";
    let message = valid();
    let whole = between(&message, "<ds:KeyInfo>", "</ds:KeyInfo>").to_owned();
    let data = format!(
        "<ds:X509Data><ds:X509Certificate>{certificate}</ds:X509Certificate></ds:X509Data>"
    );
    assert_refused(
        &Service::new(Policy::VAR_C),
        vec![
            case("no KeyInfo", edit(&message, &whole, ""), malformed),
            case("an empty one", key_info(""), malformed),
            case(
                "a key",
                key_info(
                    "<ds:KeyValue><ds:RSAKeyValue><ds:Modulus>AQAB</ds:Modulus><ds:Exponent>AQAB</ds:Exponent></ds:RSAKeyValue></ds:KeyValue>",
                ),
                malformed,
            ),
            case("a name", key_info("<ds:KeyName>Caller</ds:KeyName>"), malformed),
            case(
                "a place to get it from",
                key_info("<ds:RetrievalMethod URI=\"http://example.org/key\"/>"),
                malformed,
            ),
            case("a certificate", key_info(&data), malformed),
            case("two references", key_info(&own.repeat(2)), malformed),
            case("a reference and a key", key_info(&format!("{own}<ds:KeyName/>")), malformed),
            case("a thousand references", key_info(&own.repeat(1000)), malformed),
            case("a certificate in the reference", reference(&data), malformed),
            case("an embedded token", reference("<wsse:Embedded/>"), malformed),
            case("nothing in the reference", reference(""), malformed),
            case(
                "two in the reference",
                reference(&"<wsse:Reference URI=\"#Token\"/>".repeat(2)),
                malformed,
            ),
            case("no URI", reference("<wsse:Reference/>"), malformed),
            case(
                "the web",
                reference("<wsse:Reference URI=\"http://example.org/cert\"/>"),
                "ExternalReference",
            ),
            case(
                "a file",
                reference("<wsse:Reference URI=\"file:///etc/passwd\"/>"),
                "ExternalReference",
            ),
        ],
    );
}

#[test]
fn references_lead_to_tokens_that_are_there() {
    let unavailable = "TokenUnavailable";
    let digest = super::lab::base64(&[7; 20]);
    let thumbprint =
        "http://docs.oasis-open.org/wss/oasis-wss-soap-message-security-1.1#ThumbprintSHA1";
    let assertion =
        "http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.0#SAMLAssertionID";
    assert_refused(
        &Service::new(Policy::VAR_C),
        vec![
            case("the Body", reference("<wsse:Reference URI=\"#Body\"/>"), unavailable),
            case("the Timestamp", reference("<wsse:Reference URI=\"#Timestamp\"/>"), unavailable),
            case("nothing", reference("<wsse:Reference URI=\"#Nobody\"/>"), unavailable),
            case(
                "an unknown thumbprint",
                identifier(thumbprint, &digest),
                "TokenUnavailable { reference: \"thumbprint\"",
            ),
            case(
                "an unknown key identifier",
                identifier(&format!("{PROFILE}X509SubjectKeyIdentifier"), &digest),
                "TokenUnavailable { reference: \"subject key identifier\"",
            ),
            case(
                "an unknown issuer",
                issuer_serial("CN=Nobody", "1001"),
                "TokenUnavailable { reference: \"issuer and serial number\"",
            ),
            case("an assertion that is not there", identifier(assertion, "_1"), unavailable),
            case(
                "another kind of identifier",
                identifier("urn:other", &digest),
                "UnsupportedToken",
            ),
            case(
                "an identifier of no kind",
                reference("<wsse:KeyIdentifier>AAAA</wsse:KeyIdentifier>"),
                "UnsupportedToken",
            ),
            case(
                "an identifier of a kilobyte",
                identifier(thumbprint, &"A".repeat(1024)),
                "TooLarge",
            ),
            case(
                "a serial number that is none",
                issuer_serial("CN=Authority", "0x3e9"),
                "MalformedKeyInfo",
            ),
            case(
                "a serial number of a kilobyte",
                issuer_serial("CN=Authority", &"9".repeat(1024)),
                "TooLarge",
            ),
            case(
                "an issuer of 10 kilobytes",
                issuer_serial(&"CN=A,".repeat(2000), "1"),
                "TooLarge",
            ),
        ],
    );
}

#[test]
fn tokens_are_certificates() {
    let token = |from: &str, to: &str| edited(from, to);
    let message = valid();
    let text = between(&message, "wsu:Id=\"Token\">", "<").to_owned();
    let with = |bytes: &[u8]| {
        edit(&message, &text, &format!("wsu:Id=\"Token\">{}<", super::lab::base64(bytes)))
    };
    let trailing = [caller().der(), &[0]].concat();
    let certificate = caller();
    let half = &certificate.der()[..certificate.der().len() / 2];
    assert_refused(
        &Service::new(Policy::VAR_C),
        vec![
            case(
                "PKCS #7",
                token("#X509v3\" wsu:Id=\"Token\"", "#PKCS7\" wsu:Id=\"Token\""),
                "UnsupportedToken",
            ),
            case(
                "a path that is none",
                token("#X509v3\" wsu:Id=\"Token\"", "#X509PKIPathv1\" wsu:Id=\"Token\""),
                "MalformedCertificate",
            ),
            case(
                "a Kerberos ticket",
                token(
                    &format!("{PROFILE}X509v3\" wsu:Id"),
                    "http://docs.oasis-open.org/wss/oasis-wss-kerberos-token-profile-1.1#GSS_Kerberosv5_AP_REQ\" wsu:Id",
                ),
                "UnsupportedToken",
            ),
            case("hexadecimal digits", token("#Base64Binary", "#HexBinary"), "NotBase64"),
            case("no base64", edit(&message, &text, "wsu:Id=\"Token\">?<"), "NotBase64"),
            case("nothing", with(&[]), "MalformedCertificate"),
            case("half a certificate", with(half), "MalformedCertificate"),
            case("a certificate and more", with(&trailing), "MalformedCertificate"),
            case(
                "20 kilobytes",
                with(&[0x30; 20_000]),
                "TooLarge { element: \"BinarySecurityToken\"",
            ),
            case(
                "a megabyte",
                with(&vec![0x30; 1 << 20]),
                "TooLarge { element: \"BinarySecurityToken\"",
            ),
            case("nested without end", with(&[0x30, 0x80].repeat(4000)), "MalformedCertificate"),
        ],
    );
}

#[test]
fn a_policy_takes_its_own_kind_of_token() {
    let assertion =
        between(&federation::valid(), "<saml:Assertion ", "</saml:Assertion>").to_owned();
    let beside = edited("<ds:Signature ", &format!("{assertion}<ds:Signature "));
    assert_refused(
        &federation::service(Policy::VAR_C),
        vec![
            case(
                "an assertion for a certificate",
                federation::valid(),
                "KeyReferenceNotAllowed { found: \"the assertion\", policy: \"VarC\"",
            ),
            case(
                "an assertion beside the certificate",
                beside,
                "UnexpectedInSecurity { element: \"Assertion\"",
            ),
        ],
    );
    for policy in [Policy::VAR_D, Policy::HOLDER_OF_KEY] {
        assert_refused(
            &federation::service(policy),
            vec![case(
                "a certificate for an assertion",
                valid(),
                "KeyReferenceNotAllowed { found: \"the certificate\"",
            )],
        );
    }
}

#[test]
fn the_honest_changes_of_these_tests_are_taken() {
    // Otherwise the tests would be of their own mistakes.
    let service = Service::new(Policy::VAR_C);
    assert!(service.verify(&honest("Body", "S:Body", "a &lt; b", "c")).is_ok());
    assert!(service.verify(&reference("<wsse:Reference URI=\"#Token\"/>")).is_ok());
    assert!(
        service
            .verify(&issuer_serial("C=BE, O=&quot;Example, Ltd&quot;, CN=Authority", "1001"))
            .is_ok()
    );
    assert!(
        service.verify(&issuer_serial("cn=authority,O=Example\\, Ltd,2.5.4.6=BE", "1001")).is_ok()
    );
}
