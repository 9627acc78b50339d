//! The token service: WS-Trust 1.3, one operation, signed both ways.

mod refused;

use domain::Caller;
use jiff::SignedDuration;
use wss::saml::{AssertionDraft, Attribute, NameIdentifier, issue};
use wss::sign::{KeyReference, Outgoing, SigningKey};
use wss::ws_trust::{ResponseForm, TokenRequest, TokenResponse};
use wss::{Certificate, Signer, Verified};

use crate::Endpoint;
use crate::door::Call;
use crate::fault::Fault;
use crate::gate::{Gate, Proof, SENDER, SENDER_NAMESPACE, Said, audience};
use refused::{claim_refused, failed, no_such_service, other_action, refused};

/// The operation's name.
pub(crate) const OPERATION: &str = "RequestSecurityToken";
/// The action of WS-Trust 1.3, which clients send where the WSDL does not decide.
const ISSUE_ACTION: &str = "http://docs.oasis-open.org/ws-sx/ws-trust/200512/RST/Issue";
/// The attribute that names the client, and its namespace.
const CLIENT: &str = "urn:presence:client:id";
const CLIENT_NAMESPACE: &str = "urn:presence:client";
/// How long an answer is fresh.
const ANSWER_LIFETIME: SignedDuration = SignedDuration::from_mins(5);

/// How tokens are issued.
#[derive(Clone, Copy, Debug)]
pub struct TokenSettings {
    /// How long a token is valid at most.
    pub lifetime: SignedDuration,
}

impl Default for TokenSettings {
    fn default() -> Self {
        Self { lifetime: SignedDuration::from_hours(1) }
    }
}

/// Issues the token that a message asks for, and says to whom. `id` is to be unique.
pub(crate) async fn answer(
    gate: &Gate,
    settings: TokenSettings,
    call: Call<'_>,
    text: &str,
    id: &str,
) -> Result<(Vec<u8>, Caller), Fault> {
    check_action(call.soap_action)?;
    let verified = gate.verify(Endpoint::TokenService, text).await?;
    let Signer::Certificate(holder) = &verified.signer else {
        return Err(failed("the policy of the token service takes certificates alone"));
    };
    let request = TokenRequest::of(&verified).map_err(|refusal| refused(&refusal))?;
    let caller = caller(gate, &verified, holder, &request).await?;
    call.turns.take(&caller)?;
    let audiences = audiences(&request)?;
    gate.refuse_replay(&verified).await?;
    let key = gate.callers.signing_key().await.map_err(|error| Fault::from(&error))?;
    let issuer = gate.callers.issuers().await.map_err(|error| Fault::from(&error))?;
    let now = gate.clock.now();
    let validity = request.validity(now, settings.lifetime);
    let (from, until) = validity.map_err(|refusal| refused(&refusal))?;
    let (subject, attributes) = said_of(&caller, &issuer.name);
    let audiences: Vec<_> = audiences.iter().map(String::as_str).collect();
    let draft = AssertionDraft {
        id,
        issuer: &issuer.name,
        issued_at: now,
        not_before: from,
        not_on_or_after: until,
        audiences: &audiences,
        subject: &subject,
        holder: Some(holder),
        attributes: &attributes,
    };
    let assertion = issue(&draft, &key).map_err(|error| failed(&error.to_string()))?;
    let form = ResponseForm::Single;
    let response = TokenResponse {
        request: &request,
        assertion_id: id,
        assertion: &assertion,
        from,
        until,
        form,
    };
    Ok((sign(&response.written(), &verified, &key, now)?, caller))
}

/// WSDL, and SOAP 1.1, 6.1.1.
fn check_action(soap_action: Option<&str>) -> Result<(), Fault> {
    let action = soap_action.unwrap_or_default().trim().trim_matches('"');
    match action {
        "" | OPERATION | ISSUE_ACTION => Ok(()),
        other => Err(other_action(other)),
    }
}

/// Who asks, if it may claim what it claims.
async fn caller(
    gate: &Gate,
    verified: &Verified,
    certificate: &Certificate,
    request: &TokenRequest,
) -> Result<Caller, Fault> {
    let unknown = request.claims.iter().find(|claim| claim.uri != SENDER && !claim.optional);
    if let Some(claim) = unknown {
        return Err(claim_refused(&claim.uri));
    }
    let said = request.claim(SENDER).map_or(Said::Nothing, Said::Claimed);
    let unchained = verified.unchained.as_ref();
    gate.ask(Proof { certificate, unchained, said }).await
}

/// The addresses that the token is for: the one that was named, or all that take one.
fn audiences(request: &TokenRequest) -> Result<Vec<String>, Fault> {
    let mut takers = vec![Endpoint::HolderOfKey, Endpoint::VarD];
    if let Some(address) = &request.applies_to {
        let path = address.trim_end_matches('/');
        takers.retain(|endpoint| path.ends_with(endpoint.path()));
        if takers.is_empty() {
            return Err(no_such_service());
        }
    }
    Ok(takers.into_iter().map(audience).collect())
}

/// What the token says of the caller: its id, and the number of the sender.
fn said_of(caller: &Caller, issuer: &str) -> (NameIdentifier, Vec<Attribute>) {
    let id = caller.client_id().map_or("", |id| id.as_str());
    let subject = NameIdentifier {
        format: Some("urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified".to_owned()),
        qualifier: Some(issuer.to_owned()),
        value: id.to_owned(),
    };
    let attribute = |namespace: &str, name: &str, value: String| Attribute {
        namespace: namespace.to_owned(),
        name: name.to_owned(),
        values: vec![value],
    };
    let mut attributes = vec![attribute(CLIENT_NAMESPACE, CLIENT, id.to_owned())];
    if let Some(number) = caller.acting_for().or(caller.sender().company) {
        let number = format!("{:010}", number.number());
        attributes.push(attribute(SENDER_NAMESPACE, SENDER, number));
    }
    (subject, attributes)
}

/// The policy asks for a thumbprint, and to confirm the request's signature. A receiver need not understand it: Apache CXF
/// reads no signature where the WSDL has no policy for the answer.
fn sign(
    content: &str,
    verified: &Verified,
    key: &SigningKey,
    now: jiff::Timestamp,
) -> Result<Vec<u8>, Fault> {
    let confirmations = [verified.signature_value.clone()];
    let answer = Outgoing {
        reference: KeyReference::Thumbprint,
        confirmations: &confirmations,
        must_understand: false,
        ..Outgoing::new(content, now, now + ANSWER_LIFETIME)
    };
    let (message, _) = answer.sign(key).map_err(|error| failed(&error.to_string()))?;
    Ok(message.into_bytes())
}
