use std::fmt;

use jiff::Timestamp;
use roxmltree::Node;

use super::conditions::Conditions;
use crate::Refusal;
use crate::names::{DS, SAML};
use crate::timestamp::moment;
use crate::xml::{attribute, elements, is, only, text};

/// Attributes in one assertion.
const MOST_ATTRIBUTES: usize = 64;
/// Values of one attribute.
const MOST_VALUES: usize = 64;

/// What an assertion says, once it is verified.
#[derive(Clone, PartialEq, Eq)]
pub struct Assertion {
    /// Its `AssertionID`.
    pub id: String,
    /// Who issued it.
    pub issuer: String,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// Until when it is valid, if it says so.
    pub valid_until: Option<Timestamp>,
    /// Whom it is about.
    pub subject: NameIdentifier,
    /// What it says about them.
    pub attributes: Vec<Attribute>,
}

/// A name, and what kind of name it is.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct NameIdentifier {
    /// The kind, a URI.
    pub format: Option<String>,
    /// The domain in which the name means something.
    pub qualifier: Option<String>,
    /// The name.
    pub value: String,
}

/// An attribute of the subject.
#[derive(Clone, PartialEq, Eq)]
pub struct Attribute {
    /// The name.
    pub name: String,
    /// The namespace of the name.
    pub namespace: String,
    /// The values.
    pub values: Vec<String>,
}

impl Assertion {
    /// The values of an attribute.
    pub fn values<'a>(&'a self, namespace: &str, name: &str) -> impl Iterator<Item = &'a str> {
        let is_it = |it: &&Attribute| it.name == name && it.namespace == namespace;
        self.attributes.iter().find(is_it).into_iter().flat_map(|it| it.values.iter().map(|v| &**v))
    }
}

/// Without the subject and the values, which can be persons' numbers.
impl fmt::Debug for Assertion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Assertion")
            .field("id", &self.id)
            .field("issuer", &self.issuer)
            .field("issued_at", &self.issued_at)
            .field("valid_until", &self.valid_until)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for NameIdentifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NameIdentifier({:?})", self.format)
    }
}

impl fmt::Debug for Attribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Attribute({:?}, {} values)", self.name, self.values.len())
    }
}

/// An assertion taken apart. Nothing about it is believed yet.
pub(super) struct Parsed<'a> {
    pub(super) assertion: Assertion,
    pub(super) conditions: Conditions,
    pub(super) signature: Option<Node<'a, 'a>>,
    /// The confirmation method of each statement, with its `KeyInfo`.
    pub(super) confirmations: Vec<(&'a str, Option<Node<'a, 'a>>)>,
}

pub(super) fn malformed(what: &'static str) -> Refusal {
    Refusal::MalformedAssertion { what }
}

impl<'a> Parsed<'a> {
    pub(super) fn of(node: Node<'a, 'a>) -> Result<Self, Refusal> {
        let required =
            |name, what| attribute(node, name).filter(|it| !it.is_empty()).ok_or(malformed(what));
        if attribute(node, "MajorVersion") != Some("1")
            || !matches!(attribute(node, "MinorVersion"), Some("0" | "1"))
        {
            return Err(malformed("its version is not 1.1"));
        }
        let issued_at = required("IssueInstant", "it has no IssueInstant")?;
        let mut parsed = Self {
            assertion: Assertion {
                id: required("AssertionID", "it has no AssertionID")?.to_owned(),
                issuer: required("Issuer", "it has no Issuer")?.to_owned(),
                issued_at: moment(issued_at).ok_or(malformed("its IssueInstant is no moment"))?,
                valid_until: None,
                subject: NameIdentifier::default(),
                attributes: Vec::new(),
            },
            conditions: Conditions::default(),
            signature: None,
            confirmations: Vec::new(),
        };
        let mut conditions = None;
        for child in elements(node) {
            match (child.tag_name().namespace(), child.tag_name().name()) {
                (Some(SAML), "Conditions") if conditions.is_none() => conditions = Some(child),
                // What it says binds nobody who does not want to know it.
                (Some(SAML), "Advice") => {}
                (Some(SAML), "AuthenticationStatement") => parsed.subject(child)?,
                (Some(SAML), "AttributeStatement") => {
                    parsed.subject(child)?;
                    parsed.attributes(child)?;
                }
                (Some(DS), "Signature") if parsed.signature.is_none() => {
                    parsed.signature = Some(child);
                }
                _ => return Err(malformed("it holds an element that is not known, or too many")),
            }
        }
        if parsed.confirmations.is_empty() {
            return Err(malformed("it has no statement about a subject"));
        }
        if let Some(conditions) = conditions {
            parsed.conditions = Conditions::of(conditions)?;
        }
        parsed.assertion.valid_until = parsed.conditions.not_on_or_after;
        Ok(parsed)
    }

    fn subject(&mut self, statement: Node<'a, 'a>) -> Result<(), Refusal> {
        let subject = only(statement, SAML, "Subject");
        let subject = subject.ok_or(malformed("a statement has no Subject"))?;
        let name = name_identifier(subject)?;
        if !self.confirmations.is_empty() && self.assertion.subject != name {
            return Err(malformed("its statements are about different subjects"));
        }
        self.assertion.subject = name;
        let confirmation = only(subject, SAML, "SubjectConfirmation");
        let confirmation = confirmation.ok_or(malformed("a Subject has no SubjectConfirmation"))?;
        let method = only(confirmation, SAML, "ConfirmationMethod");
        let method = method.ok_or(malformed("it has not exactly one ConfirmationMethod"))?;
        self.confirmations.push((text(method)?, only(confirmation, DS, "KeyInfo")));
        Ok(())
    }

    fn attributes(&mut self, statement: Node<'a, 'a>) -> Result<(), Refusal> {
        for node in elements(statement).filter(|it| is(*it, SAML, "Attribute")) {
            let required = |name, what| attribute(node, name).ok_or(malformed(what));
            let mut values = Vec::new();
            for value in elements(node) {
                if !is(value, SAML, "AttributeValue") || values.len() == MOST_VALUES {
                    return Err(malformed("an attribute holds something else, or too many values"));
                }
                values.push(text(value)?.to_owned());
            }
            if self.assertion.attributes.len() == MOST_ATTRIBUTES {
                return Err(malformed("it has too many attributes"));
            }
            let attribute = Attribute {
                name: required("AttributeName", "an attribute has no name")?.to_owned(),
                namespace: required("AttributeNamespace", "an attribute has no namespace")?
                    .to_owned(),
                values,
            };
            let same =
                |it: &Attribute| it.name == attribute.name && it.namespace == attribute.namespace;
            if self.assertion.attributes.iter().any(same) {
                return Err(malformed("it has an attribute twice"));
            }
            self.assertion.attributes.push(attribute);
        }
        Ok(())
    }
}

fn name_identifier(subject: Node<'_, '_>) -> Result<NameIdentifier, Refusal> {
    let Some(node) = only(subject, SAML, "NameIdentifier") else {
        return Ok(NameIdentifier::default());
    };
    Ok(NameIdentifier {
        format: attribute(node, "Format").map(str::to_owned),
        qualifier: attribute(node, "NameQualifier").map(str::to_owned),
        value: text(node)?.to_owned(),
    })
}
