//! The parts of an XML signature: what is signed, how, and with which value.

use roxmltree::Node;

use crate::algorithm::{DigestAlgorithm, SignatureAlgorithm};
use crate::c14n::{Canonicalization, canonicalize};
use crate::key::PublicKey;
use crate::names::{DS, ENVELOPED, EXCLUSIVE_C14N, STR_TRANSFORM, WSSE};
use crate::xml::{attribute, binary, cut, elements, is};
use crate::{Policy, Refusal};

/// References in one signature.
const MOST_REFERENCES: usize = 16;
/// The value of a signature with the largest RSA key, in bytes.
const LARGEST_VALUE: usize = 8192 / 8;
/// The largest digest, in bytes.
const LARGEST_DIGEST: usize = 512 / 8;
/// Prefixes on a list.
const MOST_PREFIXES: usize = 32;

/// An XML signature, taken apart. Nothing about it is believed yet.
pub(crate) struct Signature<'a> {
    info: Node<'a, 'a>,
    prefixes: Vec<&'a str>,
    pub(crate) algorithm: SignatureAlgorithm,
    pub(crate) references: Vec<Reference<'a>>,
    pub(crate) value: Vec<u8>,
    pub(crate) key_info: Option<Node<'a, 'a>>,
}

/// One thing that is signed.
pub(crate) struct Reference<'a> {
    pub(crate) uri: &'a str,
    pub(crate) transform: Transform<'a>,
    algorithm: DigestAlgorithm,
    digest: Vec<u8>,
}

/// What is done to a thing before its digest is made.
pub(crate) enum Transform<'a> {
    /// Exclusive C14N, after the enveloped signature was taken out if `enveloped`.
    Exclusive { prefixes: Vec<&'a str>, enveloped: bool },
    /// The token in the place of the reference to it, in exclusive C14N.
    TokenReference { prefixes: Vec<&'a str> },
}

fn malformed(what: &'static str) -> Refusal {
    Refusal::MalformedSignature { what }
}

impl<'a> Signature<'a> {
    /// Takes `node` apart, and holds its algorithms against the policy.
    pub(crate) fn of(node: Node<'a, 'a>, policy: &Policy) -> Result<Self, Refusal> {
        let mut children = elements(node);
        let (info, value) = (children.next(), children.next());
        let info = info.filter(|it| is(*it, DS, "SignedInfo"));
        let value = value.filter(|it| is(*it, DS, "SignatureValue"));
        let (Some(info), Some(value)) = (info, value) else {
            return Err(malformed("it does not begin with SignedInfo and SignatureValue"));
        };
        let key_info = children.next();
        if key_info.is_some_and(|it| !is(it, DS, "KeyInfo")) || children.next().is_some() {
            return Err(malformed(
                "after SignatureValue only one KeyInfo may stand, and no Object",
            ));
        }
        let mut parts = elements(info);
        let method = parts.next().filter(|it| is(*it, DS, "CanonicalizationMethod"));
        let method = method.ok_or(malformed("SignedInfo has no CanonicalizationMethod"))?;
        policy.canonicalization(algorithm_of(method)?)?;
        let prefixes = prefixes(method)?;
        let method = parts.next().filter(|it| is(*it, DS, "SignatureMethod"));
        let method = method.ok_or(malformed("SignedInfo has no SignatureMethod"))?;
        let algorithm = policy.signature_algorithm(algorithm_of(method)?)?;
        without_children(method, "SignatureMethod has parameters")?;
        let mut references = Vec::new();
        for part in parts {
            if references.len() == MOST_REFERENCES {
                return Err(Refusal::TooManyReferences { limit: MOST_REFERENCES });
            }
            references.push(Reference::of(part, policy)?);
        }
        let value = binary(value, LARGEST_VALUE)?;
        Ok(Self { info, prefixes, algorithm, references, value, key_info })
    }

    /// Does the value fit `SignedInfo` and one of the keys? Gives the canonical form of `SignedInfo`.
    pub(crate) fn check_value<'k>(
        &self,
        keys: impl IntoIterator<Item = &'k PublicKey>,
    ) -> Result<Option<Vec<u8>>, Refusal> {
        let how = Canonicalization { prefixes: self.prefixes.clone(), ..Default::default() };
        let mut canonical = Vec::with_capacity(2048);
        canonicalize(self.info, &how, &mut canonical)?;
        let fits = |key| self.algorithm.verifies(key, &canonical, &self.value);
        Ok(keys.into_iter().any(fits).then_some(canonical))
    }
}

