use std::borrow::Cow;

use memchr::{memchr, memmem};

use super::chars::first_illegal;
use super::cursor::Cursor;
use super::declaration::declaration;
use super::error::{Malformation, XmlError, XmlErrorKind};
use super::limits::Limits;
use super::namespaces::{NamespaceId, Namespaces};
use super::start_tag::{At, Attribute, malformed, start_tag};
use super::text::{Text, character_data, is_blank, section};

/// What the reader met. Comments and processing instructions are checked and passed over.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Event<'a> {
    /// An element begins: [`Reader::local`], [`Reader::namespace`] and [`Reader::attributes`] tell about it.
    Start,
    /// The innermost open element ends. An empty tag is a start and an end.
    End,
    /// Characters inside the root element. Markup that is passed over divides a text in two.
    Text(Text<'a>),
    /// The document is over, and was well-formed to the end.
    Eof,
}

struct Open<'a> {
    /// The name as written, which the closing tag must repeat.
    raw: &'a str,
    /// The declarations in force around the element.
    declared_before: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Prolog,
    /// Inside the root element.
    Content,
    /// An empty tag was read; its end is still to be told.
    EmptyTag,
    Epilog,
}

/// The reader: see [`super`]. After an error it must not be asked again.
pub struct Reader<'a> {
    cursor: Cursor<'a>,
    limits: Limits,
    place: Place,
    open: Vec<Open<'a>>,
    namespaces: Namespaces<'a>,
    attributes: Vec<Attribute<'a>>,
    local: &'a str,
    namespace: Option<NamespaceId>,
    /// Where the last event begins.
    event: usize,
}

impl<'a> Reader<'a> {
    /// A reader at the beginning of `text`, from which a byte order mark has been taken away.
    pub fn new(text: &'a str, limits: &Limits) -> Result<Self, XmlError> {
        let mut reader = Self {
            cursor: Cursor::new(text),
            limits: *limits,
            place: Place::Prolog,
            open: Vec::with_capacity(limits.depth.min(16)),
            namespaces: Namespaces::new(),
            attributes: Vec::new(),
            local: "",
            namespace: None,
            event: 0,
        };
        if let Some(position) = first_illegal(text) {
            return Err(reader.error(malformed(Malformation::IllegalCharacter, position)));
        }
        if let Err(problem) = declaration(&mut reader.cursor) {
            return Err(reader.error(malformed(problem, reader.cursor.position())));
        }
        Ok(reader)
    }

