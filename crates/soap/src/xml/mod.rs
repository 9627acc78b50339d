//! A strict, zero-copy pull reader for XML 1.0 (fifth edition) with Namespaces in XML 1.0, over one `&str`.
//!
//! It accepts the well-formed and namespace-well-formed documents and no other, without a document type declaration,
//! within its [`Limits`]. Its time is linear in the text for every input. The names in comments such as "\[14\]" are
//! the numbers of the productions of the XML recommendation.

mod chars;
mod cursor;
mod declaration;
mod encoding;
mod error;
mod limits;
mod namespaces;
mod reader;
mod start_tag;
mod text;
mod uri;

pub use encoding::{EncodingError, to_text};
pub use error::{Malformation, XmlError, XmlErrorKind};
pub use limits::Limits;
pub use namespaces::NamespaceId;
pub use reader::{Event, Reader};
pub use start_tag::Attribute;
pub use text::{Text, is_blank};

/// The namespace that the prefix `xml` is bound to, always.
pub const XML_NAMESPACE: &str = "http://www.w3.org/XML/1998/namespace";
/// The namespace of namespace declarations. Nothing may be bound to it.
pub const XMLNS_NAMESPACE: &str = "http://www.w3.org/2000/xmlns/";
