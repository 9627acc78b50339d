//! What each parser must hold for any bytes. A form panics when it does not.

use domain::{ClientReference, EnterpriseNumber, ForeignVatNumber, Inss, LimosaId, WorksReference};
use jiff::civil::date;
use soap::message::Request;
use soap::xml::{Limits, to_text};

/// Bytes to a request: never panics, and a request keeps to the contract's cardinalities.
pub fn decode(bytes: &[u8]) {
    let Ok(text) = to_text(bytes, None) else { return };
    match soap::decode::decode(&text, &Limits::default()) {
        Ok(Request::Register(items)) => assert!((1..=200).contains(&items.len())),
        Ok(Request::Cancel(items)) => assert!((1..=200).contains(&items.len())),
        Ok(Request::Search(search)) => assert!((1..=31).contains(&search.periods.len())),
        Ok(Request::Get(get)) => assert!(get.id.unsigned_abs() < 1_000_000_000_000_000),
        // Names are cut, so no fault grows with the message.
        Err(fault) => assert!(format!("{fault:?}").len() < 4_000),
    }
}

/// A number of a person is the digits it was read from.
pub fn inss(bytes: &[u8]) {
    let today = date(2026, 11, 24);
    if let Some((text, inss)) = text(bytes).and_then(|text| Some((text, Inss::parse(text, today)?)))
    {
        assert_eq!(inss.digits(), text);
        assert_eq!(Inss::from_stored(inss.number()), Some(inss));
        assert!(!format!("{inss:?}").contains(text));
    }
}

/// An enterprise number is the digits it was read from, and the same as from SOAP.
pub fn enterprise_number(bytes: &[u8]) {
    if let Some((text, Ok(number))) = text(bytes).map(|text| (text, EnterpriseNumber::parse(text)))
    {
        assert_eq!(format!("{:010}", number.number()), text);
        let long = i64::try_from(number.number()).expect("has 10 digits");
        assert_eq!(
            EnterpriseNumber::from_long(long).ok(),
            Some(number).filter(|_| long >= 100_000_000)
        );
    }
}

/// A Limosa id is the text it was read from.
pub fn limosa_id(bytes: &[u8]) {
    if let Some((text, id)) = text(bytes).and_then(|text| Some((text, LimosaId::parse(text)?))) {
        assert_eq!(id.as_str(), text);
    }
}

/// A reference of a work reads back as itself.
pub fn works_reference(bytes: &[u8]) {
    if let Some(reference) = text(bytes).and_then(WorksReference::parse) {
        assert_eq!(WorksReference::parse(reference.as_str()), Some(reference));
    }
}

/// A client's reference is the text it was read from.
pub fn client_reference(bytes: &[u8]) {
    if let Some((text, id)) =
        text(bytes).and_then(|text| Some((text, ClientReference::parse(text)?)))
    {
        assert_eq!(id.as_str(), text);
    }
}

/// A foreign VAT number reads back as itself.
pub fn foreign_vat(bytes: &[u8]) {
    if let Some(number) = text(bytes).and_then(ForeignVatNumber::parse) {
        assert_eq!(ForeignVatNumber::parse(number.as_str()), Some(number.clone()));
    }
}

fn text(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok()
}
