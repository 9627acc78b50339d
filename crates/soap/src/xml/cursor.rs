use super::chars::{NAME_CLASS, NameClass, begins_name, continues_name, is_blank_byte};
use super::error::Malformation;

/// A place in a text that is known to hold only characters of XML.
pub(super) struct Cursor<'a> {
    text: &'a str,
    position: usize,
}

/// A name as it stands in a tag.
#[derive(Clone, Copy)]
pub(super) struct QName<'a> {
    /// The whole, with the prefix.
    pub(super) raw: &'a str,
    /// Where the colon is.
    pub(super) colon: Option<usize>,
}

impl<'a> QName<'a> {
    /// What stands before the colon; empty without one.
    pub(super) fn prefix(self) -> &'a str {
        self.colon.map_or("", |colon| &self.raw[..colon])
    }

    /// What stands after the colon.
    pub(super) fn local(self) -> &'a str {
        self.colon.map_or(self.raw, |colon| &self.raw[colon + 1..])
    }
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, position: 0 }
    }

    pub(super) fn text(&self) -> &'a str {
        self.text
    }

    pub(super) fn position(&self) -> usize {
        self.position
    }

    pub(super) fn advance(&mut self, bytes: usize) {
        self.position += bytes;
    }

    /// The next byte, or 0 at the end: the text holds no NUL.
    pub(super) fn peek(&self) -> u8 {
        self.text.as_bytes().get(self.position).copied().unwrap_or(0)
    }

    /// What is still to be read.
    pub(super) fn rest(&self) -> &'a [u8] {
        &self.text.as_bytes()[self.position..]
    }

    /// What was read since `start`.
    pub(super) fn since(&self, start: usize) -> &'a str {
        &self.text[start..self.position]
    }

    /// Takes the next `length` bytes, which must end between two characters.
    pub(super) fn take(&mut self, length: usize) -> &'a str {
        let start = self.position;
        self.position += length;
        self.since(start)
    }

    /// Steps over `token` if it stands here.
    pub(super) fn eat(&mut self, token: &str) -> bool {
        let found = self.rest().starts_with(token.as_bytes());
        if found {
            self.position += token.len();
        }
        found
    }

    /// Steps over blanks; says if there were any.
    pub(super) fn skip_blanks(&mut self) -> bool {
        let start = self.position;
        while is_blank_byte(self.peek()) {
            self.position += 1;
        }
        self.position > start
    }

    /// Reads a name with at most one colon, inside it, and name characters fit to begin a name on both sides.
    pub(super) fn qname(&mut self) -> Result<QName<'a>, Malformation> {
        let start = self.position;
        let mut colon = None;
        let mut first = true;
        loop {
            match NAME_CLASS[usize::from(self.peek())] {
                NameClass::Start => self.position += 1,
                NameClass::Inner if !first => self.position += 1,
                NameClass::Colon if first || colon.is_some() => return Err(Malformation::Colon),
                NameClass::Colon => {
                    colon = Some(self.position - start);
                    self.position += 1;
                    first = true;
                    continue;
                }
                NameClass::Beyond => {
                    let Some(character) = self.text[self.position..].chars().next() else { break };
                    if !(if first { begins_name(character) } else { continues_name(character) }) {
                        break;
                    }
                    self.position += character.len_utf8();
                }
                NameClass::Inner | NameClass::No => break,
            }
            first = false;
        }
        if first {
            return Err(Malformation::Name);
        }
        Ok(QName { raw: self.since(start), colon })
    }
}
