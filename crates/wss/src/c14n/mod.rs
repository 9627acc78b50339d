//! Exclusive XML canonicalisation 1.0 without comments, of an element and what is in it.

use std::ops::Range;

use roxmltree::{Attribute, Node, NodeType};

use crate::Refusal;
use crate::escape::{escape_attribute, escape_text};
use crate::xml::{cut, raw_attribute, raw_name};

#[cfg(test)]
mod random;
#[cfg(test)]
mod tests;

/// How an element is canonicalised.
#[derive(Clone, Default)]
pub(crate) struct Canonicalization<'a> {
    /// The `PrefixList` of `InclusiveNamespaces`; the empty prefix stands for `#default`.
    pub(crate) prefixes: Vec<&'a str>,
    /// The signature that the enveloped transform takes out.
    pub(crate) without: Option<Node<'a, 'a>>,
    /// The STR-Transform declares the empty namespace on the element where nothing else is the default.
    pub(crate) default_on_apex: bool,
    /// Declarations that what stands around the element has written already.
    pub(crate) rendered: Vec<(&'a str, &'a str)>,
}

/// How many times as long as its message a canonical form may be, beside some bytes more. The form grows where a prefix is
/// declared far above the elements that use it, and again on each of these: a long namespace and many short elements would
/// grow without end, before anybody is known.
const GROWTH: usize = 8;
const MORE: usize = 64 * 1024;

/// Appends the canonical form of `apex`. Refused where it is out of all proportion to the message.
pub(crate) fn canonicalize<'a>(
    apex: Node<'a, 'a>,
    how: &Canonicalization<'a>,
    out: &mut Vec<u8>,
) -> Result<(), Refusal> {
    let limit = apex.document().input_text().len() * GROWTH + MORE;
    let mut writer = Writer {
        end: out.len() + limit,
        how,
        out,
        rendered: how.rendered.clone(),
        declarations: Vec::new(),
        attributes: Vec::new(),
        written: Vec::new(),
    };
    writer.element(apex, true);
    if writer.out.len() > writer.end {
        let element = format!("the canonical form of {}", cut(apex.tag_name().name()));
        return Err(Refusal::TooLarge { element, limit });
    }
    Ok(())
}

struct Writer<'a, 'h, 'o> {
    how: &'h Canonicalization<'a>,
    out: &'o mut Vec<u8>,
    /// Beyond this length nothing is begun any more.
    end: usize,
    /// Prefix and namespace of what the open elements of the output declare, innermost last.
    rendered: Vec<(&'a str, &'a str)>,
    /// What the tag at hand has to declare.
    declarations: Vec<(&'a str, &'a str)>,
    attributes: Vec<Attribute<'a, 'a>>,
    written: Vec<Written<'a>>,
}

/// Where a declaration stands in the output.
struct Written<'a> {
    prefix: &'a str,
    namespace: &'a str,
    place: Range<usize>,
}

/// Declarations whose place is kept.
const MOST_WRITTEN: usize = 8;

/// Are two namespaces equal? Most often they are even the same declaration.
fn same(one: &str, other: &str) -> bool {
    std::ptr::eq(one, other) || one == other
}

impl<'a> Writer<'a, '_, '_> {
    /// The depth of the tree is limited before it is built, so that recursion is.
    fn element(&mut self, node: Node<'a, 'a>, is_apex: bool) {
        if self.out.len() > self.end {
            return;
        }
        let name = raw_name(node);
        let mark = self.rendered.len();
        self.out.push(b'<');
        self.raw(name);
        self.namespaces(node, name, is_apex);
        self.attributes(node);
        self.out.push(b'>');
        let mut child = node.first_child();
        while let Some(inner) = child {
            self.node(inner);
            child = inner.next_sibling();
        }
        self.raw("</");
        self.raw(name);
        self.out.push(b'>');
        self.rendered.truncate(mark);
    }

    fn node(&mut self, node: Node<'a, 'a>) {
        match node.node_type() {
            NodeType::Element if self.how.without == Some(node) => {}
            NodeType::Element => self.element(node, false),
            NodeType::Text => escape_text(node.text().unwrap_or_default(), self.out),
            NodeType::PI => self.instruction(node),
            NodeType::Comment | NodeType::Root => {}
        }
    }

