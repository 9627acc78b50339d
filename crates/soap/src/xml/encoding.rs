use std::borrow::Cow;
use std::fmt;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_874, WINDOWS_1252, WINDOWS_1254};

use super::chars::is_blank_byte;
use super::cursor::Cursor;
use super::declaration::{is_encoding_name, pseudo_attribute};

/// Why bytes are no text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum EncodingError {
    /// The charset is one that this service does not read. Holds its name, cut to 40 characters.
    Unknown(String),
    /// The bytes are not of the charset.
    Malformed,
    /// The XML declaration names UTF-16, and the text is in 8-bit characters.
    Contradiction,
}

impl fmt::Display for EncodingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown(name) => write!(f, "the charset {name} is not supported"),
            Self::Malformed => f.write_str("the bytes are not of the charset they should be of"),
            Self::Contradiction => {
                f.write_str("the XML declaration names another charset than the text is in")
            }
        }
    }
}

impl std::error::Error for EncodingError {}

/// The text of a message, without its byte order mark.
///
/// What counts is, in this order: the byte order mark, `charset` (the parameter of the Content-Type header), the form of
/// the first bytes and the encoding that the XML declaration names (XML 1.0, appendix F), UTF-8. Bytes that are not of
/// the charset are an error, never replaced. UTF-32 and EBCDIC are not read.
pub fn to_text<'a>(bytes: &'a [u8], charset: Option<&str>) -> Result<Cow<'a, str>, EncodingError> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return strictly(encoding, &bytes[mark..]);
    }
    let form = sixteen_bit_form(bytes);
    if let Some(charset) = charset {
        let charset = charset.trim_matches([' ', '\t', '"']);
        // Without a byte order mark "UTF-16" leaves the order open: the first character tells, else it is big-endian.
        if charset.eq_ignore_ascii_case("UTF-16") {
            let order = form.unwrap_or(if bytes.get(1) == Some(&0) { UTF_16LE } else { UTF_16BE });
            return strictly(order, bytes);
        }
        return named(charset, bytes);
    }
    if let Some(form) = form {
        return strictly(form, bytes);
    }
    match declared_encoding(bytes) {
        Some(name) if is_sixteen_bit(name) => Err(EncodingError::Contradiction),
        Some(name) => named(name, bytes),
        None => strictly(UTF_8, bytes),
    }
}

/// UTF-16 by the form of `<?`, with which a document in it must begin when it has no byte order mark.
fn sixteen_bit_form(bytes: &[u8]) -> Option<&'static Encoding> {
    match bytes {
        [b'<', 0, b'?', 0, ..] => Some(UTF_16LE),
        [0, b'<', 0, b'?', ..] => Some(UTF_16BE),
        _ => None,
    }
}

fn is_sixteen_bit(name: &str) -> bool {
    Encoding::for_label(name.as_bytes()).is_some_and(|found| found == UTF_16LE || found == UTF_16BE)
}

/// The encoding that the XML declaration of a text in an ASCII-compatible charset names.
fn declared_encoding(bytes: &[u8]) -> Option<&str> {
    let end = memchr::memchr(b'>', bytes)?;
    let declaration = bytes[..end].strip_prefix(b"<?xml")?;
    declaration.first().filter(|byte| is_blank_byte(**byte))?;
    // A wrong declaration is refused when it is read as text: here it only names no encoding.
    let mut cursor = Cursor::new(str::from_utf8(declaration).ok()?);
    cursor.skip_blanks();
    pseudo_attribute(&mut cursor, "version").ok()?;
    cursor.skip_blanks();
    pseudo_attribute(&mut cursor, "encoding").ok()?.filter(|name| is_encoding_name(name))
}

fn strictly<'a>(
    encoding: &'static Encoding,
    bytes: &'a [u8],
) -> Result<Cow<'a, str>, EncodingError> {
    encoding
        .decode_without_bom_handling_and_without_replacement(bytes)
        .ok_or(EncodingError::Malformed)
}

