use std::fmt::Display;
use std::sync::Arc;

use domain::{Caller, CallerError, Client, ClientId, EnterpriseNumber, Error, Identity};

use super::authorization::bearer;
use super::{OAuth, SKEW, Scope, Scopes, TOKEN_PATH};
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
    /// A token that is not ours, or not for this. The text is for the log: which check failed, and how to mend it.
    Invalid(String),
    /// A token that was good.
    Expired,
    /// A token without the scope that the operation needs.
    MissingScope(Scope),
    /// The service itself cannot at this moment.
    Unavailable(Error),
}

impl AccessRefusal {
    pub(super) fn invalid(why: impl Display) -> Self {
        Self::Invalid(why.to_string())
    }

    /// Which check failed and how to mend it, for the log alone.
    pub fn why(&self) -> String {
        match self {
            Self::NoToken => format!(
                "there is no access token: get one at {TOKEN_PATH}, and send it as `Authorization: Bearer`"
            ),
            Self::Invalid(why) => why.clone(),
            Self::Expired => format!(
                "the access token expired more than {SKEW} seconds ago: get a new one before expires_in is over, and \
                 mind the clocks"
            ),
            Self::MissingScope(scope) => format!(
                "the access token has no {scope}: ask for it, and give it to the client with `presence client change \
                 --scope`, or to the issuer of its tokens in the file of token_issuers"
            ),
            Self::Unavailable(error) => error.for_log(),
        }
    }

    /// The header `WWW-Authenticate` that belongs to it (RFC 6750, section 3).
    pub fn challenge(&self) -> Option<String> {
        const REALM: &str = "Bearer realm=\"presenceRegistration\"";
        let invalid = |text: &str| {
            Some(format!("{REALM}, error=\"invalid_token\", error_description=\"{text}\""))
        };
        match self {
            Self::NoToken => Some(REALM.to_owned()),
            Self::Invalid(_) => invalid("The access token is invalid"),
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

    /// The client, where one calls.
    pub fn client_id(&self) -> Option<&ClientId> {
        match &self.who {
            Who::Client(client) => Some(&client.id),
            Who::Known(caller) => caller.client_id(),
        }
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
            (Some(_), Some(_)) => {
                return Err(AccessRefusal::invalid("the header Authorization is there twice"));
            }
        };
        let token = std::str::from_utf8(header).ok().and_then(bearer);
        let token = token.ok_or_else(|| {
            AccessRefusal::invalid("the header Authorization is not `Bearer` and one token")
        })?;
        let token = Jws::parse(token).map_err(AccessRefusal::invalid)?;
        if let Some(other) = self.other_issuer(&token) {
            return self.external_access(other, &token).await;
        }
        let claims = self.verify(&token)?;
        let invalid = |error: ClaimsError| AccessRefusal::invalid(error);
        let id = claims.required("client_id").map_err(invalid)?;
        let id = ClientId::parse(id)
            .ok_or_else(|| AccessRefusal::invalid("its client_id is no id of a client"))?;
        let scopes = claims.required("scope").map_err(invalid)?;
        let scopes = Scopes::of(scopes.split(' '));
        let who = match (self.app().clients().by_id(&id).await?, self.open()) {
            (Some(client), _) if client.revoked.is_none() => Who::Client(client),
            (Some(_), _) => {
                let why = format!("client {id}: {}", CallerError::Revoked);
                return Err(AccessRefusal::Invalid(why));
            }
            (None, Some(open)) => Who::Known(open.clone()),
            (None, None) => {
                let why = format!(
                    "client {id} is not in the register any more; add it with `presence client add`"
                );
                return Err(AccessRefusal::Invalid(why));
            }
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
            return Err(AccessRefusal::Invalid(format!(
                "the token is no access token, for its typ is not at+jwt or it has no kid: get one at {TOKEN_PATH}"
            )));
        }
        let keys = self.keys().ring().checking(now);
        let claims = keys.verify(token).map_err(|error| {
            AccessRefusal::Invalid(format!(
                "{error}: it is not of this service (nodes have to share oauth-keys.json), nor of an issuer that the \
                 file of token_issuers names"
            ))
        })?;
        let invalid = |error: ClaimsError| AccessRefusal::invalid(error);
        if claims.required("iss").map_err(invalid)? != self.issuer() {
            return Err(AccessRefusal::Invalid(format!(
                "the token's iss is another than {}: all nodes need the same public_url",
                self.issuer()
            )));
        }
        let audience = self.audience();
        claims.is_for(&[&audience]).map_err(|error| {
            AccessRefusal::Invalid(format!("{error} than {audience}: mind public_url"))
        })?;
        let begin = claims.seconds("nbf").map_err(invalid)?;
        begin.ok_or_else(|| AccessRefusal::invalid(ClaimsError::Missing("nbf")))?;
        match claims.is_alive(now.as_second(), SKEW) {
            Ok(_) => Ok(claims),
            Err(ClaimsError::Expired) => Err(AccessRefusal::Expired),
            Err(error) => Err(AccessRefusal::invalid(error)),
        }
    }
}
