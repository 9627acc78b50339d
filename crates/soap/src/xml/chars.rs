//! The character classes of XML 1.0, fifth edition.

use memchr::memchr_iter;

/// What an ASCII byte can be in a name.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum NameClass {
    /// Not part of a name.
    No,
    /// Anywhere in a name.
    Start,
    /// In a name, but not first.
    Inner,
    /// The colon, which separates prefix and local name.
    Colon,
    /// The first byte of a character beyond ASCII.
    Beyond,
}

/// The class of each byte, for names.
pub(super) static NAME_CLASS: [NameClass; 256] = name_classes();

const fn name_classes() -> [NameClass; 256] {
    let mut table = [NameClass::No; 256];
    let mut byte = 0;
    while byte < 256 {
        #[expect(clippy::cast_possible_truncation, reason = "the loop ends at 255")]
        let symbol = byte as u8;
        table[byte] = match symbol {
            b'A'..=b'Z' | b'a'..=b'z' | b'_' => NameClass::Start,
            b'0'..=b'9' | b'-' | b'.' => NameClass::Inner,
            b':' => NameClass::Colon,
            0x80.. => NameClass::Beyond,
            _ => NameClass::No,
        };
        byte += 1;
    }
    table
}

/// \[4\] without the colon: may the character begin a name? For characters beyond ASCII.
pub(super) fn begins_name(character: char) -> bool {
    matches!(character,
        '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{2FF}' | '\u{370}'..='\u{37D}'
        | '\u{37F}'..='\u{1FFF}' | '\u{200C}'..='\u{200D}' | '\u{2070}'..='\u{218F}' | '\u{2C00}'..='\u{2FEF}'
        | '\u{3001}'..='\u{D7FF}' | '\u{F900}'..='\u{FDCF}' | '\u{FDF0}'..='\u{FFFD}' | '\u{10000}'..='\u{EFFFF}')
}

/// \[4a\] without the colon: may the character stand in a name? For characters beyond ASCII.
pub(super) fn continues_name(character: char) -> bool {
    begins_name(character)
        || matches!(character, '\u{B7}' | '\u{300}'..='\u{36F}' | '\u{203F}'..='\u{2040}')
}

/// \[3\]: space, tab, line feed, carriage return.
pub(super) fn is_blank_byte(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// \[2\]: is it a character of XML at all?
pub(super) fn is_xml_char(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
}

/// Where the first character stands that XML does not have.
///
/// One pass over the whole text, ahead of everything: nothing else has to ask again.
pub(super) fn first_illegal(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    // Both passes are written so that the compiler makes vector code of them; the exact place is only sought on failure.
    if bytes.chunks(64).any(|chunk| chunk.iter().fold(false, |bad, byte| bad | is_control(*byte))) {
        return bytes.iter().position(|byte| is_control(*byte));
    }
    // U+FFFE and U+FFFF are EF BF BE and EF BF BF; surrogates cannot be in a `str`.
    memchr_iter(0xEF, bytes)
        .find(|at| matches!(bytes.get(*at..*at + 3), Some([_, 0xBF, 0xBE | 0xBF])))
}

fn is_control(byte: u8) -> bool {
    matches!(byte, 0..=0x08 | 0x0B | 0x0C | 0x0E..=0x1F)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_illegal_character_is_found() {
        assert_eq!(first_illegal("a\u{9}\u{A}\u{D} \u{7F}\u{85}\u{FFFD}\u{10FFFF}"), None);
        assert_eq!(first_illegal("ab\u{0}"), Some(2));
        assert_eq!(first_illegal("\u{EFFF}\u{FFFE}"), Some(3));
        assert_eq!(first_illegal("\u{FFFF}"), Some(0));
        assert_eq!(first_illegal(&format!("{}\u{1F}", "x".repeat(1000))), Some(1000));
    }

    #[test]
    fn the_two_forms_of_the_character_class_agree() {
        for character in '\0'..=char::MAX {
            let alone = character.to_string();
            assert_eq!(first_illegal(&alone).is_none(), is_xml_char(character), "{alone:?}");
        }
    }
}