/// Decodes by the name of a charset.
///
/// `encoding_rs` follows the web, where ISO-8859-1, -9, -11 and ASCII mean Microsoft's extensions of them. In XML
/// they mean themselves.
fn named<'a>(name: &str, bytes: &'a [u8]) -> Result<Cow<'a, str>, EncodingError> {
    let unknown = || EncodingError::Unknown(name.chars().take(40).collect());
    let encoding = Encoding::for_label_no_replacement(name.as_bytes()).ok_or_else(unknown)?;
    let name = name.to_ascii_lowercase();
    let is_extended = [WINDOWS_1252, WINDOWS_1254, WINDOWS_874].contains(&encoding);
    if !is_extended && !encoding.name().starts_with("windows") {
        return strictly(encoding, bytes);
    }
    if name.contains("ascii") || name == "ansi_x3.4-1968" {
        return if bytes.is_ascii() {
            strictly(UTF_8, bytes)
        } else {
            Err(EncodingError::Malformed)
        };
    }
    let text = strictly(encoding, bytes)?;
    if is_extended && !["windows", "cp125", "x-cp", "dos"].iter().any(|own| name.starts_with(own)) {
        return Ok(without_extension(&text, bytes));
    }
    // Bytes without a meaning become control characters on the web.
    if text.chars().any(|character| ('\u{80}'..='\u{9F}').contains(&character)) {
        return Err(EncodingError::Malformed);
    }
    Ok(text)
}

/// The ISO charset that a Microsoft one extends has control characters at 80 to 9F.
fn without_extension(text: &str, bytes: &[u8]) -> Cow<'static, str> {
    let own = |(byte, character): (&u8, char)| match byte {
        0x80..=0x9F => char::from(*byte),
        _ => character,
    };
    Cow::Owned(bytes.iter().zip(text.chars()).map(own).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sixteen_bit(text: &str, to_bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(to_bytes).collect()
    }

    #[test]
    fn utf_16_is_read_with_and_without_a_mark() {
        let text = "<?xml version='1.0' encoding='UTF-16'?><a>\u{e9}\u{1F600}</a>";
        for to_bytes in [u16::to_le_bytes, u16::to_be_bytes] {
            assert_eq!(to_text(&sixteen_bit(text, to_bytes), None).as_deref(), Ok(text));
            let marked = sixteen_bit(&format!("\u{FEFF}{text}"), to_bytes);
            assert_eq!(to_text(&marked, None).as_deref(), Ok(text));
            assert_eq!(to_text(&marked, Some("utf-8")).as_deref(), Ok(text));
            assert_eq!(to_text(&marked[..marked.len() - 1], None), Err(EncodingError::Malformed));
            assert_eq!(
                to_text(&sixteen_bit("<a/>", to_bytes), Some("UTF-16")).as_deref(),
                Ok("<a/>")
            );
        }
        let lone = [0xFF, 0xFE, 0x00, 0xD8];
        assert_eq!(to_text(&lone, None), Err(EncodingError::Malformed));
    }

    #[test]
    fn the_header_goes_before_the_declaration() {
        let bytes = b"<?xml version='1.0' encoding='UTF-8'?><a>\xE9</a>";
        let read = to_text(bytes, Some("\"iso-8859-1\"")).unwrap();
        assert!(read.ends_with("<a>\u{e9}</a>"));
        assert_eq!(to_text(bytes, None), Err(EncodingError::Malformed));
    }

    #[test]
    fn the_declaration_names_the_charset() {
        let read = |name: &str, byte: u8| {
            let mut bytes = format!("<?xml version=\"1.0\" encoding=\"{name}\"?><a>").into_bytes();
            bytes.push(byte);
            to_text(&bytes, None).map(|text| text.chars().last())
        };
        assert_eq!(read("ISO-8859-1", 0x80), Ok(Some('\u{80}')));
        assert_eq!(read("windows-1252", 0x80), Ok(Some('\u{20AC}')));
        assert_eq!(read("windows-1252", 0x81), Err(EncodingError::Malformed));
        assert_eq!(read("latin1", 0xE9), Ok(Some('\u{e9}')));
        assert_eq!(read("ISO-8859-9", 0x80), Ok(Some('\u{80}')));
        assert_eq!(read("ISO-8859-9", 0xFD), Ok(Some('\u{131}')));
        assert_eq!(read("ISO-8859-15", 0xA4), Ok(Some('\u{20AC}')));
        assert_eq!(read("US-ASCII", 0x41), Ok(Some('A')));
        assert_eq!(read("US-ASCII", 0xE9), Err(EncodingError::Malformed));
        assert_eq!(read("UTF-8", 0xE9), Err(EncodingError::Malformed));
        assert_eq!(read("UTF-16", 0x41), Err(EncodingError::Contradiction));
        assert_eq!(read("nonesuch", 0x41), Err(EncodingError::Unknown("nonesuch".to_owned())));
    }

    #[test]
    fn a_mark_is_taken_away_once() {
        assert_eq!(to_text(b"\xEF\xBB\xBF<a/>", None).as_deref(), Ok("<a/>"));
        assert_eq!(to_text(b"\xEF\xBB\xBF\xEF\xBB\xBF<a/>", None).as_deref(), Ok("\u{FEFF}<a/>"));
    }
}
