//! Identifiers as the schema bounds them; whether their check digits are right is a rule of the domain.

pub(super) const SSIN: &str = "11 digits";
pub(super) const ENTERPRISE: &str = "10 digits, the first 0 or 1";
pub(super) const VAT: &str = "a country code and 1 to 18 capitals or digits";
pub(super) const WORKS: &str = "13 characters: digits and capitals without I and O";
pub(super) const LIMOSA: &str = "1 to 20 digits";

fn digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

pub(super) fn ssin(text: &str) -> bool {
    text.len() == 11 && digits(text)
}

pub(super) fn enterprise(text: &str) -> bool {
    text.len() == 10 && digits(text) && text.starts_with(['0', '1'])
}

/// The number as the domain's drafts have it.
pub(super) fn enterprise_number(text: &str) -> i64 {
    text.parse().expect("ten digits, as was checked")
}

pub(super) fn vat(text: &str) -> bool {
    let (country, number) = text.split_at_checked(2).unwrap_or_default();
    country.len() == 2
        && country.bytes().all(|byte| byte.is_ascii_uppercase())
        && (1..=18).contains(&number.len())
        && number.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

pub(super) fn works(text: &str) -> bool {
    domain::WorksReference::parse(text).is_some()
}

pub(super) fn limosa(text: &str) -> bool {
    (1..=20).contains(&text.len()) && digits(text)
}