    /// Goes on to the next event.
    pub fn read(&mut self) -> Result<Event<'a>, XmlError> {
        let result = match self.place {
            Place::Content => self.content(),
            Place::EmptyTag => {
                self.place = Place::Content;
                Ok(self.end_of_element())
            }
            Place::Prolog | Place::Epilog => self.outside(),
        };
        result.map_err(|problem| self.error(problem))
    }

    /// The local name of the element that began last.
    pub fn local(&self) -> &'a str {
        self.local
    }

    /// The namespace of the element that began last.
    pub fn namespace(&self) -> Option<&str> {
        self.namespace.map(|id| self.namespaces.uri(id))
    }

    /// The attributes of the element that began last, until the next event is read.
    pub fn attributes(&self) -> &[Attribute<'a>] {
        &self.attributes
    }

    /// The URI of an attribute's namespace.
    pub fn uri(&self, id: NamespaceId) -> &str {
        self.namespaces.uri(id)
    }

    /// What a prefix (empty: the default) stands for at this place. `None` when it is not declared, `Some("")` for
    /// no namespace.
    pub fn resolve(&self, prefix: &str) -> Option<&str> {
        let resolved = self.namespaces.resolve(prefix).ok()?;
        Some(resolved.map_or("", |id| self.namespaces.uri(id)))
    }

    /// How many elements are open.
    pub fn depth(&self) -> usize {
        self.open.len()
    }

    /// Where the last event begins: for [`Self::line_at`], as counting lines is left until a fault needs it.
    pub fn position(&self) -> usize {
        self.event
    }

    /// The line, counted from 1, on which the last event begins.
    pub fn line(&self) -> usize {
        self.line_at(self.event)
    }

    /// The line, counted from 1, of a position.
    pub fn line_at(&self, position: usize) -> usize {
        line_of(self.cursor.text(), position)
    }

    fn error(&self, (kind, position): At) -> XmlError {
        XmlError { line: line_of(self.cursor.text(), position), kind }
    }

    fn fail<T>(&self, problem: Malformation) -> Result<T, At> {
        Err(malformed(problem, self.cursor.position()))
    }

    /// \[1\] \[27\]: what stands before and after the root element.
    fn outside(&mut self) -> Result<Event<'a>, At> {
        loop {
            self.cursor.skip_blanks();
            self.event = self.cursor.position();
            match self.cursor.rest() {
                [] if self.place == Place::Epilog => return Ok(Event::Eof),
                [] => return self.fail(Malformation::NoRoot),
                [b'<', b'?', ..] => self.processing_instruction()?,
                [b'<', b'!', b'-', b'-', ..] => self.comment()?,
                [b'<', b'!', rest @ ..]
                    if self.place == Place::Prolog && rest.starts_with(b"DOCTYPE") =>
                {
                    return Err((XmlErrorKind::Doctype, self.event));
                }
                [b'<', ..] if self.place == Place::Prolog => return self.start(),
                _ => return self.fail(Malformation::OutsideRoot),
            }
        }
    }

    /// \[43\]: what stands inside an element.
    fn content(&mut self) -> Result<Event<'a>, At> {
        loop {
            self.event = self.cursor.position();
            match self.cursor.rest() {
                [] => return self.fail(Malformation::UnexpectedEnd),
                [b'<', b'/', ..] => return self.end_tag(),
                [b'<', b'?', ..] => self.processing_instruction()?,
                [b'<', b'!', b'-', b'-', ..] => self.comment()?,
                [b'<', b'!', ..] => return self.section(),
                [b'<', ..] => return self.start(),
                _ => return self.text(),
            }
        }
    }

    fn start(&mut self) -> Result<Event<'a>, At> {
        if self.open.len() >= self.limits.depth {
            return Err((XmlErrorKind::TooDeep(self.limits.depth), self.event));
        }
        self.cursor.advance(1);
        let declared_before = self.namespaces.len();
        let tag =
            start_tag(&mut self.cursor, &mut self.namespaces, &mut self.attributes, &self.limits)?;
        self.open.push(Open { raw: tag.name.raw, declared_before });
        self.local = tag.name.local();
        self.namespace = tag.namespace;
        self.place = if tag.empty { Place::EmptyTag } else { Place::Content };
        Ok(Event::Start)
    }

    /// \[42\]
    fn end_tag(&mut self) -> Result<Event<'a>, At> {
        self.cursor.advance("</".len());
        let fits = self.open.last().is_some_and(|open| self.cursor.eat(open.raw));
        // A longer name, such as `</ab>` for `<a>`, goes on where a blank or `>` must stand.
        if fits {
            self.cursor.skip_blanks();
        }
        if !fits || !self.cursor.eat(">") {
            return self.fail(Malformation::MismatchedTag);
        }
        Ok(self.end_of_element())
    }

    fn end_of_element(&mut self) -> Event<'a> {
        if let Some(open) = self.open.pop() {
            self.namespaces.truncate(open.declared_before);
        }
        if self.open.is_empty() {
            self.place = Place::Epilog;
        }
        Event::End
    }

    /// \[14\]
    fn text(&mut self) -> Result<Event<'a>, At> {
        let rest = self.cursor.rest();
        let special = |byte: &u8| matches!(byte, b'<' | b'&' | b'\r' | b']');
        let plain = rest.iter().position(special).unwrap_or(rest.len());
        let content = if rest.get(plain).is_none_or(|byte| *byte == b'<') {
            Cow::Borrowed(self.cursor.take(plain))
        } else {
            let start = self.cursor.position();
            let length = memchr(b'<', rest).unwrap_or(rest.len());
            let raw = self.cursor.take(length);
            character_data(raw).map_err(|(problem, offset)| malformed(problem, start + offset))?
        };
        Ok(Event::Text(Text { content, cdata: false }))
    }

    /// \[18\]
    fn section(&mut self) -> Result<Event<'a>, At> {
        if !self.cursor.eat("<![CDATA[") {
            return self.fail(Malformation::Markup);
        }
        let raw = self.until("]]>")?;
        Ok(Event::Text(Text { content: section(raw), cdata: true }))
    }

    /// \[15\]
    fn comment(&mut self) -> Result<(), At> {
        self.cursor.advance("<!--".len());
        self.until("--")?;
        if self.cursor.eat(">") { Ok(()) } else { self.fail(Malformation::Comment) }
    }

    /// \[16\] \[17\], and no colon in the target (Namespaces in XML, "Conformance of Documents").
    fn processing_instruction(&mut self) -> Result<(), At> {
        self.cursor.advance("<?".len());
        let target = match self.cursor.qname() {
            Ok(target) => target,
            Err(problem) => return self.fail(problem),
        };
        if target.colon.is_some() {
            return self.fail(Malformation::Colon);
        }
        if target.raw.eq_ignore_ascii_case("xml") {
            return self.fail(Malformation::ProcessingInstruction);
        }
        if self.cursor.eat("?>") {
            return Ok(());
        }
        if !self.cursor.skip_blanks() {
            return self.fail(Malformation::ProcessingInstruction);
        }
        self.until("?>").map(|_| ())
    }

    /// What stands before `token`; steps over both.
    fn until(&mut self, token: &str) -> Result<&'a str, At> {
        match memmem::find(self.cursor.rest(), token.as_bytes()) {
            Some(length) => {
                let before = self.cursor.take(length);
                self.cursor.advance(token.len());
                Ok(before)
            }
            None => self.fail(Malformation::UnexpectedEnd),
        }
    }
}

/// The line, counted from 1, of a place. A line ends with `\n`, `\r\n` or `\r`.
fn line_of(text: &str, position: usize) -> usize {
    let before = &text.as_bytes()[..position.min(text.len())];
    let feeds = memchr::memchr_iter(b'\n', before).count();
    let alone = memchr::memchr_iter(b'\r', before).filter(|at| before.get(at + 1) != Some(&b'\n'));
    1 + feeds + alone.count()
}

impl Text<'_> {
    /// Does it hold blanks only, or nothing?
    pub fn is_blank(&self) -> bool {
        is_blank(&self.content)
    }
}

#[cfg(test)]
#[path = "reader_tests.rs"]
mod tests;
