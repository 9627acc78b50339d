//! URI references (RFC 3986), as libxml2 judges the names of namespaces.

/// Is the text a URI reference? The port, if any, must fit in 31 bits.
pub(super) fn is_reference(text: &str) -> bool {
    let bytes = text.as_bytes();
    scheme_end(bytes).is_some_and(|end| is_rest(&bytes[end + 1..])) || is_relative(bytes)
}

/// Where the colon after the scheme stands.
fn scheme_end(text: &[u8]) -> Option<usize> {
    let end = text.iter().position(|byte| !is_scheme_byte(*byte))?;
    (text[end] == b':' && text[0].is_ascii_alphabetic()).then_some(end)
}

fn is_scheme_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.')
}

/// A reference without a scheme: no colon in its first segment.
fn is_relative(text: &[u8]) -> bool {
    let segment =
        text.iter().position(|byte| matches!(byte, b'/' | b'?' | b'#')).unwrap_or(text.len());
    let is_authority = text.starts_with(b"//");
    (is_authority || !text[..segment].contains(&b':')) && is_rest(text)
}

/// What follows a scheme: authority, path, query and fragment.
fn is_rest(text: &[u8]) -> bool {
    let path = match text.strip_prefix(b"//") {
        Some(after) => match after_authority(after) {
            Some(path) if path.first().is_none_or(|byte| matches!(byte, b'/' | b'?' | b'#')) => {
                path
            }
            _ => return false,
        },
        None => text,
    };
    let after_path = skip(path, b"/:@");
    let after_query = match after_path.strip_prefix(b"?") {
        Some(query) => skip(query, b"/?:@"),
        None => after_path,
    };
    match after_query.strip_prefix(b"#") {
        Some(fragment) => skip(fragment, b"/?:@[]").is_empty(),
        None => after_query.is_empty(),
    }
}

/// What follows the user, host and port.
fn after_authority(text: &[u8]) -> Option<&[u8]> {
    let host = skip(text, b":").strip_prefix(b"@").unwrap_or(text);
    let after_host = match host.strip_prefix(b"[") {
        Some(literal) => &literal[literal.iter().position(|byte| *byte == b']')? + 1..],
        None => skip(host, b""),
    };
    let Some(port) = after_host.strip_prefix(b":") else { return Some(after_host) };
    let digits = port.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(port.len());
    let number = str::from_utf8(&port[..digits]).ok()?;
    number.parse::<i32>().is_ok().then_some(&port[digits..])
}

/// What is left after unreserved characters, escapes, sub-delimiters and `others`.
fn skip<'a>(mut text: &'a [u8], others: &[u8]) -> &'a [u8] {
    loop {
        text = match text {
            [b'%', a, b, rest @ ..] if a.is_ascii_hexdigit() && b.is_ascii_hexdigit() => rest,
            [byte, rest @ ..] if is_plain(*byte) || others.contains(byte) => rest,
            _ => return text,
        };
    }
}

fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(byte, b'-' | b'.' | b'_' | b'~')
        || matches!(
            byte,
            b'!' | b'$' | b'&' | b'(' | b')' | b'*' | b'+' | b',' | b';' | b'=' | b'\''
        )
}

#[cfg(test)]
mod tests {
    use super::is_reference;

    #[test]
    fn references_are_told_from_other_text() {
        for right in [
            "http://socialsecurity.be/presenceregistration/v1",
            "urn:oasis:names:tc:SAML:1.0:assertion",
            "a",
            "a/b:c",
            "a:b",
            "//",
            "//u:p@h:80/x",
            "?",
            "a?b?c",
            "a%41",
            "#",
            "http://[::1]/",
            "http://h:2147483647",
        ] {
            assert!(is_reference(right), "{right}");
        }
        for wrong in [
            "a b",
            "%",
            "%zz",
            "urn:\u{e9}",
            "http://[x",
            "http://h:",
            "http://h:2147483648",
            "1:b",
            "#a#b",
            "a[b]",
            "\"",
            "^",
            "http://h:1x",
            "http://a@b@c/",
            ":a",
            "http://[]]/",
            "http://u[@h/",
            "\\",
            "<",
        ] {
            assert!(!is_reference(wrong), "{wrong}");
        }
    }
}
