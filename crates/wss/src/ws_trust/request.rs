use jiff::{SignedDuration, Timestamp};
use roxmltree::Node;

use super::TrustRefusal;
use crate::certificate::{self, Certificate};
use crate::names::{DS, SAML_TOKEN_TYPE, SOAP, TRUST, WSU};
use crate::timestamp::{later, moment};
use crate::xml::{attribute, binary, cut, elements, is, only, text};
use crate::{PublicKey, Signer, Verified, verify};

/// The dialect in which claims are made.
pub(super) const DIALECT: &str = "http://schemas.xmlsoap.org/ws/2006/12/authorization/authclaims";
const AUTHORIZATION: &str = "http://schemas.xmlsoap.org/ws/2006/12/authorization";
const ISSUE: &str = "http://docs.oasis-open.org/ws-sx/ws-trust/200512/Issue";
const PUBLIC_KEY: &str = "http://docs.oasis-open.org/ws-sx/ws-trust/200512/PublicKey";
const ADDRESSING: [&str; 2] =
    ["http://www.w3.org/2005/08/addressing", "http://schemas.xmlsoap.org/ws/2004/08/addressing"];
const POLICY: [&str; 2] =
    ["http://schemas.xmlsoap.org/ws/2004/09/policy", "http://www.w3.org/ns/ws-policy"];
/// What a request may hold without any consequence: an answer is the same with and without it.
const WITHOUT_CONSEQUENCE: [&str; 11] = [
    "KeySize",
    "Entropy",
    "ComputedKeyAlgorithm",
    "Renewing",
    "AllowPostdating",
    "SignatureAlgorithm",
    "EncryptionAlgorithm",
    "CanonicalizationAlgorithm",
    "EncryptWith",
    "SignWith",
    "AuthenticationType",
];
/// Claims in one request.
const MOST_CLAIMS: usize = 32;

/// A request to issue a holder-of-key assertion about the signer's key.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct TokenRequest {
    /// What the answer has to repeat.
    pub context: Option<String>,
    /// The address of the service that the token is for.
    pub applies_to: Option<String>,
    /// What the caller wants the token to say.
    pub claims: Vec<Claim>,
    /// From when it should be valid.
    pub from: Option<Timestamp>,
    /// Until when it should be valid.
    pub until: Option<Timestamp>,
}

/// Something that the caller wants to have said.
#[derive(Clone, PartialEq, Eq)]
pub struct Claim {
    /// Its name.
    pub uri: String,
    /// Its value, if the caller gives one.
    pub value: Option<String>,
    /// The caller can do without.
    pub optional: bool,
}

/// Without the value, which can be a person's number.
impl std::fmt::Debug for Claim {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Claim({:?})", self.uri)
    }
}

fn not_understood(what: &'static str) -> TrustRefusal {
    TrustRefusal::NotUnderstood { what }
}

impl TokenRequest {
    /// Reads the request in a verified message.
    pub fn of(message: &Verified) -> Result<Self, TrustRefusal> {
        let Signer::Certificate(signer) = &message.signer else {
            return Err(not_understood("it is not signed with a certificate"));
        };
        let document = verify::parse(message.message())
            .map_err(|_| not_understood("its canonical form is no XML"))?;
        let body = only(document.root_element(), SOAP, "Body");
        let mut children = body.into_iter().flat_map(elements);
        let request = match (children.next(), children.next()) {
            (Some(child), None) if is(child, TRUST, "RequestSecurityToken") => child,
            _ => return Err(not_understood("the Body does not hold it alone")),
        };
        let mut parts = Parts { signer: signer.key(), request: Self::default(), issues: false };
        parts.request.context = attribute(request, "Context").map(str::to_owned);
        parts.read(request)?;
        if !parts.issues {
            return Err(not_understood("it has no RequestType"));
        }
        Ok(parts.request)
    }

    /// The value of a claim.
    pub fn claim(&self, uri: &str) -> Option<&str> {
        self.claims.iter().find(|claim| claim.uri == uri)?.value.as_deref()
    }

    /// From when and until when a token is to be valid: from now on, as long as is wished for, `longest` at most.
    pub fn validity(
        &self,
        now: Timestamp,
        longest: SignedDuration,
    ) -> Result<(Timestamp, Timestamp), TrustRefusal> {
        let from = self.from.unwrap_or(now).max(now);
        let latest = later(now, longest);
        let until = self.until.unwrap_or(latest).min(latest);
        let backwards =
            matches!((self.from, self.until), (Some(from), Some(until)) if until <= from);
        if backwards || until <= from {
            return Err(TrustRefusal::InvalidTimeRange);
        }
        Ok((from, until))
    }
}

/// A request as it is read.
struct Parts<'k> {
    signer: &'k PublicKey,
    request: TokenRequest,
    issues: bool,
}

