use roxmltree::Node;

use super::assertion::{Assertion, Parsed, malformed};
use super::holder::Holder;
use crate::c14n::{Canonicalization, canonicalize};
use crate::names::{HOLDER_OF_KEY, SENDER_VOUCHES};
use crate::signed_info::{Signature, Transform};
use crate::verify::Context;
use crate::xml::cut;
use crate::{Policy, PublicKey, Refusal};

/// Verifies an assertion that the signer of a message holds a key of. First who issued it, then everything else.
pub(crate) fn held(
    node: Node<'_, '_>,
    context: &Context<'_>,
) -> Result<(Assertion, Holder), Refusal> {
    let parsed = Parsed::of(node)?;
    if parsed.assertion.issuer != context.issuers.name {
        return Err(Refusal::UntrustedIssuer { issuer: cut(&parsed.assertion.issuer) });
    }
    let signature = parsed.signature.ok_or(Refusal::AssertionForged)?;
    // Our own token service has no need of SHA-1, whatever the caller's message may use.
    let policy = context.policy.forbidding_sha1();
    check_signature(node, signature, &parsed, context.issuers.current(context.now), &policy)?;
    require_method(&parsed, HOLDER_OF_KEY, context)?;
    parsed.conditions.require_all()?;
    parsed.conditions.check(&context.issuers.audiences, &context.freshness, context.now)?;
    let holder = holder(&parsed)?;
    Ok((parsed.assertion, holder))
}

/// Verifies an assertion that the signer of the message, whose key is `sender`, vouches for. That the message's signature
/// covers it is checked before; if it has a signature of its own, that must be the sender's or a trusted issuer's.
pub(crate) fn vouched(
    node: Node<'_, '_>,
    sender: &PublicKey,
    context: &Context<'_>,
) -> Result<Assertion, Refusal> {
    let parsed = Parsed::of(node)?;
    if let Some(signature) = parsed.signature {
        let keys = context.issuers.current(context.now).chain([sender]);
        check_signature(node, signature, &parsed, keys, &context.policy)?;
    }
    require_method(&parsed, SENDER_VOUCHES, context)?;
    parsed.conditions.check(&context.issuers.audiences, &context.freshness, context.now)?;
    Ok(parsed.assertion)
}

/// SAML 1.1, 5.4: one reference, to the assertion itself, without its signature and in exclusive C14N.
fn check_signature<'a, 'k>(
    node: Node<'a, 'a>,
    signature: Node<'a, 'a>,
    parsed: &Parsed<'a>,
    keys: impl IntoIterator<Item = &'k PublicKey>,
    policy: &Policy,
) -> Result<(), Refusal> {
    let signed = Signature::of(signature, policy)?;
    let [reference] = signed.references.as_slice() else {
        return Err(malformed("its signature has not exactly one reference"));
    };
    if reference.id()? != parsed.assertion.id {
        return Err(malformed("its signature does not refer to the assertion that it stands in"));
    }
    let Transform::Exclusive { prefixes, enveloped: true } = &reference.transform else {
        return Err(malformed("its signature's transforms are not enveloped and exclusive C14N"));
    };
    signed.check_value(keys)?.ok_or(Refusal::AssertionForged)?;
    let how = Canonicalization {
        prefixes: prefixes.clone(),
        without: Some(signature),
        ..Canonicalization::default()
    };
    let mut canonical = Vec::with_capacity(4096);
    canonicalize(node, &how, &mut canonical)?;
    reference.check(&canonical)
}

fn require_method(
    parsed: &Parsed<'_>,
    wanted: &'static str,
    context: &Context<'_>,
) -> Result<(), Refusal> {
    match parsed.confirmations.iter().find(|(method, _)| *method != wanted) {
        None => Ok(()),
        Some((found, _)) => Err(Refusal::WrongConfirmation {
            found: cut(found),
            policy: context.policy.name(),
            wanted,
        }),
    }
}

/// The key that all statements agree on.
fn holder(parsed: &Parsed<'_>) -> Result<Holder, Refusal> {
    let mut found: Option<Holder> = None;
    for (_, key_info) in &parsed.confirmations {
        let key_info = key_info.ok_or(malformed("a SubjectConfirmation has no KeyInfo"))?;
        let holder = Holder::of(key_info)?;
        if found.as_ref().is_some_and(|other| *other != holder) {
            return Err(malformed("its statements name different keys"));
        }
        found = Some(holder);
    }
    found.ok_or(malformed("it has no statement about a subject"))
}
