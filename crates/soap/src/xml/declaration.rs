use super::chars::is_blank_byte;
use super::cursor::Cursor;
use super::error::Malformation;

/// \[23\]: steps over the XML declaration, if there is one.
///
/// The name of the encoding is not judged here: by now the text is decoded.
pub(super) fn declaration(cursor: &mut Cursor<'_>) -> Result<(), Malformation> {
    let begins = cursor.rest().strip_prefix(b"<?xml").and_then(<[u8]>::first);
    if !begins.is_some_and(|byte| is_blank_byte(*byte)) {
        return Ok(());
    }
    cursor.advance("<?xml".len());
    cursor.skip_blanks();
    if !pseudo_attribute(cursor, "version")?.is_some_and(is_version) {
        return Err(Malformation::Declaration);
    }
    let mut blank = cursor.skip_blanks();
    if blank && let Some(name) = pseudo_attribute(cursor, "encoding")? {
        if !is_encoding_name(name) {
            return Err(Malformation::Declaration);
        }
        blank = cursor.skip_blanks();
    }
    if blank && let Some(value) = pseudo_attribute(cursor, "standalone")? {
        if value != "yes" && value != "no" {
            return Err(Malformation::Declaration);
        }
        cursor.skip_blanks();
    }
    if cursor.eat("?>") { Ok(()) } else { Err(Malformation::Declaration) }
}

/// `name = "value"`, with either quote; `None` when something else stands here.
pub(super) fn pseudo_attribute<'a>(
    cursor: &mut Cursor<'a>,
    name: &str,
) -> Result<Option<&'a str>, Malformation> {
    if !cursor.eat(name) {
        return Ok(None);
    }
    cursor.skip_blanks();
    if !cursor.eat("=") {
        return Err(Malformation::Declaration);
    }
    cursor.skip_blanks();
    let quote = cursor.peek();
    if quote != b'"' && quote != b'\'' {
        return Err(Malformation::Declaration);
    }
    cursor.advance(1);
    let length = memchr::memchr(quote, cursor.rest()).ok_or(Malformation::UnexpectedEnd)?;
    let value = cursor.take(length);
    cursor.advance(1);
    Ok(Some(value))
}

/// \[26\], and as libxml2 reads it also `1.` alone.
fn is_version(version: &str) -> bool {
    version
        .strip_prefix("1.")
        .is_some_and(|minor| minor.bytes().all(|digit| digit.is_ascii_digit()))
}

/// \[81\]
pub(super) fn is_encoding_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grammar_is_kept() {
        let read = |text: &str| declaration(&mut Cursor::new(text));
        for right in [
            "<?xml version='1.0'?>",
            "<?xml\n version = \"1.0\" encoding='UTF-8'\tstandalone = 'no' ?>",
            "<?xml version='1.1'   standalone='yes'?>",
            "<?xml-stylesheet?>",
            "<a/>",
        ] {
            assert_eq!(read(right), Ok(()), "{right}");
        }
        for wrong in [
            "<?xml ?>",
            "<?xml encoding='UTF-8'?>",
            "<?xml version='1.0'encoding='UTF-8'?>",
            "<?xml version='1.0' encoding='UTF-8'standalone='yes'?>",
            "<?xml version='1.0' standalone='yes' encoding='UTF-8'?>",
            "<?xml version='1.0' standalone='maybe'?>",
            "<?xml version='2.0'?>",
            "<?xml version='1.0' encoding='8bit'?>",
            "<?xml version='1.0' encoding=''?>",
            "<?xml version='1.0\"?>",
            "<?xml version='1.0' >",
            "<?xml version='1.0' a='b'?>",
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
