use std::ops::Range;

use roxmltree::Node;

use crate::c14n::{Canonicalization, canonicalize};
use crate::envelope::Security;
use crate::signed_info::{Reference, Transform};
use crate::target::{Target, Targets};
use crate::token::Token;
use crate::verify::Context;
use crate::xml::cut;
use crate::{Certificate, Refusal, Verified};

/// What the references of the signature have covered so far.
pub(crate) struct Coverage<'a> {
    nodes: Vec<Node<'a, 'a>>,
    /// Certificates outside of the message that were signed in the place of references to them.
    external_tokens: Vec<Certificate>,
    /// The envelope that is handed on, which holds the canonical Body.
    envelope: String,
    body: Option<Range<usize>>,
}

impl<'a> Coverage<'a> {
    /// Blank lines bring the Body to the line on which it stood, so that faults can name lines.
    pub(crate) fn new(lines: usize) -> Self {
        let mut envelope = String::with_capacity(lines + 256);
        envelope.push_str(Verified::BEFORE_BODY);
        envelope.extend(std::iter::repeat_n('\n', lines));
        Self { nodes: Vec::new(), external_tokens: Vec::new(), envelope, body: None }
    }

    pub(crate) fn check(
        &mut self,
        reference: &Reference<'a>,
        targets: &Targets<'a>,
        security: &Security<'a>,
        context: &Context<'_>,
    ) -> Result<(), Refusal> {
        let target = targets.find(reference.id()?)?;
        match (&reference.transform, target) {
            (Transform::TokenReference { prefixes }, Target::TokenReference(node)) => {
                let token = Token::find(node, security, context)?;
                reference.check(&token.str_transform(node, prefixes)?)?;
                match token {
                    Token::Binary(node) | Token::Assertion(node) => self.cover(node),
                    Token::Known(certificate) => {
                        self.external_tokens.push(certificate);
                        Ok(())
                    }
                }
            }
            (Transform::TokenReference { .. }, _) | (_, Target::TokenReference(_)) => {
                let found = "the STR-Transform and a SecurityTokenReference, one without the other";
                let uri = cut(reference.uri);
                Err(Refusal::TransformNotAllowed { uri, found: found.to_owned() })
            }
            (Transform::Exclusive { prefixes, enveloped }, target) => {
                let how = Canonicalization {
                    prefixes: prefixes.clone(),
                    without: enveloped.then_some(security.signature),
                    ..Canonicalization::default()
                };
                self.exclusive(reference, target, &how)
            }
        }
    }

    fn exclusive(
        &mut self,
        reference: &Reference<'a>,
        target: Target<'a>,
        how: &Canonicalization<'a>,
    ) -> Result<(), Refusal> {
        if let Target::Body(node) = target {
            self.cover(node)?;
            return self.body(reference, node, how);
        }
        let mut canonical = Vec::with_capacity(4096);
        canonicalize(target.node(), how, &mut canonical)?;
        reference.check(&canonical)?;
        self.cover(target.node())
    }

    /// The bytes whose digest fits are the bytes that are handed on.
    fn body(
        &mut self,
        reference: &Reference<'a>,
        node: Node<'a, 'a>,
        how: &Canonicalization<'a>,
    ) -> Result<(), Refusal> {
        let mut bytes = std::mem::take(&mut self.envelope).into_bytes();
        bytes.reserve(node.range().len() + 1024);
        let start = bytes.len();
        canonicalize(node, how, &mut bytes)?;
        let end = bytes.len();
        reference.check(&bytes[start..])?;
        bytes.extend_from_slice(Verified::AFTER_BODY.as_bytes());
        self.envelope = String::from_utf8(bytes)
            .map_err(|_| Refusal::NotXml { detail: "the Body is not UTF-8".to_owned() })?;
        self.body = Some(start..end);
        Ok(())
    }

    fn cover(&mut self, node: Node<'a, 'a>) -> Result<(), Refusal> {
        if self.nodes.contains(&node) {
            let what = "two references lead to the same element";
            return Err(Refusal::MalformedSignature { what });
        }
        self.nodes.push(node);
        Ok(())
    }

    pub(crate) fn require(&self, node: Node<'a, 'a>, part: &'static str) -> Result<(), Refusal> {
        if self.nodes.contains(&node) { Ok(()) } else { Err(Refusal::NotSigned { part }) }
    }

    /// `ProtectTokens`: the signature covers the token that it was made with.
    pub(crate) fn require_token(&self, token: &Token<'a>) -> Result<(), Refusal> {
        match token {
            Token::Binary(node) | Token::Assertion(node) => self.require(*node, "the token"),
            Token::Known(certificate) if self.external_tokens.contains(certificate) => Ok(()),
            Token::Known(_) => Err(Refusal::NotSigned { part: "the token" }),
        }
    }

    pub(crate) fn nodes(&self) -> &[Node<'a, 'a>] {
        &self.nodes
    }

    /// A message with the signed Body alone, and where the Body stands in it.
    pub(crate) fn into_body(self) -> Result<(String, Range<usize>), Refusal> {
        let body = self.body.ok_or(Refusal::NotSigned { part: "Body" })?;
        Ok((self.envelope, body))
    }
}
