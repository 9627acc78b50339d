//! What each parser must hold for any bytes. A form panics when it does not.

use app::import::{FileError, Rejected, Sink, kbo, read_addresses, read_register};
use domain::register::{Key, Register};
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

/// A file of a register: the first byte says of which. Every line is answered for, and no flaw names a person.
pub fn register_file(bytes: &[u8]) {
    let Some((first, rest)) = bytes.split_first() else { return };
    let register = Register::ALL[usize::from(*first) % Register::ALL.len()];
    let mut answered = Answered::default();
    let mut input = rest;
    // A file that is refused whole is answered for as well.
    _ = read_register(register, "fuzzed", &mut input, date(2026, 11, 24), &mut answered);
    answered.hold(rest);
}

/// A file of addresses.
pub fn addresses(bytes: &[u8]) {
    let mut answered = Answered::default();
    let mut input = bytes;
    _ = read_addresses("fuzzed", &mut input, &mut answered);
    answered.hold(bytes);
}

/// A set of the Crossroads Bank: its files one after the other, with the byte 0 between them. What is read of a set that
/// is not refused are enterprises.
pub fn kbo_set(bytes: &[u8]) {
    let mut set = Set(bytes.split(|byte| *byte == 0).collect());
    let mut answered = Answered::default();
    if let Ok(extract) = kbo::read_extract(&mut set) {
        _ = kbo::follows(&extract, Some(extract.number));
        _ = kbo::read_set(&mut set, &extract, &mut answered);
    }
    answered.hold(bytes);
}

const SET: [&str; 7] = [
    "meta.csv",
    "code.csv",
    "enterprise.csv",
    "establishment.csv",
    "denomination.csv",
    "address.csv",
    "activity.csv",
];

struct Set<'b>(Vec<&'b [u8]>);

impl kbo::Files for Set<'_> {
    fn names(&self) -> Vec<String> {
        SET.iter().map(|name| (*name).to_owned()).collect()
    }

    fn open(&mut self, name: &str) -> std::io::Result<Box<dyn std::io::Read + '_>> {
        let place = SET.iter().position(|other| *other == name);
        let bytes = place.and_then(|place| self.0.get(place)).copied().unwrap_or_default();
        Ok(Box::new(bytes))
    }
}

#[derive(Default)]
struct Answered {
    rows: usize,
}

impl Answered {
    /// No more rows than lines, whatever they are.
    fn hold(&self, bytes: &[u8]) {
        assert!(self.rows <= bytes.len());
    }
}

impl<T> Sink<T> for Answered {
    fn put(&mut self, _row: T) -> Result<(), FileError> {
        self.rows += 1;
        Ok(())
    }

    fn remove(&mut self, _key: Key) -> Result<(), FileError> {
        self.rows += 1;
        Ok(())
    }

    fn reject(&mut self, rejected: Rejected) -> Result<(), FileError> {
        assert!(!rejected.flaws.is_empty() && rejected.line > 0);
        // A name in a JSON object and a text of ours is all that a flaw repeats.
        assert!(rejected.flaws.iter().all(|flaw| flaw.reason.len() < 1_000));
        Ok(())
    }

    fn pass(&mut self) -> Result<(), FileError> {
        self.rows += 1;
        Ok(())
    }
}
