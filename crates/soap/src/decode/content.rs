use std::borrow::Cow;
use std::fmt::Write as _;

use super::fault::{DecodeFault, Rule, SchemaFault, cut};
use super::names::{TYPES, XSI};
use crate::xml::{Event, Limits, Reader};

/// Where the decoder stands between the children of an element.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// A child begins: its start tag is read.
    Child,
    /// The element is over: its end tag is read.
    End,
}

/// An element on the way from the body to where the decoder is.
struct Step {
    name: &'static str,
    /// Which one, counted from 1, where several may stand.
    index: Option<usize>,
}

/// Follows the schema through the content of a request.
///
/// The reader is one event ahead: the start tag of the next child, or the end tag of the element, is read.
pub(super) struct Decoder<'a> {
    reader: Reader<'a>,
    place: Place,
    path: Vec<Step>,
}

impl<'a> Decoder<'a> {
    pub(super) fn new(text: &'a str, limits: &Limits) -> Result<Self, DecodeFault> {
        let reader = Reader::new(text, limits)?;
        Ok(Self { reader, place: Place::End, path: Vec::with_capacity(8) })
    }

    pub(super) fn reader(&mut self) -> &mut Reader<'a> {
        &mut self.reader
    }

    /// Does a child of this name in the namespace of the types come next?
    pub(super) fn at(&self, name: &str) -> bool {
        self.at_in(TYPES, name)
    }

    /// Does a child of this name come next?
    pub(super) fn at_in(&self, namespace: &str, name: &str) -> bool {
        self.place == Place::Child
            && self.reader.local() == name
            && self.reader.namespace() == Some(namespace)
    }

    /// Reads the operation's element, whose start tag is read, up to its end tag.
    pub(super) fn operation<T>(
        &mut self,
        name: &'static str,
        inside: impl FnOnce(&mut Self) -> Result<T, DecodeFault>,
    ) -> Result<T, DecodeFault> {
        self.enter(Step { name, index: None }, None)?;
        self.advance()?;
        let value = inside(self)?;
        self.path.pop();
        Ok(value)
    }

    /// Reads an element that holds elements, and goes on to what follows it. `inside` must go up to its end.
    pub(super) fn element<T>(
        &mut self,
        name: &'static str,
        index: Option<usize>,
        type_name: &'static str,
        inside: impl FnOnce(&mut Self) -> Result<T, DecodeFault>,
    ) -> Result<T, DecodeFault> {
        self.enter(Step { name, index }, Some(type_name))?;
        self.advance()?;
        let value = inside(self)?;
        self.leave()?;
        Ok(value)
    }

    /// Reads an element that holds text, and goes on to what follows it.
    pub(super) fn value<T>(
        &mut self,
        name: &'static str,
        index: Option<usize>,
        type_name: &'static str,
        read: impl FnOnce(Cow<'a, str>) -> Result<T, Rule>,
    ) -> Result<T, DecodeFault> {
        self.enter(Step { name, index }, Some(type_name))?;
        let start = self.reader.position();
        let text = self.text()?;
        let value = read(text).map_err(|rule| self.fault_at(start, None, rule))?;
        self.leave()?;
        Ok(value)
    }

    /// Reads 1 to `most` elements of one name. `read` gets the index of each, counted from 1.
    pub(super) fn list<T>(
        &mut self,
        namespace: &str,
        allowed: &'static [&'static str; 1],
        most: usize,
        mut read: impl FnMut(&mut Self, Option<usize>) -> Result<T, DecodeFault>,
    ) -> Result<Vec<T>, DecodeFault> {
        let name = allowed[0];
        let mut items = Vec::new();
        while self.at_in(namespace, name) {
            if items.len() == most {
                let place = format!("{name}[{}]", most + 1);
                return Err(self.fault_at(
                    self.reader.position(),
                    Some(&place),
                    Rule::TooMany(most),
                ));
            }
            let item = read(self, Some(items.len() + 1))?;
            items.push(item);
        }
        if items.is_empty() || self.place == Place::Child {
            return Err(self.unexpected(namespace, allowed));
        }
        Ok(items)
    }

    /// The fault of what comes next, where one of `allowed` in `namespace` must.
    pub(super) fn unexpected(
        &self,
        namespace: &str,
        allowed: &'static [&'static str],
    ) -> DecodeFault {
        let start = self.reader.position();
        if self.place == Place::End {
            return self.fault_at(start, None, Rule::Missing { allowed });
        }
        let found = self.reader.local();
        let in_other = self.reader.namespace() != Some(namespace) && allowed.contains(&found);
        let rule = match namespace {
            TYPES if in_other => Rule::Namespace(TYPES),
            _ if in_other => Rule::Namespace(super::names::SERVICE),
            _ => Rule::Unexpected { allowed },
        };
        self.fault_at(start, Some(&cut(found)), rule)
    }

    /// Makes sure that the element is over; before its end `allowed` could still have stood.
    pub(super) fn end(&self, allowed: &'static [&'static str]) -> Result<(), DecodeFault> {
        match self.place {
            Place::End => Ok(()),
            Place::Child => Err(self.unexpected(TYPES, allowed)),
        }
    }

    /// Goes to the next child, or to the end of the element.
    fn advance(&mut self) -> Result<(), DecodeFault> {
        loop {
            match self.reader.read()? {
                Event::Start => self.place = Place::Child,
                Event::Text(text) if text.is_blank() => continue,
                Event::Text(_) => {
                    return Err(self.fault_at(self.reader.position(), None, Rule::ElementsOnly));
                }
                Event::End | Event::Eof => self.place = Place::End,
            }
            return Ok(());
        }
    }

    /// The text of the element whose start tag is read, up to its end tag.
    fn text(&mut self) -> Result<Cow<'a, str>, DecodeFault> {
        let mut content = Cow::Borrowed("");
        loop {
            match self.reader.read()? {
                Event::Text(text) if content.is_empty() => content = text.content,
                Event::Text(text) => content.to_mut().push_str(&text.content),
                Event::Start => {
                    return Err(self.fault_at(self.reader.position(), None, Rule::TextOnly));
                }
                Event::End | Event::Eof => return Ok(content),
            }
        }
    }

    fn enter(&mut self, step: Step, type_name: Option<&'static str>) -> Result<(), DecodeFault> {
        self.path.push(step);
        if self.reader.attributes().is_empty() {
            return Ok(());
        }
        self.check_attributes(type_name)
    }

    fn leave(&mut self) -> Result<(), DecodeFault> {
        self.path.pop();
        self.advance()
    }

    /// The envelope may carry any attribute but those of XML Schema that would have to be obeyed: its elements are not
    /// nillable and have no types with names.
    pub(super) fn check_envelope_attributes(&self) -> Result<(), DecodeFault> {
        for attribute in self.reader.attributes() {
            let is_xsi = attribute.namespace.is_some_and(|id| self.reader.uri(id) == XSI);
            let rule = match attribute.local {
                "type" if is_xsi => Rule::Type(None),
                "nil" if is_xsi => Rule::Attribute,
                _ => continue,
            };
            let place = format!("{}/@{}", cut(self.reader.local()), attribute.local);
            return Err(self.fault_at(self.reader.position(), Some(&place), rule));
        }
        Ok(())
    }

    /// No element of the contract has attributes of its own: only those of XML Schema may stand, where they say what is
    /// so anyway. No element is nillable, so not even `xsi:nil="false"` may (cvc-elt 3.1).
    fn check_attributes(&self, type_name: Option<&'static str>) -> Result<(), DecodeFault> {
        for attribute in self.reader.attributes() {
            let rule = match attribute.namespace.map(|id| self.reader.uri(id)) {
                Some(XSI) => match attribute.local {
                    "schemaLocation" | "noNamespaceSchemaLocation" => continue,
                    "type" if self.is_type(&attribute.value, type_name) => continue,
                    "type" => Rule::Type(type_name),
                    _ => Rule::Attribute,
                },
                _ => Rule::Attribute,
            };
            let place = format!("@{}", cut(attribute.local));
            return Err(self.fault_at(self.reader.position(), Some(&place), rule));
        }
        Ok(())
    }

    /// Does the qualified name stand for the type? No type of the contract is derived from another, so no other will do.
    fn is_type(&self, qname: &str, type_name: Option<&'static str>) -> bool {
        let (prefix, local) = match qname.split_once(':') {
            Some(("", _)) => return false,
            Some(parts) => parts,
            None => ("", qname),
        };
        Some(local) == type_name && self.reader.resolve(prefix) == Some(TYPES)
    }

    fn fault_at(&self, position: usize, place: Option<&str>, rule: Rule) -> DecodeFault {
        let mut path = String::new();
        for step in &self.path {
            if !path.is_empty() {
                path.push('/');
            }
            path.push_str(step.name);
            if let Some(index) = step.index {
                let _ = write!(path, "[{index}]");
            }
        }
        if let Some(place) = place {
            if !path.is_empty() {
                path.push('/');
            }
            path.push_str(place);
        }
        DecodeFault::Schema(SchemaFault { path, line: self.reader.line_at(position), rule })
    }
}
