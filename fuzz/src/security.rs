//! What the parsers of WS-Security must hold for any bytes. A form panics when it does not.

use wss::saml::{IssuerKey, Issuers};
use wss::ws_trust::TokenRequest;
use wss::{Certificate, Context, Freshness, Policy, TokenKind, Trust, verify};

/// The certificate of the token service that has issued the assertions of the corpus.
const ISSUER: &[u8] = include_bytes!("../issuer.der");
const POLICIES: [Policy; 3] = [Policy::VAR_C, Policy::VAR_B, Policy::VAR_D];

/// Bytes as a message to each kind of endpoint: never panics, and what is taken holds one Body, in a form that stays as
/// it is.
pub fn verify_message(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let mut trust = Trust::new();
    // The corpus is signed with keys that no authority knows.
    trust.leave_unchained();
    let kept: Vec<_> = Certificate::from_der(ISSUER).into_iter().collect();
    let issuers = Issuers {
        name: "urn:example:sts".to_owned(),
        keys: Certificate::from_der(ISSUER).into_iter().map(IssuerKey::new).collect(),
        audiences: vec!["urn:example:service".to_owned()],
    };
    for policy in POLICIES {
        let context = Context {
            policy,
            trust: &trust,
            issuers: &issuers,
            kept: &kept,
            freshness: Freshness::default(),
            actor: None,
            now: "2026-11-25T08:00:00Z".parse().expect("is a moment"),
        };
        match verify(text, &context) {
            Ok(verified) => {
                let again = wss::sign::canonical_content(verified.message()).expect("is SOAP");
                let rest = verified.body().len().saturating_sub("<S:Body></S:Body>".len());
                assert!(again.len() <= rest + 400, "{again}");
                assert_eq!(
                    verified.message().matches("Envelope>").count(),
                    1 + again.matches("Envelope>").count()
                );
                if policy.token() == TokenKind::X509 {
                    let _ = TokenRequest::of(&verified);
                }
            }
            // What others wrote is cut, so no refusal grows with the message.
            Err(refusal) => assert!(refusal.to_string().len() < 2_000),
        }
    }
}

/// Bytes as a certificate: never panics, and is the same when it is read again.
pub fn certificate(bytes: &[u8]) {
    let Ok(certificate) = Certificate::from_der(bytes) else { return };
    assert_eq!(certificate.der(), bytes);
    assert_eq!(Certificate::from_der(certificate.der()).as_ref(), Ok(&certificate));
    let written = certificate.issuer().to_string();
    assert!(written.len() < bytes.len() * 8 + 100);
    assert_eq!(certificate.handles().len(), 3);
    let mut trust = Trust::new();
    trust.add_known(certificate.clone());
    let _ = trust.add_authority(certificate.clone());
    let _ = trust.check(&certificate, &[], certificate.not_before());
}
