use super::*;

/// What an endpoint serves without a policy: the checks of texts and addresses need none.
fn document(query: &str, address: &str) -> Option<String> {
    super::document(Endpoint::HolderOfKey, true, query, address)
}

/// How often a text has a part.
fn count(text: &str, part: &str) -> usize {
    text.matches(part).count()
}

const ADDRESS: &str = "https://presence.example/PresenceRegistration/v1";

fn all(address: &str) -> Vec<String> {
    ["wsdl", "xsd=protocol", "xsd=types", "xsd=errors", "xsd=xml"]
        .into_iter()
        .map(|query| document(query, address).expect(query))
        .collect()
}

/// The values of an attribute, wherever it stands.
fn values<'a>(text: &'a str, attribute: &str) -> Vec<&'a str> {
    text.split(&format!(" {attribute}=\""))
        .skip(1)
        .map(|rest| rest.split('"').next().expect("split answers at least one part"))
        .collect()
}

#[test]
fn the_wsdl_names_the_address_that_the_caller_used() {
    let wsdl = document("wsdl", ADDRESS).expect("a document");
    assert_eq!(values(&wsdl, "location"), [ADDRESS]);
    assert!(!wsdl.contains("localhost"), "the address on disk is gone");
}

#[test]
fn every_import_is_an_address_that_is_served() {
    let mut imports = 0;
    for text in all(ADDRESS) {
        for location in values(&text, "schemaLocation") {
            let query = location.strip_prefix(ADDRESS).and_then(|rest| rest.strip_prefix('?'));
            assert!(query.and_then(|query| document(query, ADDRESS)).is_some(), "{location}");
            imports += 1;
        }
    }
    assert_eq!(imports, 4);
}

#[test]
fn an_import_leads_to_the_schema_of_its_namespace() {
    for text in all(ADDRESS) {
        for import in text.split("import namespace=\"").skip(1) {
            let namespace = import.split('"').next().expect("a namespace");
            let location = values(import, "schemaLocation")[0];
            let schema = document(&location[ADDRESS.len() + 1..], ADDRESS).expect(location);
            assert_eq!(values(&schema, "targetNamespace"), [namespace], "{location}");
        }
    }
}

#[test]
fn the_words_of_a_query_may_be_written_in_capitals_and_wsdl_with_an_equals_sign() {
    let wsdl = document("wsdl", ADDRESS);
    for query in ["WSDL", "Wsdl", "wsdl=", "WSDL="] {
        assert_eq!(document(query, ADDRESS), wsdl, "{query}");
    }
    assert_eq!(document("XSD=types", ADDRESS), document("xsd=types", ADDRESS));
}

#[test]
fn any_other_query_answers_nothing() {
    for query in [
        "",
        "wsdl=1",
        "xsd",
        "xsd=",
        "xsd=Types",
        "xsd=types&x",
        "xsd=../v1",
        "xsd=xml.xsd",
        "x",
        "wsdlx",
        "=wsdl",
    ] {
        assert_eq!(document(query, ADDRESS), None, "{query}");
    }
}

#[test]
fn a_hostile_address_stays_an_attribute_value() {
    let hostile = "http://a\"/><x y='&\0\u{fffe}\n location=\"http://localhost:8080/PresenceRegistration/v1\"";
    let escaped = concat!(
        "http://a&quot;/&gt;&lt;x y=&apos;&amp; location=&quot;",
        "http://localhost:8080/PresenceRegistration/v1&quot;"
    );
    let marks = |text: &str, mark: char| text.chars().filter(|c| *c == mark).count();
    for (ours, good) in all(hostile).iter().zip(all(ADDRESS)) {
        for mark in ['<', '>', '"', '\''] {
            assert_eq!(marks(ours, mark), marks(&good, mark), "{mark}");
        }
        assert_eq!(*ours, good.replace(ADDRESS, escaped));
    }
}

#[test]
fn an_address_that_looks_like_an_import_is_not_rewritten() {
    let address = "http://a/schemaLocation=\"xml.xsd\"";
    for text in all(address) {
        assert!(!text.contains("schemaLocation=\"xml.xsd\""));
    }
    assert_eq!(
        document("wsdl", address)
            .expect("a document")
            .matches("schemaLocation=&quot;xml.xsd")
            .count(),
        3
    );
}

#[test]
fn each_endpoint_serves_its_own_policy_on_every_request_and_on_no_answer() {
    for (endpoint, id, suite) in [
        (Endpoint::HolderOfKey, "SAML_HOK", "Basic256"),
        (Endpoint::VarA, "X509", "Basic256"),
        (Endpoint::VarB, "SAML_SV", "Basic256"),
        (Endpoint::VarC, "X509", "Basic256Sha256"),
        (Endpoint::VarD, "SAML_HOK", "Basic256Sha256"),
        (Endpoint::Tls, "TLS", "Basic256Sha256"),
    ] {
        let wsdl = super::document(endpoint, false, "wsdl", ADDRESS).expect("a document");
        assert_eq!(count(&wsdl, "<wsp:Policy wsu:Id="), 1, "{endpoint:?}");
        assert_eq!(count(&wsdl, &format!("<wsp:Policy wsu:Id=\"{id}\"")), 1, "{endpoint:?}");
        assert_eq!(count(&wsdl, &format!("<wsp:PolicyReference URI=\"#{id}\"")), 4, "{endpoint:?}");
        assert_eq!(count(&wsdl, &format!("<sp:{suite}/>")), 1, "{endpoint:?}");
        assert_eq!(count(&wsdl, "</wsdl:input>"), 4);
        let after_answers = wsdl.split("<wsdl:output>").skip(1);
        for answer in after_answers {
            let answer = answer.split("</wsdl:output>").next().expect("a first part");
            assert!(!answer.contains("Policy"), "{endpoint:?}");
        }
        assert_eq!(values(&wsdl, "location"), [ADDRESS]);
    }
}

#[test]
fn an_open_service_asks_for_nothing() {
    let wsdl = document("wsdl", ADDRESS).expect("a document");
    assert!(!wsdl.contains("Policy"));
}

#[test]
fn the_token_service_serves_its_contract_whole() {
    let serve = |query: &str| super::document(Endpoint::TokenService, false, query, ADDRESS);
    let mut imports = 0;
    for query in ["wsdl", "wsdl=trust", "xsd=trust", "xsd=authorization", "xsd=authorization-1.2"] {
        let text = serve(query).expect(query);
        assert!(!text.contains("localhost") && !text.contains("ws-trust-1.3.wsdl"), "{query}");
        let locations =
            values(&text, "location").into_iter().chain(values(&text, "schemaLocation"));
        for location in locations.filter(|location| *location != ADDRESS) {
            let query = location.strip_prefix(ADDRESS).and_then(|rest| rest.strip_prefix('?'));
            assert!(query.and_then(serve).is_some(), "{location}");
            imports += 1;
        }
    }
    assert_eq!(imports, 5);
    assert!(serve("xsd=types").is_none(), "that is of the other contract");
    let wsdl = serve("wsdl").expect("a document");
    assert_eq!(count(&wsdl, "<sp:Basic256Sha256/>"), 1);
    assert!(wsdl.contains("<sp:RequireSignatureConfirmation/>"));
}
