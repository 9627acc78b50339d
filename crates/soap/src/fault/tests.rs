use std::fmt::Write;

use domain::{Error, ErrorKind};

use super::*;
use crate::decode::{DecodeFault, Rule, SchemaFault};
use crate::xml::{EncodingError, Malformation};

fn settings(contact: Option<&str>) -> FaultSettings {
    FaultSettings { environment: Environment::Test, contact: contact.map(str::to_owned) }
}

fn lines(fault: &Fault, contact: Option<&str>) -> String {
    let envelope = fault.envelope("ticket-1", &settings(contact));
    String::from_utf8(envelope).expect("UTF-8").replace("><", ">\n<")
}

/// The codes of a fault and what it says, a line for each language.
fn told(fault: &Fault) -> String {
    let mut text = format!("{} {}", fault.code.code(), fault.soap_code.name());
    for (language, said) in fault.detail.as_deref().into_iter().flat_map(Texts::each) {
        write!(text, "\n  {language}: {said}").expect("a String takes every text");
    }
    text
}

fn list(faults: impl IntoIterator<Item = Fault>) -> String {
    faults.into_iter().map(|fault| told(&fault)).collect::<Vec<_>>().join("\n")
}

#[test]
fn every_code_has_its_meaning_in_four_languages() {
    let meanings = FaultCode::ALL.map(|code| {
        let told = told(&Fault::new(code, Some(code.meaning())));
        let (name, origin, retry) = (code.error_name(), code.origin(), code.retry());
        format!("{told}\n  {name}, origin {origin:?}, retry {retry:?}")
    });
    let text = meanings.join("\n");
    insta::assert_snapshot!(text);
}

#[test]
fn a_system_error_tells_its_ticket_and_whom_to_ask() {
    let fault = Fault::from(DecodeFault::NoBody);
    insta::assert_snapshot!(lines(&fault, Some("Help & desk <help@presence.example>")));
}

#[test]
fn a_contradiction_is_a_business_error() {
    insta::assert_snapshot!(lines(&creation_ends_before_it_begins(), None));
}

#[test]
fn a_fault_of_ours_says_no_more_than_its_code() {
    let fault = Fault::from(&Error::caused_by(ErrorKind::Internal, "row 7 of 85010100136"));
    let answer = lines(&fault, None);
    assert!(!answer.contains("85010100136") && !answer.contains("row 7"), "{answer}");
    insta::assert_snapshot!(answer);
}

#[test]
fn what_the_decoder_refuses_is_told_in_four_languages() {
    let schema = |rule| {
        let path = "RegisterPresencesRequest/PresenceRegistrationRequest[3]/INSS".to_owned();
        DecodeFault::Schema(SchemaFault { path, line: 12, rule })
    };
    let name = || "Surprise".to_owned();
    let faults = [
        DecodeFault::Malformed { line: 3, what: Malformation::MismatchedTag },
        DecodeFault::Doctype { line: 2 },
        DecodeFault::TooDeep { line: 4, limit: 64 },
        DecodeFault::TooManyAttributes { line: 4, limit: 64 },
        DecodeFault::NotSoap { line: 1, found: name() },
        DecodeFault::OtherSoapVersion,
        DecodeFault::NoBody,
        DecodeFault::NotWsi { line: 9 },
        DecodeFault::MustUnderstand { header: name() },
        DecodeFault::UnknownOperation { name: name() },
        schema(Rule::Pattern(r"\d{11}")),
        schema(Rule::MaxLength(13)),
        schema(Rule::Integer),
        schema(Rule::TotalDigits(10)),
        schema(Rule::Date),
        schema(Rule::DateTime),
        schema(Rule::OneOf(&["ASCENDING", "DESCENDING"])),
        schema(Rule::Unexpected { allowed: &[] }),
        schema(Rule::Unexpected { allowed: &["INSS", "LimosaId"] }),
        schema(Rule::Missing { allowed: &["WorkPlaceId"] }),
        schema(Rule::TooMany(200)),
        schema(Rule::Namespace("http://socialsecurity.be/presenceregistration/schemas/v1")),
        schema(Rule::ElementsOnly),
        schema(Rule::TextOnly),
        schema(Rule::Attribute),
        schema(Rule::Type(Some("INSSType"))),
        schema(Rule::Type(None)),
    ];
    insta::assert_snapshot!(list(faults.map(Fault::from)));
}

#[test]
fn what_cannot_be_read_is_told_in_four_languages() {
    let faults = [
        EncodingError::Unknown("EBCDIC-BE".to_owned()),
        EncodingError::Malformed,
        EncodingError::Contradiction,
    ];
    insta::assert_snapshot!(list(faults.map(Fault::from)));
}

#[test]
fn what_the_transport_refuses_is_told_in_four_languages() {
    let faults = [
        TransportFault::BodyTooLarge { limit: 8_388_608 },
        TransportFault::BodyTooSlow { seconds: 30 },
        TransportFault::UnsupportedEncoding,
        TransportFault::BadGzip,
        TransportFault::Overloaded,
        TransportFault::NoRoom,
        TransportFault::TooManyCallsAtOnce { calls: 128 },
        TransportFault::TooManyCallsASecond { calls: 50 },
        TransportFault::Internal,
    ];
    insta::assert_snapshot!(list(faults.map(Fault::from)));
}

#[test]
fn errors_of_the_use_cases_become_the_codes_of_the_contract() {
    for (kind, code, may_retry) in [
        (ErrorKind::Overloaded, "SOA-02002", true),
        (ErrorKind::StoreUnavailable, "SOA-02002", true),
        (ErrorKind::StoreRefused, "SOA-02001", false),
        (ErrorKind::Internal, "SOA-00001", false),
        (ErrorKind::SearchTooBroad { budget: 1 }, "SOA-00001", false),
    ] {
        let cause = std::io::Error::other("the disk is full");
        let fault = Fault::from(&Error::caused_by(kind, cause));
        assert_eq!((fault.code.code(), fault.soap_code), (code, SoapCode::Server), "{kind:?}");
        assert_eq!(fault.retry_after().is_some(), may_retry, "{kind:?}");
        let private = fault.private.expect("for the log");
        assert!(private.starts_with(kind.code()) && private.ends_with("the disk is full"));
    }
}
