//! Answers, written straight into bytes.
//!
//! Behind the XML declaration they are in the form that exclusive canonical XML gives: no element is closed in its own
//! tag, attributes stand in double quotes, each namespace is declared where it is first used, nothing stands between
//! elements, a carriage return is a reference. So an answer can be signed as it is.

mod answers;
mod registration;
mod search;
mod time;
mod xml;

pub(crate) use answers::{cancelled, got, registered};
pub(crate) use search::{Refused, found, refused};
pub(crate) use xml::Xml;

/// The namespace of SOAP 1.1.
pub(crate) const SOAP_NAMESPACE: &str = "http://schemas.xmlsoap.org/soap/envelope/";

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
