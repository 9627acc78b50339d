use std::fmt;

/// The reference of a declaration of works (DDT/AVW): 13 characters, digits and capitals without I and O.
///
/// Source: contract, registers page, "Identifiers".
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WorksReference([u8; 13]);

impl WorksReference {
    /// Reads the 13 characters as they are: no blanks, no small letters; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes: [u8; 13] = text.as_bytes().try_into().ok()?;
        bytes.iter().all(|byte| is_allowed(*byte)).then_some(Self(bytes))
    }

    /// A reference that is never given out: to look it up costs what a look-up costs, and finds nothing.
    pub fn nowhere() -> Self {
        Self::parse("0000000000000").expect("13 characters of the alphabet")
    }

    /// The reference as text.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("`parse` lets only ASCII in")
    }
}

fn is_allowed(byte: u8) -> bool {
    byte.is_ascii_digit() || (byte.is_ascii_uppercase() && !matches!(byte, b'I' | b'O'))
}

impl fmt::Debug for WorksReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WorksReference({})", self.as_str())
    }
}

impl fmt::Display for WorksReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn other_shapes_are_refused() {
        for text in [
            "",
            "1Y1003SQ5VSS",
            "1Y1003SQ5VSSZZ",
            "1y1003SQ5VSSZ",
            "1I1003SQ5VSSZ",
            "1O1003SQ5VSSZ",
            " Y1003SQ5VSSZ",
            "é1003SQ5VSSZ",
        ] {
            assert!(WorksReference::parse(text).is_none(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn thirteen_allowed_characters_are_read_back(text in "[A-HJ-NP-Z0-9]{13}") {
            let reference = WorksReference::parse(&text).expect("allowed");
            prop_assert_eq!(reference.as_str(), text);
        }

        #[test]
        fn reading_never_panics(text in "\\PC*") {
            let _ = WorksReference::parse(&text);
        }
    }
}
