use std::borrow::Cow;

use memchr::{memchr2, memchr3};

use super::chars::{is_blank_byte, is_xml_char};
use super::error::Malformation;

/// A run of character data between two pieces of markup.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Text<'a> {
    /// The characters, line ends and references resolved.
    pub content: Cow<'a, str>,
    /// It stood in a CDATA section.
    pub cdata: bool,
}

/// Does the text hold blanks of XML only, or nothing?
pub fn is_blank(text: &str) -> bool {
    text.bytes().all(is_blank_byte)
}

/// A fault and how far into the piece it stands.
pub(super) type At = (Malformation, usize);

/// Character data as the document means it: line ends (XML 2.11) and references resolved.
pub(super) fn character_data(raw: &str) -> Result<Cow<'_, str>, At> {
    let mut content = String::with_capacity(raw.len());
    let mut done = 0;
    while let Some(found) = memchr3(b'&', b'\r', b']', &raw.as_bytes()[done..]) {
        let at = done + found;
        content.push_str(&raw[done..at]);
        done = match raw.as_bytes()[at] {
            b'&' => reference(raw, at, &mut content)?,
            b'\r' => line_end(raw, at, &mut content),
            _ if raw[at..].starts_with("]]>") => return Err((Malformation::SectionEndInText, at)),
            _ => {
                content.push(']');
                at + 1
            }
        };
    }
    content.push_str(&raw[done..]);
    Ok(Cow::Owned(content))
}

/// The content of a CDATA section: only line ends change.
pub(super) fn section(raw: &str) -> Cow<'_, str> {
    if memchr::memchr(b'\r', raw.as_bytes()).is_none() {
        return Cow::Borrowed(raw);
    }
    let mut content = String::with_capacity(raw.len());
    let mut done = 0;
    while let Some(found) = memchr::memchr(b'\r', &raw.as_bytes()[done..]) {
        content.push_str(&raw[done..done + found]);
        done = line_end(raw, done + found, &mut content);
    }
    content.push_str(&raw[done..]);
    Cow::Owned(content)
}

/// An attribute's value (XML 3.3.3; without a DTD every attribute is CDATA): blanks become spaces, references resolve.
pub(super) fn attribute_value(raw: &str) -> Result<Cow<'_, str>, At> {
    let bytes = raw.as_bytes();
    if memchr3(b'&', b'\r', b'\n', bytes).is_none() && memchr2(b'<', b'\t', bytes).is_none() {
        return Ok(Cow::Borrowed(raw));
    }
    let mut content = String::with_capacity(raw.len());
    let mut done = 0;
    let special = |byte: &u8| matches!(byte, b'&' | b'<' | b'\t' | b'\n' | b'\r');
    while let Some(found) = bytes[done..].iter().position(special) {
        let at = done + found;
        content.push_str(&raw[done..at]);
        done = match bytes[at] {
            b'&' => reference(raw, at, &mut content)?,
            b'<' => return Err((Malformation::LessThanInAttribute, at)),
            b'\r' => {
                content.push(' ');
                if bytes.get(at + 1) == Some(&b'\n') { at + 2 } else { at + 1 }
            }
            _ => {
                content.push(' ');
                at + 1
            }
        };
    }
    content.push_str(&raw[done..]);
    Ok(Cow::Owned(content))
}

/// Writes the line feed that a line end at `at` stands for; answers where the text goes on.
fn line_end(raw: &str, at: usize, content: &mut String) -> usize {
    content.push('\n');
    if raw.as_bytes().get(at + 1) == Some(&b'\n') { at + 2 } else { at + 1 }
}

/// \[66\] \[68\]: writes the character that the reference at `at` stands for; answers where the text goes on.
fn reference(raw: &str, at: usize, content: &mut String) -> Result<usize, At> {
    // The longest reference that means something is far shorter, but leading zeros may go on for ever.
    let Some(length) = memchr2(b';', b'<', &raw.as_bytes()[at..])
        .filter(|length| raw.as_bytes()[at + length] == b';')
    else {
        return Err((Malformation::Reference, at));
    };
    let name = &raw[at + 1..at + length];
    let character = match name {
        "lt" => '<',
        "gt" => '>',
        "amp" => '&',
        "apos" => '\'',
        "quot" => '"',
        _ => match name.strip_prefix('#') {
            Some(number) => character_of(number).map_err(|problem| (problem, at))?,
            None if is_name(name) => return Err((Malformation::UndefinedEntity, at)),
            None => return Err((Malformation::Reference, at)),
        },
    };
    content.push(character);
    Ok(at + length + 1)
}

/// The character of a character reference, without `&#` and `;`.
fn character_of(number: &str) -> Result<char, Malformation> {
    let (digits, radix) = match number.strip_prefix('x') {
        Some(digits) => (digits, 16),
        None => (number, 10),
    };
    if digits.is_empty() {
        return Err(Malformation::Reference);
    }
    let mut code = 0_u32;
    for digit in digits.chars() {
        let digit = digit.to_digit(radix).ok_or(Malformation::Reference)?;
        // Stays above every character once it is; cannot overflow.
        code = (code * radix + digit).min(0x0011_0000);
    }
    char::from_u32(code).filter(|found| is_xml_char(*found)).ok_or(Malformation::IllegalCharacter)
}

fn is_name(name: &str) -> bool {
    let mut cursor = super::cursor::Cursor::new(name);
    cursor.qname().is_ok_and(|found| found.raw.len() == name.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn character_data_resolves_references_and_line_ends() {
        let data = |raw| character_data(raw).map(Cow::into_owned);
        assert_eq!(data("a\r\nb\rc\nd").as_deref(), Ok("a\nb\nc\nd"));
        assert_eq!(data("&lt;&gt;&amp;&apos;&quot;").as_deref(), Ok("<>&'\""));
        assert_eq!(data("&#65;&#x00000000000000000041;&#13;\u{e9}").as_deref(), Ok("AA\r\u{e9}"));
        assert_eq!(data("]] >]>").as_deref(), Ok("]] >]>"));
        assert_eq!(data("ab]]>"), Err((Malformation::SectionEndInText, 2)));
        assert_eq!(data("&foo;"), Err((Malformation::UndefinedEntity, 0)));
        for wrong in ["&", "& ;", "&;", "&#;", "&#x;", "&#X41;", "&#xG;", "&#-1;", "&lt", "&#6 5;"]
        {
            assert_eq!(data(wrong), Err((Malformation::Reference, 0)), "{wrong}");
        }
        for illegal in
            ["&#0;", "&#xD800;", "&#xFFFE;", "&#x110000;", "&#99999999999999999999;", "&#11;"]
        {
            assert_eq!(data(illegal), Err((Malformation::IllegalCharacter, 0)), "{illegal}");
        }
    }

    #[test]
    fn attribute_values_are_normalised() {
        let value = |raw| attribute_value(raw).map(Cow::into_owned);
        assert_eq!(value("a\r\nb\tc\nd\re").as_deref(), Ok("a b c d e"));
        assert_eq!(value("&#10;&#x9;]]>").as_deref(), Ok("\n\t]]>"));
        assert_eq!(value("a<b"), Err((Malformation::LessThanInAttribute, 1)));
        assert!(matches!(attribute_value("plain"), Ok(Cow::Borrowed("plain"))));
    }
}
