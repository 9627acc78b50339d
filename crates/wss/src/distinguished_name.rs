use std::fmt;

use x509_parser::x509::X509Name;

/// Short names of attribute types, as RFC 4514, Java, .NET and OpenSSL write them.
const SHORT: [(&str, &str); 22] = [
    ("CN", "2.5.4.3"),
    ("SN", "2.5.4.4"),
    ("SURNAME", "2.5.4.4"),
    ("SERIALNUMBER", "2.5.4.5"),
    ("C", "2.5.4.6"),
    ("L", "2.5.4.7"),
    ("ST", "2.5.4.8"),
    ("S", "2.5.4.8"),
    ("STREET", "2.5.4.9"),
    ("O", "2.5.4.10"),
    ("OU", "2.5.4.11"),
    ("T", "2.5.4.12"),
    ("TITLE", "2.5.4.12"),
    ("GIVENNAME", "2.5.4.42"),
    ("G", "2.5.4.42"),
    ("GN", "2.5.4.42"),
    ("DC", "0.9.2342.19200300.100.1.25"),
    ("UID", "0.9.2342.19200300.100.1.1"),
    ("E", "1.2.840.113549.1.9.1"),
    ("EMAILADDRESS", "1.2.840.113549.1.9.1"),
    ("EMAIL", "1.2.840.113549.1.9.1"),
    ("ORGANIZATIONIDENTIFIER", "2.5.4.97"),
];

/// The types that every writer gives by a short name, with their values as text (RFC 2253, 2.3); others may be written with
/// their object identifier and in hexadecimal digits.
const EVERYWHERE: [&str; 9] = [
    "2.5.4.3",
    "2.5.4.6",
    "2.5.4.7",
    "2.5.4.8",
    "2.5.4.9",
    "2.5.4.10",
    "2.5.4.11",
    "0.9.2342.19200300.100.1.25",
    "0.9.2342.19200300.100.1.1",
];

/// The name of a subject or of an issuer.
///
/// `Display` writes it as RFC 4514 has it, most specific first. It can name a person, so `Debug` does not show it.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct DistinguishedName {
    der: Vec<u8>,
    /// Attribute type and value, in the order of the certificate: most general first.
    attributes: Vec<(String, String)>,
}

impl DistinguishedName {
    pub(crate) fn of(name: &X509Name<'_>) -> Self {
        let attributes = name
            .iter_attributes()
            .map(|it| {
                let value = it.as_str().map_or_else(
                    |_| String::from_utf8_lossy(it.as_slice()).into_owned(),
                    str::to_owned,
                );
                (it.attr_type().to_id_string(), value)
            })
            .collect();
        Self { der: name.as_raw().to_vec(), attributes }
    }

    /// The name as it stands in the certificate.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// The values of an attribute type, given by its short name or its object identifier.
    pub fn values<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> + use<'a> {
        let wanted = identifier(name);
        self.attributes.iter().filter(move |(kind, _)| *kind == wanted).map(|(_, value)| &**value)
    }

    /// What this name has in common with every way to write it: see [`essence_of`].
    pub(crate) fn essence(&self) -> String {
        essence(&self.attributes)
    }

    /// Is `text` this name? Any usual spelling is taken, in either order.
    ///
    /// Who writes a name as text loses what tells two values apart: case and runs of blanks do not count, nor does the
    /// value of a type that is written in hexadecimal digits. Use it to find a certificate, never to trust one.
    pub fn is_written(&self, text: &str) -> bool {
        let Some(written) = parse(text) else { return false };
        let same = |(one, other): (&(String, String), &(String, String))| {
            one.0 == other.0 && (other.1.starts_with('#') || folded(&one.1) == folded(&other.1))
        };
        written.len() == self.attributes.len()
            && (self.attributes.iter().rev().zip(&written).all(same)
                || self.attributes.iter().zip(&written).all(same))
    }
}

