use std::sync::Arc;

use domain::{Caller, CallerError, Client, ClientId, EnterpriseNumber, Error, Identity};

use super::authorization::bearer;
use super::{OAuth, SKEW, Scope, Scopes};
use crate::jose::{Claims, ClaimsError, Jws};

/// Who calls, as far as its token says, and what the token is for.
#[derive(Clone, Debug)]
pub struct Access {
    who: Who,
    scopes: Scopes,
}

#[derive(Clone, Debug)]
pub(super) enum Who {
    Client(Arc<Client>),
    /// A caller that is known as a whole: of an open service, or of another issuer.
    Known(Caller),
}

/// Why a call is not let in, as Belgif's guide tells it apart.
#[derive(Debug)]
pub enum AccessRefusal {
    /// No token at all.
    NoToken,
    /// A token that is not ours, or not for this.
    Invalid,
    /// A token that was good.
    Expired,
    /// A token without the scope that the operation needs.
    MissingScope(Scope),
    /// The service itself cannot at this moment.
    Unavailable(Error),
}

impl AccessRefusal {
    /// The header `WWW-Authenticate` that belongs to it (RFC 6750, section 3).
    pub fn challenge(&self) -> Option<String> {
        const REALM: &str = "Bearer realm=\"presenceRegistration\"";
        let invalid = |text: &str| {
            Some(format!("{REALM}, error=\"invalid_token\", error_description=\"{text}\""))
        };
        match self {
            Self::NoToken => Some(REALM.to_owned()),
            Self::Invalid => invalid("The access token is invalid"),
            Self::Expired => invalid("The access token expired"),
            Self::MissingScope(scope) => Some(format!(
                "{REALM}, error=\"insufficient_scope\", error_description=\"Missing scope to \
                 perform request\", scope=\"{scope}\""
            )),
            Self::Unavailable(_) => None,
        }
    }
}

impl From<Error> for AccessRefusal {
    fn from(error: Error) -> Self {
        Self::Unavailable(error)
    }
}

impl Access {
    pub(super) fn new(who: Who, scopes: Scopes) -> Self {
        Self { who, scopes }
    }

    /// Refuses a token without this scope.
    pub fn require(&self, scope: Scope) -> Result<(), AccessRefusal> {
        self.scopes.has(scope).then_some(()).ok_or(AccessRefusal::MissingScope(scope))
    }

    /// The caller, who may name the enterprise on whose behalf it calls.
    pub fn caller(&self, acting_for: Option<EnterpriseNumber>) -> Result<Caller, CallerError> {
        match &self.who {
            Who::Client(client) => Caller::client(Arc::clone(client), acting_for),
            Who::Known(caller) => match (caller.identity(), acting_for) {
                (Identity::Worker(_), Some(_)) => Err(CallerError::NeverOnBehalf),
                _ => Ok(caller.clone()),
            },
        }
    }
}

impl OAuth {
    /// Who calls with these headers `Authorization`. A client that was revoked since its token was given is refused.
    pub async fn access<'a>(
        &self,
        mut authorization: impl Iterator<Item = &'a [u8]>,
    ) -> Result<Access, AccessRefusal> {
        let header = match (authorization.next(), authorization.next()) {
            (None, _) => return self.without_token(),
            (Some(header), None) => header,
            (Some(_), Some(_)) => return Err(AccessRefusal::Invalid),
        };
        let header = std::str::from_utf8(header).map_err(|_| AccessRefusal::Invalid)?;
        let token = bearer(header).ok_or(AccessRefusal::Invalid)?;
        let token = Jws::parse(token).map_err(|_| AccessRefusal::Invalid)?;
        if let Some(other) = self.other_issuer(&token) {
            return self.external_access(other, &token).await;
        }
        let claims = self.verify(&token)?;
        let invalid = |_: ClaimsError| AccessRefusal::Invalid;
        let id = claims.required("client_id").map_err(invalid)?;
        let id = ClientId::parse(id).ok_or(AccessRefusal::Invalid)?;
        let scopes = claims.required("scope").map_err(invalid)?;
        let scopes = Scopes::of(scopes.split(' '));
        let who = match (self.app().clients().by_id(&id).await?, self.open()) {
            (Some(client), _) if client.revoked.is_none() => Who::Client(client),
            (None, Some(open)) => Who::Known(open.clone()),
            _ => return Err(AccessRefusal::Invalid),
        };
        Ok(Access { who, scopes })
    }

    fn without_token(&self) -> Result<Access, AccessRefusal> {
        let open = self.open().ok_or(AccessRefusal::NoToken)?;
        Ok(Access { who: Who::Known(open.clone()), scopes: Scopes::all() })
    }

    /// The claims of an access token of ours.
    fn verify(&self, token: &Jws<'_>) -> Result<Claims, AccessRefusal> {
        let now = self.now();
        // An access token names its type and its key, so that nothing else that we may sign is taken for one.
        if token.kind().as_deref() != Some("at+jwt") || token.kid().is_none() {
            return Err(AccessRefusal::Invalid);
        }
        let keys = self.keys().ring().checking(now);
        let claims = keys.verify(token).map_err(|_| AccessRefusal::Invalid)?;
        let invalid = |_: ClaimsError| AccessRefusal::Invalid;
        if claims.required("iss").map_err(invalid)? != self.issuer() {
            return Err(AccessRefusal::Invalid);
        }
        claims.is_for(&[&self.audience()]).map_err(invalid)?;
        claims.seconds("nbf").map_err(invalid)?.ok_or(AccessRefusal::Invalid)?;
        match claims.is_alive(now.as_second(), SKEW) {
            Ok(_) => Ok(claims),
            Err(ClaimsError::Expired) => Err(AccessRefusal::Expired),
            Err(_) => Err(AccessRefusal::Invalid),
        }
    }
}
