//! The envelope and the security header, by place.

use roxmltree::Node;

use crate::names::{DS, NEXT_ACTOR, SAML, SOAP, WSSE, WSSE11, WSU};
use crate::xml::{cut, elements, is, qualified};
use crate::{HeaderBlock, Refusal};

/// References to a token, in the header to be signed through the STR-Transform.
const MOST_REFERENCES: usize = 4;

/// What an envelope of SOAP 1.1 consists of.
pub(crate) struct Envelope<'a> {
    /// The header blocks, security headers included.
    pub(crate) blocks: Vec<Node<'a, 'a>>,
    pub(crate) body: Node<'a, 'a>,
}

/// What stands directly in the security header.
pub(crate) struct Security<'a> {
    pub(crate) node: Node<'a, 'a>,
    pub(crate) signature: Node<'a, 'a>,
    pub(crate) timestamp: Node<'a, 'a>,
    pub(crate) binary: Option<Node<'a, 'a>>,
    pub(crate) assertion: Option<Node<'a, 'a>>,
}

impl<'a> Envelope<'a> {
    pub(crate) fn of(root: Node<'a, 'a>) -> Result<Self, Refusal> {
        let refused = |what| Err(Refusal::NotSoap { what });
        if !is(root, SOAP, "Envelope") {
            return refused("its root is no Envelope of SOAP 1.1");
        }
        let children: Vec<_> = elements(root).take(3).collect();
        let (header, body) = match children.as_slice() {
            [header, body] => (*header, *body),
            // With a Body alone nothing is wrong with the form.
            [body] if is(*body, SOAP, "Body") => return Err(Refusal::NoSecurityHeader),
            _ => return refused("it has other elements, or too few"),
        };
        if !is(header, SOAP, "Header") || !is(body, SOAP, "Body") {
            return refused("its elements are not Header and Body, in this order");
        }
        Ok(Self { blocks: elements(header).collect(), body })
    }

    /// The one security header that is addressed to us.
    pub(crate) fn security(&self, actor: Option<&str>) -> Result<Security<'a>, Refusal> {
        let ours = |node: &&Node<'a, 'a>| is(**node, WSSE, "Security") && is_for(**node, actor);
        let found: Vec<_> = self.blocks.iter().filter(ours).collect();
        match found.as_slice() {
            [] => Err(Refusal::NoSecurityHeader),
            [node] => Security::of(**node),
            several => Err(Refusal::SeveralSecurityHeaders { count: several.len() }),
        }
    }

    /// The header blocks beside the security header.
    pub(crate) fn other_blocks(
        &self,
        actor: Option<&str>,
        signed: &[Node<'a, 'a>],
    ) -> Vec<HeaderBlock> {
        let others = self.blocks.iter().filter(|node| !is(**node, WSSE, "Security"));
        others
            .map(|node| HeaderBlock {
                namespace: node.tag_name().namespace().unwrap_or_default().to_owned(),
                name: node.tag_name().name().to_owned(),
                must_understand: must_understand(*node) && is_for(*node, actor),
                signed: signed.contains(node),
            })
            .collect()
    }
}

/// SOAP 1.1, 4.2.2: is the block for us?
fn is_for(node: Node<'_, '_>, actor: Option<&str>) -> bool {
    match node.attributes().find(|it| it.name() == "actor" && it.namespace() == Some(SOAP)) {
        None => true,
        Some(found) => {
            let found = found.value().trim();
            found.is_empty() || found == NEXT_ACTOR || actor == Some(found)
        }
    }
}

fn must_understand<'a>(node: Node<'a, 'a>) -> bool {
    let value = qualified(node, Some(SOAP), "mustUnderstand");
    value.is_some_and(|value| matches!(value.trim(), "1" | "true"))
}

impl<'a> Security<'a> {
    fn of(node: Node<'a, 'a>) -> Result<Self, Refusal> {
        let (mut signatures, mut timestamps) = (Vec::new(), Vec::new());
        let (mut binaries, mut assertions, mut references) = (Vec::new(), Vec::new(), 0);
        for child in elements(node) {
            let name = child.tag_name();
            match (name.namespace(), name.name()) {
                (Some(DS), "Signature") => signatures.push(child),
                (Some(WSU), "Timestamp") => timestamps.push(child),
                (Some(WSSE), "BinarySecurityToken") => binaries.push(child),
                (Some(SAML), "Assertion") => assertions.push(child),
                (Some(WSSE), "SecurityTokenReference") => references += 1,
                // Answers confirm a request's signature; a request that does so says nothing, and does no harm.
                (Some(WSSE11), "SignatureConfirmation") => {}
                (_, other) => return Err(Refusal::UnexpectedInSecurity { element: cut(other) }),
            }
        }
        if references > MOST_REFERENCES {
            let element = "wsse:SecurityTokenReference";
            return Err(Refusal::Several { element, count: references });
        }
        Ok(Self {
            node,
            signature: required(&signatures, "ds:Signature")?,
            timestamp: required(&timestamps, "wsu:Timestamp")?,
            binary: optional(&binaries, "wsse:BinarySecurityToken")?,
            assertion: optional(&assertions, "saml:Assertion")?,
        })
    }
}

fn required<'a>(found: &[Node<'a, 'a>], element: &'static str) -> Result<Node<'a, 'a>, Refusal> {
    optional(found, element)?.ok_or(Refusal::Missing { element })
}

fn optional<'a>(
    found: &[Node<'a, 'a>],
    element: &'static str,
) -> Result<Option<Node<'a, 'a>>, Refusal> {
    match found {
        [] => Ok(None),
        [one] => Ok(Some(*one)),
        several => Err(Refusal::Several { element, count: several.len() }),
    }
}
