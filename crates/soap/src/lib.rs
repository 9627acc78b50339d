//! The SOAP door of presence registration: an own strict XML reader, a codec written along the schema, the contract's
//! faults, and the WSDL.

pub mod decode;
mod door;
mod encode;
mod endpoint;
mod fault;
mod gate;
pub mod message;
mod token;
pub mod wsdl;
pub mod xml;

pub use door::{Answer, Call, Door, DoorSettings, Outcome, Turns};
pub use endpoint::Endpoint;
pub use fault::{Environment, FaultCode, TransportFault};
pub use gate::{Callers, Denial, Gate, Proof, SENDER, SENDER_NAMESPACE, Said, Sha1, Shown};
pub use token::TokenSettings;
pub use xml::Limits;
