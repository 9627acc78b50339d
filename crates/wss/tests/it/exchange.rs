//! A token asked for, issued and used.

use jiff::SignedDuration;
use wss::saml::{AssertionDraft, Attribute, NameIdentifier, issue};
use wss::sign::{KeyReference, Outgoing};
use wss::ws_trust::{ResponseForm, TokenRequest, TokenResponse, TrustRefusal};
use wss::{Certificate, Policy, Signer, Verified};

use crate::attack::lab::{between, edit};
use crate::federation::{AUDIENCE, ISSUER, held, issuer_certificate, issuer_key, service};
use crate::pki::{OTHER, Wish};
use crate::scene::{Service, caller, caller_key, now, outgoing};

const CLAIM: &str = "urn:be:smals:expeditor:number";
pub(crate) const REQUEST: &str = "<wst:RequestSecurityToken xmlns:wst=\"http://docs.oasis-open.org/ws-sx/ws-trust/200512\" Context=\"c&amp;1\">\
    <wst:TokenType>http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.1#SAMLV1.1</wst:TokenType>\
    <wst:RequestType>http://docs.oasis-open.org/ws-sx/ws-trust/200512/Issue</wst:RequestType>\
    <wsp:AppliesTo xmlns:wsp=\"http://schemas.xmlsoap.org/ws/2004/09/policy\"><wsa:EndpointReference \
    xmlns:wsa=\"http://www.w3.org/2005/08/addressing\"><wsa:Address>urn:example:service</wsa:Address></wsa:EndpointReference>\
    </wsp:AppliesTo>\
    <wst:Claims Dialect=\"http://schemas.xmlsoap.org/ws/2006/12/authorization/authclaims\"><auth:ClaimType \
    xmlns:auth=\"http://schemas.xmlsoap.org/ws/2006/12/authorization\" Uri=\"urn:be:smals:expeditor:number\">\
    <auth:Value>123456</auth:Value></auth:ClaimType></wst:Claims>\
    <wst:KeyType>http://docs.oasis-open.org/ws-sx/ws-trust/200512/PublicKey</wst:KeyType>\
    <wst:Lifetime><u:Created xmlns:u=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd\"\
    >2026-11-25T08:00:00Z</u:Created><u:Expires \
    xmlns:u=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd\">2026-11-25T09:00:00Z\
    </u:Expires></wst:Lifetime>\
    <wst:Renewing></wst:Renewing></wst:RequestSecurityToken>";

fn asked(content: &str) -> Verified {
    let (message, _) = outgoing(content).sign(&caller_key()).expect("signs");
    Service::new(Policy::TOKEN_SERVICE).verify(&message).expect("is valid")
}

fn read(content: &str) -> Result<TokenRequest, TrustRefusal> {
    TokenRequest::of(&asked(content))
}

/// What the token service answers: the content of its Body, and the assertion.
fn answered(request: &TokenRequest, holder: &Certificate, form: ResponseForm) -> (String, String) {
    let (from, until) =
        request.validity(now(), SignedDuration::from_hours(4)).expect("is possible");
    let assertion = issue(
        &AssertionDraft {
            id: "_1",
            issuer: ISSUER,
            issued_at: now(),
            not_before: from,
            not_on_or_after: until,
            audiences: &[request.applies_to.as_deref().unwrap_or(AUDIENCE)],
            subject: &NameIdentifier { value: "123456".to_owned(), ..NameIdentifier::default() },
            holder: Some(holder),
            attributes: &[Attribute {
                name: CLAIM.to_owned(),
                namespace: "urn:be:smals:expeditor".to_owned(),
                values: vec![request.claim(CLAIM).expect("is claimed").to_owned()],
            }],
        },
        &issuer_key(),
    )
    .expect("signs");
    let response =
        TokenResponse { request, assertion_id: "_1", assertion: &assertion, from, until, form };
    (response.written(), assertion)
}

