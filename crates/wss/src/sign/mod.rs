//! Signed messages, written: the service's answers, and the messages of clients.
//!
//! Every signed part is written in canonical form, declarations of its own included, so that its bytes in the message are
//! the bytes that are signed.

mod body;
mod key;
mod message;
mod reference;
mod signature;

pub use body::canonical_content;
pub use key::{KeyError, Secret, SigningKey};
pub use message::Outgoing;
pub use reference::KeyReference;
pub(crate) use signature::{Part, Written, signature};
