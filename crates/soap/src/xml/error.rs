use std::fmt;

/// Why the reader refused a document, and where. It never carries text of the document: that can be secret.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct XmlError {
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong there.
    pub kind: XmlErrorKind,
}

/// What a document is refused for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum XmlErrorKind {
    /// It is not well-formed, or not namespace-well-formed.
    Malformed(Malformation),
    /// It has a document type declaration. That is legal XML, and refused: entities are a way in for attackers.
    Doctype,
    /// It goes deeper than the limit.
    TooDeep(usize),
    /// A tag has more attributes and namespace declarations than the limit, or more declarations are in force.
    TooManyAttributes(usize),
}

/// The ways in which a document is not well-formed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Malformation {
    /// A character that XML does not have, written out or as a reference.
    IllegalCharacter,
    /// The XML declaration does not follow its grammar.
    Declaration,
    /// Something that should be a name is not.
    Name,
    /// A colon where Namespaces in XML allows none.
    Colon,
    /// The text ends inside a construct, or before every element is closed.
    UnexpectedEnd,
    /// Markup that is none of the kinds that may stand here.
    Markup,
    /// A tag that does not follow its grammar.
    Tag,
    /// No blank between two attributes.
    MissingBlank,
    /// `<` in the value of an attribute.
    LessThanInAttribute,
    /// Two attributes of one name.
    DuplicateAttribute,
    /// A prefix without a declaration.
    UndeclaredPrefix,
    /// A namespace declaration that Namespaces in XML forbids.
    NamespaceDeclaration,
    /// A closing tag that does not fit the open element.
    MismatchedTag,
    /// A reference to an entity that XML does not define.
    UndefinedEntity,
    /// `&` that begins no reference.
    Reference,
    /// `]]>` in text.
    SectionEndInText,
    /// `--` in a comment.
    Comment,
    /// A processing instruction that does not follow its grammar.
    ProcessingInstruction,
    /// Text, or a second element, outside the root element.
    OutsideRoot,
    /// No element at all.
    NoRoot,
}

impl fmt::Display for Malformation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::IllegalCharacter => "a character that XML does not allow",
            Self::Declaration => "the XML declaration is wrong",
            Self::Name => "a name is missing or wrong",
            Self::Colon => "a colon is not allowed here",
            Self::UnexpectedEnd => "the document ends too early",
            Self::Markup => "markup that XML does not allow here",
            Self::Tag => "a tag is wrong",
            Self::MissingBlank => "a blank is missing between two attributes",
            Self::LessThanInAttribute => "'<' in the value of an attribute",
            Self::DuplicateAttribute => "an attribute is given twice",
            Self::UndeclaredPrefix => "a prefix is not declared",
            Self::NamespaceDeclaration => "a namespace declaration is not allowed",
            Self::MismatchedTag => "a closing tag does not fit the open element",
            Self::UndefinedEntity => "an entity is not defined",
            Self::Reference => "'&' begins no reference",
            Self::SectionEndInText => "']]>' in text",
            Self::Comment => "'--' in a comment",
            Self::ProcessingInstruction => "a processing instruction is wrong",
            Self::OutsideRoot => "content outside the root element",
            Self::NoRoot => "there is no element",
        })
    }
}
