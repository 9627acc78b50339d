//! Changes at random: none is taken for the same message, and none panics.

use fastrand::Rng;
use proptest::prelude::*;
use wss::Policy;

use super::lab::valid;
use crate::federation;
use crate::scene::Service;

/// One change at random: a byte, a piece taken out, doubled or moved.
pub(crate) fn changed(rng: &mut Rng, message: &str) -> String {
    let mut bytes = message.as_bytes().to_vec();
    let at = rng.usize(..bytes.len());
    let length = rng.usize(1..64).min(bytes.len() - at);
    match rng.u8(..5) {
        0 => bytes[at] = *rng.choice(b"<>&\"'/=:# \n-!?[]aA0\x00\x7f").expect("there are some"),
        1 => drop(bytes.drain(at..at + length)),
        2 => {
            let piece = bytes[at..at + length].to_vec();
            bytes.splice(at..at, piece);
        }
        3 => {
            let piece: Vec<_> = bytes.drain(at..at + length).collect();
            let to = rng.usize(..=bytes.len());
            bytes.splice(to..to, piece);
        }
        _ => bytes.swap(at, rng.usize(..message.len())),
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[test]
fn no_change_makes_another_message_of_it() {
    for (service, message) in [
        (Service::new(Policy::VAR_C), valid()),
        (federation::service(Policy::VAR_D), federation::valid()),
    ] {
        let body = service.verify(&message).expect("is valid").body().to_owned();
        for seed in 0..1_000 {
            let mut rng = Rng::with_seed(seed);
            let mut other = message.clone();
            for _ in 0..rng.usize(1..4) {
                other = changed(&mut rng, &other);
            }
            if let Ok(verified) = service.verify(&other) {
                assert_eq!(verified.body(), body, "seed {seed}: {other}");
            }
        }
    }
}

proptest! {
    #[test]
    fn whatever_comes_is_refused(text in "(<|>|/|=|\"|S:Envelope|S:Header|S:Body|wsse:Security|ds:Signature| xmlns:S=\"http://schemas.xmlsoap.org/soap/envelope/\"|<!--|-->|<!\\[CDATA\\[|\\]\\]>|<\\?|\\?>|&|;|#| |a|\u{e9}){0,60}") {
        prop_assert!(Service::new(Policy::VAR_C).verify(&text).is_err());
    }
}
