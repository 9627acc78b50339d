//! What callers are told about broken messages.

use std::fmt::Write;

use soap::decode::{DecodeFault, decode};
use soap::xml::Limits;

/// A valid message of one registration, in which each case changes one thing.
const MESSAGE: &str = r#"<?xml version="1.0"?>
<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/">
  <s:Header/>
  <s:Body>
    <v:RegisterPresencesRequest xmlns:v="http://socialsecurity.be/presenceregistration/v1"
        xmlns:t="http://socialsecurity.be/presenceregistration/schemas/v1">
      <v:PresenceRegistrationRequest>
        <t:RegistrationDate>2026-11-24</t:RegistrationDate>
        <t:INSS>85010100136</t:INSS>
        <t:CompanyID>403199702</t:CompanyID>
        <t:WorkPlaceId>1A2B3C4D5E6F7</t:WorkPlaceId>
        <t:ClientPresenceRegistrationReference>R</t:ClientPresenceRegistrationReference>
      </v:PresenceRegistrationRequest>
    </v:RegisterPresencesRequest>
  </s:Body>
</s:Envelope>
"#;

/// What is changed, into what, and what is wrong then.
const CASES: [(&str, &str, &str); 30] = [
    ("tag not closed", "</t:INSS>", "<t:INSS>"),
    ("bare ampersand", ">R<", ">R & D<"),
    ("undeclared prefix", "<t:INSS>", "<q:INSS>"),
    ("control character", ">R<", ">\u{1}<"),
    ("cut short", "</s:Envelope>\n", ""),
    (
        "document type",
        "<s:Envelope",
        "<!DOCTYPE s:Envelope [<!ENTITY e SYSTEM 'file:///x'>]>\n<s:Envelope",
    ),
    ("another root", "s:Envelope", "s:Letter"),
    (
        "SOAP 1.2",
        "http://schemas.xmlsoap.org/soap/envelope/",
        "http://www.w3.org/2003/05/soap-envelope",
    ),
    ("header after body", "</s:Body>", "</s:Body><s:Header/>"),
    ("two headers", "<s:Header/>", "<s:Header/><s:Header/>"),
    ("text in the body", "<s:Body>", "<s:Body>hello"),
    ("request in no namespace", "<s:Body>", "<s:Body><RegisterPresencesRequest/>"),
    ("unknown operation", "v:RegisterPresencesRequest", "v:RegisterPresences"),
    ("old version", "presenceregistration/v1", "presenceregistration/v0"),
    (
        "header to understand",
        "<s:Header/>",
        "<s:Header><h:Money xmlns:h='urn:h' s:mustUnderstand='1'/></s:Header>",
    ),
    ("number with separators", ">85010100136<", ">85.01.01-001.36<"),
    ("blank after the number", ">85010100136<", ">85010100136 <"),
    ("long work", ">1A2B3C4D5E6F7<", ">1A2B3C4D5E6F78<"),
    ("company with letters", ">403199702<", ">BE0403199702<"),
    ("long company", ">403199702<", ">10403199702<"),
    ("Belgian date", ">2026-11-24<", ">24/11/2026<"),
    ("no company", "<t:CompanyID>403199702</t:CompanyID>", ""),
    ("no work", "<t:WorkPlaceId>1A2B3C4D5E6F7</t:WorkPlaceId>", ""),
    ("two persons", "<t:CompanyID>403199702</t:CompanyID>", "<t:LimosaId>1</t:LimosaId>"),
    ("wrong namespace", "<t:INSS>85010100136</t:INSS>", "<v:INSS>85010100136</v:INSS>"),
    (
        "element after the last",
        "</v:PresenceRegistrationRequest>",
        "<t:Sector>1</t:Sector></v:PresenceRegistrationRequest>",
    ),
    ("text between", "<t:CompanyID>", "85010100136<t:CompanyID>"),
    ("element in text", ">R<", "><b>R</b><"),
    ("own attribute", "<t:INSS>", "<t:INSS kind='bis'>"),
    (
        "nil",
        "<t:INSS>85010100136</t:INSS>",
        "<t:INSS xmlns:i='http://www.w3.org/2001/XMLSchema-instance' i:nil='true'/>",
    ),
];

fn fault_of(text: &str) -> DecodeFault {
    decode(text, &Limits::default()).expect_err("the case is broken")
}

#[test]
fn callers_are_told_what_is_wrong_and_where() {
    assert!(decode(MESSAGE, &Limits::default()).is_ok());
    let mut told = String::new();
    for (case, from, to) in CASES {
        assert!(MESSAGE.contains(from), "{case}");
        let fault = fault_of(&MESSAGE.replace(from, to));
        let text = format!("{fault:?}");
        assert!(
            !text.contains("85010100136") && !text.contains("85.01"),
            "{case} tells a person's number"
        );
        writeln!(told, "{case}: {text}").unwrap();
        if let DecodeFault::Schema(fault) = fault {
            writeln!(told, "    {} (line {}): {}", fault.path, fault.line, fault.rule).unwrap();
        }
    }
    for (case, from, to) in [
        ("no body", MESSAGE.find("<s:Body>"), MESSAGE.find("</s:Envelope>")),
        ("empty body", MESSAGE.find("<v:Reg"), MESSAGE.find("</s:Body>")),
        ("no item", MESSAGE.find("<v:Presence"), MESSAGE.find("</v:Register")),
    ] {
        let text = [&MESSAGE[..from.unwrap()], &MESSAGE[to.unwrap()..]].concat();
        writeln!(told, "{case}: {:?}", fault_of(&text)).unwrap();
    }
    let twice = [
        &MESSAGE[..MESSAGE.find("  </s:Body>").unwrap()],
        &MESSAGE[MESSAGE.find("    <v:Register").unwrap()..],
    ];
    writeln!(told, "two requests: {:?}", fault_of(&twice.concat())).unwrap();
    let deep = MESSAGE.replace("<s:Header/>", &format!("<s:Header>{}", "<h>".repeat(100)));
    writeln!(told, "deep: {:?}", fault_of(&deep)).unwrap();
    let wide = MESSAGE.replace("<s:Header/>", &format!("<s:Header{}/>", " a=''".repeat(100)));
    writeln!(told, "wide: {:?}", fault_of(&wide)).unwrap();
    insta::assert_snapshot!(told);
}

#[test]
fn names_are_cut_in_faults() {
    let long = "x".repeat(10_000);
    for (from, to) in
        [("t:INSS", format!("t:{long}")), ("v:RegisterPresencesRequest", format!("v:{long}"))]
    {
        assert!(format!("{:?}", fault_of(&MESSAGE.replace(from, &to))).len() < 400);
    }
}
