//! One pass over the bytes before any tree is built, so that no message can cost more than its length.
//!
//! Tree parsers take time quadratic in the attributes of a tag and in the namespaces in force, and some recurse. The
//! pass needs no more grammar than where tags, comments, sections and instructions end; what it lets pass and is no XML
//! after all, the parser refuses.

use std::borrow::Cow;

use memchr::{memchr, memmem};

use crate::Refusal;

/// Elements inside one another, the root included.
const DEPTH: usize = 64;
/// Attributes and namespace declarations on one tag.
const ATTRIBUTES: usize = 64;
/// Namespace declarations of all elements that are open at one place.
const NAMESPACES: usize = 256;

/// The tags that are open, by what matters of them.
struct Open {
    /// Declarations in force inside each open element.
    namespaces: Vec<usize>,
}

/// A start tag, read over.
struct Tag {
    /// Where the next piece begins.
    end: usize,
    attributes: usize,
    namespaces: usize,
    empty: bool,
}

/// Refuses document types, and messages beyond the limits.
pub(crate) fn check(text: &str) -> Result<(), Refusal> {
    let bytes = text.as_bytes();
    let mut open = Open { namespaces: Vec::with_capacity(DEPTH) };
    let mut at = 0;
    while let Some(found) = memchr(b'<', &bytes[at..]) {
        let start = at + found;
        at = match bytes.get(start + 1) {
            Some(b'?') => after(bytes, start + 2, b"?>"),
            Some(b'!') => markup(bytes, start)?,
            Some(b'/') => {
                open.namespaces.pop();
                start + 2
            }
            _ => {
                let tag = tag(bytes, start + 1);
                open.tag(&tag)?;
                tag.end
            }
        };
    }
    Ok(())
}

impl Open {
    fn tag(&mut self, tag: &Tag) -> Result<(), Refusal> {
        if self.namespaces.len() >= DEPTH {
            return Err(Refusal::TooDeep { limit: DEPTH });
        }
        if tag.attributes > ATTRIBUTES {
            return Err(Refusal::TooManyAttributes { limit: ATTRIBUTES });
        }
        let namespaces = self.namespaces.last().copied().unwrap_or(0) + tag.namespaces;
        if namespaces > NAMESPACES {
            return Err(Refusal::TooManyNamespaces { limit: NAMESPACES });
        }
        if !tag.empty {
            self.namespaces.push(namespaces);
        }
        Ok(())
    }
}

/// The text with line feeds for all line ends, which XML (2.11) asks for before anything else is read. The parser's own way
/// misses those in instructions, and carriage returns before references.
pub(crate) fn line_ends(text: &str) -> Cow<'_, str> {
    if memchr(b'\r', text.as_bytes()).is_none() {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n"))
}

/// Where the piece that ends with `token` is over.
fn after(bytes: &[u8], from: usize, token: &[u8]) -> usize {
    let rest = bytes.get(from..).unwrap_or_default();
    memmem::find(rest, token).map_or(bytes.len(), |found| from + found + token.len())
}

/// Steps over a comment or a section; anything else is part of a document type.
fn markup(bytes: &[u8], start: usize) -> Result<usize, Refusal> {
    let rest = &bytes[start..];
    if rest.starts_with(b"<!--") {
        Ok(after(bytes, start + "<!--".len(), b"-->"))
    } else if rest.starts_with(b"<![CDATA[") {
        Ok(after(bytes, start + "<![CDATA[".len(), b"]]>"))
    } else {
        Err(Refusal::DocumentType)
    }
}

fn tag(bytes: &[u8], start: usize) -> Tag {
    let (mut attributes, mut namespaces) = (0, 0);
    let mut at = start;
    let mut piece = start;
    loop {
        match bytes.get(at) {
            None => return Tag { end: bytes.len(), attributes, namespaces, empty: false },
            Some(b'>') => {
                let empty = bytes[at - 1] == b'/';
                return Tag { end: at + 1, attributes, namespaces, empty };
            }
            Some(quote @ (b'"' | b'\'')) => {
                attributes += 1;
                namespaces += usize::from(memmem::find(&bytes[piece..at], b"xmlns").is_some());
                let length = memchr(*quote, &bytes[at + 1..]).unwrap_or(bytes.len() - at - 1);
                at = (at + length + 2).min(bytes.len());
                piece = at;
            }
            Some(_) => at += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_messages_pass() {
        for text in [
            "",
            "<a/>",
            "<?xml version='1.0'?><!-- < & --><a b='>' c=\"/>\"><![CDATA[<!DOCTYPE]]><b/></a>",
            "<a>&lt;!DOCTYPE</a>",
        ] {
            assert!(check(text).is_ok(), "{text}");
        }
        assert!(check(&format!("{}{}", "<a>".repeat(64), "</a>".repeat(64))).is_ok());
        assert!(check(&"<a>1<b/></a>".repeat(1000)).is_ok());
    }

    #[test]
    fn document_types_and_excesses_are_refused() {
        for text in ["<!DOCTYPE a><a/>", "<a/><!DOCTYPE a []>", "<!ENTITY", "<!", "<a><!ELEMENT"] {
            assert!(matches!(check(text), Err(Refusal::DocumentType)), "{text}");
        }
        assert!(matches!(check(&"<a>".repeat(65)), Err(Refusal::TooDeep { .. })));
        let deep = format!("{}<b/>", "<a>".repeat(64));
        assert!(matches!(check(&deep), Err(Refusal::TooDeep { .. })));
        let attributes = (0..65).map(|index| format!(" a{index}='>'")).collect::<Vec<_>>().concat();
        assert!(matches!(
            check(&format!("<a{attributes}/>")),
            Err(Refusal::TooManyAttributes { .. })
        ));
        let declarations = (0..60).map(|index| format!(" xmlns:n{index}='u'"));
        let declarations = declarations.collect::<Vec<_>>().concat();
        let nested = format!("<a{declarations}>").repeat(5);
        assert!(matches!(check(&nested), Err(Refusal::TooManyNamespaces { .. })));
        let siblings = format!("<a{declarations}/>").repeat(50);
        assert!(check(&siblings).is_ok());
    }

    #[test]
    fn what_breaks_off_does_not_panic() {
        let text = "<?xml version='1.0'?><!-- a --><a b='c' xmlns:d=\"e\"><![CDATA[f]]></a>";
        for end in 0..text.len() {
            let _ = check(&text[..end]);
        }
    }
}
