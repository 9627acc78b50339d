//! Synthetic numbers with valid check digits, for demonstrations, tests and load: the same index always gives the same
//! number, different indexes different ones. They are made by counting; none is taken from a person or a company.

use jiff::civil::date;
use jiff::{Timestamp, ToSpan};

use crate::digits::check_digits;
use crate::{Client, ClientId, EnterpriseNumber, Inss, Role, WorksReference};

const ALPHABET: &[u8; 34] = b"0123456789ABCDEFGHJKLMNPQRSTUVWXYZ";
const COUNTERS: u32 = 998;
/// Births of 1950 to 1999, so that the numbers are right on any day from 2000 on.
const BIRTHS: u32 = 18_262;

/// How many different persons' numbers [`inss`] knows: some 18 million.
pub const PERSONS: u32 = COUNTERS * BIRTHS;

/// A national number. Indexes from [`PERSONS`] on begin again.
pub fn inss(index: u32) -> Inss {
    let index = index % PERSONS;
    let birth = date(1950, 1, 1) + i64::from(index % BIRTHS).days();
    let part = |value: i16| u64::try_from(value).unwrap_or_default();
    let birth = part(birth.year() - 1900) * 10_000
        + part(birth.month().into()) * 100
        + part(birth.day().into());
    let base = birth * 1000 + u64::from(index / BIRTHS) + 1;
    Inss::from_stored(base * 100 + check_digits(base)).expect("made with its check digits")
}

/// An enterprise number beginning with 01, which the register has not given out; indexes from 1 000 000 on begin again.
pub fn enterprise_number(index: u32) -> EnterpriseNumber {
    let base = 1_000_000 + u64::from(index % 1_000_000);
    let number = format!("{base:08}{:02}", check_digits(base));
    EnterpriseNumber::parse(&number).expect("made with its check digits")
}

/// The reference of a declaration of works.
pub fn works_reference(index: u32) -> WorksReference {
    let mut text = *b"1Y00000000000";
    let mut rest = index as usize;
    for place in text[2..].iter_mut().rev() {
        *place = ALPHABET[rest % ALPHABET.len()];
        rest /= ALPHABET.len();
    }
    let text = std::str::from_utf8(&text).expect("the alphabet is ASCII");
    WorksReference::parse(text).expect("made of allowed characters")
}

/// A client without an enterprise and without anything by which it is known; `id` has to be one.
pub fn client(id: &str, role: Role) -> Client {
    Client {
        id: ClientId::parse(id).expect("an id of a client"),
        name: id.to_owned(),
        company: None,
        user_type: role.name().to_uppercase().into(),
        role,
        certificates: Vec::new(),
        kept: Vec::new(),
        keys: Vec::new(),
        scopes: Vec::new(),
        added: Timestamp::UNIX_EPOCH,
        revoked: None,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn numbers_are_valid_and_differ() {
        let today = date(2000, 1, 1);
        let far = [BIRTHS, BIRTHS + 1, PERSONS - 1];
        let persons: HashSet<_> = (0..2000).chain(far).map(inss).collect();
        assert_eq!(persons.len(), 2003);
        assert!(persons.iter().all(|inss| Inss::parse(&inss.digits(), today) == Some(*inss)));
        assert_eq!((0..2000).map(enterprise_number).collect::<HashSet<_>>().len(), 2000);
        assert_eq!((0..2000).map(works_reference).collect::<HashSet<_>>().len(), 2000);
    }
}
