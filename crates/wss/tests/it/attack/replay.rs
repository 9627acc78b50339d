use wss::Policy;

use super::lab::{base64, between, edit, honest, valid};
use crate::pki::{AUTHORITY, Secret, Wish, authority, signing};
use crate::scene::{CONTENT, Service, outgoing};

#[test]
fn a_replayed_message_has_the_same_key_and_every_other_message_another() {
    let service = Service::new(Policy::VAR_C);
    let key = |message: &str| service.verify(message).expect("is valid").replay.key;
    let first = key(&valid());
    assert_eq!(key(&valid()), first);
    // Blanks, comments and what is not signed do not make another message of it.
    assert_eq!(key(&edit(&valid(), "<ds:KeyInfo>", "<ds:KeyInfo> <!-- again -->")), first);
    assert_eq!(key(&edit(&valid(), "<S:Header>", "<S:Header><again xmlns=\"urn:x\"/>")), first);
    assert_eq!(key(&edit(&valid(), "<ds:SignatureValue>", "<ds:SignatureValue>\n")), first);
    assert_ne!(key(&honest("Body", "S:Body", "a &lt; b", "c")), first);
    assert_ne!(key(&honest("Timestamp", "wsu:Timestamp", "08:00:00.000Z", "08:00:00.001Z")), first);
}

#[test]
fn the_other_value_that_fits_a_curve_is_the_same_message() {
    // Of a value (r, s), (r, n - s) is valid too, and anybody can make it.
    const ORDER: [u8; 32] = [
        0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc,
        0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
    ];
    let secret = Secret::p256();
    let certificate = Wish::default().issued(&secret, &authority(), &AUTHORITY);
    let (message, mut value) =
        outgoing(CONTENT).sign(&signing(&secret, certificate)).expect("signs");
    let mut borrow = 0;
    for index in (0..32).rev() {
        let difference = i16::from(ORDER[index]) - i16::from(value[32 + index]) - borrow;
        borrow = i16::from(difference < 0);
        value[32 + index] = u8::try_from(difference.rem_euclid(256)).expect("is a byte");
    }
    let old = between(&message, "<ds:SignatureValue>", "</ds:SignatureValue>");
    let other =
        edit(&message, old, &format!("<ds:SignatureValue>{}</ds:SignatureValue>", base64(&value)));
    let service = Service::new(Policy::VAR_C);
    let (one, other) = (service.verify(&message), service.verify(&other));
    let (one, other) = (one.expect("is valid"), other.expect("is valid too"));
    assert_ne!(one.signature_value, other.signature_value);
    assert_eq!(one.replay, other.replay);
}
