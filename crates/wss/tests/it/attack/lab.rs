//! The attacker's tools.

use ring::digest::{SHA256, digest};

use crate::pki::{CALLER, Secret};
use crate::scene::{CONTENT, caller_key, outgoing};

/// A message that is valid under the policy `VarC`.
pub(crate) fn valid() -> String {
    outgoing(CONTENT).sign(&caller_key()).expect("signs").0
}

/// `message` with one thing changed, which must be in it exactly once.
pub(crate) fn edit(message: &str, from: &str, to: &str) -> String {
    assert_eq!(message.matches(from).count(), 1, "{from} in {message}");
    message.replacen(from, to, 1)
}

/// The valid message with one thing changed.
pub(crate) fn edited(from: &str, to: &str) -> String {
    edit(&valid(), from, to)
}

/// From the first `from` to the end of the first `to` after it.
pub(crate) fn between<'a>(message: &'a str, from: &str, to: &str) -> &'a str {
    let start = message.find(from).unwrap_or_else(|| panic!("{from} in {message}"));
    let end = message[start..].find(to).unwrap_or_else(|| panic!("{to} in {message}"));
    &message[start..start + end + to.len()]
}

/// The reference of the signature to an id.
pub(crate) fn reference<'a>(message: &'a str, id: &str) -> &'a str {
    between(message, &format!("<ds:Reference URI=\"#{id}\">"), "</ds:Reference>")
}

/// `message` with its last `SignedInfo` changed, in canonical form still, and signed anew.
pub(crate) fn resigned(message: &str, key: &Secret, change: impl FnOnce(&str) -> String) -> String {
    let start = message.rfind("<ds:SignedInfo>").expect("is signed");
    let info = between(&message[start..], "<ds:SignedInfo>", "</ds:SignedInfo>");
    let changed = change(info);
    let canonical = changed.replacen(
        "<ds:SignedInfo>",
        "<ds:SignedInfo xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\">",
        1,
    );
    let rest = &message[start + info.len()..];
    let value = between(rest, "<ds:SignatureValue>", "</ds:SignatureValue>");
    let new = format!(
        "<ds:SignatureValue>{}</ds:SignatureValue>",
        base64(&key.sign(canonical.as_bytes()))
    );
    format!("{}{changed}{}", &message[..start], rest.replacen(value, &new, 1))
}

/// The valid message with one thing of its `SignedInfo` changed, and signed anew by the caller.
pub(crate) fn signed_with(from: &str, to: &str) -> String {
    resigned(&valid(), &CALLER, |info| edit(info, from, to))
}

/// `message` with the reference to an id changed to fit `canonical`, and signed anew.
pub(crate) fn redigested(message: &str, id: &str, canonical: &str, key: &Secret) -> String {
    resigned(message, key, |info| {
        let old = reference(info, id);
        let value = between(old, "<ds:DigestValue>", "</ds:DigestValue>");
        let new = digest(&SHA256, canonical.as_bytes());
        let new = format!("<ds:DigestValue>{}</ds:DigestValue>", base64(new.as_ref()));
        info.replacen(old, &old.replacen(value, &new, 1), 1)
    })
}

/// The valid message with an element changed that is signed, and signed anew by the caller.
pub(crate) fn honest(id: &str, element: &str, from: &str, to: &str) -> String {
    let message = valid();
    let old = between(&message, &format!("<{element} "), &format!("</{element}>"));
    let new = edit(old, from, to);
    redigested(&message.replacen(old, &new, 1), id, &new, &CALLER)
}

pub(crate) fn base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}
