//! The verification of a message, step after step.

use jiff::Timestamp;
use roxmltree::{Document, Node, ParsingOptions};

use crate::algorithm::sha256;
use crate::coverage::Coverage;
use crate::envelope::{Envelope, Security};
use crate::id::refuse_duplicates;
use crate::key_info;
use crate::prepass;
use crate::saml::{self, Issuers};
use crate::signed_info::Signature;
use crate::target::Targets;
use crate::timestamp::{Freshness, MessageTime};
use crate::token::{Token, TokenSigner};
use crate::xml::cut;
use crate::{Certificate, Policy, Refusal, Replay, Signer, TokenKind, Trust, Verified, Vouched};

/// Elements, texts and comments in one message. A tree takes many times the memory of the shortest elements, and it is
/// built before anybody is known. A call of 200 with blanks between its elements has 5 000.
const MOST_NODES: u32 = 100_000;

/// What a message is held against.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// What the endpoint asks for.
    pub policy: Policy,
    /// The certificates that are trusted.
    pub trust: &'a Trust,
    /// The issuers of assertions that are trusted.
    pub issuers: &'a Issuers,
    /// Certificates that a message may refer to without carrying them. That one is here does not make it trusted.
    pub kept: &'a [Certificate],
    /// How old a message may be.
    pub freshness: Freshness,
    /// The actor that this service is, beside none and `next`.
    pub actor: Option<&'a str>,
    /// The moment of the check.
    pub now: Timestamp,
}

/// Verifies a message. What comes back is only what was signed.
///
/// `text` is the message, decoded. That its signature was not received before, the caller has to check: see
/// [`Verified::replay`].
pub fn verify(text: &str, context: &Context<'_>) -> Result<Verified, Refusal> {
    let text = &*prepass::line_ends(text);
    prepass::check(text)?;
    let document = parse(text)?;
    let envelope = Envelope::of(document.root_element())?;
    let security = envelope.security(context.actor)?;
    refuse_duplicates(document.root_element(), &[envelope.body, security.timestamp])?;

    let signature = Signature::of(security.signature, &context.policy)?;
    let str_node = key_info::reference_of(signature.key_info)?;
    let token = Token::find(str_node, &security, context)?;
    let signer = token.signer(&security, context)?;
    let signed_info = signature.check_value([signer.key()])?;
    let signed_info = signed_info.ok_or(Refusal::SignatureMismatch)?;
    let unchained = signer.check(context)?;

    let targets = Targets::of(&envelope, &security, str_node);
    let mut coverage = Coverage::new(line_of(text, envelope.body));
    for reference in &signature.references {
        coverage.check(reference, &targets, &security, context)?;
    }
    coverage.require(envelope.body, "Body")?;
    coverage.require(security.timestamp, "Timestamp")?;
    coverage.require_token(&token)?;
    let time = MessageTime::of(security.timestamp, &context.freshness)?;
    time.check(&context.freshness, context.now)?;
    let vouched_for = vouched_for(&security, &coverage, &signer, context)?;

    let [key, rest] = signer.key().identity();
    let replay = Replay { key: sha256(&[key, rest, &signed_info]), until: time.until };
    let headers = envelope.other_blocks(context.actor, coverage.nodes());
    let (envelope, body) = coverage.into_body()?;
    Ok(Verified {
        headers,
        envelope,
        body,
        signer: match vouched_for {
            None => signer.into_public(),
            Some(assertion) => Signer::SenderVouches(Vouched::new(signer.certificate(), assertion)),
        },
        time,
        replay,
        algorithm: signature.algorithm,
        signature_value: signature.value,
        unchained,
    })
}

pub(crate) fn parse(text: &str) -> Result<Document<'_>, Refusal> {
    let options =
        ParsingOptions { allow_dtd: false, nodes_limit: MOST_NODES, ..ParsingOptions::default() };
    Document::parse_with_options(text, options).map_err(|error| match error {
        roxmltree::Error::NodesLimitReached => Refusal::TooManyNodes { limit: MOST_NODES },
        other => Refusal::NotXml { detail: cut(&other.to_string()) },
    })
}

/// How many lines stand before the node.
fn line_of(text: &str, node: Node<'_, '_>) -> usize {
    memchr::memchr_iter(b'\n', &text.as_bytes()[..node.range().start]).count()
}

/// The assertion that the policy asks the signer to vouch for.
fn vouched_for(
    security: &Security<'_>,
    coverage: &Coverage<'_>,
    signer: &TokenSigner,
    context: &Context<'_>,
) -> Result<Option<saml::Assertion>, Refusal> {
    if context.policy.token() != TokenKind::SenderVouches {
        return Ok(None);
    }
    let node = security.assertion.ok_or(Refusal::Missing { element: "saml:Assertion" })?;
    coverage.require(node, "the assertion")?;
    saml::vouched(node, signer.key(), context).map(Some)
}