impl Parts<'_> {
    fn read<'a>(&mut self, node: Node<'a, 'a>) -> Result<(), TrustRefusal> {
        for part in elements(node) {
            let name = part.tag_name();
            match (name.namespace(), name.name()) {
                (Some(TRUST), name) => self.part(part, name)?,
                (Some(namespace), "AppliesTo") if POLICY.contains(&namespace) => {
                    self.request.applies_to = address(part)?;
                }
                // Elements of others are hints (WS-Trust 1.3, 3.1).
                _ => {}
            }
        }
        Ok(())
    }

    fn part<'a>(&mut self, part: Node<'a, 'a>, name: &str) -> Result<(), TrustRefusal> {
        let value = || text(part).map_err(|_| not_understood("an element is no plain text"));
        match name {
            "RequestType" => match value()? {
                ISSUE => self.issues = true,
                other => return Err(TrustRefusal::OtherRequestType { found: cut(other) }),
            },
            "TokenType" => match value()? {
                SAML_TOKEN_TYPE => {}
                other => return Err(TrustRefusal::OtherTokenType { found: cut(other) }),
            },
            "KeyType" => match value()? {
                PUBLIC_KEY => {}
                other => return Err(TrustRefusal::OtherKeyType { found: cut(other) }),
            },
            "Claims" => self.claims(part)?,
            "Lifetime" => self.lifetime(part)?,
            "UseKey" => use_key(part, self.signer)?,
            // What a service's policy says about the token that it wants, as the client passes it on.
            "SecondaryParameters" => self.read(part)?,
            known if WITHOUT_CONSEQUENCE.contains(&known) => {}
            other => return Err(TrustRefusal::NotSupported { element: cut(other) }),
        }
        Ok(())
    }

    fn claims<'a>(&mut self, node: Node<'a, 'a>) -> Result<(), TrustRefusal> {
        let dialect = attribute(node, "Dialect").unwrap_or_default();
        if dialect != DIALECT {
            return Err(TrustRefusal::OtherDialect { found: cut(dialect) });
        }
        for claim in elements(node) {
            if !is(claim, AUTHORIZATION, "ClaimType") || self.request.claims.len() == MOST_CLAIMS {
                return Err(not_understood("Claims hold something else, or too many ClaimTypes"));
            }
            let uri = attribute(claim, "Uri").ok_or(not_understood("a ClaimType has no Uri"))?;
            if self.request.claims.iter().any(|other| other.uri == uri) {
                return Err(not_understood("a claim is made twice"));
            }
            let value = elements(claim).find(|it| is(*it, AUTHORIZATION, "Value"));
            let value = value.map(text).transpose();
            self.request.claims.push(Claim {
                uri: uri.to_owned(),
                value: value
                    .map_err(|_| not_understood("the Value of a claim is no plain text"))?
                    .map(str::to_owned),
                optional: matches!(attribute(claim, "Optional"), Some("true" | "1")),
            });
        }
        Ok(())
    }

    fn lifetime<'a>(&mut self, node: Node<'a, 'a>) -> Result<(), TrustRefusal> {
        let read = |name| {
            let Some(node) = only(node, WSU, name) else { return Ok(None) };
            let text = text(node).ok().and_then(moment);
            text.map(Some).ok_or(not_understood("a moment of its Lifetime cannot be read"))
        };
        self.request.from = read("Created")?;
        self.request.until = read("Expires")?;
        Ok(())
    }
}

fn address<'a>(node: Node<'a, 'a>) -> Result<Option<String>, TrustRefusal> {
    let addressing =
        |name: &str| node.descendants().find(|it| ADDRESSING.iter().any(|ns| is(*it, ns, name)));
    let Some(address) = addressing("Address") else { return Ok(None) };
    let address = text(address).map_err(|_| not_understood("an Address is no plain text"))?;
    Ok(Some(address.to_owned()))
}

/// A key may be named if the request proves that the caller holds it: if it is the one that signed.
fn use_key<'a>(node: Node<'a, 'a>, signer: &PublicKey) -> Result<(), TrustRefusal> {
    for part in node.descendants() {
        if is(part, DS, "X509Certificate") {
            let certificate = binary(part, certificate::LARGEST)
                .and_then(|der| Certificate::from_der(&der))
                .map_err(|_| not_understood("the certificate in UseKey cannot be read"))?;
            if certificate.key() != signer {
                return Err(TrustRefusal::OtherKey);
            }
        } else if is(part, DS, "Modulus") {
            let modulus = binary(part, certificate::LARGEST)
                .map_err(|_| not_understood("the key in UseKey cannot be read"))?;
            let named = PublicKey::rsa(&modulus, &[]);
            let same = matches!((named, signer), (Ok(PublicKey::Rsa { modulus, .. }), PublicKey::Rsa { modulus: other, .. }) if modulus == *other);
            if !same {
                return Err(TrustRefusal::OtherKey);
            }
        }
    }
    Ok(())
}
