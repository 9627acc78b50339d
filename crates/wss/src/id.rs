//! Ids, and what stands under them.

use std::collections::HashMap;

use roxmltree::{Attribute, Node};

use crate::Refusal;
use crate::names::{DS, SAML, WSU};
use crate::xml::{cut, is};

/// Is it an attribute that some processor takes for an id?
fn resembles_id(attribute: &Attribute<'_, '_>) -> bool {
    let namespace = attribute.namespace();
    match attribute.name() {
        "Id" | "ID" | "id" | "AssertionID" => {
            namespace.is_none() || namespace == Some(WSU) || is_xml_id(attribute)
        }
        _ => false,
    }
}

fn is_xml_id(attribute: &Attribute<'_, '_>) -> bool {
    attribute.name() == "id"
        && attribute.namespace() == Some("http://www.w3.org/XML/1998/namespace")
}

/// Is it an id by its standard: `wsu:Id` anywhere, `Id` of an element of XML-DSig, `AssertionID` of an assertion?
fn is_id(node: Node<'_, '_>, attribute: &Attribute<'_, '_>) -> bool {
    match (attribute.namespace(), attribute.name()) {
        (Some(WSU), "Id") => true,
        (None, "Id") => node.tag_name().namespace() == Some(DS),
        (None, "AssertionID") => is(node, SAML, "Assertion"),
        _ => false,
    }
}

/// The ids of an element by its standard, and where `plain` an `Id` without a namespace: node-soap writes that on Body
/// and Timestamp, whose places leave no doubt what is meant.
pub(crate) fn ids_of<'a>(node: Node<'a, 'a>, plain: bool) -> impl Iterator<Item = &'a str> {
    node.attributes()
        .filter(move |it| is_id(node, it) || plain && it.name() == "Id" && it.namespace().is_none())
        .map(|it| it.value())
}

/// Refuses two elements with one id anywhere in the message, if it is an id to anybody by its standard. `plain` are the
/// elements whose `Id` without a namespace counts.
pub(crate) fn refuse_duplicates<'a>(
    root: Node<'a, 'a>,
    plain: &[Node<'a, 'a>],
) -> Result<(), Refusal> {
    let mut seen: HashMap<&str, (Node<'a, 'a>, bool)> = HashMap::new();
    for node in root.descendants() {
        for attribute in node.attributes() {
            if !resembles_id(&attribute) {
                continue;
            }
            let counts =
                is_id(node, &attribute) || plain.contains(&node) && attribute.name() == "Id";
            let Some((other, counted)) = seen.insert(attribute.value(), (node, counts)) else {
                continue;
            };
            if other != node && (counts || counted) {
                return Err(Refusal::DuplicateId { id: cut(attribute.value()) });
            }
            if counted && !counts {
                seen.insert(attribute.value(), (node, true));
            }
        }
    }
    Ok(())
}