#[test]
fn a_token_is_asked_for_issued_and_used() {
    let asked = asked(REQUEST);
    let request = TokenRequest::of(&asked).expect("is a request");
    let Signer::Certificate(holder) = &asked.signer else { panic!("signs with a certificate") };
    for form in [ResponseForm::Single, ResponseForm::Collection] {
        let (content, assertion) = answered(&request, holder, form);
        let answer = Outgoing {
            reference: KeyReference::Thumbprint,
            confirmations: std::slice::from_ref(&asked.signature_value),
            ..outgoing(&content)
        };
        let (answer, _) = answer.sign(&issuer_key()).expect("signs");
        // The client holds the answer against the service's certificate, and finds its own signature confirmed.
        let mut client = Service::new(Policy::TOKEN_SERVICE);
        client.trust.add_known(issuer_certificate());
        let verified = client.verify(&answer).expect("is valid");
        assert!(verified.body().contains(&assertion), "{}", verified.body());
        assert!(answer.contains(&crate::attack::lab::base64(&asked.signature_value)));
        // The assertion works for the holder.
        let used = held(&assertion, &caller_key());
        service(Policy::VAR_D).verify(&used).expect("is valid");
        if form == ResponseForm::Single {
            insta::assert_snapshot!(answer.replace("><", ">\n<"));
        }
    }
}

#[test]
fn a_request_says_what_it_wants() {
    let request = read(REQUEST).expect("is a request");
    assert_eq!(request.context.as_deref(), Some("c&1"));
    assert_eq!(request.applies_to.as_deref(), Some("urn:example:service"));
    assert_eq!(request.claim(CLAIM), Some("123456"));
    let (from, until) =
        request.validity(now(), SignedDuration::from_hours(4)).expect("is possible");
    assert_eq!((from, until), (now(), now() + SignedDuration::from_hours(1)));
    let (_, until) = request.validity(now(), SignedDuration::from_mins(30)).expect("is possible");
    assert_eq!(until, now() + SignedDuration::from_mins(30));
    let late = now() + SignedDuration::from_hours(2);
    let refusal = request.validity(late, SignedDuration::from_hours(4));
    assert_eq!(refusal, Err(TrustRefusal::InvalidTimeRange));
    assert!(!format!("{request:?}").contains("123456"));
}

#[test]
fn what_cannot_be_issued_is_refused_with_the_codes_of_the_standard() {
    let with = |name: &str, value: &str| {
        let old = between(REQUEST, &format!("<wst:{name}>"), &format!("</wst:{name}>"));
        edit(REQUEST, old, &format!("<wst:{name}>{value}</wst:{name}>"))
    };
    let more = |element: &str| edit(REQUEST, "<wst:Renewing>", &format!("{element}<wst:Renewing>"));
    let other = crate::attack::lab::base64(Wish::default().self_signed(&OTHER).der());
    let own = crate::attack::lab::base64(caller().der());
    let use_key = |certificate: &str| {
        more(&format!(
            "<wst:UseKey><ds:KeyInfo xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"><ds:X509Data><ds:X509Certificate>\
             {certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></wst:UseKey>"
        ))
    };
    assert!(read(&use_key(&own)).is_ok());
    let trust = "http://docs.oasis-open.org/ws-sx/ws-trust/200512";
    for (content, code) in [
        ("<p:Hello xmlns:p=\"urn:example\"></p:Hello>".to_owned(), "BadRequest"),
        (String::new(), "BadRequest"),
        (with("RequestType", &format!("{trust}/Renew")), "InvalidRequest"),
        (with("RequestType", &format!("{trust}/Validate")), "InvalidRequest"),
        (
            edit(REQUEST, between(REQUEST, "<wst:RequestType>", "</wst:RequestType>"), ""),
            "BadRequest",
        ),
        (with("TokenType", "urn:oasis:names:tc:SAML:2.0:assertion"), "RequestFailed"),
        (with("KeyType", &format!("{trust}/SymmetricKey")), "InvalidRequest"),
        (with("KeyType", &format!("{trust}/Bearer")), "InvalidRequest"),
        (more("<wst:OnBehalfOf></wst:OnBehalfOf>"), "InvalidRequest"),
        (more("<wst:Encryption></wst:Encryption>"), "InvalidRequest"),
        (REQUEST.replace("authclaims", "other"), "BadRequest"),
        (
            REQUEST.replace("<auth:Value>123456", "<auth:Value>123<auth:x></auth:x>456"),
            "BadRequest",
        ),
        (REQUEST.replace("08:00:00Z", "08:00"), "BadRequest"),
        (use_key(&other), "InvalidRequest"),
    ] {
        let refusal = read(&content).expect_err(&content);
        assert_eq!(refusal.code(), code, "{refusal}");
    }
}
