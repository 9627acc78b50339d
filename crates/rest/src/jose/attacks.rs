//! Tokens that must not be taken, beside honest ones that must.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use serde_json::{Value, json};
use testkit::Signer;

use super::*;

fn keys(signer: &Signer) -> KeySet {
    KeySet::new([(None, PublicKey::parse(signer.public_pem()).expect("a public key"))])
}

fn check(keys: &KeySet, token: &str) -> Result<String, JwsError> {
    let claims = keys.verify(&Jws::parse(token)?)?;
    Ok(claims.required("sub").expect("the tests give one").to_owned())
}

fn claims() -> Value {
    json!({ "sub": "me" })
}

#[test]
fn honest_tokens_of_every_algorithm_are_taken() {
    let p256 = Signer::p256();
    for (signer, alg) in [(Signer::rsa(), "RS256"), (Signer::rsa(), "PS256"), (&p256, "ES256")] {
        let token = signer.token(&json!({ "alg": alg, "typ": "JWT", "kid": "a" }), &claims());
        assert_eq!(check(&keys(signer), &token).as_deref(), Ok("me"), "{alg}");
        // An RSA key is asked nothing about a curve.
        let refusal = if alg == "ES256" { JwsError::NoKey } else { JwsError::Signature };
        assert_eq!(check(&keys(Signer::other_rsa()), &token), Err(refusal), "{alg}");
    }
}

#[test]
fn what_we_sign_is_taken_by_its_published_key() {
    let random = SystemRandom::new();
    let key = SigningKey::from_pkcs8(&SigningKey::generate(&random), &random).expect("a key");
    let token = key.sign("at+jwt", &claims());
    let set = KeySet::parse(json!({ "keys": [key.jwk()] }).to_string().as_bytes());
    assert_eq!(check(&set.expect("a set"), &token).as_deref(), Ok("me"));
    assert_eq!(Jws::parse(&token).expect("well formed").kind().as_deref(), Some("at+jwt"));
}

#[test]
fn an_algorithm_that_is_not_ours_is_refused_however_it_is_written() {
    for alg in ["none", "None", "NONE", "nOnE", "", "HS256", "RS1", "RS512", "ES384", "rs256"] {
        for signature in ["", "AA"] {
            let token = Signer::rsa().token(&json!({ "alg": alg }), &claims());
            let (signed, _) = token.rsplit_once('.').expect("three parts");
            let token = format!("{signed}.{signature}");
            assert_eq!(check(&keys(Signer::rsa()), &token), Err(JwsError::Algorithm), "{alg}");
        }
    }
}

#[test]
fn a_public_key_is_no_shared_secret() {
    let secret = Signer::rsa().public_pem().as_bytes();
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, secret);
    for alg in ["HS256", "RS256"] {
        let encode = |text: String| URL_SAFE_NO_PAD.encode(text);
        let header = encode(json!({ "alg": alg }).to_string());
        let signed = format!("{header}.{}", encode(claims().to_string()));
        let tag = URL_SAFE_NO_PAD.encode(ring::hmac::sign(&key, signed.as_bytes()));
        assert!(check(&keys(Signer::rsa()), &format!("{signed}.{tag}")).is_err(), "{alg}");
    }
}

#[test]
fn a_key_that_the_token_brings_is_never_used() {
    for name in ["jwk", "jku", "x5u", "x5c", "crit", "b64", "zip", "enc"] {
        let token = Signer::rsa().token(&json!({ "alg": "RS256", name: ["x"] }), &claims());
        assert_eq!(check(&keys(Signer::rsa()), &token), Err(JwsError::RefusedMember(name)));
    }
}

