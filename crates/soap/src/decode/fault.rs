use std::fmt;

use crate::xml::{Malformation, XmlError, XmlErrorKind};

/// Why a message is refused. It names elements, never their content: that can be a person's number.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum DecodeFault {
    /// It is not well-formed, or not namespace-well-formed (SOA-03001).
    Malformed {
        /// The line, counted from 1.
        line: usize,
        /// What is wrong.
        what: Malformation,
    },
    /// It has a document type declaration (SOA-03004).
    Doctype {
        /// The line, counted from 1.
        line: usize,
    },
    /// It goes deeper than the limit (SOA-03001).
    TooDeep {
        /// The line, counted from 1.
        line: usize,
        /// The most elements inside one another.
        limit: usize,
    },
    /// A tag has more attributes and namespace declarations than the limit (SOA-03001).
    TooManyAttributes {
        /// The line, counted from 1.
        line: usize,
        /// The most attributes.
        limit: usize,
    },
    /// Its root, or what the root holds, is no SOAP envelope (SOA-03002).
    NotSoap {
        /// The line, counted from 1.
        line: usize,
        /// The name of what is there instead, cut to 100 characters.
        found: String,
    },
    /// It is an envelope of another version of SOAP (SOA-03002, `VersionMismatch`).
    OtherSoapVersion,
    /// It has no body, or an empty one (SOA-03003).
    NoBody,
    /// WS-I Basic Profile: more than one element or text in the body, one in no namespace, something after the body
    /// (SOA-03004).
    NotWsi {
        /// The line, counted from 1.
        line: usize,
    },
    /// A header block must be understood and is not (`MustUnderstand`).
    MustUnderstand {
        /// Its name, cut to 100 characters.
        header: String,
    },
    /// The body asks for no operation of the service (SOA-03005).
    UnknownOperation {
        /// The name of the body's element, cut to 100 characters.
        name: String,
    },
    /// The request is not valid against the schema (SOA-03006).
    Schema(SchemaFault),
}

/// Where a request is not valid against the schema, and what the schema asks there.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SchemaFault {
    /// The element, such as `RegisterPresencesRequest/PresenceRegistrationRequest[3]/INSS`, or an attribute with `@`.
    pub path: String,
    /// The line, counted from 1.
    pub line: usize,
    /// What is asked.
    pub rule: Rule,
}

/// What the schema asks.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Rule {
    /// The text must match the pattern.
    Pattern(&'static str),
    /// The text may have so many characters.
    MaxLength(usize),
    /// The text must be a whole number.
    Integer,
    /// The number may have so many digits.
    TotalDigits(usize),
    /// The text must be an `xs:date`.
    Date,
    /// The text must be an `xs:dateTime`.
    DateTime,
    /// The text must be one of these.
    OneOf(&'static [&'static str]),
    /// The element may not stand here; one of these may, or none.
    Unexpected {
        /// The names of the elements that may.
        allowed: &'static [&'static str],
    },
    /// Something is missing at the end of the element: one of these.
    Missing {
        /// The names of the elements that may follow.
        allowed: &'static [&'static str],
    },
    /// The element may stand so many times.
    TooMany(usize),
    /// The element must be in this namespace.
    Namespace(&'static str),
    /// The element may hold elements only, no text.
    ElementsOnly,
    /// The element may hold text only, no elements.
    TextOnly,
    /// The attribute is not allowed.
    Attribute,
    /// `xsi:type` must name the type of the element: this one, or it may not be there.
    Type(Option<&'static str>),
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pattern(pattern) => write!(f, "the text must match {pattern}"),
            Self::MaxLength(most) => write!(f, "at most {most} characters are allowed"),
            Self::Integer => f.write_str("a whole number is required"),
            Self::TotalDigits(most) => write!(f, "at most {most} digits are allowed"),
            Self::Date => f.write_str("a date such as 2026-01-31 is required"),
            Self::DateTime => {
                f.write_str("a date and time such as 2026-01-31T08:00:00 is required")
            }
            Self::OneOf(texts) => write!(f, "one of these texts is required: {}", texts.join(", ")),
            Self::Unexpected { allowed: [] } => f.write_str("no element is allowed here"),
            Self::Unexpected { allowed } => {
                write!(f, "the element is not allowed here; allowed is: {}", allowed.join(", "))
            }
            Self::Missing { allowed } => {
                write!(f, "an element is missing at the end: {}", allowed.join(", "))
            }
            Self::TooMany(most) => write!(f, "at most {most} of these elements are allowed"),
            Self::Namespace(uri) => write!(f, "the element must be in the namespace {uri}"),
            Self::ElementsOnly => f.write_str("the element may hold no text of its own"),
            Self::TextOnly => f.write_str("the element may hold no other element"),
            Self::Attribute => f.write_str("the attribute is not allowed"),
            Self::Type(Some(name)) => write!(f, "xsi:type must be {name}"),
            Self::Type(None) => {
                f.write_str("xsi:type is not allowed, the element's type has no name")
            }
        }
    }
}

impl From<XmlError> for DecodeFault {
    fn from(XmlError { line, kind }: XmlError) -> Self {
        match kind {
            XmlErrorKind::Malformed(what) => Self::Malformed { line, what },
            XmlErrorKind::Doctype => Self::Doctype { line },
            XmlErrorKind::TooDeep(limit) => Self::TooDeep { line, limit },
            XmlErrorKind::TooManyAttributes(limit) => Self::TooManyAttributes { line, limit },
        }
    }
}

/// A name that a caller wrote, cut to 100 characters.
pub(super) fn cut(name: &str) -> String {
    name.chars().take(100).collect()
}
