use serde_json::{Map, Value};
use thiserror::Error;

use super::{Algorithm, Claims, PublicKey, base64url, strict_json};

/// The longest token that is read: more than any honest one, and little work for a dishonest one.
pub const MAX_LENGTH: usize = 8 << 10;

/// Header members that bring a key of the token's own or change how the token is read. Whoever made the token could
/// choose them, so that none is ever followed: a token that has one is refused.
const REFUSED: [&str; 8] = ["crit", "b64", "zip", "enc", "jwk", "jku", "x5u", "x5c"];

/// A signed token in the compact form, taken apart; its signature is not checked yet.
#[derive(Debug)]
pub struct Jws<'a> {
    algorithm: Algorithm,
    kid: Option<String>,
    media: Option<String>,
    signed: &'a str,
    payload: Vec<u8>,
    signature: Vec<u8>,
}

/// Why a token is not taken.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum JwsError {
    /// Longer than [`MAX_LENGTH`].
    #[error("the token is longer than {MAX_LENGTH} characters")]
    TooLong,
    /// Not three parts of base64url.
    #[error("the token is not three parts of base64url without padding, divided by dots")]
    Form,
    /// The header is no object, or has a member twice, or of another type than the standard says.
    #[error("the token's header is not the JSON object that RFC 7515 describes")]
    Header,
    /// An algorithm that is not taken.
    #[error("the token's algorithm is not taken: sign with RS256, PS256 or ES256")]
    Algorithm,
    /// A header member that is never followed.
    #[error("the token's header has \"{0}\", which is not taken")]
    RefusedMember(&'static str),
    /// No key is known that could check it.
    #[error("no key is known that has the token's kid, if it names one, and is for its algorithm")]
    NoKey,
    /// The signature is not that of the key.
    #[error("the token's signature is wrong")]
    Signature,
    /// The payload is no object, or has a member twice.
    #[error("the token's payload is no JSON object, or has a member twice")]
    Payload,
}

impl<'a> Jws<'a> {
    /// Takes a token apart.
    pub fn parse(token: &'a str) -> Result<Self, JwsError> {
        if token.len() > MAX_LENGTH {
            return Err(JwsError::TooLong);
        }
        let (input, signature) = token.rsplit_once('.').ok_or(JwsError::Form)?;
        let (header, payload) = input.split_once('.').ok_or(JwsError::Form)?;
        let part = |text: &str| base64url::decode(text).ok_or(JwsError::Form);
        let (header, payload, signature) = (part(header)?, part(payload)?, part(signature)?);
        let header = strict_json::object(&header).ok_or(JwsError::Header)?;
        if let Some(name) = REFUSED.into_iter().find(|name| header.contains_key(*name)) {
            return Err(JwsError::RefusedMember(name));
        }
        let algorithm = text(&header, "alg")?.ok_or(JwsError::Header)?;
        let algorithm = Algorithm::from_name(&algorithm).ok_or(JwsError::Algorithm)?;
        let (kid, media) = (text(&header, "kid")?, text(&header, "typ")?);
        Ok(Self { algorithm, kid, media, signed: input, payload, signature })
    }

    /// The algorithm that the token names: for choosing among keys, which each know what they check.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The name of the key, if it says one.
    pub fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// The media type of the token (`typ`), in small letters and without `application/`.
    pub fn kind(&self) -> Option<String> {
        let kind = self.media.as_ref()?.to_ascii_lowercase();
        Some(kind.strip_prefix("application/").map(str::to_owned).unwrap_or(kind))
    }

    /// The claims, once the signature is found to be that of `key`.
    pub fn verify(&self, key: &PublicKey) -> Result<Claims, JwsError> {
        if !key.verifies(self.algorithm, self.signed.as_bytes(), &self.signature) {
            return Err(JwsError::Signature);
        }
        self.unverified()
    }

    /// The claims as whoever made the token says: only to find out whose key has to check it.
    pub fn unverified(&self) -> Result<Claims, JwsError> {
        strict_json::object(&self.payload).map(Claims::new).ok_or(JwsError::Payload)
    }
}

fn text(header: &Map<String, Value>, name: &str) -> Result<Option<String>, JwsError> {
    match header.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(JwsError::Header),
    }
}
