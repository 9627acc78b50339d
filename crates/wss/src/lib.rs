//! WS-Security for a SOAP 1.1 service, of which this crate knows nothing else.
//!
//! - [`verify()`] takes a message and gives back only what was signed, and who signed it: the holder of an X.509
//!   certificate, the holder of the key in a SAML 1.1 assertion, or an intermediary that vouches for somebody.
//! - [`sign`] writes signed messages: answers, and requests as a client would send them.
//! - [`saml`] reads, verifies and issues assertions.
//! - [`ws_trust`] reads requests for security tokens, and writes the answers.
//!
//! There is no clock, no file and no network in it: what a check needs of the world comes in as an argument. What is refused
//! is refused with a [`Refusal`]: a text for the log, and a [`FaultCode`] for the caller.
//!
//! ```
//! use jiff::{SignedDuration, Timestamp};
//! use wss::saml::Issuers;
//! use wss::sign::{Outgoing, SigningKey};
//! use wss::{Certificate, Context, Freshness, Policy, Signer, Trust, verify};
//!
//! # fn keys() -> (Vec<u8>, Vec<u8>) {
//! #     let made = rcgen::generate_simple_self_signed(vec![]).unwrap();
//! #     (made.signing_key.serialize_der(), made.cert.der().to_vec())
//! # }
//! let (private_key, certificate) = keys();
//! let now: Timestamp = "2026-11-25T08:00:00Z".parse()?;
//!
//! // A client signs.
//! let certificate = Certificate::from_der(&certificate)?;
//! let key = SigningKey::from_pkcs8(&private_key, certificate.clone())?;
//! let content = "<p:Hello xmlns:p=\"urn:example\"></p:Hello>";
//! let (message, _) = Outgoing::new(content, now, now + SignedDuration::from_mins(5)).sign(&key)?;
//!
//! // The service verifies.
//! let mut trust = Trust::new();
//! trust.add_known(certificate.clone());
//! let issuers = Issuers::default();
//! let context = Context {
//!     policy: Policy::VAR_C,
//!     trust: &trust,
//!     issuers: &issuers,
//!     kept: &[],
//!     freshness: Freshness::default(),
//!     actor: None,
//!     now,
//! };
//! let verified = verify(&message, &context)?;
//! assert!(verified.body().contains(content));
//! assert!(matches!(verified.signer, Signer::Certificate(signer) if signer == certificate));
//! // `verified.replay` is to be kept by the caller, who refuses with `Refusal::Replayed` what was there before.
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod algorithm;
mod c14n;
mod certificate;
mod coverage;
mod distinguished_name;
mod envelope;
mod escape;
mod fault_code;
mod handle;
mod id;
mod key;
mod key_info;
pub mod names;
mod policy;
mod prepass;
mod refusal;
pub mod saml;
pub mod sign;
mod signed_info;
mod target;
mod timestamp;
mod token;
mod trust;
mod verified;
mod verify;
pub mod ws_trust;
mod xml;

pub use algorithm::{DigestAlgorithm, SignatureAlgorithm};
pub use certificate::Certificate;
pub use distinguished_name::DistinguishedName;
pub use fault_code::FaultCode;
pub use key::PublicKey;
pub use policy::{AlgorithmSuite, Policy, TokenKind};
pub use refusal::Refusal;
pub use timestamp::{Freshness, MessageTime};
pub use trust::Trust;
pub use verified::{HeaderBlock, Replay, Signer, Verified, Vouched};
pub use verify::{Context, verify};
