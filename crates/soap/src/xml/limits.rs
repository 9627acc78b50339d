/// How far a document may go. The reader's time and memory are bounded by them and by the length of the text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Elements inside one another, the root included.
    pub depth: usize,
    /// Attributes and namespace declarations on one tag, counted together.
    pub attributes: usize,
    /// Namespace declarations in force at one place, those of the open elements together.
    pub namespaces: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { depth: 64, attributes: 64, namespaces: 256 }
    }
}
