use std::borrow::Cow;

use super::cursor::{Cursor, QName};
use super::error::{Malformation, XmlErrorKind};
use super::limits::Limits;
use super::namespaces::{NamespaceId, Namespaces};
use super::text::attribute_value;
use super::uri::is_reference;
use super::{XML_NAMESPACE, XMLNS_NAMESPACE};

/// An attribute of the tag last read; namespace declarations are not among them.
#[derive(Clone, PartialEq, Eq)]
pub struct Attribute<'a> {
    /// Its namespace: `None` without a prefix.
    pub namespace: Option<NamespaceId>,
    /// Its local name.
    pub local: &'a str,
    /// Its value, normalised.
    pub value: Cow<'a, str>,
    prefix: &'a str,
}

/// A fault and the byte where it stands.
pub(super) type At = (XmlErrorKind, usize);

fn at<T>(result: Result<T, Malformation>, position: usize) -> Result<T, At> {
    result.map_err(|problem| malformed(problem, position))
}

pub(super) fn malformed(problem: Malformation, position: usize) -> At {
    (XmlErrorKind::Malformed(problem), position)
}

/// What a start tag says, beside its attributes.
pub(super) struct StartTag<'a> {
    pub(super) name: QName<'a>,
    pub(super) namespace: Option<NamespaceId>,
    pub(super) empty: bool,
}

/// \[40\] \[44\]: reads a start tag; the cursor stands after its `<`.
pub(super) fn start_tag<'a>(
    cursor: &mut Cursor<'a>,
    namespaces: &mut Namespaces<'a>,
    attributes: &mut Vec<Attribute<'a>>,
    limits: &Limits,
) -> Result<StartTag<'a>, At> {
    let start = cursor.position();
    let name = at(cursor.qname(), start)?;
    let declared_before = namespaces.len();
    attributes.clear();
    let mut count = 0;
    let empty = loop {
        let blank = cursor.skip_blanks();
        match cursor.peek() {
            b'>' => {
                cursor.advance(1);
                break false;
            }
            b'/' if cursor.eat("/>") => break true,
            0 => return Err(malformed(Malformation::UnexpectedEnd, cursor.position())),
            _ if !blank => return Err(malformed(Malformation::MissingBlank, cursor.position())),
            _ => {}
        }
        count += 1;
        if count > limits.attributes {
            return Err((XmlErrorKind::TooManyAttributes(limits.attributes), cursor.position()));
        }
        attribute(cursor, namespaces, attributes, declared_before)?;
    };
    // The binding of `xml` is always there, and no declaration.
    if namespaces.len() > limits.namespaces + 1 {
        return Err((XmlErrorKind::TooManyAttributes(limits.namespaces), start));
    }
    let resolved = namespaces.resolve(name.prefix());
    let namespace = resolved.map_err(|_| malformed(Malformation::UndeclaredPrefix, start))?;
    if !attributes.is_empty() {
        at(resolve_attributes(namespaces, attributes), start)?;
    }
    Ok(StartTag { name, namespace, empty })
}

/// \[41\]: reads an attribute or a namespace declaration.
fn attribute<'a>(
    cursor: &mut Cursor<'a>,
    namespaces: &mut Namespaces<'a>,
    attributes: &mut Vec<Attribute<'a>>,
    declared_before: usize,
) -> Result<(), At> {
    let start = cursor.position();
    let name = at(cursor.qname(), start)?;
    cursor.skip_blanks();
    if !cursor.eat("=") {
        return Err(malformed(Malformation::Tag, cursor.position()));
    }
    cursor.skip_blanks();
    let value = quoted(cursor)?;
    let prefix = name.prefix();
    let declared = match (prefix, name.local()) {
        ("", "xmlns") => "",
        ("xmlns", declared) => declared,
        (_, local) => {
            attributes.push(Attribute { namespace: None, local, value, prefix });
            return Ok(());
        }
    };
    if namespaces.declared_since(declared_before, declared) {
        return Err(malformed(Malformation::DuplicateAttribute, start));
    }
    if !may_declare(declared, &value) {
        return Err(malformed(Malformation::NamespaceDeclaration, start));
    }
    namespaces.declare(declared, value);
    Ok(())
}

/// \[10\]: a value in its quotes.
fn quoted<'a>(cursor: &mut Cursor<'a>) -> Result<Cow<'a, str>, At> {
    let quote = cursor.peek();
    if quote != b'"' && quote != b'\'' {
        return Err(malformed(Malformation::Tag, cursor.position()));
    }
    cursor.advance(1);
    let start = cursor.position();
    let length = memchr::memchr(quote, cursor.rest())
        .ok_or_else(|| malformed(Malformation::UnexpectedEnd, start))?;
    let raw = cursor.take(length);
    cursor.advance(1);
    attribute_value(raw).map_err(|(problem, offset)| malformed(problem, start + offset))
}

/// Namespaces in XML, "Reserved Prefixes and Namespace Names" and "No Prefix Undeclaring"; and a URI must be one.
fn may_declare(prefix: &str, uri: &str) -> bool {
    match prefix {
        "xml" => uri == XML_NAMESPACE,
        "xmlns" => false,
        _ if uri == XML_NAMESPACE || uri == XMLNS_NAMESPACE => false,
        _ if uri.is_empty() => prefix.is_empty(),
        _ => is_reference(uri),
    }
}

/// Finds the attributes' namespaces, and refuses two attributes of one expanded name.
fn resolve_attributes<'a>(
    namespaces: &Namespaces<'a>,
    attributes: &mut [Attribute<'a>],
) -> Result<(), Malformation> {
    for index in 0..attributes.len() {
        let prefix = attributes[index].prefix;
        if !prefix.is_empty() {
            let resolved =
                namespaces.resolve(prefix).map_err(|_| Malformation::UndeclaredPrefix)?;
            attributes[index].namespace = resolved;
        }
        let (before, rest) = attributes.split_at(index);
        let this = &rest[0];
        if before.iter().any(|other| other.local == this.local && other.namespace == this.namespace)
        {
            return Err(Malformation::DuplicateAttribute);
        }
    }
    Ok(())
}
