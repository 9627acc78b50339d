//! Steps in a tree that are taken everywhere.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use roxmltree::{Attribute, Node};

use crate::Refusal;

/// The name of an element as written, with its prefix, which the tree itself does not keep.
pub(crate) fn raw_name<'a>(node: Node<'a, 'a>) -> &'a str {
    name_at(node, node.range().start + 1)
}

/// The name of an attribute of `node` as written.
pub(crate) fn raw_attribute<'a>(node: Node<'a, 'a>, attribute: &Attribute<'a, 'a>) -> &'a str {
    // `range_qname` counts in 16 bits, and a name may be longer.
    name_at(node, attribute.range().start)
}

fn name_at<'a>(node: Node<'a, 'a>, start: usize) -> &'a str {
    let text = &node.document().input_text()[start..];
    let ends = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b'/' | b'>' | b'=');
    &text[..text.as_bytes().iter().position(ends).unwrap_or(text.len())]
}

/// The elements directly inside.
pub(crate) fn elements<'a>(node: Node<'a, 'a>) -> impl Iterator<Item = Node<'a, 'a>> {
    node.children().filter(Node::is_element)
}

/// Is it this element?
pub(crate) fn is(node: Node<'_, '_>, namespace: &str, name: &str) -> bool {
    node.is_element()
        && node.tag_name().name() == name
        && node.tag_name().namespace() == Some(namespace)
}

/// The one element of this name directly inside; `None` when there is none or more than one.
pub(crate) fn only<'a>(node: Node<'a, 'a>, namespace: &str, name: &str) -> Option<Node<'a, 'a>> {
    let mut found = elements(node).filter(|child| is(*child, namespace, name));
    let first = found.next()?;
    found.next().is_none().then_some(first)
}

/// The attribute without a namespace.
pub(crate) fn attribute<'a>(node: Node<'a, 'a>, name: &str) -> Option<&'a str> {
    qualified(node, None, name)
}

/// The attribute of a namespace, or of none.
pub(crate) fn qualified<'a>(
    node: Node<'a, 'a>,
    namespace: Option<&str>,
    name: &str,
) -> Option<&'a str> {
    let mut attributes = node.attributes();
    attributes.find(|it| it.name() == name && it.namespace() == namespace).map(|it| it.value())
}

/// The text of an element that holds text alone, blanks around it taken away.
///
/// A comment or an instruction would divide the text, and canonical XML without comments would sign what stands on both
/// sides of it as one: who read only the first part would read something else than was signed.
pub(crate) fn text<'a>(node: Node<'a, 'a>) -> Result<&'a str, Refusal> {
    let mut children = node.children();
    let text = match children.next() {
        None => "",
        Some(child) if child.is_text() => child.text().unwrap_or_default(),
        Some(_) => return Err(divided(node)),
    };
    if children.next().is_some() {
        return Err(divided(node));
    }
    Ok(text.trim_matches([' ', '\t', '\r', '\n']))
}

fn divided(node: Node<'_, '_>) -> Refusal {
    Refusal::DividedText { element: cut(node.tag_name().name()) }
}

/// What base64 in an element means. Blanks are passed over; `limit` bounds the result.
pub(crate) fn binary(node: Node<'_, '_>, limit: usize) -> Result<Vec<u8>, Refusal> {
    let element = || cut(node.tag_name().name());
    let text = text(node)?;
    if text.len() > limit * 2 {
        return Err(Refusal::TooLarge { element: element(), limit });
    }
    let dense: Vec<u8> =
        text.bytes().filter(|byte| !matches!(byte, b' ' | b'\t' | b'\r' | b'\n')).collect();
    let bytes = STANDARD.decode(dense).map_err(|_| Refusal::NotBase64 { element: element() })?;
    if bytes.len() > limit {
        return Err(Refusal::TooLarge { element: element(), limit });
    }
    Ok(bytes)
}

/// Bytes as base64.
pub(crate) fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// What others wrote, cut to what a log can bear, without line ends.
pub(crate) fn cut(text: &str) -> String {
    text.chars().take(120).map(|c| if c.is_control() { ' ' } else { c }).collect()
}