#[test]
fn a_member_that_comes_twice_refuses_the_token() {
    let set = keys(Signer::rsa());
    let token = Signer::rsa().token_of(r#"{"alg":"RS256","alg":"RS256"}"#, r#"{"sub":"me"}"#);
    assert_eq!(check(&set, &token), Err(JwsError::Header));
    let token = Signer::rsa().token_of(r#"{"alg":"RS256"}"#, r#"{"sub":"me","sub":"you"}"#);
    assert_eq!(check(&set, &token), Err(JwsError::Payload));
}

#[test]
fn a_token_has_three_parts_of_base64url_and_no_more() {
    let token = Signer::rsa().token(&json!({ "alg": "RS256" }), &claims());
    let padded = format!("{token}=");
    let more = format!("{token}.{token}");
    let space = format!(" {token}");
    for wrong in ["", ".", "..", "a.b", &padded, &more, &space, &token[1..]] {
        assert!(check(&keys(Signer::rsa()), wrong).is_err(), "{wrong}");
    }
    assert_eq!(check(&keys(Signer::rsa()), &"a".repeat(MAX_LENGTH + 1)), Err(JwsError::TooLong));
    for header in ["[]", "{", r#"{"alg":1}"#, r#"{"typ":"JWT"}"#, r#"{"alg":"RS256","kid":[]}"#] {
        let token = Signer::rsa().token_of(header, r#"{"sub":"me"}"#);
        assert_eq!(check(&keys(Signer::rsa()), &token), Err(JwsError::Header), "{header}");
    }
}

#[test]
fn every_changed_byte_of_a_signature_is_noticed() {
    let signer = Signer::p256();
    let (set, token) = (keys(&signer), signer.token(&json!({ "alg": "ES256" }), &claims()));
    let (input, signature) = token.rsplit_once('.').expect("three parts");
    let signature = URL_SAFE_NO_PAD.decode(signature).expect("base64url");
    for place in 0..signature.len() {
        let mut changed = signature.clone();
        changed[place] ^= 1;
        let token = format!("{input}.{}", URL_SAFE_NO_PAD.encode(&changed));
        assert_eq!(check(&set, &token), Err(JwsError::Signature), "{place}");
    }
    // The value of a signature that some libraries took for right (CVE-2022-21449).
    let zeros = format!("{input}.{}", URL_SAFE_NO_PAD.encode([0; 64]));
    assert_eq!(check(&set, &zeros), Err(JwsError::Signature));
}

#[test]
fn a_foreign_kid_finds_no_key() {
    let key = PublicKey::parse(Signer::rsa().public_pem()).expect("a key");
    let set = KeySet::new([(Some("ours".into()), key)]);
    for (kid, taken) in [("ours", true), ("../../etc/passwd", false), ("' OR 1=1", false)] {
        let token = Signer::rsa().token(&json!({ "alg": "RS256", "kid": kid }), &claims());
        assert_eq!(check(&set, &token).is_ok(), taken, "{kid}");
    }
}

#[test]
fn keys_are_read_from_pem_and_jwk_and_wrong_ones_refused() {
    let p256 = PublicKey::parse(Signer::p256().public_pem()).expect("PEM");
    let rsa = PublicKey::parse(Signer::rsa().public_pem()).expect("PEM");
    for key in [p256, rsa] {
        let jwk = Value::Object(key.to_jwk()).to_string();
        assert_eq!(PublicKey::parse(&jwk).as_ref(), Ok(&key));
        let private = jwk.replacen('{', r#"{"d":"AA","#, 1);
        assert_eq!(PublicKey::parse(&private), Err(KeyError::Private));
        let encryption = jwk.replacen('{', r#"{"use":"enc","#, 1);
        assert_eq!(PublicKey::parse(&encryption), Err(KeyError::Use));
        let other = jwk.replacen('{', r#"{"alg":"RS512","#, 1);
        assert_eq!(PublicKey::parse(&other), Err(KeyError::Use));
    }
    assert_eq!(PublicKey::parse(Signer::rsa().private_pem()), Err(KeyError::Private));
    for (text, error) in [
        ("", KeyError::Form),
        ("{}", KeyError::Form),
        (r#"{"kty":"oct","k":"AA"}"#, KeyError::Private),
        (r#"{"kty":"RSA","n":"AQAB","e":"AQAB"}"#, KeyError::Kind),
        (r#"{"kty":"EC","crv":"P-384","x":"AA","y":"AA"}"#, KeyError::Kind),
        (r#"{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}"#, KeyError::Kind),
        ("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----", KeyError::Form),
    ] {
        assert_eq!(PublicKey::parse(text), Err(error), "{text}");
    }
}
