//! Text as canonical XML writes it.

/// Appends character data.
pub(crate) fn escape_text(text: &str, out: &mut Vec<u8>) {
    let bytes = text.as_bytes();
    // Most texts are short and plain, so that a plain loop is faster than a search that has to be set up.
    let plain = bytes.iter().position(|byte| matches!(byte, b'&' | b'<' | b'>' | b'\r'));
    let (plain, rest) = bytes.split_at(plain.unwrap_or(bytes.len()));
    out.extend_from_slice(plain);
    for byte in rest {
        match byte {
            b'&' => out.extend_from_slice(b"&amp;"),
            b'<' => out.extend_from_slice(b"&lt;"),
            b'>' => out.extend_from_slice(b"&gt;"),
            b'\r' => out.extend_from_slice(b"&#xD;"),
            _ => out.push(*byte),
        }
    }
}

/// Appends the value of an attribute that stands in double quotes.
pub(crate) fn escape_attribute(text: &str, out: &mut Vec<u8>) {
    let bytes = text.as_bytes();
    let special = |byte: &u8| matches!(byte, b'&' | b'<' | b'"' | b'\t' | b'\n' | b'\r');
    let (plain, rest) = bytes.split_at(bytes.iter().position(special).unwrap_or(bytes.len()));
    out.extend_from_slice(plain);
    for byte in rest {
        match byte {
            b'&' => out.extend_from_slice(b"&amp;"),
            b'<' => out.extend_from_slice(b"&lt;"),
            b'"' => out.extend_from_slice(b"&quot;"),
            b'\t' => out.extend_from_slice(b"&#x9;"),
            b'\n' => out.extend_from_slice(b"&#xA;"),
            b'\r' => out.extend_from_slice(b"&#xD;"),
            _ => out.push(*byte),
        }
    }
}

/// Character data, escaped.
pub(crate) fn text(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    escape_text(text, &mut out);
    String::from_utf8(out).expect("escapes are ASCII, the rest is as it was")
}

/// The value of an attribute, escaped.
pub(crate) fn attribute(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    escape_attribute(text, &mut out);
    String::from_utf8(out).expect("escapes are ASCII, the rest is as it was")
}