impl fmt::Display for DistinguishedName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (kind, value)) in self.attributes.iter().rev().enumerate() {
            let short = SHORT.iter().find(|(_, known)| known == kind).map_or(&**kind, |it| it.0);
            write!(f, "{}{short}=", if index == 0 { "" } else { "," })?;
            for (place, character) in value.char_indices() {
                let edge = place == 0 && matches!(character, ' ' | '#')
                    || place + 1 == value.len() && character == ' ';
                if edge || matches!(character, ',' | '+' | '"' | '\\' | '<' | '>' | ';') {
                    f.write_str("\\")?;
                }
                write!(f, "{character}")?;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for DistinguishedName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DistinguishedName({} attributes)", self.attributes.len())
    }
}

/// The object identifier of a type that is given by either name.
fn identifier(name: &str) -> String {
    let name = name.trim();
    let short = SHORT.iter().find(|(short, _)| short.eq_ignore_ascii_case(name));
    let bare = name.strip_prefix("OID.").or(name.strip_prefix("oid.")).unwrap_or(name);
    short.map_or(bare, |(_, identifier)| identifier).to_owned()
}

/// What is the same for a name and for every text that [`DistinguishedName::is_written`] takes for it.
pub(crate) fn essence_of(text: &str) -> Option<String> {
    parse(text).map(|attributes| essence(&attributes))
}

fn essence(attributes: &[(String, String)]) -> String {
    let plain = attributes.iter().filter(|(kind, _)| EVERYWHERE.contains(&&**kind));
    let mut plain: Vec<_> =
        plain.map(|(kind, value)| format!("{kind}={}\n", folded(value))).collect();
    plain.sort_unstable();
    plain.concat()
}

fn folded(value: &str) -> String {
    value.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// Divides a written name into types and values; `None` when it is none.
fn parse(text: &str) -> Option<Vec<(String, String)>> {
    let mut attributes = Vec::new();
    for piece in pieces(text) {
        let (kind, value) = piece.split_once('=')?;
        attributes.push((identifier(kind), unescaped(value.trim())));
    }
    Some(attributes)
}

/// The pieces between separators that are neither escaped nor quoted.
fn pieces(text: &str) -> Vec<&str> {
    let (mut pieces, mut start) = (Vec::new(), 0);
    let (mut escaped, mut quoted) = (false, false);
    for (place, character) in text.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => quoted = !quoted,
            ',' | ';' | '+' if !quoted => {
                pieces.push(&text[start..place]);
                start = place + 1;
            }
            _ => {}
        }
    }
    pieces.push(&text[start..]);
    pieces
}

fn unescaped(value: &str) -> String {
    let value = value.strip_prefix('"').and_then(|it| it.strip_suffix('"')).unwrap_or(value);
    let mut plain = Vec::with_capacity(value.len());
    let mut bytes = value.bytes();
    while let Some(byte) = bytes.next() {
        if byte != b'\\' {
            plain.push(byte);
            continue;
        }
        let Some(next) = bytes.next() else { break };
        let hexadecimal = |digit: u8| char::from(digit).to_digit(16);
        let second = bytes.clone().next().and_then(hexadecimal);
        match (hexadecimal(next), second) {
            (Some(high), Some(low)) => {
                bytes.next();
                plain.push(u8::try_from(high * 16 + low).unwrap_or_default());
            }
            _ => plain.push(next),
        }
    }
    String::from_utf8_lossy(&plain).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_to_write_a_name_has_its_essence() {
        let attribute = |kind: &str, value: &str| (kind.to_owned(), value.to_owned());
        let name = DistinguishedName {
            der: Vec::new(),
            attributes: vec![
                attribute("2.5.4.6", "BE"),
                attribute("2.5.4.10", "Certifying, Great  Ltd"),
                attribute("2.5.4.5", "201801"),
                attribute("2.5.4.3", "Citizen CA"),
            ],
        };
        for text in [
            &*name.to_string(),
            "CN=Citizen CA,2.5.4.5=#1306323031383031,O=Certifying\\, Great  Ltd,C=BE",
            "C=BE, O=\"Certifying, Great Ltd\", SERIALNUMBER=201801, CN=Citizen CA",
            "cn=citizen ca, oid.2.5.4.5=201801, o=certifying\\2c great ltd, c=be",
        ] {
            assert!(name.is_written(text), "{text}");
            assert_eq!(essence_of(text), Some(name.essence()), "{text}");
        }
        assert_ne!(essence_of("CN=Citizen CA,C=BE"), Some(name.essence()));
        assert_eq!(essence_of("no name"), None);
    }
}
