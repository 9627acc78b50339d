/// The client's own reference of a registration: at most 24 characters, kept and answered as given.
///
/// Source: contract, SOAP page, "Facets".
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClientReference(Box<str>);

impl ClientReference {
    /// The most characters (not bytes) that a reference has.
    pub const MAX_CHARS: usize = 24;

    /// Takes any text of at most 24 characters; `None` for a longer one.
    pub fn parse(text: &str) -> Option<Self> {
        let short = text.len() <= Self::MAX_CHARS || text.chars().count() <= Self::MAX_CHARS;
        short.then(|| Self(text.into()))
    }

    /// The reference as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_are_counted_not_bytes() {
        assert!(ClientReference::parse(&"é".repeat(24)).is_some());
        assert!(ClientReference::parse(&"é".repeat(25)).is_none());
        assert!(ClientReference::parse("").is_some());
    }
}