impl<'a> Reference<'a> {
    fn of(node: Node<'a, 'a>, policy: &Policy) -> Result<Self, Refusal> {
        if !is(node, DS, "Reference") {
            return Err(malformed("SignedInfo holds something else than references"));
        }
        let uri = attribute(node, "URI").ok_or(malformed("a Reference has no URI"))?;
        let mut parts = elements(node);
        let transforms = parts.next().filter(|it| is(*it, DS, "Transforms"));
        let transforms = transforms.ok_or_else(|| Refusal::TransformNotAllowed {
            uri: cut(uri),
            found: "no transform, which means inclusive C14N".to_owned(),
        })?;
        let transform = Transform::of(transforms, uri)?;
        let method = parts.next().filter(|it| is(*it, DS, "DigestMethod"));
        let method = method.ok_or(malformed("a Reference has no DigestMethod"))?;
        let algorithm = policy.digest_algorithm(algorithm_of(method)?)?;
        without_children(method, "DigestMethod has parameters")?;
        let value = parts.next().filter(|it| is(*it, DS, "DigestValue"));
        let value = value.ok_or(malformed("a Reference has no DigestValue"))?;
        if parts.next().is_some() {
            return Err(malformed("a Reference holds too much"));
        }
        Ok(Self { uri, transform, algorithm, digest: binary(value, LARGEST_DIGEST)? })
    }

    /// The id that it refers to.
    pub(crate) fn id(&self) -> Result<&'a str, Refusal> {
        let id = self.uri.strip_prefix('#').filter(|id| !id.is_empty() && !id.contains(['(', '/']));
        id.ok_or_else(|| Refusal::ExternalReference { uri: cut(self.uri) })
    }

    /// Do the bytes have the digest?
    pub(crate) fn check(&self, bytes: &[u8]) -> Result<(), Refusal> {
        if self.algorithm.digest(bytes).as_ref() == self.digest {
            Ok(())
        } else {
            Err(Refusal::DigestMismatch { uri: cut(self.uri) })
        }
    }
}

impl<'a> Transform<'a> {
    fn of(transforms: Node<'a, 'a>, uri: &str) -> Result<Self, Refusal> {
        let refused =
            |found: &str| Err(Refusal::TransformNotAllowed { uri: cut(uri), found: cut(found) });
        let mut steps = Vec::new();
        for transform in elements(transforms) {
            if !is(transform, DS, "Transform") {
                return Err(malformed("Transforms holds something else than transforms"));
            }
            steps.push((algorithm_of(transform)?, transform));
        }
        match steps.as_slice() {
            [(EXCLUSIVE_C14N, last)] => {
                Ok(Self::Exclusive { prefixes: prefixes(*last)?, enveloped: false })
            }
            [(ENVELOPED, first), (EXCLUSIVE_C14N, last)] => {
                without_children(*first, "the enveloped transform has parameters")?;
                Ok(Self::Exclusive { prefixes: prefixes(*last)?, enveloped: true })
            }
            [(STR_TRANSFORM, only)] => {
                Ok(Self::TokenReference { prefixes: parameters(*only, uri)? })
            }
            several => {
                let known = [EXCLUSIVE_C14N, ENVELOPED, STR_TRANSFORM];
                let strange = several.iter().find(|(uri, _)| !known.contains(uri));
                refused(strange.map_or("in this combination", |(uri, _)| *uri))
            }
        }
    }
}

/// The `TransformationParameters` of the STR-Transform: the canonicalisation, which must be exclusive.
fn parameters<'a>(transform: Node<'a, 'a>, uri: &str) -> Result<Vec<&'a str>, Refusal> {
    let what = "the STR-Transform has no TransformationParameters with one CanonicalizationMethod";
    let parameters = only_child(transform, WSSE, "TransformationParameters", what)?;
    let method = only_child(parameters, DS, "CanonicalizationMethod", what)?;
    let algorithm = algorithm_of(method)?;
    if algorithm != EXCLUSIVE_C14N {
        return Err(Refusal::TransformNotAllowed { uri: cut(uri), found: cut(algorithm) });
    }
    prefixes(method)
}

fn only_child<'a>(
    node: Node<'a, 'a>,
    namespace: &str,
    name: &str,
    what: &'static str,
) -> Result<Node<'a, 'a>, Refusal> {
    let mut children = elements(node);
    match (children.next(), children.next()) {
        (Some(child), None) if is(child, namespace, name) => Ok(child),
        _ => Err(malformed(what)),
    }
}

fn algorithm_of<'a>(node: Node<'a, 'a>) -> Result<&'a str, Refusal> {
    attribute(node, "Algorithm").ok_or(malformed("a method or transform has no Algorithm"))
}

/// Parameters would change what is checked.
fn without_children(node: Node<'_, '_>, what: &'static str) -> Result<(), Refusal> {
    if node.children().any(|child| child.is_element()) { Err(malformed(what)) } else { Ok(()) }
}

/// The `PrefixList` of exclusive C14N, `#default` as the empty prefix.
fn prefixes<'a>(method: Node<'a, 'a>) -> Result<Vec<&'a str>, Refusal> {
    let mut children = elements(method);
    let Some(list) = children.next() else { return Ok(Vec::new()) };
    if !is(list, EXCLUSIVE_C14N, "InclusiveNamespaces") || children.next().is_some() {
        return Err(malformed("exclusive C14N has other parameters than InclusiveNamespaces"));
    }
    let list = attribute(list, "PrefixList").unwrap_or_default();
    let prefixes: Vec<_> = list
        .split_ascii_whitespace()
        .map(|prefix| if prefix == "#default" { "" } else { prefix })
        .collect();
    if prefixes.len() > MOST_PREFIXES {
        return Err(malformed("the PrefixList is too long"));
    }
    Ok(prefixes)
}
