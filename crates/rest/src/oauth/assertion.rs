use std::sync::Arc;

use app::{App, ReplayKey};
use domain::{CallerError, Client, ClientId};
use jiff::Timestamp;

use super::{SKEW, TokenError};
use crate::jose::{Algorithm, Claims, ClaimsError, Jws, JwsError, KeySet, PublicKey};

/// How many seconds an assertion may live at most: it is made for one request.
const LONGEST_LIFE: i64 = 600;
/// The longest id of an assertion.
const LONGEST_ID: usize = 256;
/// The one text for whatever a stranger could try out: it does not tell which clients there are.
const NOT_PROVEN: &str =
    "there is no such client, or none of its keys has signed this assertion with its algorithm";

/// Who an assertion says that it is of, once it is proven.
pub(super) enum Proven {
    /// A client of the register.
    Client(Arc<Client>),
    /// Nobody that is known: only a service that runs open goes on with that.
    Stranger(ClientId),
}

/// What an assertion is held against.
pub(super) struct Expected<'a> {
    /// Of these the audience has to name one.
    pub(super) audiences: &'a [&'a str],
    /// The `client_id` of the form, if there was one.
    pub(super) client_id: Option<&'a str>,
    pub(super) now: Timestamp,
    /// Does the service run open?
    pub(super) open: bool,
}

/// Finds out who the client is (RFC 7523, section 3; RFC 7521, section 4.2). An assertion that was accepted is never
/// accepted again.
pub(super) async fn prove(
    app: &App,
    assertion: &str,
    expected: &Expected<'_>,
) -> Result<Proven, TokenError> {
    let refuse = |text: &str| TokenError::client(text);
    let token = Jws::parse(assertion).map_err(|error| refuse(&error.to_string()))?;
    // What was signed to be something else is no assertion (RFC 8725, section 3.11).
    if token.kind().is_some_and(|kind| kind != "jwt" && kind != "client-authentication+jwt") {
        return Err(refuse("the typ of the assertion is another than JWT"));
    }
    let told = token.unverified().map_err(|error| refuse(&error.to_string()))?;
    let told = told.required("sub").map_err(|error| refuse(&error.to_string()))?;
    let id =
        ClientId::parse(told).ok_or_else(|| unproven("its sub is no id of a client".into()))?;
    let client = app.clients().by_id(&id).await?;
    let claims = match &client {
        Some(client) => keys(client)
            .verify(&token)
            .map_err(|error| unproven(mend(client, token.algorithm(), &error)))?,
        None if expected.open => token.unverified().map_err(|error| refuse(&error.to_string()))?,
        None => {
            return Err(unproven(format!(
                "client {id} is not in the register; add it with `presence client add --key`"
            )));
        }
    };
    // From here on only the client itself, or who has its assertion, reads what is wrong.
    let refuse = |told: &str| TokenError::InvalidClient {
        told: told.to_owned(),
        why: Some(format!("client {id}: {told}")),
    };
    let (jti, end) = check(&claims, &id, expected).map_err(|error| refuse(&error))?;
    if client.as_ref().is_some_and(|client| client.revoked.is_some()) {
        let why = Some(format!("client {id}: {}", CallerError::Revoked));
        return Err(TokenError::InvalidClient { told: "the client is revoked".to_owned(), why });
    }
    let key = ReplayKey::of("client_assertion", &[id.as_str().as_bytes(), jti.as_bytes()]);
    if !app.first_time(key, end).await? {
        return Err(refuse(
            "the assertion was used already: each request needs one with a jti of its own",
        ));
    }
    Ok(client.map_or(Proven::Stranger(id), Proven::Client))
}

/// A refusal of which a stranger is told nothing; the log is told all.
fn unproven(why: String) -> TokenError {
    TokenError::InvalidClient { told: NOT_PROVEN.to_owned(), why: Some(why) }
}

/// Why no key of a client has signed an assertion, and how to mend it.
fn mend(client: &Client, algorithm: Algorithm, error: &JwsError) -> String {
    let (id, count, algorithm) = (&client.id, client.keys.len(), algorithm.name());
    format!(
        "client {id} has {count} keys in the register, and: {error}. The assertion is signed with {algorithm}; give the \
         client its public key with `presence client change {id} --key`, or let it sign with the key that is there"
    )
}

/// The claims of the assertion; answers its id, and from when on its age alone refuses it.
fn check<'a>(
    claims: &'a Claims,
    id: &ClientId,
    expected: &Expected<'_>,
) -> Result<(&'a str, Timestamp), String> {
    let text = |error: ClaimsError| error.to_string();
    if claims.required("iss").map_err(text)? != id.as_str() {
        return Err("iss and sub have both to be the client's id".to_owned());
    }
    if expected.client_id.is_some_and(|other| other != id.as_str()) {
        return Err("client_id is another than the assertion's sub".to_owned());
    }
    claims
        .is_for(expected.audiences)
        .map_err(|error| format!("{error}: aud has to be {}", expected.audiences.join(" or ")))?;
    let now = expected.now.as_second();
    let end = claims.is_alive(now, SKEW).map_err(text)?;
    if end > now + LONGEST_LIFE + SKEW {
        return Err(format!("exp is more than {LONGEST_LIFE} seconds away"));
    }
    let jti = claims.required("jti").map_err(text)?;
    if jti.len() > LONGEST_ID {
        return Err(format!("jti is longer than {LONGEST_ID} bytes"));
    }
    let end = Timestamp::from_second(end + SKEW + 1).map_err(|error| error.to_string())?;
    Ok((jti, end))
}

/// The keys of a client. One that cannot be read checks nothing, and the log says so.
fn keys(client: &Client) -> KeySet {
    let read = |key: &domain::TokenKey| match PublicKey::parse(&key.text) {
        Ok(read) => Some((key.id.clone(), read)),
        Err(error) => {
            tracing::warn!(client = %client.id, %error, "a key of the register cannot be used");
            None
        }
    };
    KeySet::new(client.keys.iter().filter_map(read))
}
