//! Tokens of other issuers: an identity provider of workers, or of employers' staff, that the operator trusts.

use std::fmt::Display;
use std::sync::Arc;

use async_trait::async_trait;
use domain::{Caller, Client, ClientId, EnterpriseNumber, Error, Inss, Role};
use ring::digest::{SHA256, digest};

use super::access::{Access, AccessRefusal, Who};
use super::{OAuth, SKEW, Scopes};
use crate::jose::{Claims, ClaimsError, Jws, KeySet};

/// No token lives longer than a day, in seconds, whatever its issuer says.
const LONGEST_LIFE: i64 = 24 * 60 * 60;

/// An issuer that is trusted, and what for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustedIssuer {
    /// What its tokens name as their issuer, to the character; its discovery document is below it.
    pub url: String,
    /// What its tokens have to name as their audience.
    pub audience: String,
    /// Whose tokens it gives.
    pub holder: Holder,
    /// The claim that tells who that is: the person's number, or the enterprise number.
    pub claim: String,
    /// What its tokens let their holders do.
    pub scopes: Scopes,
}

/// Whose tokens an issuer gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holder {
    /// A person, who reads what concerns them.
    Worker,
    /// Somebody of an employer's staff, who acts as the employer.
    Employer,
}

/// Knows the keys that issuers publish.
#[async_trait]
pub trait IssuerKeys: Send + Sync {
    /// The keys of an issuer, fresh ones where it is not known to have one of this name. An error where there are none
    /// to be had at this moment.
    async fn keys(&self, issuer: &str, kid: &str) -> Result<KeySet, Error>;
}

/// The issuers that a service trusts beside itself.
pub(super) struct Trusted {
    issuers: Vec<TrustedIssuer>,
    keys: Arc<dyn IssuerKeys>,
}

impl OAuth {
    /// The same, trusting these issuers too.
    #[must_use]
    pub fn trusting(mut self, issuers: Vec<TrustedIssuer>, keys: Arc<dyn IssuerKeys>) -> Self {
        self.trusted = Some(Trusted { issuers, keys });
        self
    }

    /// The issuer, other than this service, that a token says that it is of.
    pub(super) fn other_issuer(&self, token: &Jws<'_>) -> Option<(&TrustedIssuer, &Trusted)> {
        let told = token.unverified().ok()?;
        let told = told.required("iss").ok()?;
        let trusted = self.trusted.as_ref().filter(|_| told != self.issuer())?;
        let issuer = trusted.issuers.iter().find(|issuer| issuer.url == told)?;
        Some((issuer, trusted))
    }

    /// Who calls with a token of another issuer. Which algorithms are taken is decided by its keys and by what [`Jws`]
    /// reads at all, never by the token.
    pub(super) async fn external_access(
        &self,
        (issuer, trusted): (&TrustedIssuer, &Trusted),
        token: &Jws<'_>,
    ) -> Result<Access, AccessRefusal> {
        let invalid =
            |why: &dyn Display| AccessRefusal::Invalid(format!("a token of {}: {why}", issuer.url));
        let claim = |error: ClaimsError| invalid(&error);
        if token.kind().is_some_and(|kind| kind != "jwt" && kind != "at+jwt") {
            return Err(invalid(&"its typ is another than JWT and at+jwt"));
        }
        let kid = token.kid().ok_or_else(|| invalid(&"it names no key, for it has no kid"))?;
        let keys = trusted.keys.keys(&issuer.url, kid).await?;
        if !keys.has(kid) {
            let why = "the issuer publishes no key of its kid that is taken; a new key is asked for every 30 seconds";
            return Err(invalid(&why));
        }
        let claims = keys.verify(token).map_err(|error| invalid(&error))?;
        if claims.required("iss").map_err(claim)? != issuer.url {
            return Err(invalid(&"its iss is another"));
        }
        claims.is_for(&[&issuer.audience]).map_err(|error| {
            let audience = &issuer.audience;
            invalid(&format!("{error} than {audience}, as the file of token_issuers says"))
        })?;
        let now = self.now().as_second();
        match claims.is_alive(now, SKEW) {
            Ok(end) if end <= now + LONGEST_LIFE + SKEW => {}
            Ok(_) => return Err(invalid(&"its exp is more than a day away")),
            Err(ClaimsError::Expired) => return Err(AccessRefusal::Expired),
            Err(error) => return Err(claim(error)),
        }
        // The value may be of a person: only where it was looked for is told.
        let who = holder(issuer, &claims, self.app().today()).ok_or_else(|| {
            let what = match issuer.holder {
                Holder::Worker => "a person's number, valid and as a text",
                Holder::Employer => "an enterprise number, valid and as a text, beside a sub",
            };
            invalid(&format!("its claim {:?} is not {what}", issuer.claim))
        })?;
        Ok(Access::new(who, issuer.scopes.clone()))
    }
}

fn holder(issuer: &TrustedIssuer, claims: &Claims, today: jiff::civil::Date) -> Option<Who> {
    let told = claims.value(&issuer.claim)?.as_str()?;
    match issuer.holder {
        Holder::Worker => Inss::parse(told, today).map(|inss| Who::Known(Caller::worker(inss))),
        Holder::Employer => {
            let company = EnterpriseNumber::parse(told).ok()?;
            let subject = claims.required("sub").ok()?;
            Some(Who::Client(Arc::new(staff(issuer, company, subject)?)))
        }
    }
}

/// Somebody of an employer's staff, as a client that is in no register. Its id is the same each time and tells the
/// issuer's subject to nobody who does not know it.
fn staff(issuer: &TrustedIssuer, company: EnterpriseNumber, subject: &str) -> Option<Client> {
    let hash = digest(&SHA256, format!("{}\0{subject}", issuer.url).as_bytes());
    let hash = hash.as_ref()[..8].iter().fold(0, |all, byte| all << 8 | u64::from(*byte));
    let id = ClientId::parse(&format!("staff-{hash:016x}"))?;
    Some(Client {
        id,
        name: format!("staff known by {}", issuer.url),
        company: Some(company),
        user_type: "EMPLOYER".into(),
        role: Role::Employer,
        certificates: Vec::new(),
        kept: Vec::new(),
        keys: Vec::new(),
        scopes: Vec::new(),
        added: jiff::Timestamp::UNIX_EPOCH,
        revoked: None,
    })
}
