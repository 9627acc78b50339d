use std::borrow::Cow;

use super::XML_NAMESPACE;

/// A namespace in force at the reader's place: two names are of one namespace exactly when these are equal.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NamespaceId(usize);

struct Binding<'a> {
    /// Empty for the default namespace.
    prefix: &'a str,
    /// Empty where the default namespace is taken back.
    uri: Cow<'a, str>,
    /// The first binding in force that has the same URI, so that URIs are compared once, when they are declared.
    id: NamespaceId,
}

/// The namespace declarations in force, innermost last.
pub(super) struct Namespaces<'a> {
    bindings: Vec<Binding<'a>>,
}

impl<'a> Namespaces<'a> {
    pub(super) fn new() -> Self {
        let xml = Binding { prefix: "xml", uri: Cow::Borrowed(XML_NAMESPACE), id: NamespaceId(0) };
        let mut bindings = Vec::with_capacity(16);
        bindings.push(xml);
        Self { bindings }
    }

    pub(super) fn len(&self) -> usize {
        self.bindings.len()
    }

    /// Takes back what was declared after there were `length`.
    pub(super) fn truncate(&mut self, length: usize) {
        self.bindings.truncate(length);
    }

    /// Puts a declaration in force.
    pub(super) fn declare(&mut self, prefix: &'a str, uri: Cow<'a, str>) {
        let same = self.bindings.iter().position(|binding| binding.uri == uri);
        let id = NamespaceId(same.unwrap_or(self.bindings.len()));
        self.bindings.push(Binding { prefix, uri, id });
    }

    /// Is `prefix` declared among the declarations after the first `from`?
    pub(super) fn declared_since(&self, from: usize, prefix: &str) -> bool {
        self.bindings[from..].iter().any(|binding| binding.prefix == prefix)
    }

    /// What `prefix` stands for: `Err` when it is not declared, `Ok(None)` for no namespace.
    pub(super) fn resolve(&self, prefix: &str) -> Result<Option<NamespaceId>, Undeclared> {
        match self.bindings.iter().rev().find(|binding| binding.prefix == prefix) {
            Some(binding) if binding.uri.is_empty() => Ok(None),
            Some(binding) => Ok(Some(binding.id)),
            None if prefix.is_empty() => Ok(None),
            None => Err(Undeclared),
        }
    }

    pub(super) fn uri(&self, id: NamespaceId) -> &str {
        self.bindings.get(id.0).map_or("", |binding| binding.uri.as_ref())
    }
}

/// The prefix is not declared.
pub(super) struct Undeclared;
