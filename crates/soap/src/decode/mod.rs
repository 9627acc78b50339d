//! From the text of a SOAP message to a [`Request`], in one pass.
//!
//! The body is decoded by hand along the schema: what the published schema accepts is accepted, and nothing else.
//! Header blocks are passed over, as the WS-Security header was read before; those that must be understood and are not
//! are a fault.

mod cancel;
mod content;
mod dates;
mod digits;
mod envelope;
mod fault;
mod get;
mod names;
mod register;
mod search;
mod values;

pub use fault::{DecodeFault, Rule, SchemaFault};

pub(crate) use names::ADDRESSING;

use crate::message::Request;
use crate::xml::Limits;

/// Decodes a message. Its text is decoded already (see [`crate::xml::to_text`]); `limits` bound the work.
pub fn decode<'a>(text: &'a str, limits: &Limits) -> Result<Request<'a>, DecodeFault> {
    envelope::message(text, limits)
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