    fn instruction(&mut self, node: Node<'a, 'a>) {
        let Some(instruction) = node.pi() else { return };
        self.raw("<?");
        self.raw(instruction.target);
        if let Some(value) = instruction.value.filter(|value| !value.is_empty()) {
            self.out.push(b' ');
            self.raw(value);
        }
        self.raw("?>");
    }

    fn namespaces(&mut self, node: Node<'a, 'a>, name: &'a str, is_apex: bool) {
        self.declarations.clear();
        let own = node.tag_name();
        self.use_prefix(prefix_of(name, own.name()), own.namespace().unwrap_or_default());
        for attribute in node.attributes() {
            if let Some(namespace) = attribute.namespace() {
                let written = raw_attribute(node, &attribute);
                self.use_prefix(prefix_of(written, attribute.name()), namespace);
            }
        }
        let how = self.how;
        if !how.prefixes.is_empty() && (is_apex || declares(node)) {
            for prefix in &how.prefixes {
                let named = Some(*prefix).filter(|prefix| !prefix.is_empty());
                match node.lookup_namespace_uri(named) {
                    Some(namespace) => self.use_prefix(prefix, namespace),
                    None if prefix.is_empty() => self.use_prefix("", ""),
                    None => {}
                }
            }
        }
        if is_apex
            && how.default_on_apex
            && !self.declarations.iter().any(|(prefix, _)| prefix.is_empty())
        {
            self.declarations.push(("", ""));
        }
        self.declarations.sort_unstable();
        for index in 0..self.declarations.len() {
            self.declaration(self.declarations[index]);
        }
        self.rendered.extend_from_slice(&self.declarations);
    }

    /// Writes a declaration, or copies it from where it was written before: a prefix that is declared at the top of a
    /// message and used far below is declared anew there each time.
    fn declaration(&mut self, (prefix, namespace): (&'a str, &'a str)) {
        let known = |it: &&Written<'a>| it.prefix == prefix && same(it.namespace, namespace);
        if let Some(before) = self.written.iter().find(known) {
            self.out.extend_from_within(before.place.clone());
            return;
        }
        let start = self.out.len();
        self.raw(if prefix.is_empty() { " xmlns" } else { " xmlns:" });
        self.raw(prefix);
        self.raw("=\"");
        escape_attribute(namespace, self.out);
        self.out.push(b'"');
        if self.written.len() < MOST_WRITTEN {
            self.written.push(Written { prefix, namespace, place: start..self.out.len() });
        }
    }

    /// The prefix is visibly used, or on the list: declares it unless the output has done so already.
    fn use_prefix(&mut self, prefix: &'a str, namespace: &'a str) {
        if prefix == "xml" {
            return;
        }
        let before = self.rendered.iter().rev().find(|(other, _)| *other == prefix);
        let known = before
            .map_or(prefix.is_empty() && namespace.is_empty(), |(_, other)| same(other, namespace));
        if !known && !self.declarations.iter().any(|(other, _)| *other == prefix) {
            self.declarations.push((prefix, namespace));
        }
    }

    fn attributes(&mut self, node: Node<'a, 'a>) {
        self.attributes.clear();
        self.attributes.extend(node.attributes());
        self.attributes.sort_unstable_by_key(|attribute| {
            (attribute.namespace().unwrap_or_default(), attribute.name())
        });
        for index in 0..self.attributes.len() {
            let attribute = self.attributes[index];
            self.out.push(b' ');
            self.raw(raw_attribute(node, &attribute));
            self.raw("=\"");
            escape_attribute(attribute.value(), self.out);
            self.out.push(b'"');
        }
    }

    fn raw(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }
}

/// Are other declarations in force in the element than around it? Only then can a prefix of the list be new.
fn declares(node: Node<'_, '_>) -> bool {
    let Some(parent) = node.parent_element() else { return true };
    let (own, others) = (node.namespaces(), parent.namespaces());
    own.len() != others.len() || !own.zip(others).all(|(one, other)| std::ptr::eq(one, other))
}

/// What stands before the colon of a name whose local part is known.
fn prefix_of<'a>(name: &'a str, local: &str) -> &'a str {
    &name[..name.len().saturating_sub(local.len() + 1)]
}
