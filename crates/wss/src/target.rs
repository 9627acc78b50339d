use std::collections::HashMap;

use roxmltree::Node;

use crate::Refusal;
use crate::envelope::{Envelope, Security};
use crate::id::ids_of;
use crate::names::WSSE;
use crate::xml::{cut, is};

/// What a signature may refer to.
#[derive(Clone, Copy)]
pub(crate) enum Target<'a> {
    Body(Node<'a, 'a>),
    /// A reference to a token, directly in the security header or in the signature's `KeyInfo`.
    TokenReference(Node<'a, 'a>),
    /// A whole header block, or an element directly in the security header.
    Header(Node<'a, 'a>),
}

impl<'a> Target<'a> {
    pub(crate) fn node(self) -> Node<'a, 'a> {
        match self {
            Self::Body(node) | Self::TokenReference(node) | Self::Header(node) => node,
        }
    }
}

/// All that a signature may refer to, by id. What stands elsewhere is found by nobody, whatever it is called.
pub(crate) struct Targets<'a> {
    by_id: HashMap<&'a str, Target<'a>>,
    root: Node<'a, 'a>,
}

impl<'a> Targets<'a> {
    pub(crate) fn of(
        envelope: &Envelope<'a>,
        security: &Security<'a>,
        key_reference: Node<'a, 'a>,
    ) -> Self {
        let mut by_id = HashMap::new();
        let mut add = |target: Target<'a>, plain| {
            for id in ids_of(target.node(), plain) {
                by_id.insert(id, target);
            }
        };
        add(Target::Body(envelope.body), true);
        add(Target::TokenReference(key_reference), false);
        for child in
            security.node.children().filter(|it| it.is_element() && *it != security.signature)
        {
            if is(child, WSSE, "SecurityTokenReference") {
                add(Target::TokenReference(child), false);
            } else {
                add(Target::Header(child), child == security.timestamp);
            }
        }
        for block in envelope.blocks.iter().filter(|it| !is(**it, WSSE, "Security")) {
            add(Target::Header(*block), false);
        }
        Self { by_id, root: envelope.body.document().root_element() }
    }

    pub(crate) fn find(&self, id: &str) -> Result<Target<'a>, Refusal> {
        if let Some(target) = self.by_id.get(id) {
            return Ok(*target);
        }
        let elsewhere = self.root.descendants().flat_map(|node| ids_of(node, true));
        let id = || cut(id);
        if elsewhere.into_iter().any(|other| *other == *id()) {
            return Err(Refusal::ReferenceToForbiddenPlace { id: id() });
        }
        Err(Refusal::ReferenceNotFound { id: id() })
    }
}
